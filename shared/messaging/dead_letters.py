"""The events that a service dead-lettered: looking at them, sending them through their queue again, dropping them.

Looking takes the letters off the queue; when the session ends, the broker puts them back where they were, a moment
later. Other operators do not see them meanwhile. What dies with the process is put back by the broker.
"""

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractQueue
from aio_pika.exceptions import ChannelNotFoundEntity
from pydantic import SecretStr

from shared.messaging import envelope
from shared.messaging.broker_version import check_broker
from shared.messaging.connection import close_quietly, open_channel, open_connection, server_properties
from shared.messaging.guard import CALL_SECONDS, guarded
from shared.messaging.topology import Names
from shared.messaging.underlay import Delivered, get, publish

LOOKED_AT = 10_000
"""Letters of one queue that are held at the same time at most."""

_OF_ITS_DEATH = frozenset(
    {envelope.ATTEMPT, envelope.FIRST_FAILED, envelope.DEAD_AT, envelope.REASON, envelope.ERROR, "x-opt-deaths"}
)

REDRIVEN = "x-redriven"
"""How often an operator has sent the event through its queue again."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that was dead-lettered."""

    service: str
    """Whose handler failed on it."""

    delivered: Delivered

    @property
    def id(self) -> str:
        """The event's id; of a message that is none of ours, its hash."""
        found = self._header(envelope.MESSAGE_ID)
        return found if isinstance(found, str) else f"sha256-{self.body_hash[:16]}"

    @property
    def kind(self) -> str:
        """Name and version of the event, as it was sent."""
        return self.delivered.header.properties.message_type or "unknown"

    @property
    def reason(self) -> str:
        """Why it was dead-lettered: our word, or the broker's where it died without us (``delivery-limit``)."""
        found = self._header(envelope.REASON)
        if isinstance(found, str) and self._header(envelope.DEAD_AT) is not None:
            return found
        return self._brokers_word()[0]

    @property
    def error(self) -> str | None:
        """Type of the last error."""
        found = self._header(envelope.ERROR)
        return found if isinstance(found, str) else None

    @property
    def attempt(self) -> int:
        """Deliveries that were counted, 1 for an event that was dead-lettered at once."""
        found = self._header(envelope.ATTEMPT)
        return found if isinstance(found, int) else 1

    @property
    def dead_at(self) -> datetime | None:
        """When it was dead-lettered (UTC); None where nobody wrote it down."""
        found = self._header(envelope.DEAD_AT)
        if isinstance(found, int):
            return datetime.fromtimestamp(found / 1000, UTC)
        return self._brokers_word()[1]

    @property
    def redriven(self) -> int:
        """How often it was sent through its queue again."""
        found = self._header(REDRIVEN)
        return found if isinstance(found, int) else 0

    @property
    def body_hash(self) -> str:
        """SHA-256 of the body, in hexadecimal digits."""
        return hashlib.sha256(self.delivered.body).hexdigest()

    @property
    def content(self) -> Any:
        """The body as JSON value; where it is none, ``{"base64": …}`` with its bytes."""
        try:
            return json.loads(self.delivered.body)
        except ValueError:
            return {"base64": base64.b64encode(self.delivered.body).decode()}

    @property
    def headers(self) -> dict[str, Any]:
        """Everything that travels around the body."""
        properties = self.delivered.header.properties
        own = {
            "type": properties.message_type,
            "app_id": properties.app_id,
            "correlation_id": properties.correlation_id,
            "message_id": properties.message_id,
            "timestamp": properties.timestamp,
            "content_type": properties.content_type,
        }
        return {**{key: value for key, value in own.items() if value is not None}, **(properties.headers or {})}

    def _header(self, name: str) -> Any:
        return (self.delivered.header.properties.headers or {}).get(name)

    def _brokers_word(self) -> tuple[str, datetime | None]:
        deaths = self._header("x-death")
        if isinstance(deaths, list) and deaths and isinstance(deaths[0], dict):
            when = deaths[0].get("time")
            reason = str(deaths[0].get("reason", "unknown")).replace("_", "-")
            return reason, when.replace(tzinfo=when.tzinfo or UTC) if isinstance(when, datetime) else None
        return "unknown", None


class DeadLetterSession:
    """Works on the dead queues of one namespace; made by :func:`open_dead_letters`."""

    def __init__(self, connection: AbstractConnection, names: Names) -> None:
        self._connection = connection
        self._names = names
        self._channels = AsyncExitStack()

    async def count(self, service: str) -> int | None:
        """Return how many letters wait; None where the service has no dead queue."""
        async with self._channel() as channel:
            try:
                queue = await guarded(
                    _existing(channel, self._names.dead_queue(service)), within=CALL_SECONDS, doing="counting"
                )
            except _NoQueue:
                return None
            return queue.declaration_result.message_count or 0

    async def take(self, service: str, *, limit: int = LOOKED_AT) -> list[DeadLetter]:
        """Take dead letters of a service, the oldest first; what is not settled goes back at the end."""
        if not await self.count(service):
            return []
        channel = await self._channels.enter_async_context(self._channel())
        letters: list[DeadLetter] = []
        while len(letters) < limit:
            delivered = await get(channel, self._names.dead_queue(service))
            if delivered is None:
                break
            letters.append(DeadLetter(service, delivered))
        return letters

    async def redrive(self, letter: DeadLetter) -> None:
        """Send an event through its service's queue as if for the first time; only then take it off the dead queue.

        Where the end of it is lost, the event is there twice and the inbox lets one take effect. Raises
        :class:`BrokerGone`, :class:`Unroutable` (the service's queue is gone), :class:`Rejected`.
        """
        properties = envelope.forwarded(letter.delivered, {REDRIVEN: letter.redriven + 1})
        properties.headers = {k: v for k, v in (properties.headers or {}).items() if k not in _OF_ITS_DEATH}
        await publish(
            letter.delivered.channel,
            letter.delivered.body,
            properties,
            routing_key=self._names.event_queue(letter.service),
            mandatory=True,
            within=CALL_SECONDS,
            doing="sending a dead letter again",
        )
        await self.drop(letter)

    async def drop(self, letter: DeadLetter) -> None:
        """Take a letter off the dead queue for good. Raises :class:`BrokerGone`."""
        await guarded(
            letter.delivered.channel.basic_ack(letter.delivered.delivery_tag or 0),
            within=CALL_SECONDS,
            doing="removing a dead letter",
        )

    async def close(self) -> None:
        """Put back what was not settled."""
        await self._channels.aclose()

    @asynccontextmanager
    async def _channel(self) -> AsyncIterator[AbstractChannel]:
        channel = await open_channel(self._connection, purpose="dead letters", confirms=True)
        try:
            yield channel
        finally:
            # The broker puts back what was taken over a channel and not settled.
            await close_quietly(channel)


class _NoQueue(Exception):
    pass


async def _existing(channel: AbstractChannel, queue: str) -> AbstractQueue:
    try:
        return await channel.get_queue(queue)
    except ChannelNotFoundEntity:
        raise _NoQueue from None


@asynccontextmanager
async def open_dead_letters(amqp_url: SecretStr, namespace: str) -> AsyncIterator[DeadLetterSession]:
    """Connect to the broker for the time of the block. Raises :class:`BrokerGone`, :class:`UnsupportedBroker`."""
    connection = await open_connection(amqp_url, name=f"{namespace} dead letters")
    try:
        check_broker(server_properties(connection))
        session = DeadLetterSession(connection, Names(namespace))
        try:
            yield session
        finally:
            await session.close()
    finally:
        await close_quietly(connection)
