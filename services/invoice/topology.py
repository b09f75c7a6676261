"""The messages of invoice: what it answers, consumes and emits."""

from services.invoice.handlers.get_authority_summaries import get_authority_summaries
from services.invoice.handlers.get_invoice_person import get_invoice_person
from services.invoice.handlers.look_up_invoice import look_up_invoice
from services.invoice.handlers.make_invoices import make_invoices
from services.invoice.handlers.note_bill_correction import note_bill_correction
from services.invoice.handlers.note_issued_bill import note_issued_bill
from services.invoice.handlers.note_released_bills import note_released_bills
from shared.contracts.billing import BillCorrected, BillIssued, BillsReleased, BillsTold
from shared.contracts.invoice import BillsWanted, GetAuthoritySummaries, GetInvoicePerson, InvoicesIssued, LookUpInvoice
from shared.messaging import Access, EventHandler, Lock, RequestHandler, Topology

TOPOLOGY = Topology(
    service="invoice",
    handlers=[
        RequestHandler(LookUpInvoice, look_up_invoice, access=Access.READ_ONLY),
        EventHandler(BillsReleased, note_released_bills, lock=Lock.NOTHING, access=Access.ONE_STATEMENT),
        EventHandler(BillIssued, note_issued_bill, lock=Lock.NOTHING, access=Access.ONE_STATEMENT),
        EventHandler(BillCorrected, note_bill_correction, lock=Lock.NOTHING, access=Access.ONE_STATEMENT),
        RequestHandler(GetInvoicePerson, get_invoice_person, access=Access.READ_ONLY),
        RequestHandler(GetAuthoritySummaries, get_authority_summaries, access=Access.READ_ONLY),
        # It locks the rows of numbers of the sellers whose bills these are.
        EventHandler(BillsTold, make_invoices, lock=Lock.UNKNOWN),
    ],
    emits=[BillsWanted, InvoicesIssued],
)
