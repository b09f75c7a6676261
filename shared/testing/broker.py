"""Looking at the broker from outside, as an operator would, and leaving nothing behind on it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aio_pika import Message
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage
from aio_pika.exceptions import ChannelClosed

from shared.messaging.topology import RETRY_SECONDS, Names


class BrokerView:
    """Reads, fills, empties and deletes queues of one namespace; each call opens its own channel."""

    def __init__(self, connection: AbstractConnection, namespace: str) -> None:
        self._connection = connection
        self.names = Names(namespace)

    @asynccontextmanager
    async def channel(self) -> AsyncIterator[AbstractChannel]:
        """Open a channel for the time of the block."""
        async with self._connection.channel(on_return_raises=True) as channel:
            yield channel

    async def count(self, queue: str) -> int | None:
        """Return how many messages are ready in a queue; None when it does not exist."""
        with contextlib.suppress(ChannelClosed):
            async with self.channel() as channel:
                return (await channel.get_queue(queue)).declaration_result.message_count
        return None

    async def consumers(self, queue: str) -> int | None:
        """Return how many consumers a queue has; None when it does not exist."""
        with contextlib.suppress(ChannelClosed):
            async with self.channel() as channel:
                return (await channel.get_queue(queue)).declaration_result.consumer_count
        return None

    async def take(self, queue: str) -> AbstractIncomingMessage | None:
        """Take one message out of a queue; None when there is none."""
        async with self.channel() as channel:
            return await (await channel.get_queue(queue)).get(no_ack=True, fail=False)

    async def put(self, message: Message | bytes, *, queue: str) -> None:
        """Publish a message straight into a queue."""
        async with self.channel() as channel:
            whole = message if isinstance(message, Message) else Message(message)
            await channel.default_exchange.publish(whole, queue)

    async def delete_queue(self, queue: str) -> None:
        """Delete a queue with everything in it."""
        async with self.channel() as channel:
            await channel.queue_delete(queue)

    async def clean_up(self, services: Iterable[str], extra_queues: Iterable[str] = ()) -> None:
        """Delete the exchanges of the namespace and the queues of these services."""
        names, services = self.names, list(services)
        # Side by side: the broker takes its time for each of them, and the dead queue goes behind its source.
        await asyncio.gather(
            self._delete(extra_queues),
            *(
                self._delete(
                    [
                        names.event_queue(service),
                        names.request_queue(service),
                        *(names.retry_queue(service, seconds) for seconds in RETRY_SECONDS),
                        names.dead_queue(service),
                    ]
                )
                for service in services
            ),
        )
        async with self.channel() as channel:
            for exchange in (names.requests, names.events, names.replies, *map(names.own_exchange, services)):
                await channel.exchange_delete(exchange)

    async def _delete(self, queues: Iterable[str]) -> None:
        async with self.channel() as channel:
            for queue in queues:
                await channel.queue_delete(queue)
