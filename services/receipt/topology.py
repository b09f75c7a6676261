"""What receipt answers, takes in and tells: data, wired in :mod:`services.receipt.app`."""

from shared.contracts.billing import NoticeIssued, PaymentRecorded, PaymentReversed, ShiftClosed
from shared.contracts.receipt import (
    DocumentReady,
    GetPublicKeys,
    GetReceipt,
    ReceiptIssued,
    ReprintReceipt,
    VerifyToken,
)
from shared.messaging import Topology

TOPOLOGY = Topology(
    service="receipt",
    requests=[GetReceipt, VerifyToken, ReprintReceipt, GetPublicKeys],
    consumes=[NoticeIssued, PaymentRecorded, PaymentReversed, ShiftClosed],
    emits=[DocumentReady, ReceiptIssued],
)
