"""Sends what the outbox holds: one active relay for a database, the others stand by and take over."""

import asyncio
import contextlib
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from pydantic import SecretStr

from shared.messaging.backoff import Backoff
from shared.messaging.database_session import DATABASE_AWAY, database_session
from shared.messaging.event_sender import EventSender, Outcome
from shared.messaging.outbox import WAKE_UP
from shared.messaging.publisher import Publisher
from shared.messaging.topology import Names, Topology

WINDOW = 200
"""Events sent before their confirms are waited for; fewer while the one is sought that closes the channel."""

GATHER_SECONDS = 0.005
"""Pause after a small batch. The first event after a quiet time is not delayed."""

MARK_SECONDS = 1.0
"""How long an event that its emitter has sent waits for its mark at most, so that many are marked with one statement:
the look at the outbox that comes each second does it on the way."""

POLL_SECONDS = 1.0
"""How often the outbox is read without a wake-up."""

IDLE_SECONDS = 15
"""A relay that has not asked its database for anything for so long stands still: the database ends its session, and
with it the lock, so that another copy can send. (It looks at the outbox every second.)"""

_LOCK = 0x6F757462  # "outb": who holds it on a database is its relay

_DUE = """
SELECT position, message_id, routing_key, aggregate, correlation_id, causation_id, traceparent, body, created_at,
    extract(epoch FROM clock_timestamp() - created_at)::float8 AS seconds_waited
FROM outbox
WHERE published_at IS NULL AND (not_before IS NULL OR not_before <= clock_timestamp())
ORDER BY position
LIMIT $1
"""

# By id as well: in a database that was set back, the position of what was confirmed before may be another event's. When
# the first and the last of them were written says in which days' partitions they are.
_CONFIRMED = """
UPDATE outbox SET published_at = clock_timestamp()
WHERE position = ANY($1::bigint[]) AND message_id = ANY($2::uuid[]) AND created_at BETWEEN $3 AND $4
"""

# An event that cannot be sent must not be lost (its consumer may be about to start) nor hold up the others.
_REFUSED = """
UPDATE outbox
SET refusals = refusals + 1,
    not_before = clock_timestamp() + make_interval(secs => least(60, power(2, least(refusals, 6))))
WHERE position = ANY($1::bigint[]) AND message_id = ANY($2::uuid[]) AND created_at BETWEEN $3 AND $4
"""

log = structlog.get_logger(__name__)

Place = tuple[int, UUID, datetime]
"""Position, id and moment of an event in the outbox."""


class Relay:
    """Publishes outbox rows and marks them when the broker has confirmed them.

    It claims rows that are waiting instead of remembering where it was, so a row that was committed late is seen. What
    was published and not marked (a lost confirm, a crash) is published again under the same logical id.
    """

    def __init__(
        self, database_url: SecretStr, topology: Topology, names: Names, publisher: Publisher, *, instance: str
    ) -> None:
        self._database_url = database_url
        self._service = topology.service
        self._sender = EventSender(topology, names, publisher)
        self._instance = instance
        self._confirmed: list[Place] = []
        self._marking: asyncio.TimerHandle | None = None
        self._wake = asyncio.Event()
        publisher.port.on_ready(self.wake)
        self._stopping = False
        self._stopped = asyncio.Event()
        self._active = False
        self._looked_at: float | None = None
        self._window = WINDOW

    @property
    def is_active(self) -> bool:
        """Whether this process is the one that sends."""
        return self._active

    @property
    def seconds_since_look(self) -> float | None:
        """How long ago the relay last reached its database, as sender or standing by; None before the first time."""
        return None if self._looked_at is None else time.monotonic() - self._looked_at

    def wake(self) -> None:
        """Look at the outbox now: a transaction of this process has emitted something."""
        self._wake.set()

    def mark(self, position: int, message_id: UUID, created_at: datetime) -> None:
        """Mark an event that the broker has confirmed to its emitter: together with others, within a moment."""
        self._confirmed.append((position, message_id, created_at))
        if self._marking is None:
            self._marking = asyncio.get_running_loop().call_later(MARK_SECONDS, self._mark_now)

    def _mark_now(self) -> None:
        self._marking = None
        self._wake.set()

    def stop(self) -> None:
        """Send what is due, then end :meth:`run` and let another copy take over."""
        self._stopping = True
        self._stopped.set()
        self._wake.set()

    async def run(self) -> None:
        """Send until :meth:`stop` is called; a database that is away is tried again with growing, jittered pauses."""
        backoff = Backoff()
        while not self._stopping:
            try:
                await self._session(backoff)
            except DATABASE_AWAY as error:
                delay = backoff.delay()
                log.warning("outbox_not_reached", error=type(error).__name__, retry_seconds=round(delay, 2))
                # Not by a wake-up: one that nobody could follow would make each of these pauses end at once.
                await _wait_for(self._stopped, delay)

    async def _session(self, backoff: Backoff) -> None:
        # A session of its own: the lock and the listening belong to it.
        name = f"{self._service} relay {self._instance}"
        async with database_session(self._database_url, name=name) as connection:
            try:
                await self._relay(connection, backoff)
            finally:
                self._active = False

    async def _relay(self, connection: "asyncpg.Connection[Any]", backoff: Backoff) -> None:
        await connection.add_listener(WAKE_UP, lambda *_: self._wake.set())
        # A mark that a crash of the database loses costs a second copy on the wire, which the inbox absorbs; to
        # wait for the disk at each batch would cost as much as an event's own transaction.
        await connection.execute("SET synchronous_commit = off")
        # With as many partitions as days, making a plan costs more than running it.
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        await connection.execute(f"SET idle_session_timeout = '{IDLE_SECONDS}s'")
        backoff.reset()
        while True:
            # What is confirmed before a stop is marked: by a look that begins after it.
            stopping = self._stopping
            self._wake.clear()
            self._looked_at = time.monotonic()
            await self._mark_confirmed(connection)
            if await self._hold_lock(connection) and await self._send_due(connection):
                continue
            if stopping:
                return
            await _wait_for(self._wake, POLL_SECONDS)

    async def _mark_confirmed(self, connection: "asyncpg.Connection[Any]") -> None:
        confirmed = self._confirmed[:]
        if self._marking is not None:
            # What is marked now need not be looked after.
            self._marking.cancel()
            self._marking = None
        if confirmed:
            await connection.execute(_CONFIRMED, *_places(confirmed))
            # Only now: what a lost session has not marked is marked by the next one.
            del self._confirmed[: len(confirmed)]

    async def _hold_lock(self, connection: "asyncpg.Connection[Any]") -> bool:
        """Be the sender, or try to become it; who cannot reach the broker leaves it to another copy."""
        if not self._sender.is_ready:
            if self._active:
                self._active = False
                await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)
            else:
                await connection.execute("SELECT 1")
            return False
        if not self._active:
            self._active = await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK) is True
            if self._active:
                log.info("relay_active", service=self._service)
        return self._active

    async def _send_due(self, connection: "asyncpg.Connection[Any]") -> bool:
        """Send what is due now; return whether there may be more."""
        rows = await connection.fetch(_DUE, self._window)
        if not rows:
            return False
        outcomes = await asyncio.gather(*(self._sender.send(row) for row in rows))
        if Outcome.HUNG_UP not in outcomes:
            self._window = min(WINDOW, 2 * self._window)
        elif len(rows) > 1:
            # Which of them it was shows when each is sent alone.
            self._window = 1
        else:
            self._sender.report_unsendable(rows[0], "the broker hangs up")
            outcomes = [Outcome.REFUSED]
        confirmed = [row for row, outcome in zip(rows, outcomes, strict=True) if outcome is Outcome.CONFIRMED]
        refused = [row for row, outcome in zip(rows, outcomes, strict=True) if outcome is Outcome.REFUSED]
        if confirmed:
            await connection.execute(_CONFIRMED, *_places(map(_place, confirmed)))
        if refused:
            await connection.execute(_REFUSED, *_places(map(_place, refused)))
        if len(rows) < self._window // 10:
            # Under steady traffic, let a few gather: a batch costs two statements, however small it is.
            await asyncio.sleep(GATHER_SECONDS)
        return bool(confirmed or refused)


async def _wait_for(event: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _place(row: asyncpg.Record) -> Place:
    return row["position"], row["message_id"], row["created_at"]


def _places(places: Iterable[Place]) -> tuple[Sequence[int], Sequence[UUID], datetime, datetime]:
    """Return the arguments of a statement about events: their positions and ids, and between which moments they lie."""
    positions, message_ids, moments = zip(*places, strict=True)
    return positions, message_ids, min(moments), max(moments)
