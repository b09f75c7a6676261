"""Recording money and taking it back. Each function is one transaction under the customer's account lock."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.billing.domain import (
    AlreadyReversed,
    Cleared,
    NoOpenShift,
    NothingToPay,
    ReferenceAlreadyRecorded,
    already_paid,
    check_ceiling,
    check_payer,
    clear,
    use_credit,
)
from services.billing.store import accounts, answers, bills, collection_points, payments, shifts
from shared.clock import Clock
from shared.contracts.billing import (
    Allocation,
    Bill,
    Payment,
    PaymentRecorded,
    PaymentReply,
    PaymentReversed,
    RecordPayment,
    ReversePayment,
)
from shared.contracts.common import AccountState, PaymentMethod
from shared.db import Connection
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import InvalidRequest, NotFound


async def record_payment(request: RecordPayment, work: UnitOfWork, *, clock: Clock) -> PaymentReply:
    """Record money and clear the oldest bills with it; what is left becomes credit.

    Repeating the request gives the same answer, from whichever phone it comes. Cash for what is already paid is
    refused with the first payment's facts; money that lies elsewhere is always recorded.
    """
    check_payer(request.method, request.collector_code, request.collection_point_code)
    connection = work.connection
    await _lock(connection, request.customer_code)
    mark = content_mark(request)
    if repeated := await answers.find(connection, request, request.payment_id, mark, PaymentReply):
        return repeated

    open_bills = await bills.open_of(connection, request.customer_code)
    if request.method is PaymentMethod.CASH:
        await _refuse_second_payment(connection, request, open_bills)
        shift_id = await _shift_for(connection, request)
    else:
        await _refuse_known_reference(connection, request)
        shift_id = None

    cleared, credit = clear(request.amount, [bills.debt_of(bill) for bill in open_bills])
    payment = Payment(
        payment_id=request.payment_id,
        customer_code=request.customer_code,
        amount=request.amount,
        method=request.method,
        received_at=request.received_at,
        collector_code=request.collector_code,
        collection_point_code=request.collection_point_code,
        reference=request.reference,
        transfer_content=request.transfer_content,
        shift_id=shift_id,
        allocations=[Allocation(bill_id=part.bill_id, vat=part.vat, principal=part.principal) for part in cleared],
        credit=credit,
    )
    if not await payments.add(
        connection, payment, recorded_at=clock(), visit_id=request.visit_id, device_id=request.device_id
    ):
        raise answers.other_content()
    await bills.clear(connection, cleared)
    account = await _refresh(connection, request.customer_code)
    await _tell(work, request, payment, open_bills, account)
    reply = PaymentReply(payment=payment, account=account)
    await answers.keep(connection, request, request.payment_id, mark, reply)
    return reply


def content_mark(request: RecordPayment) -> str:
    """Return what two requests for the same payment share, from whichever phone.

    An empty transfer content does not count: payments that were recorded before there was one can be repeated.
    """
    ignored = {"device_id"} if request.transfer_content else {"device_id", "transfer_content"}
    return answers.fingerprint(request, without=ignored)


async def reverse_payment(request: ReversePayment, work: UnitOfWork, *, clock: Clock) -> PaymentReply:
    """Take a payment back, once: everything that it cleared is open again, as credit on later bills too.

    Credit that other payments left clears what was reopened. Cash leaves the box of its shift while that is open;
    a closed shift stays as it was counted.
    """
    connection = work.connection
    stored = await payments.find(connection, request.payment_id)
    if stored is None:
        raise NotFound("Không có khoản thanh toán này.")
    customer_code = stored.payment.customer_code
    await _lock(connection, customer_code)
    mark = answers.fingerprint(request, without={"device_id"})
    if repeated := await answers.find(connection, request, request.reversal_id, mark, PaymentReply):
        return repeated

    stored = await payments.find(connection, request.payment_id)  # as it is under the lock
    if stored is None or stored.payment.reversed_at is not None:
        raise AlreadyReversed("Khoản thanh toán này đã được hủy trước đó.")
    shift = await shifts.lock(connection, stored.payment.shift_id) if stored.payment.shift_id else None
    now = clock()
    if not await payments.reverse(
        connection,
        request.payment_id,
        reversal_id=request.reversal_id,
        reason=request.reason,
        reversed_by=request.reversed_by,
        reversed_at=now,
        device_id=request.device_id,
        shift_id=shift.shift_id if shift is not None and shift.closed_at is None else None,
    ):
        raise answers.other_content()
    released = [Cleared(part.bill_id, part.vat, part.principal) for part in stored.payment.allocations]
    await bills.reopen(connection, released)
    await use_credit_on_open_bills(connection, customer_code, now)
    account = await _refresh(connection, customer_code)

    payment = stored.payment.model_copy(update={"reversed_at": now})
    facts = await accounts.facts_of(connection, [customer_code])
    await work.emit(
        PaymentReversed(
            reversal_id=request.reversal_id,
            payment=payment,
            customer=facts[customer_code],
            reason=request.reason,
            reversed_by=request.reversed_by,
            reversed_at=now,
            account=account,
            device_id=request.device_id,
        ),
        aggregate=customer_code,
    )
    reply = PaymentReply(payment=payment, account=account)
    await answers.keep(connection, request, request.reversal_id, mark, reply)
    return reply


async def use_credit_on_open_bills(connection: Connection, customer_code: str, at: datetime) -> None:
    """Clear a locked account's open bills with what other payments left, so that no debt stands beside money."""
    credits_left = (await payments.credits_of(connection, [customer_code])).get(customer_code, [])
    if not credits_left:
        return
    open_bills = await bills.open_of(connection, customer_code)
    uses = use_credit(credits_left, [bills.debt_of(bill) for bill in open_bills])
    await payments.use_credit(connection, uses, at)
    await bills.clear(connection, [use.cleared for use in uses])


async def _lock(connection: Connection, customer_code: str) -> None:
    if not await accounts.lock(connection, [customer_code]):
        raise NotFound("Không có khách hàng này trong sổ tính tiền.")


async def _refresh(connection: Connection, customer_code: str) -> AccountState:
    return (await accounts.refresh(connection, [customer_code]))[customer_code]


async def _refuse_second_payment(connection: Connection, request: RecordPayment, open_bills: Sequence[Bill]) -> None:
    """Refuse cash when a bill that the payer saw, or everything, is already paid."""
    open_ids = {bill.bill_id for bill in open_bills}
    closed: list[UUID] = [bill_id for bill_id in request.bill_ids if bill_id not in open_ids]
    if closed:
        known = await bills.by_id(connection, closed)
        for bill_id in closed:
            if bill_id not in known or known[bill_id].customer_code != request.customer_code:
                raise InvalidRequest("Hóa đơn không phải của khách hàng này.", slug="unknown-bill")
    elif open_bills:
        return
    first = await payments.first_payment(connection, request.customer_code, closed)
    if first is not None:
        raise already_paid(first)
    raise NothingToPay("Khách hàng không nợ tiền điện. Không thu tiền.")


async def _shift_for(connection: Connection, request: RecordPayment) -> UUID:
    """Return the open shift that the cash falls into, locked until the payment is committed."""
    shift = await shifts.lock_open(connection, request.collector_code or "")
    if shift is None:
        raise NoOpenShift("Chưa mở ca thu tiền. Hãy mở ca rồi thu.")
    check_ceiling(shift.cash_in_hand, request.amount, shift.cash_ceiling)
    return shift.shift_id


async def _refuse_known_reference(connection: Connection, request: RecordPayment) -> None:
    """Refuse a partner's transaction that is recorded under another payment id: it is the same money."""
    if not request.reference:
        return
    recorded = await payments.with_reference(
        connection, request.customer_code, request.method, request.collection_point_code, request.reference
    )
    if recorded is not None:
        raise ReferenceAlreadyRecorded("Giao dịch này đã được ghi nhận trước đó.", facts={"payment_id": str(recorded)})


async def _tell(
    work: UnitOfWork, request: RecordPayment, payment: Payment, open_bills: Sequence[Bill], account: AccountState
) -> None:
    connection = work.connection
    cleared = {part.bill_id for part in payment.allocations}
    code = payment.collection_point_code
    await work.emit(
        PaymentRecorded(
            payment=payment,
            customer=(await accounts.facts_of(connection, [payment.customer_code]))[payment.customer_code],
            bills=[bill for bill in open_bills if bill.bill_id in cleared],
            collection_point=None if code is None else await collection_points.find(connection, code),
            account=account,
            visit_id=request.visit_id,
            device_id=request.device_id,
        ),
        aggregate=payment.customer_code,
    )
