"""The messages of notify: what it answers, consumes and emits."""

from services.notify.handlers.cancel_reminders import cancel_reminders
from services.notify.handlers.get_reminders import get_reminders
from services.notify.handlers.restore_reminders import restore_reminders
from services.notify.handlers.schedule_reminder import schedule_reminder
from shared.contracts.billing import NoticeIssued, PaymentRecorded, PaymentReversed
from shared.contracts.notify import GetReminders, SmsFailed, SmsSent
from shared.messaging import Access, EventHandler, RequestHandler, Topology


def _account(event: NoticeIssued | PaymentRecorded | PaymentReversed) -> str:
    return event.account.customer_code


TOPOLOGY = Topology(
    service="notify",
    handlers=[
        RequestHandler(GetReminders, get_reminders, access=Access.READ_ONLY),
        EventHandler(NoticeIssued, schedule_reminder, lock=_account),
        EventHandler(PaymentRecorded, cancel_reminders, lock=_account),
        EventHandler(PaymentReversed, restore_reminders, lock=_account),
    ],
    emits=[SmsSent, SmsFailed],
    broadcasts=[SmsSent, SmsFailed],
)
