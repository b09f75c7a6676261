"""What a handler is given: its transaction, the facts about the message, and the way to say what has happened."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from shared.contracts.message import Event
from shared.db.pool import Connection
from shared.ids import new_id
from shared.messaging import context as contexts
from shared.messaging.codec import encode_event
from shared.messaging.outbox import OutboxRow, insert_rows

log = structlog.get_logger(__name__)

_FLUSH_AT = 500
"""Events kept in memory before they are written, for imports that emit many."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """The facts about the message being handled."""

    message_id: UUID
    """Logical id of the message: the same however often it is sent or delivered."""

    correlation_id: str
    causation_id: str | None = None
    """Id of the message whose handling created this one."""

    deadline: float | None = None
    """When the requester stops waiting, in seconds since 1970; None for events."""

    sender: str = ""
    """Name of the service that sent it."""

    attempt: int = 1
    """1 for the first delivery, counted by ourselves."""

    traceparent: str | None = None


class UnitOfWork:
    """One unit of work: everything done with it is committed together or not at all."""

    __slots__ = ("_after", "_connection", "_emitted", "_notify", "_pending", "_writable", "metadata")

    def __init__(
        self, connection: Connection | None, metadata: Metadata, *, writable: bool = True, notify: bool = True
    ) -> None:
        self._connection = connection
        self._writable = writable
        self._notify = notify
        self._pending: list[OutboxRow] = []
        self._after: list[Callable[[], Awaitable[None]]] = []
        self._emitted = 0
        self.metadata = metadata

    @property
    def connection(self) -> Connection:
        """The database connection, inside the transaction (read-only handlers: without one)."""
        if self._connection is None:
            raise RuntimeError("this handler is declared to need no database")
        return self._connection

    @property
    def traceparent(self) -> str | None:
        """W3C trace context of what is being done, to be kept with what goes on later."""
        context = contexts.current()
        return self.metadata.traceparent if context is None else context.traceparent

    @property
    def emitted(self) -> int:
        """Number of events emitted so far."""
        return self._emitted

    async def emit(self, event: Event, *, aggregate: str | None = None, not_before: datetime | None = None) -> UUID:
        """Say that ``event`` has happened, if and when this work commits; return the id it will travel under.

        ``aggregate`` names the thing that it is about (for example a customer code): events of one aggregate are
        handled in the order of their emission by each consumer, as far as the broker keeps order. Take the row lock
        of the aggregate before emitting. ``not_before`` holds the event back until then.

        Raises :class:`~shared.messaging.errors.MessageTooLarge` over 256 KiB.
        """
        if not self._writable:
            raise RuntimeError("a read-only handler cannot emit events")
        context = contexts.current()
        message_id = new_id()
        self._pending.append(
            OutboxRow(
                message_id=message_id,
                routing_key=event.routing_key(),
                aggregate=aggregate,
                correlation_id=self.metadata.correlation_id,
                causation_id=None if context is None else context.message_id,
                traceparent=self.traceparent,
                not_before=not_before,
                body=encode_event(event),
            )
        )
        self._emitted += 1
        if len(self._pending) >= _FLUSH_AT:
            await self.flush()
        return message_id

    def after_commit(self, callback: Callable[[], Awaitable[None]]) -> None:
        """Call ``callback`` once this work has committed; never when it was undone, and not at all after a crash.

        For wake-ups and the like, whose loss costs time and nothing else; what it raises is logged.
        """
        self._after.append(callback)

    async def committed(self) -> None:
        """Run what was to be called after the commit; done for you."""
        for callback in self._after:
            try:
                await callback()
            except Exception:
                log.exception("after_commit_failed")

    async def flush(self) -> None:
        """Write the emitted events into the outbox now; done for you before the commit."""
        await flush([self])

    def take_pending(self) -> list[OutboxRow]:
        """Give away the events that are not written yet, in the order of their emission."""
        rows, self._pending = self._pending, []
        return rows

    @property
    def notify(self) -> bool:
        """Whether the relay is in another process and has to be told."""
        return self._notify


async def flush(works: Sequence[UnitOfWork]) -> None:
    """Write what works of one transaction have emitted into the outbox, in the order of the works."""
    rows = [row for work in works for row in work.take_pending()]
    if rows:
        await insert_rows(works[0].connection, rows, notify=works[0].notify)
