from services.billing.payments.rules import AlreadyReported, AlreadyReversed
from services.billing.store import accounts, payment_reports, payments
from shared.clock import Clock
from shared.contracts.billing import PaymentReply, ReportPayment
from shared.idempotency import same_id_other_content
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import NotFound


async def report_payment(request: ReportPayment, work: UnitOfWork, *, clock: Clock) -> PaymentReply:
    """Keep that a collector reports the own cash payment as taken by mistake. The account is locked."""
    connection = work.connection
    stored = await payments.find(connection, request.payment_id)
    if stored is None or stored.payment.collector_code != request.collector_code:
        raise NotFound("Không có khoản thu này của bạn.")
    payment = stored.payment
    if payment.reversed_at is not None:
        raise AlreadyReversed("Khoản thanh toán này đã được hủy trước đó.")
    if payment.reported_at is not None:
        raise AlreadyReported("Khoản thu này đã được báo thu nhầm.")
    moment = clock()
    if not await payment_reports.add(connection, request, moment, work.actor):
        raise same_id_other_content(request.report_id)
    account = await accounts.state_of(connection, payment.customer_code)
    if account is None:
        raise NotFound("Không có khách hàng này trong sổ tính tiền.")
    return PaymentReply(payment=payment.model_copy(update={"reported_at": moment}), account=account)
