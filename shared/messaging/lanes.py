"""Concurrency that keeps order where it matters: one message of a key at a time, different keys side by side."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Lanes(Generic[T]):
    """Runs ``work`` on items, at most ``concurrency`` at a time; items put under one key one after the other.

    While all workers are busy, items gather; the next free one takes up to ``together`` of them, each of another key.
    So no item waits for a batch to fill, and under load each item costs less.

    Items of one key that are ``gathered`` go together as well: what comes while one is worked on is taken at once then,
    in the order of its coming, and with nothing else. One worker at a time has any of them.

    How much waits here is bounded by the prefetch of the consumer that puts it.
    """

    def __init__(self, work: Callable[[list[T]], Awaitable[None]], concurrency: int, *, together: int = 1) -> None:
        self._work = work
        self._together = together
        self._free = concurrency
        self._cancelled = False
        # A key is here while anything of it waits or is worked on; and in `ready` while something of it can be taken.
        self._waiting: dict[Hashable, deque[T]] = {}
        self._ready: deque[Hashable] = deque()
        self._gathered: set[Hashable] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, key: str | None, item: T, *, gathered: bool = False) -> None:
        """Have ``item`` worked on, after everything put under the same key before; None is a key of its own.

        ``gathered``: together with others of its key; the same for each of them.
        """
        lane_key: Hashable = object() if key is None else key
        if gathered:
            self._gathered.add(lane_key)
        lane = self._waiting.get(lane_key)
        if lane is not None:
            lane.append(item)
            return
        self._waiting[lane_key] = deque((item,))
        self._ready.append(lane_key)
        if self._free:
            self._start()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way or waiting."""
        return not self._tasks

    async def wait_idle(self) -> None:
        """Wait until nothing is under way or waiting."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def cancel(self) -> None:
        """Stop everything that is under way and forget what waits, for good."""
        self._cancelled = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._ready.clear()
        self._waiting.clear()

    def _start(self) -> None:
        self._free -= 1
        # What is there is taken now: what comes in the same moment is for those that are still free.
        task = asyncio.create_task(self._go_on(self._take()))
        self._tasks.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._free += 1
        # After a failure only: otherwise it ends when nothing is ready.
        if self._ready and not self._cancelled:
            self._start()

    def _take(self) -> list[tuple[Hashable, int]]:
        """Return of which keys something is to be worked on now, and how much of each."""
        taken: list[tuple[Hashable, int]] = []
        while self._ready and len(taken) < self._together:
            key = self._ready[0]
            if key in self._gathered:
                if not taken:
                    taken.append((self._ready.popleft(), min(self._together, len(self._waiting[key]))))
                break
            taken.append((self._ready.popleft(), 1))
        return taken

    async def _go_on(self, taken: list[tuple[Hashable, int]]) -> None:
        while taken:
            try:
                await self._work([self._waiting[key].popleft() for key, count in taken for _ in range(count)])
            finally:
                for key, _ in taken:
                    if self._waiting[key]:
                        self._ready.append(key)
                    else:
                        del self._waiting[key]
            taken = self._take()
