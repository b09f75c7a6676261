"""``thungan sms backfill``: what billing knows of debts and customers, for a notify that has not heard of it yet."""

from ops.console import JsonOption, print_json, print_line
from ops.databases import database
from ops.runner import run
from services.billing.store.accounts import owing
from services.notify.store.accounts import incomplete, keep_account, keep_contact
from services.notify.store.reminders import cancel_paid
from shared.contracts.common import AccountState, CustomerFacts

_AT_ONCE = 500


def backfill(as_json: JsonOption = False) -> None:
    """Bring what notify knows of customers who owe up to what billing has: due dates, numbers, units, collectors.

    Needed once after an upgrade from a version without campaigns, where nobody wants to wait for each customer's next
    bill, payment or visit. Running services go on; what is newer stays; it may be repeated.
    """
    seen, added = run(_backfill())
    if as_json:
        print_json({"owing": seen, "brought_up_to_date": added})
    else:
        print_line(f"{added} of {seen} customers who owe brought up to date")


async def _backfill() -> tuple[int, int]:
    seen, added, last = 0, 0, ""
    while found := await _next(last):
        seen, last = seen + len(found), found[-1][0].customer_code
        added += await _keep(found)
    return seen, added


async def _next(last: str) -> list[tuple[AccountState, CustomerFacts]]:
    async with database("billing") as connection:
        return await owing(connection, last, _AT_ONCE)


async def _keep(found: list[tuple[AccountState, CustomerFacts]]) -> int:
    """Keep what notify lacks, in short transactions: payments of these customers wait meanwhile."""
    reported = {account.customer_code: (account, facts) for account, facts in found}
    async with database("notify") as connection:
        lacking = await incomplete(connection, found)
        for code in lacking:
            account, facts = reported[code]
            known = await keep_account(connection, account)
            await keep_contact(connection, facts)
            await cancel_paid(connection, known)
    return len(lacking)
