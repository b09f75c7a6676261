from services.billing.bill_run import end_without_bills, known_run
from shared.clock import Clock
from shared.contracts.billing import BillRunReply, DiscardBillRun
from shared.messaging.unit_of_work import UnitOfWork


async def discard_bill_run(request: DiscardBillRun, work: UnitOfWork, *, clock: Clock) -> BillRunReply:
    """End a run without bills. The run is locked; its drafts are dropped once nobody is at them any more."""
    await end_without_bills(work, request.run_id, clock())
    return BillRunReply(run=(await known_run(work.connection, request.run_id)).told)
