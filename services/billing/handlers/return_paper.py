from services.billing.shifts.rules import known_reversal
from services.billing.store import reversals
from shared.clock import Clock
from shared.contracts.billing import ReturnPaper, ReversalReply
from shared.messaging.unit_of_work import UnitOfWork


async def return_paper(request: ReturnPaper, work: UnitOfWork, *, clock: Clock) -> ReversalReply:
    """Keep that the receipt on paper of a payment that was taken back is at the office. The paper is locked."""
    await reversals.return_paper(work.connection, request.reversal_id, clock(), work.actor)
    return ReversalReply(reversal=known_reversal(await reversals.find(work.connection, request.reversal_id)))
