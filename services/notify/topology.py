"""What notify answers, takes in and tells: data, wired in :mod:`services.notify.app`."""

from shared.contracts.billing import NoticeIssued, PaymentRecorded, PaymentReversed
from shared.contracts.notify import GetReminders, SmsFailed, SmsSent
from shared.messaging import Topology

TOPOLOGY = Topology(
    service="notify",
    requests=[GetReminders],
    consumes=[NoticeIssued, PaymentRecorded, PaymentReversed],
    emits=[SmsSent, SmsFailed],
    broadcasts=[SmsSent, SmsFailed],
)
