from services.billing.store import bill_runs
from shared.contracts.billing import BillRuns, GetBillRuns
from shared.messaging.unit_of_work import UnitOfWork


async def get_bill_runs(request: GetBillRuns, work: UnitOfWork) -> BillRuns:
    """Return the latest bill runs over some units."""
    found = await bill_runs.listed(work.connection, request.unit_codes, request.before, request.limit)
    return BillRuns(runs=[run.told for run in found])
