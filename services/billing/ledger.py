"""What a customer owes, changed under the lock of the account: shared by the handlers that change it."""

from datetime import date, datetime

from services.billing.payments.rules import use_credit
from services.billing.store import accounts, bills, payments
from shared.clock import business_day
from shared.contracts.common import AccountState, CustomerFacts
from shared.db import Connection
from shared.problems import InvalidRequest, NotFound


async def lock_account(connection: Connection, customer_code: str) -> None:
    """Lock the customer's account until the end of the transaction; raise :class:`NotFound` for an unknown customer."""
    if not await accounts.lock(connection, [customer_code]):
        raise NotFound("Không có khách hàng này trong sổ tính tiền.")


async def known_facts(connection: Connection, customer_code: str) -> CustomerFacts:
    """Return whose account it is; raise :class:`NotFound` where the facts have not come yet."""
    found = await accounts.facts_of(connection, [customer_code])
    if customer_code not in found:
        raise NotFound("Không có khách hàng này trong sổ tính tiền.")
    return found[customer_code]


def refuse_day_to_come(day: date, moment: datetime) -> None:
    """Raise :class:`~shared.problems.InvalidRequest` for a business day after that of a moment."""
    if day > business_day(moment):
        raise InvalidRequest(f"Ngày {day:%d/%m/%Y} chưa đến.", slug="day-to-come")


async def refresh_account(connection: Connection, customer_code: str) -> AccountState:
    """Bring a locked account up to date after a change; return it with its next version."""
    return (await accounts.refresh(connection, [customer_code]))[customer_code]


async def use_credit_on_open_bills(connection: Connection, customer_code: str, at: datetime) -> None:
    """Clear a locked account's open bills with what other payments left, so that no debt stands beside money."""
    credits_left = (await payments.credits_of(connection, [customer_code])).get(customer_code, [])
    if not credits_left:
        return
    open_bills = await bills.open_of(connection, customer_code)
    uses = use_credit(credits_left, [bills.debt_of(bill) for bill in open_bills])
    await payments.use_credit(connection, uses, at)
    await bills.clear(connection, [use.cleared for use in uses])
