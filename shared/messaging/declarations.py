"""Putting the topology onto the broker; the same from every copy, in any order, as often as one likes."""

import asyncio
from collections.abc import Iterable

from aio_pika.abc import AbstractChannel, AbstractConnection

from shared.messaging.connection import close_quietly, open_channel
from shared.messaging.errors import ClosedByBroker, QueueAway
from shared.messaging.guard import CALL_SECONDS, guarded
from shared.messaging.topology import Exchange, Queue
from shared.messaging.underlay import ChannelAccessRefused, ChannelNotFoundEntity


class Declarations:
    """Declares on a channel of its own: a declaration that fails takes its channel with it, and nothing else.

    The channel is kept for the next time, because the library forgets a closed channel only with its connection.
    """

    def __init__(self, connection: AbstractConnection) -> None:
        self._connection = connection
        self._channel: AbstractChannel | None = None
        self._lock = asyncio.Lock()
        self._of_others: set[str] = set()
        """Exchanges that this account may use and not declare."""

    async def declare(self, *, exchanges: Iterable[Exchange] = (), queues: Iterable[Queue] = ()) -> None:
        """Declare exchanges, then queues with their bindings.

        Raises :class:`TopologyMismatch` for what exists with other arguments, :class:`QueueAway` for a queue whose node
        is gone, :class:`BrokerGone`.
        """
        async with self._lock:
            channel = await self._opened()
            try:
                for exchange in exchanges:
                    if exchange.name not in self._of_others:
                        channel = await self._declare_exchange(channel, exchange)
                for queue in queues:
                    await _declare_queue(channel, queue)
            except BaseException:
                self._channel = None
                await close_quietly(channel)
                raise

    async def _declare_exchange(self, channel: AbstractChannel, exchange: Exchange) -> AbstractChannel:
        """Declare an exchange; where this account may not, the migration has. Return the channel to go on with."""
        try:
            await guarded(
                channel.declare_exchange(exchange.name, exchange.kind, durable=True),
                within=CALL_SECONDS,
                doing=f"declaring exchange {exchange.name}",
            )
        except ClosedByBroker as error:
            if not isinstance(error.__cause__, ChannelAccessRefused):
                raise
            self._of_others.add(exchange.name)
            await close_quietly(channel)
            return await self._opened()
        return channel

    async def _opened(self) -> AbstractChannel:
        if self._channel is None or self._channel.is_closed:
            self._channel = await open_channel(self._connection, purpose="declarations")
        return self._channel


async def _declare_queue(channel: AbstractChannel, queue: Queue) -> None:
    declaring = channel.declare_queue(
        queue.name, durable=True, auto_delete=queue.auto_delete, arguments=dict(queue.arguments)
    )
    try:
        declared = await guarded(declaring, within=CALL_SECONDS, doing=f"declaring queue {queue.name}")
    except ClosedByBroker as error:
        # "Not found", of a queue that is to be made: it is there already, on a node that is not.
        if isinstance(error.__cause__, ChannelNotFoundEntity):
            raise QueueAway(f"the node of {queue.name} is gone") from error
        raise
    for exchange, routing_key in queue.bindings:
        await guarded(declared.bind(exchange, routing_key), within=CALL_SECONDS, doing=f"binding queue {queue.name}")
