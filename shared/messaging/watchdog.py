"""Ends the process when a channel stays away though its connection is there."""

import asyncio
import time
from collections.abc import Callable, Iterable

from shared.messaging.errors import Failed
from shared.messaging.link import Link

PATIENCE_SECONDS = 60.0
"""How long a channel may be missing on a connection that is there."""


async def watch(links: Callable[[], Iterable[Link]], *, patience: float = PATIENCE_SECONDS, every: float = 5.0) -> None:
    """Raise :class:`Failed` when a channel (and so a consumer) stays away though its connection is there.

    A broker that is away is no reason: then there is nothing to do but to try again.
    """
    while True:
        await asyncio.sleep(every)
        for link in links():
            if not link.is_connected or link.is_blocked:
                continue
            for port in link.ports:
                since = port.unready_since
                if since is not None and time.monotonic() - max(since, link.connected_at) > patience:
                    raise Failed(f"{link.name}: no channel for {port.name} for {patience:g} s")
