from services.notify.store.cut_lists import latest_lists
from shared.contracts.notify import CutLists, GetCutLists
from shared.messaging import UnitOfWork


async def get_cut_lists(request: GetCutLists, work: UnitOfWork) -> CutLists:
    """Return the latest cut-off lists."""
    return CutLists(lists=await latest_lists(work.connection, request.unit_codes, request.limit))
