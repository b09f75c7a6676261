"""Waits for a database and a broker that are still starting: an installation begins in any order."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg
import structlog

from shared.messaging.backoff import Backoff
from shared.messaging.errors import BrokerGone

LONGEST_PAUSE_SECONDS = 5.0

AWAY = (
    BrokerGone,
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.ConnectionDoesNotExistError,
    # Who provisions may not have come so far: neither role nor database is there.
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
)
"""What is met where the other side is not there yet, or does not know us yet."""

log = structlog.get_logger(__name__)

T = TypeVar("T")


class NotReached(Exception):
    """What was waited for has not come in time; the message says what, for how long, and what was met last."""


class Patience:
    """Does again what could not be done because the other side was away, for at most ``seconds``."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def reach(self, what: str, work: Callable[[], Awaitable[T]]) -> T:
        """Return what ``work`` returns, however often it has to be begun. Raises :class:`NotReached`."""
        backoff, began = Backoff(longest=LONGEST_PAUSE_SECONDS), time.monotonic()
        while True:
            try:
                return await work()
            except (FileNotFoundError, PermissionError):
                raise
            except AWAY as error:
                reason, pause = _reason(error), backoff.delay()
                if time.monotonic() + pause - began > self._seconds:
                    raise NotReached(f"{what} was not reached within {self._seconds:g} s: {reason}") from error
                log.warning("waiting", what=what, reason=reason, retry_seconds=round(pause, 2))
                await asyncio.sleep(pause)


def _reason(error: BaseException) -> str:
    """Return the error in a few words; neither it nor its cause holds a password."""
    if isinstance(error, asyncpg.PostgresError):
        return f"{error.sqlstate} {error.args[0] if error.args else ''}".rstrip()
    return str(error) or type(error).__name__
