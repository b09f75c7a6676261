"""Events that a consumer has nothing to do for: their inbox entries are made together, a few times a second.

An inbox that is complete is what the audit and ``thungan events`` go by, so each event has its entry, and none is
acknowledged before it is committed. What has no effect can wait for it: nobody does, and after a crash it comes again
and has no effect again.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import structlog

from shared.messaging.backoff import Backoff
from shared.messaging.underlay import Delivered, is_stale, put_back

log = structlog.get_logger(__name__)

_WAIT_SECONDS = 0.2
"""How long the first of them waits for others."""

Claim = Callable[[list[UUID]], Awaitable[set[UUID]]]
"""Makes the entries in a transaction of its own; returns the ids that had none before."""

Settle = Callable[["Idle", bool], Awaitable[None]]
"""Acknowledges a delivery whose entry is committed, given whether the event was new."""


@dataclass(frozen=True, slots=True)
class Idle:
    """A delivery for which nothing is to be done."""

    delivered: Delivered
    message_id: UUID
    kind: str
    seconds: float
    """How long its handler took."""


class NothingToDo:
    """Keeps such deliveries until their entries are made; ``most`` of them at a time, well below the prefetch."""

    def __init__(self, claim: Claim, settle: Settle, *, most: int) -> None:
        self._claim = claim
        self._settle = settle
        self._most = most
        self._kept: list[Idle] = []
        self._many = asyncio.Event()
        self._draining = False
        self._task: asyncio.Task[None] | None = None

    def put(self, idle: Idle) -> None:
        """Keep a delivery until its entry is made, soon."""
        self._kept.append(idle)
        if len(self._kept) >= self._most or self._draining:
            self._many.set()
        if self._task is None:
            self._task = asyncio.create_task(self._go_on())

    async def drain(self) -> None:
        """Make the entries of what is kept, once, and give the rest back to the broker."""
        self._draining = True
        self._many.set()
        if self._task is not None:
            await asyncio.wait({self._task})

    async def cancel(self) -> None:
        """Stop at once; what is kept is delivered again."""
        self._kept.clear()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _go_on(self) -> None:
        backoff = Backoff()
        try:
            while self._kept:
                await self._wait(_WAIT_SECONDS)
                kept, self._kept = self._kept, []
                if await self._note(kept):
                    backoff.reset()
                    continue
                # Each is delivered once while its channel lives, so it is kept as long as that.
                self._kept = [idle for idle in kept if not is_stale(idle.delivered)] + self._kept
                if self._draining:
                    await asyncio.gather(*(put_back(idle.delivered) for idle in self._kept))
                    return
                await asyncio.sleep(backoff.delay())
        finally:
            self._task = None

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._many.wait()
        if not self._draining:
            self._many.clear()

    async def _note(self, kept: list[Idle]) -> bool:
        """Make the entries and acknowledge; return False where they could not be made."""
        # A delivery that has come twice meanwhile: the second is a duplicate.
        try:
            new = await self._claim([idle.message_id for idle in kept])
        except Exception as error:  # noqa: BLE001 - whatever it is, the events are there, and are tried again
            log.warning("idle_events_not_noted", events=len(kept), error=type(error).__name__)
            return False
        for idle in kept:
            await self._settle(idle, idle.message_id in new)
            new.discard(idle.message_id)
        return True
