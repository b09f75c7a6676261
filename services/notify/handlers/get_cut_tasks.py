from datetime import timedelta

from services.notify.domain.kinds import SHORTEST_WARNING
from services.notify.store.cut_orders import orders
from services.notify.store.cut_warnings import warnings_to_deliver
from shared.clock import Clock
from shared.contracts.notify import CutTasks, GetCutTasks
from shared.messaging import UnitOfWork

_MOST = 200


async def get_cut_tasks(request: GetCutTasks, work: UnitOfWork, *, clock: Clock) -> CutTasks:
    """Return the warnings that a collector has to deliver on paper in time, and the orders to carry out."""
    latest: timedelta = SHORTEST_WARNING
    connection = work.connection
    return CutTasks(
        warnings=await warnings_to_deliver(connection, request.collector_code, clock() + latest, _MOST),
        orders=await orders(connection, [], request.collector_code, None, True, _MOST),
    )
