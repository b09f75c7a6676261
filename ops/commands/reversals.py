"""``thungan reversals``: payments that were taken back, papers that are to come back, and cash in no settlement."""

from typing import Annotated

import typer

from ops.console import JsonOption, print_json, print_table, typed_code
from ops.requests import build_request, send_request
from shared.contracts.billing import GetReversals, TakenBackPayment
from shared.money import format_number

app = typer.Typer(add_completion=False)


@app.command()
def reversals(
    everything: Annotated[bool, typer.Option("--all", help="The latest ones, also where nothing is to come.")] = False,
    collector: Annotated[
        str, typer.Option("--collector", callback=typed_code, help="Only payments that this collector has taken.")
    ] = "",
    limit: Annotated[int, typer.Option("--limit", help="At most so many.", min=1, max=500)] = 100,
    as_json: JsonOption = False,
) -> None:
    """List payments that were taken back and whose paper or settlement is still to come, the oldest first."""
    found = send_request(
        build_request(GetReversals, waiting=not everything, collector_code=collector or None, limit=limit)
    ).reversals
    if as_json:
        print_json([one.model_dump(mode="json") for one in found])
        return
    print_table(
        "Reversals",
        ["reversal", "customer", "collector", "amount", "reversed (UTC)", "paper", "cash"],
        [_row(one) for one in found],
        right=["amount"],
        empty="Nothing is to come of any reversal." if not everything else "No reversals.",
    )


def _row(one: TakenBackPayment) -> list[object]:
    return [
        one.reversal_id,
        one.customer_code,
        one.collector_code or "",
        format_number(one.amount),
        f"{one.reversed_at:%Y-%m-%d %H:%M}",
        "" if one.paper is None else "returned" if one.paper.returned_at else "missing",
        _cash(one),
    ]


def _cash(one: TakenBackPayment) -> str:
    if one.cash is None:
        return ""
    who = "office" if one.cash.given_back_by else "collector"
    return f"{who}, waits" if one.cash.shift_id is None else f"{who}, shift {one.cash.shift_id}"
