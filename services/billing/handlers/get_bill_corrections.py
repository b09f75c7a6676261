from services.billing.store import corrections
from shared.contracts.billing import BillCorrections, GetBillCorrections
from shared.messaging.unit_of_work import UnitOfWork


async def get_bill_corrections(request: GetBillCorrections, work: UnitOfWork) -> BillCorrections:
    """Return corrections of a bill, of a customer or of some units, the latest first."""
    found = await corrections.listed(
        work.connection,
        bill_number=request.bill_number,
        customer_code=request.customer_code,
        unit_codes=request.unit_codes,
        before=request.before,
        limit=request.limit,
    )
    return BillCorrections(corrections=found)
