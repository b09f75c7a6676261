"""The messages of notify: what it answers, consumes and emits."""

from services.notify.handlers.cancel_reminders import cancel_reminders
from services.notify.handlers.change_opt_out import change_opt_out
from services.notify.handlers.end_complaint import end_complaint
from services.notify.handlers.get_opt_outs import get_opt_outs
from services.notify.handlers.get_receipt_links import get_receipt_links
from services.notify.handlers.get_reminders import get_reminders
from services.notify.handlers.keep_customer import keep_customer
from services.notify.handlers.keep_customers import keep_customers
from services.notify.handlers.note_bill import note_bill
from services.notify.handlers.note_bill_correction import note_bill_correction
from services.notify.handlers.note_complaint import note_complaint
from services.notify.handlers.note_released_bills import note_released_bills
from services.notify.handlers.record_delivery_reports import record_delivery_reports
from services.notify.handlers.restore_reminders import restore_reminders
from services.notify.handlers.schedule_reminder import schedule_reminder
from services.notify.handlers.send_receipt_link import send_receipt_link
from services.notify.handlers.thank_for_payment import thank_for_payment
from services.notify.handlers.withdraw_reminder import withdraw_reminder
from services.notify.locks import lock_links, lock_number
from shared.contracts.billing import (
    BillCorrected,
    BillIssued,
    BillsReleased,
    NoticeIssued,
    PaymentRecorded,
    PaymentReversed,
)
from shared.contracts.customer import (
    ComplaintRecorded,
    ComplaintSettled,
    CustomerChanged,
    CustomersChanged,
    VisitWithdrawn,
)
from shared.contracts.notify import (
    ChangeOptOut,
    GetOptOuts,
    GetReceiptLinks,
    GetReminders,
    RecordDeliveryReports,
    SendReceiptLink,
    SmsFailed,
    SmsSent,
)
from shared.contracts.receipt import ReceiptIssued
from shared.idempotency import Idempotency
from shared.messaging import Access, EventHandler, Lock, RequestHandler, Topology


def _account(event: BillCorrected | BillIssued | NoticeIssued | PaymentRecorded | PaymentReversed) -> str:
    return event.account.customer_code


def _visited(event: VisitWithdrawn) -> str:
    return event.visit.customer_code


def _complaining(event: ComplaintRecorded | ComplaintSettled) -> str:
    return event.customer_code


def _changed(event: CustomerChanged) -> str:
    return event.customer.customer_code


def _receipted(event: ReceiptIssued) -> str:
    return event.receipt.customer_code


TOPOLOGY = Topology(
    service="notify",
    handlers=[
        RequestHandler(GetReminders, get_reminders, access=Access.READ_ONLY),
        RequestHandler(GetReceiptLinks, get_receipt_links, access=Access.READ_ONLY),
        RequestHandler(SendReceiptLink, send_receipt_link, idempotency=Idempotency("link_id", lock=lock_links)),
        RequestHandler(GetOptOuts, get_opt_outs, access=Access.READ_ONLY),
        RequestHandler(ChangeOptOut, change_opt_out, idempotency=Idempotency("change_id", lock=lock_number)),
        # Whether a report was kept before is seen by what it holds: a provider's request has no id of its own.
        RequestHandler(RecordDeliveryReports, record_delivery_reports),
        EventHandler(NoticeIssued, schedule_reminder, lock=_account, access=Access.IF_NEEDED),
        EventHandler(PaymentRecorded, cancel_reminders, lock=_account),
        EventHandler(PaymentReversed, restore_reminders, lock=_account),
        EventHandler(BillIssued, note_bill, lock=_account),
        EventHandler(BillCorrected, note_bill_correction, lock=_account),
        EventHandler(BillsReleased, note_released_bills, lock=Lock.UNKNOWN),
        EventHandler(CustomerChanged, keep_customer, lock=_changed),
        EventHandler(CustomersChanged, keep_customers, lock=Lock.UNKNOWN),
        EventHandler(ReceiptIssued, thank_for_payment, lock=_receipted, access=Access.IF_NEEDED),
        EventHandler(ComplaintRecorded, note_complaint, lock=_complaining),
        EventHandler(ComplaintSettled, end_complaint, lock=_complaining),
        EventHandler(VisitWithdrawn, withdraw_reminder, lock=_visited),
    ],
    emits=[SmsSent, SmsFailed],
    broadcasts=[SmsSent, SmsFailed],
)
