from services.billing.store import accounts, payments
from shared.contracts.billing import GetPayment, PaymentReply
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import NotFound


async def get_payment(request: GetPayment, work: UnitOfWork) -> PaymentReply:
    """Return a payment as it is now, and the customer's account."""
    connection = work.connection
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        stored = await payments.find(connection, request.payment_id)
        account = await accounts.state_of(connection, stored.payment.customer_code) if stored else None
    if stored is None or account is None:
        raise NotFound("Không có khoản thanh toán này.")
    return PaymentReply(payment=stored.payment, account=account)
