"""``thungan shifts``: the cash boxes of collectors, and how far their settlement has come."""

from typing import Annotated

import typer

from ops.console import JsonOption, print_json, print_table, typed_code
from ops.requests import build_request, send_request
from shared.contracts.billing import GetShifts, ListedShift, ShiftState
from shared.money import format_number

app = typer.Typer(add_completion=False)


@app.command()
def shifts(
    state: Annotated[
        list[ShiftState] | None, typer.Option("--state", help="Only shifts in this state; several are allowed.")
    ] = None,
    collector: Annotated[
        str, typer.Option("--collector", callback=typed_code, help="Only shifts of this collector.")
    ] = "",
    unit: Annotated[str, typer.Option("--unit", help="Only shifts of collectors of this unit.")] = "",
    leavers: Annotated[bool, typer.Option("--leavers", help="Only shifts of collectors who have left.")] = False,
    limit: Annotated[int, typer.Option("--limit", help="At most so many, the latest.", min=1, max=500)] = 100,
    as_json: JsonOption = False,
) -> None:
    """List shifts that are not settled (open, declared, different); --state settled for the others."""
    states = state or [ShiftState.OPEN, ShiftState.DECLARED, ShiftState.DIFFERENT]
    found = send_request(
        build_request(
            GetShifts,
            states=states,
            collector_code=collector or None,
            unit_code=unit or None,
            of_leavers=leavers,
            limit=limit,
        )
    ).shifts
    if as_json:
        print_json([one.model_dump(mode="json") for one in found])
        return
    money = ["float", "cash", "in hand", "declared", "confirmed", "difference"]
    print_table(
        "Shifts",
        ["shift", "collector", "unit", "state", "opened (UTC)", "closed (UTC)", *money],
        [_row(one) for one in found],
        right=money,
        empty="No such shifts.",
    )


def _row(one: ListedShift) -> list[object]:
    shift = one.shift
    count = shift.confirmation or shift
    return [
        shift.shift_id,
        shift.collector_code if one.collector_active else f"{shift.collector_code} (left)",
        one.unit_code,
        shift.state,
        f"{shift.opened_at:%Y-%m-%d %H:%M}",
        f"{shift.closed_at:%Y-%m-%d %H:%M}" if shift.closed_at else "",
        format_number(shift.opening_float),
        format_number(shift.totals.cash),
        format_number(shift.cash_in_hand),
        "" if shift.counted_cash is None else format_number(shift.counted_cash),
        "" if shift.confirmation is None else format_number(shift.confirmation.counted_cash),
        "" if count.difference is None else format_number(count.difference),
    ]
