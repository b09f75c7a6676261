"""The loop around the sender: sleeps until something is due, woken at once when a reminder is scheduled."""

import asyncio
import time
from contextlib import suppress
from datetime import timedelta

import structlog
from pydantic import SecretStr

from services.notify.delivery.sender import Sender
from services.notify.store.reminders import WAKE_CHANNEL, next_due
from shared.clock import Clock, now
from shared.db import connect
from shared.messaging.backoff import Backoff

_LONGEST_PAUSE_SECONDS = 2.0
_SILENT_SECONDS = 60.0
"""A loop that has not come round for so long is not doing its work."""

log = structlog.get_logger(__name__)


class Schedule:
    """Runs a sender whenever a reminder is due.

    PostgreSQL's NOTIFY makes it fast, the poll makes it certain: a lost wake-up costs a poll interval and no SMS.
    """

    def __init__(self, database_url: SecretStr, sender: Sender, *, poll: timedelta, clock: Clock = now) -> None:
        self._database_url = database_url
        self._sender = sender
        self._poll = poll
        self._clock = clock
        self._woken = asyncio.Event()
        self._came_round = time.monotonic()

    async def run(self) -> None:
        """Send what is due, for ever; without the database it waits until that is back."""
        backoff = Backoff(longest=_LONGEST_PAUSE_SECONDS)
        while True:
            try:
                await self._listen_and_send(backoff)
            except Exception:
                log.exception("schedule_interrupted")
                await asyncio.sleep(backoff.delay())

    async def check(self) -> str | None:
        """Return what is wrong, for ``/readyz``; None when nothing is."""
        silent = time.monotonic() - self._came_round
        return f"has not looked for due reminders for {silent:.0f} s" if silent > _SILENT_SECONDS else None

    async def _listen_and_send(self, backoff: Backoff) -> None:
        connection = await connect(self._database_url, application_name="notify schedule")
        try:
            await connection.add_listener(WAKE_CHANNEL, self._wake)
            while True:
                self._woken.clear()
                await self._sender.send_due()
                self._came_round = time.monotonic()
                backoff.reset()
                await self._sleep(await next_due(connection, self._clock()), self._sender.rest)
        finally:
            await connection.close(timeout=5)

    def _wake(self, *_: object) -> None:
        self._woken.set()

    async def _sleep(self, until_due: timedelta | None, rest: float) -> None:
        """Sleep until something is due, and ``rest`` seconds at least while no provider can be used."""
        poll = self._poll.total_seconds()
        longest = poll if until_due is None else min(poll, max(until_due.total_seconds(), rest))
        with suppress(TimeoutError):
            async with asyncio.timeout(max(longest, 0.01)):
                await self._woken.wait()
