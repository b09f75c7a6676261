"""Faults that are done to the messages themselves: delivered again, late, in another order, or unreadable."""

from __future__ import annotations

import asyncio
import json
import random
from collections import deque
from collections.abc import Mapping
from uuid import uuid4

import aio_pika
from aio_pika.abc import AbstractIncomingMessage, AbstractRobustChannel

from services.billing.topology import TOPOLOGY as BILLING
from services.customer.topology import TOPOLOGY as CUSTOMER
from services.gateway.topology import TOPOLOGY as GATEWAY
from services.notify.topology import TOPOLOGY as NOTIFY
from services.receipt.topology import TOPOLOGY as RECEIPT
from shared.messaging.envelope import attempt_id
from shared.messaging.topology import Names

MOST_KEPT = 3000
"""Events of long ago that may be delivered again."""

POISON_MARK = "chaos-poison"

HEARD: Mapping[str, str] = {
    topology.service: next(iter(topology.consumes)).routing_key()
    for topology in (BILLING, CUSTOMER, GATEWAY, NOTIFY, RECEIPT)
}
"""Service → an event that it takes in."""


class MessageTroubles:
    """Works on the queues as a broken network or broker would, past the services' own connections."""

    def __init__(self, names: Names, dice: random.Random) -> None:
        self._names = names
        self._dice = dice
        self._seen: deque[aio_pika.Message] = deque(maxlen=MOST_KEPT)
        self._keys: dict[str, str] = {}
        self.duplicated = 0
        self.reordered = 0
        self.poison: set[bytes] = set()
        """Bodies of what we made nobody able to read: they, and nothing else, may be found dead."""

    async def duplicate(self, amqp_url: str, lasts: float, size: int) -> None:
        """Listen to all events for some time; deliver them again in another order, with some of long ago."""
        async with await aio_pika.connect(amqp_url, timeout=10) as connection:
            channel = await connection.channel()
            exchange = await channel.get_exchange(self._names.events, ensure=False)
            tap = await channel.declare_queue(exclusive=True, arguments={"x-queue-type": "classic"})
            await tap.bind(exchange, "#")
            for _ in range(2):
                await asyncio.sleep(lasts / 2)
                fresh = await self._drain(tap)
                old = self._dice.sample(list(self._seen), min(len(self._seen), 20))
                again = [*fresh, *fresh[: size % 20], *old]
                self._dice.shuffle(again)
                self._seen.extend(fresh)
                for message in again:
                    key = self._keys[message.message_id or ""]
                    await exchange.publish(_copy(message), routing_key=key, mandatory=False, timeout=10)
                    self.duplicated += 1
                # What we have said ourselves was heard by the tap, too.
                await tap.purge()

    async def _drain(self, tap: aio_pika.abc.AbstractQueue) -> list[aio_pika.Message]:
        found = []
        while (delivered := await tap.get(no_ack=True, fail=False, timeout=10)) is not None:
            message = _copy(delivered)
            self._keys[message.message_id or ""] = delivered.routing_key or ""
            found.append(message)
        return found

    async def reorder(self, amqp_url: str, service: str, lasts: float) -> None:
        """Take events out of a service's queue before it does, hold them back, and return them in another order."""
        queue_name = self._names.event_queue(service)
        async with await aio_pika.connect(amqp_url, timeout=10) as connection:
            channel: AbstractRobustChannel = await connection.channel()  # type: ignore[assignment]
            queue = await channel.get_queue(queue_name, ensure=False)
            end = asyncio.get_running_loop().time() + lasts
            held: list[AbstractIncomingMessage] = []
            while asyncio.get_running_loop().time() < end:
                delivered = await queue.get(fail=False, timeout=10)
                if delivered is None:
                    await asyncio.sleep(0.005)
                else:
                    held.append(delivered)
            self._dice.shuffle(held)
            for delivered in held:
                await channel.default_exchange.publish(_copy(delivered), routing_key=queue_name, timeout=10)
                # Only now: if this process dies before, the broker delivers it as if nothing had been.
                await delivered.ack()
                self.reordered += 1

    async def spoil(self, amqp_url: str, service: str) -> None:
        """Put messages into a service's queue that nobody can read, each in another way."""
        async with await aio_pika.connect(amqp_url, timeout=10) as connection:
            channel = await connection.channel()
            for message in self._unreadable(HEARD[service]):
                self.poison.add(message.body)
                await channel.default_exchange.publish(
                    message, routing_key=self._names.event_queue(service), timeout=10
                )

    def _unreadable(self, kind: str) -> list[aio_pika.Message]:
        """Return garbage, what has another shape, and what says neither its id nor its kind.

        A ``kind`` that the service does not know is no poison: a newer copy may know it, so it waits on the ladder.
        """
        marks = [f"{POISON_MARK} {uuid4().hex}" for _ in range(4)]
        headers = {"x-message-id": str(uuid4())}
        return [
            aio_pika.Message(marks[0].encode() + b"\xff\x00", type=kind, headers=dict(headers), delivery_mode=2),
            aio_pika.Message(
                json.dumps({"mark": marks[1]}).encode(), type=kind, headers=dict(headers), delivery_mode=2
            ),
            aio_pika.Message(json.dumps({"mark": marks[2]}).encode(), type=kind, delivery_mode=2),
            aio_pika.Message(json.dumps({"mark": marks[3]}).encode(), headers=dict(headers), delivery_mode=2),
        ]


def _copy(message: aio_pika.abc.AbstractMessage) -> aio_pika.Message:
    """Return the message as it was said, under another attempt's id."""
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
