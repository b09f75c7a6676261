"""The messages of receipt: what it answers, consumes and emits."""

from services.receipt import handlers
from shared.contracts.billing import NoticeIssued, PaymentRecorded, PaymentReversed, ShiftClosed
from shared.contracts.receipt import (
    DocumentReady,
    GetPublicKeys,
    GetReceipt,
    ReceiptIssued,
    ReprintReceipt,
    VerifyToken,
)
from shared.messaging import Access, EventHandler, Lock, RequestHandler, Topology


def _series(event: PaymentRecorded | PaymentReversed) -> str:
    return event.customer.unit.tax_code


TOPOLOGY = Topology(
    service="receipt",
    handlers=[
        RequestHandler(GetReceipt, handlers.get_receipt, access=Access.READ_ONLY),
        RequestHandler(VerifyToken, handlers.verify, access=Access.READ_ONLY),
        RequestHandler(ReprintReceipt, handlers.reprint_receipt),
        RequestHandler(GetPublicKeys, handlers.public_keys, access=Access.NO_DATABASE),
        # What locks no series comes first of the events of one transaction, so that the series is locked for as short
        # as can be.
        EventHandler(NoticeIssued, handlers.print_notice, lock=Lock.NOTHING),
        EventHandler(PaymentRecorded, handlers.issue_receipt, lock=_series),
        EventHandler(PaymentReversed, handlers.void_receipt, lock=_series),
        EventHandler(ShiftClosed, handlers.print_shift_slip, lock=Lock.NOTHING),
    ],
    emits=[DocumentReady, ReceiptIssued],
)
