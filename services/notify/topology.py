"""The messages of notify: what it answers, consumes and emits."""

from services.notify import handlers
from shared.contracts.billing import NoticeIssued, PaymentRecorded, PaymentReversed
from shared.contracts.notify import GetReminders, SmsFailed, SmsSent
from shared.messaging import Access, EventHandler, RequestHandler, Topology

TOPOLOGY = Topology(
    service="notify",
    handlers=[
        RequestHandler(GetReminders, handlers.history, access=Access.READ_ONLY),
        EventHandler(NoticeIssued, handlers.remind),
        EventHandler(PaymentRecorded, handlers.forget_paid),
        EventHandler(PaymentReversed, handlers.remember_unpaid),
    ],
    emits=[SmsSent, SmsFailed],
    broadcasts=[SmsSent, SmsFailed],
)
