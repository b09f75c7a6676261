"""What becomes of an event whose handler failed: one pure function, no broker, no clock."""

import random
from dataclasses import dataclass

import asyncpg

from shared.db.transaction import CONFLICTS, DATABASE_BUSY, OUT_OF_RESOURCES, is_connection_lost
from shared.messaging.backoff import LONGEST_SECONDS
from shared.messaging.errors import PermanentError, Undecodable
from shared.messaging.topology import RETRY_SECONDS
from shared.problems import NotFound, Problem, Suspended, TimedOut, Unavailable

MAXIMUM_ATTEMPTS = 10
"""Deliveries after which an event is dead-lettered: the whole ladder, then its last rung again (about an hour)."""

MAXIMUM_CONFLICTS = 5
"""Repetitions on the spot after serialization failures and deadlocks."""

SUSPENDED_RUNG = 3
"""The highest rung of the ladder for what is suspended, so that it goes on soon after its cause is mended."""

HOLD_SECONDS = 300.0
"""How long an event is held while the database is away; well below the broker's 30 minutes."""


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Do it again here after a pause, holding the event: the fault is around us, not in the message."""

    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Postpone:
    """Put it on the retry ladder."""

    seconds: int
    reason: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Move it to the dead queue."""

    reason: str


Decision = TryAgain | Postpone | DeadLetter


def decide(error: BaseException, *, attempt: int, tries: int = 1, held: float = 0.0) -> Decision:
    """Return what to do with an event after ``error``.

    ``attempt`` counts deliveries (1 is the first), ``tries`` how often this delivery has been tried here, ``held`` for
    how many seconds it has been held here.
    """
    if isinstance(error, Undecodable):
        return DeadLetter("undecodable")
    if isinstance(error, CONFLICTS) and tries < MAXIMUM_CONFLICTS:
        return TryAgain(_jitter(0.02 * 2**tries), "conflict")
    # Lost, or without room: every event fails alike, and none is to blame, so none is dead-lettered for it.
    database_fails = is_connection_lost(error) or isinstance(error, OUT_OF_RESOURCES)
    if database_fails and held < HOLD_SECONDS:
        return TryAgain(_jitter(min(0.2 * 2 ** min(tries, 10), LONGEST_SECONDS)), _reason(error))
    if _is_permanent(error):
        return DeadLetter("permanent")
    suspended = isinstance(error, Suspended)
    if attempt >= MAXIMUM_ATTEMPTS and not database_fails and not suspended:
        return DeadLetter("attempts-exhausted")
    highest = SUSPENDED_RUNG if suspended else len(RETRY_SECONDS)
    return Postpone(RETRY_SECONDS[min(attempt, highest) - 1], _reason(error))


def _is_permanent(error: BaseException) -> bool:
    if isinstance(error, PermanentError | asyncpg.DataError):
        return True
    # Events of different services overtake each other: what is not there may be on its way.
    return isinstance(error, Problem) and error.status < 500 and not isinstance(error, NotFound)


def _reason(error: BaseException) -> str:
    if is_connection_lost(error):
        return "database-away"
    if isinstance(error, DATABASE_BUSY):
        return "database-busy"
    if isinstance(error, TimeoutError | TimedOut):
        return "timed-out"
    if isinstance(error, Unavailable):
        return "suspended" if isinstance(error, Suspended) else "unavailable"
    return "error"


def _jitter(seconds: float) -> float:
    return seconds * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
