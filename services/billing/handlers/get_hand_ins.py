from services.billing.store import hand_ins
from shared.contracts.billing import GetHandIns, HandIns
from shared.messaging.unit_of_work import UnitOfWork


async def get_hand_ins(request: GetHandIns, work: UnitOfWork) -> HandIns:
    """Return hand-ins of a shift, of a collector, or of all."""
    return HandIns(hand_ins=await hand_ins.listed(work.connection, request))
