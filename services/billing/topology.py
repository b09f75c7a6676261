"""What billing answers, takes in and tells: data, wired in :mod:`services.billing.app`."""

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
from shared.messaging import Topology

TOPOLOGY = Topology(
    service="billing",
    requests=[
        GetAccount,
        RecordPayment,
        GetPayment,
        ReversePayment,
        OpenShift,
        GetShift,
        CloseShift,
        GetCollectionPoints,
    ],
    consumes=[CustomerChanged, VisitRecorded, ReceiptIssued],
    emits=[BillIssued, NoticeIssued, PaymentRecorded, PaymentReversed, ShiftClosed],
)
