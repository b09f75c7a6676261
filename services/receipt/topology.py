"""The messages of receipt: what it answers, consumes and emits."""

from services.receipt.earlier_answers import earlier_reprint
from services.receipt.handlers.get_public_keys import get_public_keys
from services.receipt.handlers.get_receipt import get_receipt
from services.receipt.handlers.get_receipt_acts import get_receipt_acts
from services.receipt.handlers.get_receipt_person import get_receipt_person
from services.receipt.handlers.issue_receipt import issue_receipt
from services.receipt.handlers.note_bill_correction import note_bill_correction
from services.receipt.handlers.note_issued_invoices import note_issued_invoices
from services.receipt.handlers.note_print import note_print
from services.receipt.handlers.print_agreement import print_agreement
from services.receipt.handlers.print_cut_warning import print_cut_warning
from services.receipt.handlers.print_notice import print_notice
from services.receipt.handlers.print_shift_slip import print_shift_slip
from services.receipt.handlers.reprint_receipt import reprint_receipt
from services.receipt.handlers.verify_token import verify_token
from services.receipt.handlers.void_receipt import void_receipt
from services.receipt.locks import lock_reprinted_receipt
from shared.contracts.billing import (
    AgreementWanted,
    BillCorrected,
    NoticeIssued,
    PaymentRecorded,
    PaymentReversed,
    ShiftClosed,
)
from shared.contracts.gateway import PrintJobFinished
from shared.contracts.invoice import InvoicesIssued
from shared.contracts.notify import CutWarningWanted
from shared.contracts.receipt import (
    DocumentReady,
    GetPublicKeys,
    GetReceipt,
    GetReceiptActs,
    GetReceiptPerson,
    ReceiptIssued,
    ReprintReceipt,
    VerifyToken,
)
from shared.idempotency import Idempotency
from shared.messaging import Access, EventHandler, Lock, RequestHandler, Topology


def _series(event: PaymentRecorded | PaymentReversed) -> str:
    return event.customer.unit.tax_code


def _marks(_event: InvoicesIssued) -> str:
    return "invoice marks"


TOPOLOGY = Topology(
    service="receipt",
    handlers=[
        RequestHandler(GetReceipt, get_receipt, access=Access.READ_ONLY),
        RequestHandler(GetReceiptPerson, get_receipt_person, access=Access.READ_ONLY),
        RequestHandler(GetReceiptActs, get_receipt_acts, access=Access.READ_ONLY),
        RequestHandler(VerifyToken, verify_token, access=Access.READ_ONLY),
        RequestHandler(
            ReprintReceipt,
            reprint_receipt,
            idempotency=Idempotency("reprint_id", lock=lock_reprinted_receipt, earlier_answer=earlier_reprint),
        ),
        RequestHandler(GetPublicKeys, get_public_keys, access=Access.READ_ONLY),
        # What locks no series comes first of the events of one transaction, so that the series is locked for as short
        # as can be.
        EventHandler(NoticeIssued, print_notice, lock=Lock.NOTHING, access=Access.ONE_STATEMENT),
        EventHandler(CutWarningWanted, print_cut_warning, lock=Lock.NOTHING, access=Access.ONE_STATEMENT),
        EventHandler(AgreementWanted, print_agreement, lock=Lock.NOTHING, access=Access.ONE_STATEMENT),
        EventHandler(PrintJobFinished, note_print, lock=Lock.NOTHING, access=Access.ONE_STATEMENT),
        # Numbers of a series are taken one after the other: those that come meanwhile are taken together then.
        EventHandler(PaymentRecorded, issue_receipt, lock=_series, lane="series"),
        EventHandler(PaymentReversed, void_receipt, lock=_series, lane="series"),
        EventHandler(BillCorrected, note_bill_correction, lock=Lock.NOTHING),
        # It moves the marks of invoices on, the same ones each time.
        EventHandler(InvoicesIssued, note_issued_invoices, lock=_marks, access=Access.ONE_STATEMENT),
        EventHandler(ShiftClosed, print_shift_slip, lock=Lock.NOTHING),
    ],
    emits=[DocumentReady, ReceiptIssued],
)
