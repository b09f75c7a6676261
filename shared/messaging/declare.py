"""Putting the topology onto the broker; the same from every copy, in any order, as often as one likes.

It is done on a channel of its own that is closed afterwards: a declaration that fails or times out takes its channel
with it, and nothing else.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiormq.abc import AbstractChannel, AbstractConnection

from shared.messaging.guard import CALL_SECONDS, close_quietly, guarded
from shared.messaging.topology import Exchange, Queue


@asynccontextmanager
async def admin_channel(connection: AbstractConnection) -> AsyncIterator[AbstractChannel]:
    """Open a channel for declarations."""
    channel = await guarded(
        connection.channel(publisher_confirms=False), within=CALL_SECONDS, doing="opening a channel for declarations"
    )
    try:
        yield channel
    finally:
        await close_quietly(channel)


async def declare(
    connection: AbstractConnection, *, exchanges: Iterable[Exchange] = (), queues: Iterable[Queue] = ()
) -> None:
    """Declare exchanges, then queues with their bindings.

    Raises :class:`TopologyMismatch` for what exists with other arguments, :class:`BrokerGone`.
    """
    async with admin_channel(connection) as channel:
        for exchange in exchanges:
            await guarded(
                channel.exchange_declare(exchange.name, exchange_type=exchange.kind, durable=True),
                within=CALL_SECONDS,
                doing=f"declaring exchange {exchange.name}",
            )
        for queue in queues:
            await _declare_queue(channel, queue)


async def _declare_queue(channel: AbstractChannel, queue: Queue) -> None:
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
