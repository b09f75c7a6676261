from services.receipt.store.issued_invoices import add_invoices
from shared.contracts.invoice import InvoicesIssued
from shared.messaging import UnitOfWork


async def note_issued_invoices(event: InvoicesIssued, work: UnitOfWork) -> None:
    """Keep the invoices of bills: the check page of a receipt names those of the bills that it settles."""
    add_invoices(work, event)
