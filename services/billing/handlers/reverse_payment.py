"""Take a payment back: one transaction under the lock of the customer's account."""

from services.billing.payments.rules import AlreadyReversed
from services.billing.reversed_payment import take_back
from services.billing.store import payments
from shared.clock import Clock
from shared.contracts.billing import PaymentReply, ReversePayment
from shared.messaging.unit_of_work import UnitOfWork


async def reverse_payment(request: ReversePayment, work: UnitOfWork, *, clock: Clock) -> PaymentReply:
    """Take a payment back, once. The account is locked."""
    stored = await payments.find(work.connection, request.payment_id)
    if stored is None or stored.payment.reversed_at is not None:
        raise AlreadyReversed("Khoản thanh toán này đã được hủy trước đó.")
    return await take_back(
        stored,
        work,
        reversal_id=request.reversal_id,
        reason=request.reason,
        reversed_by=request.reversed_by,
        moment=clock(),
        device_id=request.device_id,
        paper_returned=request.paper_returned,
        given_back_by=request.given_back_by,
    )
