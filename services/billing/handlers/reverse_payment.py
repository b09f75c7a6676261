"""Take a payment back: one transaction under the lock of the customer's account."""

from services.billing.booked_credit import reopen
from services.billing.ledger import refresh_account, use_credit_on_open_bills
from services.billing.payments.rules import AlreadyReversed, Cleared
from services.billing.store import accounts, bills, payments, shifts
from shared.clock import Clock
from shared.contracts.billing import PaymentReply, PaymentReversed, ReversePayment
from shared.idempotency import same_id_other_content
from shared.messaging.unit_of_work import UnitOfWork


async def reverse_payment(request: ReversePayment, work: UnitOfWork, *, clock: Clock) -> PaymentReply:
    """Take a payment back, once: everything that it cleared is open again, as credit on later bills too.

    Credit that other payments left clears what was reopened. Cash leaves the box of its shift while that is open;
    a closed shift stays as it was counted. A bank credit waits for a person again. The account is locked.
    """
    connection = work.connection
    stored = await payments.find(connection, request.payment_id)
    if stored is None or stored.payment.reversed_at is not None:
        raise AlreadyReversed("Khoản thanh toán này đã được hủy trước đó.")
    customer_code = stored.payment.customer_code
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
        actor=work.actor,
    ):
        raise same_id_other_content(request.reversal_id)
    await reopen(request.payment_id, work, now)
    released = [Cleared(part.bill_id, part.vat, part.principal) for part in stored.payment.allocations]
    await bills.reopen(connection, released)
    await use_credit_on_open_bills(connection, customer_code, now)
    account = await refresh_account(connection, customer_code)

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
            actor=work.actor,
        ),
        aggregate=customer_code,
    )
    return PaymentReply(payment=payment, account=account)
