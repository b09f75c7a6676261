"""``thungan commissions``: what collectors earn for receipts, by the month in which their shifts were settled."""

import sys
from typing import Annotated

import typer

from ops.console import JsonOption, fail, print_json, print_table, typed_code
from ops.requests import build_request, send_request
from shared.contracts.billing import CollectorCommission, GetCommissions
from shared.csv_files.export import as_csv
from shared.money import format_number

app = typer.Typer(add_completion=False)

_COLUMNS = (
    "unit_code",
    "collector_code",
    "collector_name",
    "settlements",
    "receipts",
    "earned",
    "taken_back_receipts",
    "taken_back",
    "payable",
)


@app.command()
def commissions(
    month: Annotated[str, typer.Argument(help="As 2026-11: shifts that were settled in it.")],
    unit: Annotated[str, typer.Option("--unit", callback=typed_code, help="Only of this unit's shifts.")] = "",
    collector: Annotated[str, typer.Option("--collector", callback=typed_code, help="Only of this one.")] = "",
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV for a spreadsheet.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List what collectors earn for receipts in a month, in đồng; what was taken back earns nothing."""
    if csv and as_json:
        fail("--csv and --json exclude each other", 2)
    year, _, number = month.partition("-")
    if not (year.isdecimal() and number.isdecimal()):
        fail(f"{month} is no month, as 2026-11 is", 2)
    found = send_request(
        build_request(
            GetCommissions,
            year=int(year),
            month=int(number),
            unit_codes=[unit] if unit else [],
            collector_code=collector or None,
        )
    )
    rows = [[getattr(one, name) for name in _COLUMNS] for one in found.commissions]
    if as_json:
        print_json(found.model_dump(mode="json"))
    elif csv:
        sys.stdout.write(as_csv(_COLUMNS, rows).decode())
    else:
        print_table(
            f"Commissions of {month}",
            ["unit", "collector", "name", "settlements", "receipts", "earned", "taken back", "payable", "to take off"],
            [_row(one) for one in found.commissions],
            right=["settlements", "receipts", "earned", "taken back", "payable", "to take off"],
            empty="No shift was settled in it.",
        )


def _row(one: CollectorCommission) -> list[object]:
    amounts = (one.earned, one.taken_back, one.payable, one.to_take_off)
    return [
        one.unit_code,
        one.collector_code,
        one.collector_name,
        one.settlements,
        one.receipts,
        *(format_number(amount) for amount in amounts),
    ]
