from services.receipt.store.bill_corrections import add_correction
from shared.contracts.billing import BillCorrected
from shared.messaging import UnitOfWork


async def note_bill_correction(event: BillCorrected, work: UnitOfWork) -> None:
    """Keep what followed on a bill: receipts that were given for it stay true, and their check page names it."""
    await add_correction(work.connection, event.correction)
