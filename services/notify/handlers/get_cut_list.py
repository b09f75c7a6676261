from services.notify.dunning.lists import listed
from services.notify.dunning.rules import Dunning
from shared.clock import Clock
from shared.contracts.notify import CutListReply, GetCutList
from shared.messaging import UnitOfWork


async def get_cut_list(request: GetCutList, work: UnitOfWork, *, dunning: Dunning, clock: Clock) -> CutListReply:
    """Return a cut-off list with its customers as they stand now."""
    return await listed(work.connection, request.list_id, request.unit_codes, dunning, clock())
