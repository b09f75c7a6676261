"""Putting the topology onto the broker; the same from every copy, in any order, as often as one likes."""

from collections.abc import Iterable

from aiormq.abc import AbstractChannel

from shared.messaging.guard import guarded
from shared.messaging.link import CALL_SECONDS
from shared.messaging.topology import Exchange, Queue


async def declare_exchanges(channel: AbstractChannel, exchanges: Iterable[Exchange]) -> None:
    """Declare exchanges. Raises :class:`TopologyMismatch` for one that exists as another kind."""
    for exchange in exchanges:
        await guarded(
            channel.exchange_declare(exchange.name, exchange_type=exchange.kind, durable=True),
            within=CALL_SECONDS,
            doing=f"declaring exchange {exchange.name}",
        )


async def declare_queue(channel: AbstractChannel, queue: Queue) -> None:
    """Declare a queue and bind it. Raises :class:`TopologyMismatch` when it exists with other arguments."""
    await guarded(
        channel.queue_declare(queue.name, durable=True, auto_delete=queue.auto_delete, arguments=dict(queue.arguments)),
        within=CALL_SECONDS,
        doing=f"declaring queue {queue.name}",
    )
    for exchange, routing_key in queue.bindings:
        await guarded(
            channel.queue_bind(queue.name, exchange, routing_key=routing_key),
            within=CALL_SECONDS,
            doing=f"binding queue {queue.name}",
        )
