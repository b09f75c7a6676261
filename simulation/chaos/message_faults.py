"""Faults that are done to the messages themselves: delivered again, late, in another order, or unreadable."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import aio_pika
import asyncpg
from aio_pika.abc import AbstractExchange, AbstractIncomingMessage, AbstractQueue

from shared.messaging import envelope
from shared.messaging.envelope import attempt_id
from shared.messaging.topology import Names
from simulation.chaos.plan import Fault
from simulation.chaos.testbed import ChaosTestbed
from simulation.chaos.topologies import TOPOLOGIES

POISON_MARK = "chaos-poison"

CONSUMED: Mapping[str, list[str]] = {
    service: [event.routing_key() for event in topology.consumes] for service, topology in TOPOLOGIES.items()
}
"""Service → routing keys of the events that it consumes."""

_ARCHIVED = """
SELECT message_id, routing_key, aggregate, correlation_id, causation_id, body
FROM (
    SELECT *, row_number() OVER (PARTITION BY routing_key ORDER BY random()) AS place
    FROM outbox
    WHERE published_at IS NOT NULL
) AS archived
WHERE place <= $1
"""
"""Some of each kind: the kinds that are many (customers, bills) would leave nothing for the others."""

ENOUGH_TO_SHUFFLE = 10
"""Events that should wait before they are given back in another order."""

_LONGER_SECONDS = 15.0
_LISTEN_SECONDS = 0.2

_BROKER_SECONDS = 30
"""How long the broker is waited for: other faults stop it at the same time, and the machine has much to do."""


class MessageFaults:
    """Each method does one kind of fault on the queues, as a broken network or broker would, and returns when it is
    healed. It works past the services' own connections.
    """

    def __init__(self, testbed: ChaosTestbed, rng: random.Random) -> None:
        self._testbed = testbed
        self._names = Names(testbed.namespace)
        self._rng = rng
        self.duplicated = 0
        self.reordered = 0
        """Events that were delivered at another place than their own."""
        self.unreadable: set[bytes] = set()
        """Bodies of what we made nobody able to read: they, and nothing else, have to be found dead."""
        self.deleted: set[tuple[str, str]] = set()
        """Service and message id of each event that was deleted while it waited for the service."""

    # --- again

    async def duplicate(self, fault: Fault) -> None:
        """Deliver each event that is published meanwhile again at once, and then some of each kind of the whole run."""
        async with await self._connected() as connection:
            channel = await connection.channel()
            exchange = await channel.get_exchange(self._names.events, ensure=False)
            tap = await channel.declare_queue(exclusive=True, arguments={"x-queue-type": "classic"})
            await tap.bind(exchange, "#")
            published: list[AbstractIncomingMessage] = []
            ours: set[str | None] = set()

            async def collect(message: AbstractIncomingMessage) -> None:
                # What this fault has published itself reaches the tap, too.
                if message.message_id not in ours:
                    published.append(message)

            tag = await tap.consume(collect, no_ack=True)
            end = asyncio.get_running_loop().time() + fault.lasts
            while asyncio.get_running_loop().time() < end:
                await asyncio.sleep(_LISTEN_SECONDS)
                again = [_copy(message) for message in published for _ in range(self._rng.randint(1, 2))]
                published.clear()
                ours.update(message.message_id for message in again)
                await self._publish(exchange, again)
            await tap.cancel(tag)
            await tap.delete(if_empty=False)
            archived = [await self._archived(url, fault.size % 60) for url in self._testbed.database_urls().values()]
            late = [message for messages in archived for message in messages]
            self._rng.shuffle(late)
            await self._publish(exchange, late)

    async def _publish(self, exchange: AbstractExchange, messages: Sequence[aio_pika.Message]) -> None:
        await asyncio.gather(
            *(
                exchange.publish(message, routing_key=message.type or "", mandatory=False, timeout=_BROKER_SECONDS)
                for message in messages
            )
        )
        self.duplicated += len(messages)

    async def _archived(self, database_url: str, count: int) -> list[aio_pika.Message]:
        """Return up to ``count`` events of each kind that a service emitted in the run, as its relay sent them."""
        connection = await asyncpg.connect(database_url, timeout=10)
        try:
            return [_as_sent(row) for row in await connection.fetch(_ARCHIVED, count)]
        finally:
            await connection.close(timeout=5)

    # --- in another order

    async def reorder(self, fault: Fault) -> None:
        """Have a service's events wait in a queue of ours, then give them to it in another order."""
        queue = self._names.event_queue(fault.target)
        held = f"{queue}.held"
        await self._hold(fault, held, ENOUGH_TO_SHUFFLE)
        await self._release(held, queue)

    async def _hold(self, fault: Fault, held: str, enough: int) -> None:
        """Have a service's events wait in the queue ``held`` until they are enough; then they take their way again."""
        queue = self._names.event_queue(fault.target)
        async with await self._connected() as connection:
            # Durable: it holds what the outbox counts as sent.
            channel = await connection.channel()
            await channel.declare_queue(held, durable=True, arguments={"x-queue-type": "classic"})
        await self._lead(fault.target, into=held, out_of=queue)
        try:
            await asyncio.sleep(fault.lasts)
            await self._until_waiting(held, enough)
        finally:
            await self._lead(fault.target, into=queue, out_of=held)

    async def _lead(self, service: str, *, into: str, out_of: str) -> None:
        """Bind first, then unbind: an event in between goes both ways, and none is lost."""
        async with await self._connected() as connection:
            channel = await connection.channel()
            for key in CONSUMED[service]:
                await (await channel.get_queue(into, ensure=False)).bind(self._names.events, key)
            for key in CONSUMED[service]:
                await (await channel.get_queue(out_of, ensure=False)).unbind(self._names.events, key)

    async def _until_waiting(self, queue: str, enough: int) -> None:
        """Wait a little longer where too few messages wait in a queue to make a difference."""
        end = asyncio.get_running_loop().time() + _LONGER_SECONDS
        async with await self._connected() as connection:
            channel = await connection.channel()
            while asyncio.get_running_loop().time() < end:
                declared = await channel.declare_queue(queue, passive=True)
                if (declared.declaration_result.message_count or 0) >= enough:
                    return
                await asyncio.sleep(_LISTEN_SECONDS)

    async def _release(self, held: str, queue: str) -> None:
        async with await self._connected() as connection:
            channel = await connection.channel()
            waiting = await channel.get_queue(held, ensure=False)
            inorder = await _taken(waiting)
            shuffled = self._rng.sample(inorder, len(inorder))
            if shuffled == inorder or self._rng.random() < 0.3:
                shuffled = inorder[::-1]
            # In this order, without waiting for each confirm: all leave over one channel.
            await asyncio.gather(
                *(
                    channel.default_exchange.publish(_copy(message), routing_key=queue, timeout=_BROKER_SECONDS)
                    for message in shuffled
                )
            )
            self.reordered += sum(before is not after for before, after in zip(inorder, shuffled, strict=True))
            # Only now: had this process died before, all would still be there.
            await waiting.delete(if_empty=False)

    # --- unreadable

    async def poison(self, fault: Fault) -> None:
        """Put messages into a service's queue that nobody can read, each in another way."""
        async with await self._connected() as connection:
            channel = await connection.channel()
            for message in _unreadable(CONSUMED[fault.target][0]):
                self.unreadable.add(message.body)
                queue = self._names.event_queue(fault.target)
                await channel.default_exchange.publish(message, routing_key=queue, timeout=_BROKER_SECONDS)

    # --- deleted

    async def empty_queue(self, fault: Fault) -> None:
        """Have a service's events wait in a queue of ours, then delete them, as an operator does by mistake.

        The service goes on meanwhile: were it stopped, no event would come for one that the phones talk to.
        """
        emptied = f"{self._names.event_queue(fault.target)}.emptied"
        await self._hold(fault, emptied, 1)
        async with await self._connected() as connection:
            channel = await connection.channel()
            waiting = await channel.get_queue(emptied, ensure=False)
            for message in await _taken(waiting):
                self.deleted.add((fault.target, str(message.headers[envelope.MESSAGE_ID])))
            await waiting.delete(if_empty=False)

    async def _connected(self) -> aio_pika.abc.AbstractConnection:
        return await aio_pika.connect(self._testbed.stack.amqp_url, timeout=_BROKER_SECONDS)


async def _taken(queue: AbstractQueue) -> list[AbstractIncomingMessage]:
    """Take everything out of a queue into which nothing comes any more, and acknowledge nothing."""
    found = []
    while (delivered := await queue.get(no_ack=False, fail=False, timeout=_BROKER_SECONDS)) is not None:
        found.append(delivered)
    return found


def _copy(message: aio_pika.abc.AbstractMessage) -> aio_pika.Message:
    """Return the message as it was published, under another attempt's id."""
    return aio_pika.Message(
        message.body,
        headers={key: value for key, value in message.headers.items() if not key.startswith(("x-death", "x-delivery"))},
        content_type=message.content_type,
        type=message.type,
        app_id=message.app_id,
        correlation_id=message.correlation_id,
        timestamp=message.timestamp,
        delivery_mode=2,
        message_id=attempt_id(),
    )


def _as_sent(row: asyncpg.Record) -> aio_pika.Message:
    """Return an event of an outbox as it was sent, with its own id and content."""
    headers: dict[str, Any] = {envelope.MESSAGE_ID: str(row["message_id"])}
    for header, column in ((envelope.AGGREGATE, "aggregate"), (envelope.CAUSATION_ID, "causation_id")):
        if row[column] is not None:
            headers[header] = row[column]
    return aio_pika.Message(
        row["body"].encode(),
        headers=headers,
        content_type="application/json",
        type=row["routing_key"],
        correlation_id=row["correlation_id"],
        delivery_mode=2,
        message_id=attempt_id(),
    )


def _unreadable(kind: str) -> list[aio_pika.Message]:
    """Return garbage, what has another shape, and what names neither its id nor its kind.

    A ``kind`` that the service does not know is no poison: a newer copy may know it, so it waits on the ladder.
    """
    marks = [f"{POISON_MARK} {uuid4().hex}" for _ in range(4)]
    headers = {envelope.MESSAGE_ID: str(uuid4())}
    return [
        aio_pika.Message(marks[0].encode() + b"\xff\x00", type=kind, headers=dict(headers), delivery_mode=2),
        aio_pika.Message(json.dumps({"mark": marks[1]}).encode(), type=kind, headers=dict(headers), delivery_mode=2),
        aio_pika.Message(json.dumps({"mark": marks[2]}).encode(), type=kind, delivery_mode=2),
        aio_pika.Message(json.dumps({"mark": marks[3]}).encode(), headers=dict(headers), delivery_mode=2),
    ]
