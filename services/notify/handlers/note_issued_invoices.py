from services.notify.domain.verdict import Limits
from services.notify.store.issued_invoices import add_invoices
from shared.contracts.invoice import InvoicesIssued
from shared.messaging import UnitOfWork


async def note_issued_invoices(event: InvoicesIssued, work: UnitOfWork, *, limits: Limits) -> None:
    """Keep the invoices of bills where any unit wants its messages to lead to them."""
    if limits.has_invoice_links:
        add_invoices(work, event)
