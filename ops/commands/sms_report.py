"""``thungan sms report``: what became of SMS and what they cost, by unit and kind."""

import csv
import sys
from dataclasses import asdict, fields
from datetime import date, datetime, time, timedelta
from typing import Annotated

import typer

from ops.console import JsonOption, fail, print_json, print_table
from ops.databases import database
from ops.runner import run
from services.notify.store.summaries import Summary, summaries
from shared.clock import VIETNAM

_COLUMNS = [field.name for field in fields(Summary)]


def report(
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day (Vietnam), YYYY-MM-DD.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, included.")],
    unit: Annotated[str | None, typer.Option("--unit", help="Only this unit, such as PB1401.")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV with a heading.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what became of the SMS that were caused on some days, by unit and kind, with their cost in đồng.

    The day is that of the visit, the payment, the request, or on which the campaign was planned.
    """
    if last < first:
        fail("--to is before --from", 2)
    if as_csv and as_json:
        fail("--csv and --json exclude each other", 2)
    found = run(_found(first.date(), last.date(), unit))
    if as_json:
        print_json([asdict(one) for one in found])
    elif as_csv:
        writer = csv.DictWriter(sys.stdout, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(one) for one in found)
    else:
        print_table(
            f"SMS of {first:%Y-%m-%d} to {last:%Y-%m-%d}",
            _COLUMNS,
            [list(asdict(one).values()) for one in found],
            right=_COLUMNS[2:],
            empty="No SMS was caused on these days.",
        )


async def _found(first: date, last: date, unit: str | None) -> list[Summary]:
    began = datetime.combine(first, time(), VIETNAM)
    ended = datetime.combine(last + timedelta(days=1), time(), VIETNAM)
    async with database("notify") as connection:
        return await summaries(connection, began, ended, unit)
