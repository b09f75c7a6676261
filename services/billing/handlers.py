"""What billing does with each message: one short function a message, bound to its collaborators in ``app.py``."""

from services.billing.noticing import issue_notice
from services.billing.paying import record_payment, reverse_payment
from services.billing.shifts import close_shift, get_shift, open_shift
from services.billing.store import accounts, bills, collection_points, payments
from shared.contracts.billing import (
    CollectionPointsReply,
    CustomerAccount,
    GetAccount,
    GetCollectionPoints,
    GetPayment,
    PaymentReply,
)
from shared.contracts.customer import CustomerChanged
from shared.contracts.receipt import ReceiptIssued, ReceiptKind
from shared.messaging.errors import PermanentError
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import NotFound

__all__ = [
    "close_shift",
    "get_account",
    "get_collection_points",
    "get_payment",
    "get_shift",
    "issue_notice",
    "keep_customer",
    "note_receipt",
    "open_shift",
    "record_payment",
    "reverse_payment",
]


async def get_account(request: GetAccount, work: UnitOfWork) -> CustomerAccount:
    """Return what a customer owes, with bills and payments as of one moment."""
    connection = work.connection
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        account = await accounts.state_of(connection, request.customer_code)
        if account is None:
            raise NotFound("Không có khách hàng này trong sổ tính tiền.")
        open_bills = await bills.open_of(connection, request.customer_code)
        if not request.history:
            return CustomerAccount(account=account, bills=open_bills, payments=[])
        paid = await bills.paid_of(connection, request.customer_code, request.history)
        latest = await payments.latest_of(connection, request.customer_code, request.history)
    by_age = sorted([*paid, *open_bills], key=lambda bill: (bill.year, bill.month, bill.cycle))
    return CustomerAccount(account=account, bills=by_age, payments=latest)


async def get_payment(request: GetPayment, work: UnitOfWork) -> PaymentReply:
    """Return a payment as it is now, and the customer's account."""
    connection = work.connection
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        stored = await payments.find(connection, request.payment_id)
        account = await accounts.state_of(connection, stored.payment.customer_code) if stored else None
    if stored is None or account is None:
        raise NotFound("Không có khoản thanh toán này.")
    return PaymentReply(payment=stored.payment, account=account)


async def get_collection_points(request: GetCollectionPoints, work: UnitOfWork) -> CollectionPointsReply:
    """Return the collection points for customers of a unit, the nearest first."""
    points = await collection_points.nearest(work.connection, request.unit_code, request.limit)
    return CollectionPointsReply(collection_points=points)


async def keep_customer(event: CustomerChanged, work: UnitOfWork) -> None:
    """Keep billing's own copy of the contract facts, so that bills are made with customer switched off."""
    await accounts.save_customer(work.connection, event.customer)


async def note_receipt(event: ReceiptIssued, work: UnitOfWork) -> None:
    """Note the receipt on its payment, so that a refusal can name it."""
    receipt = event.receipt
    if receipt.kind is not ReceiptKind.ORIGINAL:
        return
    number = f"{receipt.series} {receipt.number:08d}"
    if not await payments.set_receipt(work.connection, receipt.payment_id, receipt.receipt_id, number):
        raise PermanentError(f"receipt {receipt.receipt_id} is for a payment that was never recorded here")
