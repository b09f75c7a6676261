"""Record money and clear bills with it: one transaction under the lock of the customer's account."""

from collections.abc import Sequence
from uuid import UUID

from services.billing.payments.rules import (
    NothingToPay,
    PlausibleAmountRule,
    already_paid,
    check_amount,
    refuse_corrected,
)
from services.billing.recorded_payment import record, refuse_known_reference
from services.billing.rounding.rules import RoundingRule, check_cash
from services.billing.shifts.rules import NoOpenShift, check_ceiling
from services.billing.store import accounts, bills, payments, shifts
from shared.client_times import AT_THE_DOOR, ELSEWHERE
from shared.clock import Clock, business_day
from shared.contracts.billing import Bill, PaymentReply, RecordPayment
from shared.contracts.common import PaymentMethod
from shared.db import Connection
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import InvalidRequest


async def record_payment(
    request: RecordPayment,
    work: UnitOfWork,
    *,
    clock: Clock,
    rounding_rules: Sequence[RoundingRule],
    plausible_amounts: Sequence[PlausibleAmountRule] = (),
) -> PaymentReply:
    """Record money and clear the oldest bills with it; what is left becomes credit.

    Cash for what is already paid is refused with the first payment's facts, and so is an amount that ignores the
    unit's rounding rule; money that lies elsewhere is recorded, unless so much of it cannot be meant. The account is
    locked.
    """
    connection = work.connection
    moment = clock()
    span = AT_THE_DOOR if request.method is PaymentMethod.CASH else ELSEWHERE
    span.require("received_at", request.received_at, moment)
    found = await accounts.with_open_bills(connection, request.customer_code)
    assert found is not None and found.facts is not None  # noqa: S101, PT018 - the account is locked; facts came before it
    open_bills = found.bills()
    if request.method is PaymentMethod.CASH:
        seen = await _refuse_second_payment(connection, request, open_bills)
        check_cash(
            request.amount,
            sum(bill.stands for bill in seen),
            rounding_rules,
            found.unit_code,
            seen_step=request.cash_step,
            taken_on=business_day(request.received_at),
            today=business_day(moment),
        )
        shift_id = await _shift_for(connection, request)
    else:
        await refuse_known_reference(connection, request)
        check_amount(
            request.amount,
            sum(debt.vat + debt.principal for debt in map(bills.debt_of, open_bills)),
            plausible_amounts,
            found.unit_code,
            business_day(moment),
        )
        shift_id = None

    return await record(request, work, found, open_bills, moment=moment, shift_id=shift_id)


async def _refuse_second_payment(
    connection: Connection, request: RecordPayment, open_bills: Sequence[Bill]
) -> list[Bill]:
    """Refuse cash when a bill that the payer saw, or everything, is already paid; return the bills that it is for."""
    open_ids = {bill.bill_id for bill in open_bills}
    closed: list[UUID] = [bill_id for bill_id in request.bill_ids if bill_id not in open_ids]
    if closed:
        known = await bills.by_id(connection, closed)
        for bill_id in closed:
            if bill_id not in known or known[bill_id].customer_code != request.customer_code:
                raise InvalidRequest("Hóa đơn không phải của khách hàng này.", slug="unknown-bill")
        refuse_corrected([known[bill_id] for bill_id in closed])
    elif open_bills:
        return [bill for bill in open_bills if not request.bill_ids or bill.bill_id in request.bill_ids]
    first = await payments.first_payment(connection, request.customer_code, closed)
    if first is not None:
        raise already_paid(first)
    raise NothingToPay("Khách hàng không nợ tiền điện. Không thu tiền.")


async def _shift_for(connection: Connection, request: RecordPayment) -> UUID:
    """Return the open shift that the cash falls into, locked until the payment is committed."""
    shift = await shifts.lock_open(connection, request.collector_code or "")
    if shift is None:
        raise NoOpenShift("Chưa mở ca thu tiền. Hãy mở ca rồi thu.")
    # What is said to lie at a bank, and neither bank nor office has confirmed, may still be in the hand.
    check_ceiling(shift.cash_in_hand + shift.totals.unproven, request.amount, shift.cash_ceiling)
    return shift.shift_id
