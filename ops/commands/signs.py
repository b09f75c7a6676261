"""``thungan signs``: patterns per collector and desk that a person should look at; leads, and no verdicts."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import datetime, time, timedelta
from typing import Annotated

import typer

from ops.console import JsonOption, fail, print_json, print_table
from ops.databases import database
from ops.runner import run
from services.billing.store import early_signs as billing
from services.customer.store import early_signs as customer
from services.gateway.store import early_signs as gateway
from shared.clock import VIETNAM, business_day, now
from shared.db import Connection
from shared.early_signs import EarlySign
from shared.money import format_number

app = typer.Typer(add_completion=False)

_FINDERS: Mapping[str, Callable[[Connection, datetime, datetime], Awaitable[list[EarlySign]]]] = {
    "billing": billing.early_signs,
    "customer": customer.early_signs,
    "gateway": gateway.early_signs,
}


@app.command()
def signs(
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day (Vietnam), YYYY-MM-DD; 30 days ago if left out."),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, included; today if left out."),
    ] = None,
    subject: Annotated[str, typer.Option("--of", help="Only of this collector or desk.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show reversals, print attempts, late and impossible visits, differences: figures to look into, no verdicts."""
    today = business_day(now())
    last_day = last.date() if last else today
    first_day = first.date() if first else last_day - timedelta(days=30)
    if last_day < first_day:
        fail("--to is before --from", 2)
    began = datetime.combine(first_day, time(), VIETNAM)
    ended = datetime.combine(last_day + timedelta(days=1), time(), VIETNAM)
    found = [one for one in run(_found(began, ended)) if subject in ("", one.subject)]
    if as_json:
        print_json([asdict(one) for one in found])
        return
    figures = ["count", "among", "amount"]
    print_table(
        f"Leads of {first_day} to {last_day}: figures for a person to look into, no verdicts",
        ["sign", "of", *figures],
        [
            [one.sign, one.subject, one.count, one.among, format_number(one.amount) if one.amount else ""]
            for one in found
        ],
        right=figures,
        empty="No signs in these days.",
    )


async def _found(began: datetime, ended: datetime) -> list[EarlySign]:
    found: list[EarlySign] = []
    for service, find in _FINDERS.items():
        async with database(service) as connection:
            found += await find(connection, began, ended)
    return found
