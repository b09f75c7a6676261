"""The messages of notify: what it answers, consumes and emits."""

from services.notify.handlers.approve_cut_list import approve_cut_list
from services.notify.handlers.cancel_reminders import cancel_reminders
from services.notify.handlers.change_opt_out import change_opt_out
from services.notify.handlers.discard_cut_list import discard_cut_list
from services.notify.handlers.end_complaint import end_complaint
from services.notify.handlers.erase_notify_person import erase_notify_person
from services.notify.handlers.get_cut_list import get_cut_list
from services.notify.handlers.get_cut_lists import get_cut_lists
from services.notify.handlers.get_cut_orders import get_cut_orders
from services.notify.handlers.get_cut_tasks import get_cut_tasks
from services.notify.handlers.get_due_sms import get_due_sms
from services.notify.handlers.get_dunning_case import get_dunning_case
from services.notify.handlers.get_dunning_cases import get_dunning_cases
from services.notify.handlers.get_notify_person import get_notify_person
from services.notify.handlers.get_opt_outs import get_opt_outs
from services.notify.handlers.get_order_photo import get_order_photo
from services.notify.handlers.get_receipt_links import get_receipt_links
from services.notify.handlers.get_reminders import get_reminders
from services.notify.handlers.keep_customer import keep_customer
from services.notify.handlers.keep_customers import keep_customers
from services.notify.handlers.make_cut_list import make_cut_list
from services.notify.handlers.note_agreement import note_agreement
from services.notify.handlers.note_bill import note_bill
from services.notify.handlers.note_bill_correction import note_bill_correction
from services.notify.handlers.note_complaint import note_complaint
from services.notify.handlers.note_dispute import note_dispute
from services.notify.handlers.note_issued_invoices import note_issued_invoices
from services.notify.handlers.note_released_bills import note_released_bills
from services.notify.handlers.note_visit import note_visit
from services.notify.handlers.note_waiting_credit import note_waiting_credit
from services.notify.handlers.print_warning import print_warning
from services.notify.handlers.record_delivery_reports import record_delivery_reports
from services.notify.handlers.record_warning_delivery import record_warning_delivery
from services.notify.handlers.report_cut_order import report_cut_order
from services.notify.handlers.restore_reminders import restore_reminders
from services.notify.handlers.schedule_reminder import schedule_reminder
from services.notify.handlers.send_receipt_link import send_receipt_link
from services.notify.handlers.thank_for_payment import thank_for_payment
from services.notify.handlers.withdraw_reminder import withdraw_reminder
from services.notify.locks import (
    lock_cut_list,
    lock_erased_account,
    lock_links,
    lock_number,
    lock_order_of_report,
    lock_warning_of_delivery,
)
from shared.contracts.billing import (
    AgreementChanged,
    BankCreditWaiting,
    BillCorrected,
    BillDisputeChanged,
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
    VisitRecorded,
    VisitWithdrawn,
)
from shared.contracts.invoice import InvoicesIssued
from shared.contracts.notify import (
    ApproveCutList,
    ChangeOptOut,
    CutOrderChanged,
    CutWarningWanted,
    DiscardCutList,
    EraseNotifyPerson,
    GetCutList,
    GetCutLists,
    GetCutOrders,
    GetCutTasks,
    GetDueSms,
    GetDunning,
    GetDunningCases,
    GetNotifyPerson,
    GetOptOuts,
    GetOrderPhoto,
    GetReceiptLinks,
    GetReminders,
    MakeCutList,
    PrintWarning,
    RecordDeliveryReports,
    RecordWarningDelivery,
    ReportCutOrder,
    SendReceiptLink,
    SmsFailed,
    SmsSent,
)
from shared.contracts.receipt import ReceiptIssued
from shared.idempotency import Idempotency
from shared.messaging import Access, EventHandler, Lock, RequestHandler, Topology


def _account(
    event: BillCorrected | BillDisputeChanged | BillIssued | NoticeIssued | PaymentRecorded | PaymentReversed,
) -> str:
    return event.account.customer_code


def _visited(event: VisitRecorded | VisitWithdrawn) -> str:
    return event.visit.customer_code


def _complaining(event: ComplaintRecorded | ComplaintSettled) -> str:
    return event.customer_code


def _changed(event: CustomerChanged) -> str:
    return event.customer.customer_code


def _agreed(event: AgreementChanged) -> str:
    return event.agreement.customer_code


def _receipted(event: ReceiptIssued) -> str:
    return event.receipt.customer_code


TOPOLOGY = Topology(
    service="notify",
    handlers=[
        RequestHandler(GetReminders, get_reminders, access=Access.READ_ONLY),
        RequestHandler(GetReceiptLinks, get_receipt_links, access=Access.READ_ONLY),
        RequestHandler(
            SendReceiptLink,
            send_receipt_link,
            # The gateway of a version before does not name the bills.
            idempotency=Idempotency("link_id", lock=lock_links, ignored={"bill_ids"}),
        ),
        RequestHandler(GetDunning, get_dunning_case, access=Access.READ_ONLY),
        RequestHandler(GetDunningCases, get_dunning_cases, access=Access.READ_ONLY),
        RequestHandler(
            RecordWarningDelivery,
            record_warning_delivery,
            idempotency=Idempotency("delivery_id", lock=lock_warning_of_delivery, ignored={"delivered_by"}),
        ),
        RequestHandler(
            PrintWarning,
            print_warning,
            # The customer's facts may have changed between two requests: what was told first is printed.
            idempotency=Idempotency("print_id", lock=lock_warning_of_delivery, ignored={"customer"}),
        ),
        RequestHandler(MakeCutList, make_cut_list, idempotency=Idempotency("list_id", lock=lock_cut_list)),
        RequestHandler(
            ApproveCutList,
            approve_cut_list,
            idempotency=Idempotency("list_id", lock=lock_cut_list, ignored={"unit_codes"}),
        ),
        RequestHandler(
            DiscardCutList,
            discard_cut_list,
            idempotency=Idempotency("list_id", lock=lock_cut_list, ignored={"unit_codes"}),
        ),
        RequestHandler(
            ReportCutOrder,
            report_cut_order,
            idempotency=Idempotency("report_id", lock=lock_order_of_report, ignored={"collector_code", "unit_codes"}),
        ),
        RequestHandler(GetCutList, get_cut_list, access=Access.READ_ONLY),
        RequestHandler(GetCutLists, get_cut_lists, access=Access.READ_ONLY),
        RequestHandler(GetCutOrders, get_cut_orders, access=Access.READ_ONLY),
        RequestHandler(GetOrderPhoto, get_order_photo, access=Access.READ_ONLY),
        RequestHandler(GetCutTasks, get_cut_tasks, access=Access.READ_ONLY),
        RequestHandler(GetDueSms, get_due_sms, access=Access.READ_ONLY),
        RequestHandler(GetOptOuts, get_opt_outs, access=Access.READ_ONLY),
        RequestHandler(GetNotifyPerson, get_notify_person, access=Access.READ_ONLY),
        RequestHandler(
            EraseNotifyPerson, erase_notify_person, idempotency=Idempotency("request_id", lock=lock_erased_account)
        ),
        RequestHandler(ChangeOptOut, change_opt_out, idempotency=Idempotency("change_id", lock=lock_number)),
        # Whether a report was kept before is seen by what it holds: a provider's request has no id of its own.
        RequestHandler(RecordDeliveryReports, record_delivery_reports),
        EventHandler(NoticeIssued, schedule_reminder, lock=_account, access=Access.IF_NEEDED),
        EventHandler(PaymentRecorded, cancel_reminders, lock=_account),
        EventHandler(PaymentReversed, restore_reminders, lock=_account),
        EventHandler(BillIssued, note_bill, lock=_account),
        EventHandler(BillCorrected, note_bill_correction, lock=_account),
        EventHandler(BillDisputeChanged, note_dispute, lock=_account),
        EventHandler(AgreementChanged, note_agreement, lock=_agreed),
        EventHandler(BankCreditWaiting, note_waiting_credit, lock=Lock.UNKNOWN),
        EventHandler(BillsReleased, note_released_bills, lock=Lock.UNKNOWN),
        EventHandler(InvoicesIssued, note_issued_invoices, lock=Lock.NOTHING, access=Access.ONE_STATEMENT),
        EventHandler(CustomerChanged, keep_customer, lock=_changed),
        EventHandler(CustomersChanged, keep_customers, lock=Lock.UNKNOWN),
        EventHandler(ReceiptIssued, thank_for_payment, lock=_receipted, access=Access.IF_NEEDED),
        EventHandler(ComplaintRecorded, note_complaint, lock=_complaining),
        EventHandler(ComplaintSettled, end_complaint, lock=_complaining),
        EventHandler(VisitRecorded, note_visit, lock=_visited, access=Access.IF_NEEDED),
        EventHandler(VisitWithdrawn, withdraw_reminder, lock=_visited),
    ],
    emits=[SmsSent, SmsFailed, CutOrderChanged, CutWarningWanted],
    broadcasts=[SmsSent, SmsFailed],
)
