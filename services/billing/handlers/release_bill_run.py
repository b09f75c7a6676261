"""Another person confirms what a bill run comes to."""

from services.billing.bill_run import confirm_run, emit_steps
from services.billing.runs.rules import RunState
from services.billing.tariffs.models import Tariffs
from shared.clock import Clock
from shared.contracts.billing import BillRunReply, ReleaseBillRun
from shared.messaging.unit_of_work import UnitOfWork


async def release_bill_run(
    request: ReleaseBillRun, work: UnitOfWork, *, tariffs: Tariffs, clock: Clock
) -> BillRunReply:
    """Have the drafts of a run become bills. The run is locked."""
    run = await confirm_run(work, request.run_id, request.bills, request.total, tariffs, clock())
    if run.state is RunState.RELEASING:
        await emit_steps(work, request.run_id)
    return BillRunReply(run=run.told)
