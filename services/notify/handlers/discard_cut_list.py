from services.notify.dunning.lists import known_list, listed
from services.notify.dunning.order_rules import require_asked
from services.notify.dunning.rules import Dunning
from services.notify.store.cut_lists import discard
from shared.clock import Clock
from shared.contracts.notify import CutListReply, DiscardCutList
from shared.messaging import UnitOfWork


async def discard_cut_list(
    request: DiscardCutList, work: UnitOfWork, *, dunning: Dunning, clock: Clock
) -> CutListReply:
    """Discard a list that nobody has approved. The list is locked."""
    connection, moment = work.connection, clock()
    require_asked(await known_list(connection, request.list_id, request.unit_codes))
    await discard(connection, request.list_id, work.actor, moment)
    return await listed(connection, request.list_id, request.unit_codes, dunning, moment)
