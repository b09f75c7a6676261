from services.billing.shifts.rules import CashSettled, known_reversal
from services.billing.store import reversals
from shared.contracts.billing import GiveBackAtDesk, ReversalReply
from shared.messaging.unit_of_work import UnitOfWork


async def give_back_at_desk(request: GiveBackAtDesk, work: UnitOfWork) -> ReversalReply:
    """Keep that the office has given cash back that waited for the collector's next shift. The item is locked."""
    if not await reversals.give_back_at_office(work.connection, request.reversal_id, request.given_back_by):
        raise CashSettled("Khoản tiền này đã được trả lại và đã vào một lần quyết toán, hoặc do người khác trả.")
    return ReversalReply(reversal=known_reversal(await reversals.find(work.connection, request.reversal_id)))
