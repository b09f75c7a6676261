"""The messages of notify: what it answers, consumes and emits."""

from services.notify.handlers.cancel_reminders import cancel_reminders
from services.notify.handlers.get_reminders import get_reminders
from services.notify.handlers.restore_reminders import restore_reminders
from services.notify.handlers.schedule_reminder import schedule_reminder
from shared.contracts.billing import NoticeIssued, PaymentRecorded, PaymentReversed
from shared.contracts.notify import GetReminders, SmsFailed, SmsSent
from shared.messaging import Access, EventHandler, RequestHandler, Topology

TOPOLOGY = Topology(
    service="notify",
    handlers=[
        RequestHandler(GetReminders, get_reminders, access=Access.READ_ONLY),
        EventHandler(NoticeIssued, schedule_reminder),
        EventHandler(PaymentRecorded, cancel_reminders),
        EventHandler(PaymentReversed, restore_reminders),
    ],
    emits=[SmsSent, SmsFailed],
    broadcasts=[SmsSent, SmsFailed],
)
