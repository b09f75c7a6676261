from collections.abc import Awaitable, Callable

from services.invoice.store.waiting_bills import NOTE_BILLS
from shared.contracts.billing import BillsReleased
from shared.messaging import UnitOfWork


async def note_released_bills(event: BillsReleased, work: UnitOfWork, *, wake: Callable[[], Awaitable[None]]) -> None:
    """Note that bills are to be invoiced, whether they are paid or not."""
    work.write(NOTE_BILLS, [bill.bill_id for bill in event.bills], "")
    work.after_commit(wake)
