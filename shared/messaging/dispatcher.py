"""Sends what a transaction has emitted right after its commit, from memory; the relay sends what is left."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from shared.messaging.event_sender import EventSender, Outcome
from shared.messaging.outbox import WrittenRow

HEAD_START_SECONDS = 3.0
"""For how long the relay leaves an event to the process that has emitted it. Longer than a confirm takes and a mark
waits: an event that is sent by both costs a second copy on the wire, which the inbox absorbs."""

MOST_ROWS = 50
"""Events of one transaction; what emits more (an import) leaves them to the relay, whose window bounds them."""

MOST_UNDER_WAY = 400
"""Events that wait for their confirms; beyond that, further ones are left to the relay."""


class Dispatcher:
    """Publishes events once; whatever does not end with the broker's confirm is for the relay.

    It saves the reading of each event from the outbox, and the wait for the relay's next look. It decides nothing: the
    row of the outbox is written in the transaction as ever, and is marked only after the confirm.
    """

    def __init__(self, sender: EventSender, confirmed: Callable[[int, UUID, datetime], None]) -> None:
        self._sender = sender
        self._confirmed = confirmed
        self._under_way: set[asyncio.Task[None]] = set()
        self._stopping = False

    @property
    def is_ready(self) -> bool:
        """Whether an event can be sent now, if its transaction commits."""
        return not self._stopping and self._sender.is_ready and len(self._under_way) < MOST_UNDER_WAY

    def put(self, rows: Sequence[WrittenRow]) -> None:
        """Send events that have been committed, in this order."""
        for row in rows:
            # The tasks begin in the order of their making, and the broker gets the events in that order.
            task = asyncio.create_task(self._send(row))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def stop(self, seconds: float) -> None:
        """Take nothing more, and wait for the confirms of what is under way for so long at most."""
        self._stopping = True
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)

    async def cancel(self) -> None:
        """Stop at once."""
        self._stopping = True
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _send(self, row: WrittenRow) -> None:
        if await self._sender.send(row) is Outcome.CONFIRMED:
            self._confirmed(row["position"], row["message_id"], row["created_at"])
