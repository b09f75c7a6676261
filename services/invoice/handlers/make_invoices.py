from collections.abc import Awaitable, Callable

from services.invoice.batch import BatchOptions, make_batch
from services.invoice.store import waiting_bills
from shared.clock import Clock
from shared.contracts.billing import BillsTold
from shared.messaging import UnitOfWork


async def make_invoices(
    event: BillsTold, work: UnitOfWork, *, options: BatchOptions, wake: Callable[[], Awaitable[None]], clock: Clock
) -> None:
    """Make the invoices of bills that wait for them; repeated, it finds nothing that waits."""
    batch = await waiting_bills.of_bills(work.connection, event.wanted)
    await make_batch(work.connection, batch, event.bills, options, clock())
    work.after_commit(wake)
