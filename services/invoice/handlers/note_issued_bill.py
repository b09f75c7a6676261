from collections.abc import Awaitable, Callable

from services.invoice.store.waiting_bills import NOTE_BILLS
from shared.contracts.billing import BillIssued
from shared.messaging import UnitOfWork


async def note_issued_bill(event: BillIssued, work: UnitOfWork, *, wake: Callable[[], Awaitable[None]]) -> None:
    """Note that the bill of a charge is to be invoiced."""
    work.write(NOTE_BILLS, [event.bill.bill_id], "")
    work.after_commit(wake)
