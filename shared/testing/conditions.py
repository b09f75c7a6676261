"""Tests wait for conditions; they never sleep."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")


@overload
async def wait_until(
    condition: Callable[[], Awaitable[T]],
    timeout: float = ...,  # noqa: ASYNC109
    *,
    every: float = ...,
    message: str = ...,
) -> T: ...


@overload
async def wait_until(
    condition: Callable[[], T],
    timeout: float = ...,  # noqa: ASYNC109
    *,
    every: float = ...,
    message: str = ...,
) -> T: ...


async def wait_until(
    condition: Callable[[], Any],
    timeout: float = 30.0,  # noqa: ASYNC109 - what it says when it is over is the point
    *,
    every: float = 0.01,
    message: str = "",
) -> Any:
    """Wait until ``condition()`` is true, and return what it returned; it may be a function or a coroutine function.

    Raises :class:`AssertionError` after ``timeout`` seconds, with the last value.
    """
    deadline = time.monotonic() + timeout
    while True:
        answer = condition()
        value = await answer if inspect.isawaitable(answer) else answer
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{message or 'the condition'} not met within {timeout:g} s; last value: {value!r}")
        await asyncio.sleep(every)


async def eventually(check: Callable[[], Awaitable[None]], timeout: float = 30.0) -> None:  # noqa: ASYNC109 - as above
    """Run ``check`` again and again until it raises no AssertionError any more; after ``timeout``, let it pass."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            await check()
        except AssertionError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.02)
        else:
            return
