"""What units of work want done after their commit: wake-ups and the like, whose loss costs time and nothing else."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

import structlog

from shared.messaging import context as contexts
from shared.messaging.context import Context

Callback = Callable[[], Awaitable[None]]

CALLBACK_SECONDS = 5.0
"""How long one callback may take."""

MOST_WAITING = 10_000
"""Callbacks that wait at most; further ones are dropped."""

log = structlog.get_logger(__name__)


class AfterCommit:
    """Runs callbacks one after the other, in the order of the commits.

    In a task of its own: no answer, no event and no time limit waits for them. One at a time, so that however many
    commits there are, they borrow no more than one connection to the database.
    """

    def __init__(self) -> None:
        self._waiting: deque[tuple[Context, Callback]] = deque()
        self._task: asyncio.Task[None] | None = None

    def put(self, context: Context, callbacks: Sequence[Callback]) -> None:
        """Have callbacks run; what they raise is logged with ``context``."""
        room = MOST_WAITING - len(self._waiting)
        if len(callbacks) > room:
            log.warning("after_commit_dropped", callbacks=len(callbacks) - room)
        self._waiting.extend((context, callback) for callback in callbacks[:room])
        if self._waiting and self._task is None:
            self._task = asyncio.create_task(self._run())

    async def wait_idle(self) -> None:
        """Wait until nothing runs or waits."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def cancel(self) -> None:
        """Stop, and forget what waits."""
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        try:
            while self._waiting:
                context, callback = self._waiting.popleft()
                with contexts.use(context):
                    try:
                        async with asyncio.timeout(CALLBACK_SECONDS):
                            await callback()
                    except Exception:
                        log.exception("after_commit_failed")
        finally:
            self._task = None
