from services.notify.store.cut_orders import orders
from shared.contracts.notify import CutOrders, GetCutOrders
from shared.messaging import UnitOfWork


async def get_cut_orders(request: GetCutOrders, work: UnitOfWork) -> CutOrders:
    """Return orders to cut and to reconnect."""
    found = await orders(
        work.connection,
        request.unit_codes,
        request.collector_code,
        request.customer_code,
        request.is_open,
        request.limit,
    )
    return CutOrders(orders=found)
