"""What a handler is given: its transaction, the facts about the message, and the way to emit events."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any
from uuid import UUID

from shared.contracts.actor import Actor, service_actor
from shared.contracts.message import Event
from shared.db.pool import Connection
from shared.db.transaction import fetch_and_commit
from shared.idempotency import NewAnswer, keep_answer
from shared.ids import new_id
from shared.messaging import context as contexts
from shared.messaging.acts import add_act
from shared.messaging.after_commit import Callback
from shared.messaging.codec import encode, within_limit
from shared.messaging.context import Context
from shared.messaging.outbox import OutboxRow, WrittenRow, insert_answered, insert_rows

_FLUSH_AT = 500
"""Events kept in memory before they are written, for imports that emit many."""
_FLUSH_BYTES = 2 << 20
"""Of their bodies together."""


class Access(Enum):
    """What a unit of work may do with the database."""

    TRANSACTION = auto()
    """Read and write in one transaction, and emit events."""

    READ_ONLY = auto()
    """Read: it gets a connection without BEGIN and COMMIT, and cannot emit."""

    NO_DATABASE = auto()
    """Nothing: it gets no connection."""

    ONE_STATEMENT = auto()
    """Of events only: either one statement that may run twice with one effect (:meth:`UnitOfWork.write`), or events.
    It gets no connection, and its entry in the inbox is made by that statement."""

    IF_NEEDED = auto()
    """Of events only: as ``ONE_STATEMENT``, and where the handler asks for the connection all the same, it is run once
    more, in a transaction. For handlers that have nothing to do for most events."""


class ConnectionNeeded(RuntimeError):
    """A handler that was begun without a database asks for one."""


@dataclass(frozen=True, slots=True)
class Write:
    """The one statement of an event; it returns a row where it has found what it is about."""

    statement: str
    arguments: tuple[Any, ...]
    otherwise: Exception | None
    """Raised where it returns no row; None where that is in order."""

    then: Callable[[Sequence[Any]], None] | None = None
    """Called with the row that it returned, where it returned one."""


class UnitOfWork:
    """Everything that is done with it is committed together, or not at all.

    It is opened, and what it holds is written, by :class:`~shared.messaging.units_of_work.UnitsOfWork`.
    """

    __slots__ = (
        "_answer",
        "_callbacks",
        "_connection",
        "_context",
        "_has_emitted",
        "_has_written",
        "_notify",
        "_pending",
        "_pending_bytes",
        "_service",
        "_writable",
        "_write",
    )

    def __init__(
        self,
        connection: Connection | None,
        context: Context,
        *,
        writable: bool = True,
        notify: bool = True,
        service: str = "",
    ) -> None:
        self._connection = connection
        self._context = context
        self._writable = writable
        self._notify = notify
        self._service = service
        self._pending: list[OutboxRow] = []
        self._pending_bytes = 0
        self._callbacks: list[Callback] = []
        self._has_emitted = False
        self._has_written = False
        self._write: Write | None = None
        self._answer: NewAnswer | None = None

    @property
    def connection(self) -> Connection:
        """The database connection, inside the transaction (with read-only access: without one)."""
        if self._connection is None:
            raise ConnectionNeeded("this unit of work was declared to need no database")
        return self._connection

    @property
    def context(self) -> Context:
        """The facts about the message being handled, or about the act that this belongs to."""
        return contexts.current() or self._context

    @property
    def actor(self) -> Actor:
        """Who does this: whoever asked for it, as the edge has proven; else the service itself."""
        return self.context.actor or service_actor(self._service or "unknown")

    async def act(self, what: str, subject: str, **facts: object) -> None:
        """Keep that something was done which has no row of its own, with who asked for it."""
        await add_act(self.connection, what, subject, facts, actor=self.actor)

    async def emit(self, event: Event, *, aggregate: str | None = None) -> UUID:
        """Emit ``event`` if and when this work commits; return the id it will travel under.

        ``aggregate`` names the thing that it is about (for example a customer code): events of one aggregate are
        handled in the order of their emission by each consumer, as far as the broker keeps order. Take the row lock
        of the aggregate before emitting.

        Raises :class:`~shared.messaging.errors.MessageTooLarge` over 256 KiB.
        """
        return await self._emit(event.routing_key(), encode(event), aggregate)

    async def emit_encoded(self, event_type: type[Event], body: bytes, *, aggregate: str | None = None) -> UUID:
        """Emit an event that is written as JSON already: who calls this answers for its form.

        For imports that emit many, of what the database has written as JSON. Raises as :meth:`emit` does.
        """
        return await self._emit(event_type.routing_key(), within_limit(event_type, body), aggregate)

    async def _emit(self, routing_key: str, body: bytes, aggregate: str | None) -> UUID:
        if not self._writable:
            raise RuntimeError("a read-only unit of work cannot emit events")
        if self._write is not None:
            raise RuntimeError("an event of one statement has either one statement or events")
        context = self.context
        message_id = new_id()
        self._pending.append(
            OutboxRow(
                message_id=message_id,
                routing_key=routing_key,
                aggregate=aggregate,
                correlation_id=context.correlation_id,
                causation_id=None if context.message_id is None else str(context.message_id),
                traceparent=context.traceparent,
                body=body,
            )
        )
        self._has_emitted = True
        self._pending_bytes += len(self._pending[-1].body)
        is_much = len(self._pending) >= _FLUSH_AT or self._pending_bytes >= _FLUSH_BYTES
        if is_much and self._connection is not None:
            await flush([self])
        return message_id

    def write(
        self,
        statement: str,
        *arguments: object,
        otherwise: Exception | None = None,
        then: Callable[[Sequence[Any]], None] | None = None,
    ) -> None:
        """Run ``statement`` when the handler has returned: the only one of an event with ``Access.ONE_STATEMENT``.

        It must have the same effect when it runs twice, and return a row where it has found what it is about; where
        it has not, ``otherwise`` is raised and the event is not consumed. ``then`` is called with that row before the
        commit's callbacks are. One that writes in several places ends with ``SELECT * FROM written``. Of an event
        with a transaction it is the last statement, which is sent with the commit.
        """
        if self._write is not None or self._pending:
            raise RuntimeError("an event of one statement has either one statement or events")
        self._write = Write(statement, arguments, otherwise, then)

    def take_write(self) -> Write | None:
        """Return the statement that is to be run, and forget it."""
        write, self._write = self._write, None
        return write

    def record(self, answer: NewAnswer) -> None:
        """Have the record of the answer to the request written with what it emits, before the commit."""
        self._answer = answer

    def take_answer(self) -> NewAnswer | None:
        """Return the record that is to be written, and forget it."""
        answer, self._answer = self._answer, None
        return answer

    def after_commit(self, callback: Callback) -> None:
        """Call ``callback`` once this work has committed; never when it was undone, and not at all after a crash.

        For wake-ups and the like, whose loss costs time and nothing else. It is not awaited, so no answer and no
        event may depend on it; what it raises is logged.
        """
        self._callbacks.append(callback)

    @property
    def callbacks(self) -> Sequence[Callback]:
        """What is to be called after the commit, in the order of asking."""
        return self._callbacks

    @property
    def has_emitted(self) -> bool:
        """Whether it has emitted any event."""
        return self._has_emitted

    @property
    def notify(self) -> bool:
        """Whether the relay is in another process and has to be woken through the database."""
        return self._notify

    @property
    def pending(self) -> int:
        """How many events are not written yet."""
        return len(self._pending)

    @property
    def has_written(self) -> bool:
        """Whether some of its events were written before its end, because they were many."""
        return self._has_written

    @property
    def is_written(self) -> bool:
        """Whether neither events nor the record of an answer are left to be written."""
        return not self._pending and self._answer is None

    def take_pending(self) -> list[OutboxRow]:
        """Return the events that are not written yet, in the order of their emission, and forget them."""
        rows, self._pending, self._pending_bytes = self._pending, [], 0
        self._has_written = self._has_written or bool(rows)
        return rows


async def flush(
    works: Sequence[UnitOfWork], *, head_start: float | None = None, last: bool = False
) -> list[WrittenRow]:
    """Write what works of one transaction have emitted into the outbox, in the order of the works; return the rows.

    With it, what they have recorded of their answers. ``head_start`` and ``last`` are those of
    :func:`~shared.messaging.outbox.insert_rows`. Raises :class:`~shared.problems.SameIdOtherContent`.
    """
    rows = [row for work in works for row in work.take_pending()]
    answers = [answer for work in works if (answer := work.take_answer()) is not None]
    if len(rows) == len(answers) == 1 and head_start is not None and last:
        # What most requests that change something do.
        return await insert_answered(works[0].connection, rows[0], answers[0], head_start=head_start)
    for answer in answers:
        await keep_answer(works[0].connection, answer)
    if not rows:
        return []
    return await insert_rows(works[0].connection, rows, notify=works[0].notify, head_start=head_start, last=last)


async def run_write(work: UnitOfWork, *, last: bool = False) -> None:
    """Run the one statement that a handler has left to the end, in a transaction that it shares with others.

    ``last``: nothing comes after it in the transaction, which is committed with it. Raises ``otherwise`` of the
    :class:`Write` where nothing was found.
    """
    write = work.take_write()
    if write is None:
        return
    if last and write.otherwise is None:
        found: Sequence[Any] = await fetch_and_commit(work.connection, write.statement, *write.arguments)
    else:
        found = await work.connection.fetch(write.statement, *write.arguments)
    if not found and write.otherwise is not None:
        raise write.otherwise
    if found and write.then is not None:
        write.then(found[0])
