from services.notify.store.blocked_phones import opt_outs_of
from shared.contracts.notify import GetOptOuts, OptOutsReply
from shared.messaging import UnitOfWork


async def get_opt_outs(request: GetOptOuts, work: UnitOfWork) -> OptOutsReply:
    """Return which messages a number does not get."""
    return await opt_outs_of(work.connection, request.phone)
