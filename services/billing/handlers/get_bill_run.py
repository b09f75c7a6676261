from services.billing.bill_run import known_run
from services.billing.store import bill_run_reports, bill_runs
from shared.contracts.billing import BillRunDetails, GetBillRun
from shared.messaging.unit_of_work import UnitOfWork

_PROBLEMS = 100


async def get_bill_run(request: GetBillRun, work: UnitOfWork) -> BillRunDetails:
    """Return a bill run with what it changes and what it leaves."""
    connection = work.connection
    run = await known_run(connection, request.run_id, request.unit_codes)
    return BillRunDetails(
        run=run.told,
        problems=await bill_runs.problems(connection, request.run_id, _PROBLEMS),
        held=await bill_runs.held_within(connection, run.scope),
        report=await bill_run_reports.find(connection, request.run_id),
    )
