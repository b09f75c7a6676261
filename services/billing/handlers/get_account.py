from collections.abc import Sequence

from services.billing.part_payments.rules import PartPaymentRule, least_part_in_force
from services.billing.rounding.rules import RoundingRule, step_in_force
from services.billing.store import accounts, bills, payments
from shared.clock import Clock, business_day, now
from shared.contracts.billing import CustomerAccount, GetAccount
from shared.db import Connection
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import NotFound


async def get_account(
    request: GetAccount,
    work: UnitOfWork,
    *,
    rounding_rules: Sequence[RoundingRule] = (),
    part_payment_rules: Sequence[PartPaymentRule] = (),
    clock: Clock = now,
) -> CustomerAccount:
    """Return what a customer owes, with bills and payments as of one moment."""
    if not request.history:
        return _current(await _open_account(work.connection, request), rounding_rules, part_payment_rules, clock)
    connection = work.connection
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        open_account = await _open_account(connection, request)
        paid = await bills.paid_of(connection, request.customer_code, request.history)
        latest = await payments.latest_of(connection, request.customer_code, request.history)
    current = _current(open_account, rounding_rules, part_payment_rules, clock)
    by_age = sorted([*paid, *current.bills], key=lambda bill: (bill.year, bill.month, bill.cycle))
    return current.model_copy(update={"bills": by_age, "payments": latest})


async def _open_account(connection: Connection, request: GetAccount) -> accounts.OpenAccount:
    found = await accounts.with_open_bills(connection, request.customer_code)
    if found is None:
        raise NotFound("Không có khách hàng này trong sổ tính tiền.")
    return found


def _current(
    found: accounts.OpenAccount,
    rounding_rules: Sequence[RoundingRule],
    part_payment_rules: Sequence[PartPaymentRule],
    clock: Clock,
) -> CustomerAccount:
    today = business_day(clock())
    return CustomerAccount(
        account=found.state,
        bills=found.shown_bills(),
        payments=[],
        cash_step=step_in_force(rounding_rules, found.unit_code, today),
        least_part=least_part_in_force(part_payment_rules, found.unit_code, today),
    )
