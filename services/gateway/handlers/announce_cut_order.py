"""``cut_order.changed``: the phone of whoever carries an order out learns of it, and of its withdrawal, at once."""

from services.gateway.account_updates import append
from services.gateway.dependencies import StreamNotifier
from services.gateway.stream.frames import CutOrderUpdate
from shared.clock import Clock, now
from shared.contracts.notify import CutOrderChanged
from shared.messaging import UnitOfWork


async def announce_cut_order(
    event: CutOrderChanged, work: UnitOfWork, *, notifier: StreamNotifier, clock: Clock = now
) -> None:
    """Announce an order to the phones of the collector who carries it out."""
    order = event.order
    if order.collector_code is None:
        return
    update = CutOrderUpdate(
        seq=0,
        order_id=order.order_id,
        kind=order.kind,
        customer_code=order.customer_code,
        state=order.state,
        cause=order.cause,
        due_by=order.due_by,
    )
    await append(order.collector_code, update, work, notifier, clock())
