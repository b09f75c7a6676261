"""``thungan sms backfill``: what billing knows of debts and customers, for a notify that has not heard of it yet."""

from typing import Annotated

import typer

from ops.audit.known_debts import Owing, compare_debts
from ops.console import JsonOption, print_json, print_line
from ops.databases import database
from ops.runner import run
from ops.system import find_system
from services.notify.store.accounts import keep_account, keep_contact
from services.notify.store.reminders import cancel_paid


def backfill(
    check: Annotated[
        bool, typer.Option("--check", help="Only count them; the exit code is 1 where somebody is missing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring what notify knows of customers who owe up to what billing has: due dates, numbers, units, collectors.

    Needed once after an upgrade from a version without campaigns, where nobody wants to wait for each customer's next
    bill, payment or visit. Running services go on; what is newer stays; it may be repeated.
    """
    seen, lacking = run(_compare(keep=not check))
    if as_json:
        print_json({"owing": seen, "lacking" if check else "brought_up_to_date": lacking})
    elif check:
        print_line(f"{lacking} of {seen} customers who owe are not known with their due date")
    else:
        print_line(f"{lacking} of {seen} customers who owe brought up to date")
    if check and lacking:
        raise typer.Exit(1)


async def _compare(*, keep: bool) -> tuple[int, int]:
    seen, lacking = 0, 0
    system = find_system()
    urls = {service: system.database_url(service) for service in ("billing", "notify")}
    async for found, codes in compare_debts(urls):
        seen, lacking = seen + len(found), lacking + len(codes)
        if keep and codes:
            await _keep(found, codes)
    return seen, lacking


async def _keep(found: Owing, lacking: list[str]) -> None:
    """Keep what notify lacks, in short transactions: payments of these customers wait meanwhile."""
    reported = {account.customer_code: (account, facts) for account, facts in found}
    async with database("notify") as connection:
        for code in lacking:
            account, facts = reported[code]
            known = await keep_account(connection, account)
            await keep_contact(connection, facts)
            await cancel_paid(connection, known)
