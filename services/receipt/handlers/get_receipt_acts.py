from services.receipt.store.acts import records_of
from shared.act_records import as_acts
from shared.contracts.acts import Acts
from shared.contracts.receipt import GetReceiptActs
from shared.messaging import UnitOfWork


async def get_receipt_acts(request: GetReceiptActs, work: UnitOfWork) -> Acts:
    """Return what was done to the receipts of payments, in the order of time."""
    return Acts(acts=await as_acts(work.connection, await records_of(work.connection, request.payment_ids)))
