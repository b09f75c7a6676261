"""Concurrency that keeps order where it matters: one message of a key at a time, different keys side by side."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Lanes(Generic[T]):
    """Runs ``work`` on items, at most ``concurrency`` at a time; items put under one key one after the other.

    How much waits here is bounded by the prefetch of the consumer that puts it.
    """

    def __init__(self, work: Callable[[T], Awaitable[None]], concurrency: int) -> None:
        self._work = work
        self._slots = asyncio.Semaphore(concurrency)
        self._waiting: dict[str, deque[T]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, key: str | None, item: T) -> None:
        """Have ``item`` worked on, after everything put under the same key before; None is a key of its own."""
        if key is None:
            self._start(self._run_one(item))
            return
        lane = self._waiting.get(key)
        if lane is not None:
            lane.append(item)
            return
        self._waiting[key] = deque((item,))
        self._start(self._run_lane(key))

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way or waiting."""
        return not self._tasks

    async def wait_idle(self) -> None:
        """Wait until nothing is under way or waiting."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def cancel(self) -> None:
        """Stop everything that is under way and forget what waits."""
        self._waiting.clear()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run_one(self, item: T) -> None:
        async with self._slots:
            await self._work(item)

    async def _run_lane(self, key: str) -> None:
        lane = self._waiting[key]
        try:
            while lane:
                async with self._slots:
                    await self._work(lane.popleft())
        finally:
            if self._waiting.get(key) is lane:
                del self._waiting[key]
