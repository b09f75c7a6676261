"""A bill run is begun; its drafts are computed by whichever copies are free."""

from services.billing.bill_run import emit_steps, start_run
from services.billing.runs.rules import RunScope
from services.billing.store import bill_runs
from shared.clock import Clock
from shared.contracts.billing import BillRunReply, StartBillRun
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import NotFound


async def start_bill_run(request: StartBillRun, work: UnitOfWork, *, clock: Clock) -> BillRunReply:
    """Begin a run over what waits. Runs are locked: one begins at a time.

    Whoever works for some units begins runs over one of them alone. Raises ``RunOverlaps`` and
    :class:`~shared.problems.NotFound`.
    """
    prefix, units = request.unit_prefix, request.unit_codes
    if units and (prefix not in units or not await bill_runs.is_one_unit(work.connection, prefix)):
        raise NotFound("Không có điện lực này.")
    run = await start_run(work, request.run_id, RunScope(prefix, request.year, request.month), clock())
    await emit_steps(work, request.run_id)
    return BillRunReply(run=run.told)
