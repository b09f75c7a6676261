"""The messages of billing: what it answers, consumes and emits."""

from services.billing.handlers.close_shift import close_shift
from services.billing.handlers.get_account import get_account
from services.billing.handlers.get_collection_points import get_collection_points
from services.billing.handlers.get_payment import get_payment
from services.billing.handlers.get_shift import get_shift
from services.billing.handlers.issue_notice import issue_notice
from services.billing.handlers.keep_customer import keep_customer
from services.billing.handlers.note_receipt import note_receipt
from services.billing.handlers.open_shift import open_shift
from services.billing.handlers.record_payment import record_payment
from services.billing.handlers.reverse_payment import reverse_payment
from shared.contracts.billing import (
    BillIssued,
    CloseShift,
    GetAccount,
    GetCollectionPoints,
    GetPayment,
    GetShift,
    NoticeIssued,
    OpenShift,
    PaymentRecorded,
    PaymentReversed,
    RecordPayment,
    ReversePayment,
    ShiftClosed,
)
from shared.contracts.customer import CustomerChanged, VisitRecorded
from shared.contracts.receipt import ReceiptIssued
from shared.messaging import Access, EventHandler, RequestHandler, Topology

TOPOLOGY = Topology(
    service="billing",
    handlers=[
        RequestHandler(GetAccount, get_account, access=Access.READ_ONLY),
        RequestHandler(RecordPayment, record_payment),
        RequestHandler(GetPayment, get_payment, access=Access.READ_ONLY),
        RequestHandler(ReversePayment, reverse_payment),
        RequestHandler(OpenShift, open_shift),
        RequestHandler(GetShift, get_shift, access=Access.READ_ONLY),
        RequestHandler(CloseShift, close_shift),
        RequestHandler(GetCollectionPoints, get_collection_points, access=Access.READ_ONLY),
        EventHandler(CustomerChanged, keep_customer),
        EventHandler(VisitRecorded, issue_notice),
        EventHandler(ReceiptIssued, note_receipt),
    ],
    emits=[BillIssued, NoticeIssued, PaymentRecorded, PaymentReversed, ShiftClosed],
)
