"""The loop around the sender: sleeps until something is due, woken at once when a reminder is scheduled."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import asyncpg

from services.notify import store
from services.notify.sender import Sender
from shared.clock import Clock, now


class Schedule:
    """Runs a sender whenever a reminder is due.

    PostgreSQL's NOTIFY makes it fast, the poll makes it certain: a lost wake-up costs a poll interval and no SMS.
    """

    def __init__(
        self, pool: "asyncpg.Pool[asyncpg.Record]", sender: Sender, *, poll: timedelta, clock: Clock = now
    ) -> None:
        self._pool = pool
        self._sender = sender
        self._poll = poll
        self._clock = clock
        self._woken = asyncio.Event()

    async def run(self) -> None:
        """Send what is due until cancelled; raises what the database raises, so that the process starts anew."""
        async with self._pool.acquire() as connection:
            await connection.add_listener(store.WAKE_CHANNEL, self._wake)
            try:
                while True:
                    self._woken.clear()
                    await self._sender.send_due()
                    await self._sleep(await store.next_due(connection, self._clock()))
            finally:
                with suppress(asyncpg.InterfaceError):  # the connection may be what has ended the loop
                    await connection.remove_listener(store.WAKE_CHANNEL, self._wake)

    def _wake(self, *_: object) -> None:
        self._woken.set()

    async def _sleep(self, until_due: timedelta | None) -> None:
        longest = self._poll if until_due is None else min(self._poll, until_due)
        with suppress(TimeoutError):
            async with asyncio.timeout(max(longest.total_seconds(), 0.01)):
                await self._woken.wait()
