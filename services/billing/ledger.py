"""What a customer owes, changed under the lock of the account: shared by the handlers that change it."""

from datetime import datetime

from services.billing.payments.rules import use_credit
from services.billing.store import accounts, bills, payments
from shared.contracts.common import AccountState
from shared.db import Connection
from shared.problems import NotFound


async def lock_account(connection: Connection, customer_code: str) -> None:
    """Lock the customer's account until the end of the transaction; raise :class:`NotFound` for an unknown customer."""
    if not await accounts.lock(connection, [customer_code]):
        raise NotFound("Không có khách hàng này trong sổ tính tiền.")


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
