"""Looking at the broker from outside, as an operator would, and leaving nothing behind on it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import aiormq
from aiormq.abc import AbstractChannel, DeliveredMessage
from aiormq.exceptions import ChannelClosed
from pamqp.commands import Basic

from shared.messaging.topology import RETRY_SECONDS, Names


class BrokerView:
    """Reads, fills, empties and deletes queues of one namespace; each call opens its own channel."""

    def __init__(self, connection: "aiormq.Connection", namespace: str) -> None:
        self._connection = connection
        self.names = Names(namespace)

    @asynccontextmanager
    async def channel(self) -> AsyncIterator[AbstractChannel]:
        """Open a channel for the time of the block."""
        channel = await self._connection.channel()
        try:
            yield channel
        finally:
            await channel.close()

    async def count(self, queue: str) -> int | None:
        """Return how many messages are ready in a queue; None when it does not exist."""
        with contextlib.suppress(ChannelClosed):
            async with self.channel() as channel:
                declared = await channel.queue_declare(queue, passive=True)
                return declared.message_count
        return None

    async def consumers(self, queue: str) -> int | None:
        """Return how many consumers a queue has; None when it does not exist."""
        with contextlib.suppress(ChannelClosed):
            async with self.channel() as channel:
                declared = await channel.queue_declare(queue, passive=True)
                return declared.consumer_count
        return None

    async def take(self, queue: str) -> DeliveredMessage | None:
        """Take one message out of a queue; None when there is none."""
        async with self.channel() as channel:
            message = await channel.basic_get(queue, no_ack=True)
            return None if isinstance(message.delivery, Basic.GetEmpty) else message

    async def put(
        self, body: bytes, *, queue: str = "", exchange: str = "", properties: Basic.Properties | None = None
    ) -> None:
        """Publish a message, by default straight into a queue."""
        async with self.channel() as channel:
            await channel.basic_publish(
                body, exchange=exchange, routing_key=queue, properties=properties, mandatory=True
            )

    async def delete_queue(self, queue: str) -> None:
        """Delete a queue with everything in it."""
        async with self.channel() as channel:
            await channel.queue_delete(queue)

    async def clean_up(self, services: Iterable[str], extra_queues: Iterable[str] = ()) -> None:
        """Delete the exchanges of the namespace and the queues of these services."""
        names = self.names
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
            for exchange in (names.requests, names.events):
                await channel.exchange_delete(exchange)

    async def _delete(self, queues: Iterable[str]) -> None:
        async with self.channel() as channel:
            for queue in queues:
                await channel.queue_delete(queue)
