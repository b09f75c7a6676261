from services.notify.store.accounts import keep_account
from services.notify.store.reminders import cancel_paid
from shared.contracts.billing import BillCorrected
from shared.messaging import UnitOfWork


async def note_bill_correction(event: BillCorrected, work: UnitOfWork) -> None:
    """Keep what is owed now, which is what a reminder names when it leaves; none is sent where nothing is owed."""
    await cancel_paid(work.connection, await keep_account(work.connection, event.account))
