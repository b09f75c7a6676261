"""Does one thing for many: what comes while a batch is under way goes into the next one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

from shared.db.transaction import is_connection_lost
from shared.problems import Unavailable

T = TypeVar("T")

_MOST = 200


class Batches(Generic[T]):
    """Passes on what is put into it, as many at once as have come together."""

    def __init__(self, process: Callable[[Sequence[T]], Awaitable[None]]) -> None:
        self._process = process
        self._waiting: list[tuple[T, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def put(self, one: T) -> None:
        """Return when it has been processed; raises what that raised."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        await done

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            try:
                await self._process([one for one, _ in batch])
            except Exception as error:  # noqa: BLE001 - whoever waits for it gets it
                if is_connection_lost(error) or isinstance(error, Unavailable):
                    # Without the database, each by itself would only take longer to fail.
                    for _, done in batch:
                        _settle(done, error)
                    continue
                # One that cannot be processed must not take the others with it.
                for one, done in batch:
                    await self._run_alone(one, done)
            else:
                for _, done in batch:
                    _settle(done, None)

    async def _run_alone(self, one: T, done: "asyncio.Future[None]") -> None:
        try:
            await self._process([one])
        except Exception as error:  # noqa: BLE001 - whoever waits for it gets it
            _settle(done, error)
        else:
            _settle(done, None)


def _settle(done: "asyncio.Future[None]", error: Exception | None) -> None:
    with suppress(asyncio.InvalidStateError):
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
