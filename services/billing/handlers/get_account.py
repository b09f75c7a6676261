from collections.abc import Sequence

from services.billing.part_payments.rules import PartPaymentRule, least_part_in_force
from services.billing.rounding.rules import RoundingRule, step_in_force
from services.billing.store import accounts, bills, payments
from shared.clock import Clock, business_day, now
from shared.contracts.billing import CustomerAccount, GetAccount
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
    connection = work.connection
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        account = await accounts.state_of(connection, request.customer_code)
        if account is None:
            raise NotFound("Không có khách hàng này trong sổ tính tiền.")
        unit_code = await accounts.unit_of(connection, request.customer_code)
        today = business_day(clock())
        open_bills = await bills.shown_open_of(connection, request.customer_code)
        current = CustomerAccount(
            account=account,
            bills=open_bills,
            payments=[],
            cash_step=step_in_force(rounding_rules, unit_code, today),
            least_part=least_part_in_force(part_payment_rules, unit_code, today),
        )
        if not request.history:
            return current
        paid = await bills.paid_of(connection, request.customer_code, request.history)
        latest = await payments.latest_of(connection, request.customer_code, request.history)
    by_age = sorted([*paid, *open_bills], key=lambda bill: (bill.year, bill.month, bill.cycle))
    return current.model_copy(update={"bills": by_age, "payments": latest})
