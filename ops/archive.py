"""What ``thungan events`` and the audit work with: which events of the archives a service never consumed."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import asyncpg
from pydantic import SecretStr

from ops.console import fail
from ops.system import SERVICES, RunningSystem
from shared.messaging.archive import SentEvent, unconsumed
from shared.messaging.broker_version import check_broker
from shared.messaging.connection import close_quietly, open_channel, open_connection, server_properties
from shared.messaging.errors import MessagingError
from shared.messaging.guard import CALL_SECONDS
from shared.messaging.topology import Names
from shared.messaging.underlay import Underlay, publish, underlay_of

_EMITTERS = ("invoice", *(service for service in SERVICES if service != "invoice"))
"""A receipt quotes the invoices that were known, and a lost one is recognised by that (ADR 84): they are known again
before its payment comes."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which events are meant; what is None does not matter."""

    consumer: str | None = None
    emitter: str | None = None
    message: str | None = None
    """Name of the event, with or without its version."""

    since: datetime | None = None
    until: datetime | None = None
    """When the broker had confirmed it."""

    def __post_init__(self) -> None:
        for service in (self.consumer, self.emitter):
            if service is not None and service not in SERVICES:
                fail(f"no such service: {service}; there are {', '.join(SERVICES)}", 2)

    def matches(self, event: SentEvent) -> bool:
        """Whether ``event`` is meant by its name."""
        return self.message is None or event.kind == self.message or event.kind.startswith(f"{self.message}.")


async def missing_events(
    database_urls: Mapping[str, str], selection: Selection | None = None
) -> AsyncIterator[SentEvent]:
    """Yield what was sent and not consumed, consumer by consumer, each emitter's events in their order.

    What is under way looks the same. Raises asyncpg's errors when a database is not there.
    """
    wanted = selection or Selection()
    async with AsyncExitStack() as stack:
        connections: dict[str, asyncpg.Connection[asyncpg.Record]] = {}
        for service in SERVICES:
            connections[service] = await asyncpg.connect(database_urls[service], timeout=10)
            stack.push_async_callback(connections[service].close)
        for consumer in SERVICES if wanted.consumer is None else (wanted.consumer,):
            for emitter in _EMITTERS if wanted.emitter is None else (wanted.emitter,):
                found = unconsumed(
                    emitter,
                    connections[emitter],
                    consumer,
                    connections[consumer],
                    since=wanted.since,
                    until=wanted.until,
                )
                async for event in found:
                    if wanted.matches(event):
                        yield event


class QueueSender:
    """Puts events into the queues of their consumers; made by :func:`open_sender`."""

    def __init__(self, channel: Underlay, names: Names) -> None:
        self._channel = channel
        self._names = names

    async def send(self, event: SentEvent) -> None:
        """Give an event to its consumer, and to nobody else; the broker has it when this returns.

        Raises :class:`BrokerGone`, :class:`Unroutable` (the consumer's queue is gone), :class:`Rejected`.
        """
        await publish(
            self._channel,
            event.body,
            event.properties(),
            routing_key=self._names.event_queue(event.consumer),
            mandatory=True,
            within=CALL_SECONDS,
            doing=f"sending {event.kind} to {event.consumer} again",
        )


@asynccontextmanager
async def open_sender(system: RunningSystem) -> AsyncIterator[QueueSender]:
    """Connect to the broker for the time of the block; what is wrong with it becomes one line."""
    try:
        connection = await open_connection(SecretStr(system.amqp_url), name=f"{system.namespace} events again")
        try:
            check_broker(server_properties(connection))
            channel = await open_channel(connection, purpose="events again", confirms=True)
            yield QueueSender(await underlay_of(channel), Names(system.namespace))
        finally:
            await close_quietly(connection)
    except MessagingError as error:
        fail(f"the broker: {error}")
