"""A time limit that ends where a commit begins: whatever has been committed is never reported as too late.

A commit that is cut off may have happened all the same. So nothing interrupts it but the driver's own limit for one
statement, and when it has succeeded, the limit is over for the rest of the block, too.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar

_current: ContextVar[tuple["asyncio.Task[object] | None", asyncio.Timeout] | None] = ContextVar(
    "thungan_time_limit", default=None
)


@asynccontextmanager
async def time_limit(seconds: float | None) -> AsyncIterator[None]:
    """Raise :class:`TimeoutError` when the block takes longer than ``seconds`` and has committed nothing.

    None: it may take as long as it likes.
    """
    async with asyncio.timeout(seconds) as timeout:
        token = _current.set((asyncio.current_task(), timeout))
        try:
            yield
        finally:
            _current.reset(token)


@contextmanager
def suspended() -> Iterator[None]:
    """Suspend the running task's time limit, for a commit; it applies again when the block raises."""
    task, timeout = _current.get() or (None, None)
    # A task that was started inside the block has inherited the limit, which is not its own.
    if timeout is None or task is not asyncio.current_task() or timeout.expired():
        yield
        return
    when = timeout.when()
    timeout.reschedule(None)
    try:
        yield
    except BaseException:
        timeout.reschedule(when)
        raise
