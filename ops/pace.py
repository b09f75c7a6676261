"""What operators send again goes at a steady pace, so that those who work are not held up."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

T = TypeVar("T")


async def paced(items: Iterable[T], rate: float) -> AsyncIterator[T]:
    """Yield at most ``rate`` items a second, the first at once."""
    for number, item in enumerate(items):
        if number:
            await asyncio.sleep(1 / rate)
        yield item
