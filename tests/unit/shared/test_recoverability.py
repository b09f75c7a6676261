"""The fate of an event after an error is decided by one pure function."""

import asyncpg
import pytest

from shared.messaging.errors import PermanentError, RetryLater, Undecodable, UnknownMessage
from shared.messaging.recoverability import MAXIMUM_ATTEMPTS, DeadLetter, Postpone, TryAgain, decide
from shared.problems import Conflict, InvalidRequest, NotFound, TimedOut, Unavailable


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 1), (2, 5), (3, 30), (4, 120), (5, 600), (6, 600), (MAXIMUM_ATTEMPTS - 1, 600)]
)
def test_an_unexpected_error_climbs_the_ladder(attempt: int, seconds: int) -> None:
    assert decide(RuntimeError(), attempt=attempt) == Postpone(seconds, "error")


def test_the_ladder_has_an_end() -> None:
    assert decide(RuntimeError(), attempt=MAXIMUM_ATTEMPTS) == DeadLetter("attempts-exhausted")


@pytest.mark.parametrize("error", [PermanentError(), Conflict(), InvalidRequest(), asyncpg.DataError("bad")])
def test_a_permanent_error_is_dead_lettered_at_once(error: Exception) -> None:
    assert decide(error, attempt=1) == DeadLetter("permanent")


def test_what_cannot_be_decoded_is_dead_lettered_at_once() -> None:
    assert decide(Undecodable(), attempt=1) == DeadLetter("undecodable")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (NotFound(), "error"),
        (RetryLater(), "error"),
        (UnknownMessage(), "error"),
        (Unavailable(), "unavailable"),
        (TimedOut(), "timed-out"),
        (TimeoutError(), "timed-out"),
        (asyncpg.LockNotAvailableError("lock"), "database-busy"),
        (asyncpg.UniqueViolationError("twice"), "error"),
    ],
)
def test_what_may_get_better_is_put_off(error: Exception, reason: str) -> None:
    assert decide(error, attempt=1) == Postpone(1, reason)


@pytest.mark.parametrize("error", [asyncpg.SerializationError("x"), asyncpg.DeadlockDetectedError("x")])
def test_a_conflict_is_repeated_here_a_few_times_and_then_put_off(error: Exception) -> None:
    first = decide(error, attempt=1, tries=1)
    assert isinstance(first, TryAgain)
    assert first.seconds < 0.1
    assert isinstance(decide(error, attempt=1, tries=5), Postpone)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        asyncpg.ConnectionDoesNotExistError("gone"),
        asyncpg.CannotConnectNowError("starting"),
        asyncpg.AdminShutdownError("stopping"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.DiskFullError("no space left on device"),
        asyncpg.OutOfMemoryError("out of memory"),
        asyncpg.TooManyConnectionsError("too many clients"),
    ],
)
def test_while_the_database_is_away_the_event_is_held_and_no_attempt_is_used_up(error: Exception) -> None:
    held = [decide(error, attempt=MAXIMUM_ATTEMPTS, tries=tries, held=10) for tries in (1, 3, 50)]

    assert all(isinstance(decision, TryAgain) for decision in held)
    assert all(isinstance(decision, TryAgain) and decision.seconds <= 5 for decision in held)


def test_an_event_is_not_held_for_ever() -> None:
    assert decide(ConnectionRefusedError(), attempt=99, held=301) == Postpone(600, "database-away")
