"""One consumer of a queue on a port, with at most ``prefetch`` unacknowledged deliveries."""

import contextlib
from collections.abc import Callable

from aio_pika.abc import AbstractChannel, AbstractQueue

from shared.messaging.declarations import Declarations
from shared.messaging.errors import BrokerGone
from shared.messaging.guard import CALL_SECONDS, guarded
from shared.messaging.link import Link
from shared.messaging.port import Port
from shared.messaging.topology import Exchange, Queue
from shared.messaging.underlay import Delivered, acknowledge_now, consume


class Subscription:
    """Declares what it needs, consumes, and passes each delivery to ``take``, which must neither wait nor raise.

    ``take`` is called where the connection is read; so the work itself must be done in a task of ours.
    """

    def __init__(
        self,
        link: Link,
        name: str,
        *,
        queues: tuple[Queue, ...],
        consume: Queue,
        take: Callable[[Delivered], None],
        prefetch: int,
        exchanges: tuple[Exchange, ...] = (),
        no_ack: bool = False,
        lost: Callable[[], None] | None = None,
    ) -> None:
        self._exchanges = exchanges
        self._queues = queues
        self._consume = consume
        self._take = take
        self._prefetch = prefetch
        self._no_ack = no_ack
        self._stopped = False
        self._queue: AbstractQueue | None = None
        self._tag: str | None = None
        self.port = Port(name, setup=self._set_up, refresh=self._declare, lost=lost)
        link.add(self.port)

    @property
    def is_live(self) -> bool:
        """Whether the broker knows our consumer, as far as we know."""
        return self.port.is_ready and self._tag is not None

    @property
    def is_stopped(self) -> bool:
        """Whether :meth:`stop` was called."""
        return self._stopped

    async def stop(self) -> None:
        """Consume no more; what was delivered already can still be acknowledged or rejected."""
        self._stopped = True
        tag, self._tag = self._tag, None
        if tag is None or self._queue is None or not self.port.is_ready:
            return
        with contextlib.suppress(BrokerGone):
            await guarded(self._queue.cancel(tag), within=CALL_SECONDS, doing=f"cancelling {self.port.name}")

    def settle(self) -> None:
        """Have all acknowledged now that was handled: what is not is delivered to another copy."""
        if self.port.is_ready:
            acknowledge_now(self.port.underlay)

    async def _set_up(self, channel: AbstractChannel, declarations: Declarations) -> None:
        if self._stopped:
            return
        await self._declare(channel, declarations)
        await guarded(
            channel.set_qos(prefetch_count=self._prefetch), within=CALL_SECONDS, doing=f"limiting {self.port.name}"
        )
        self._queue = await channel.get_queue(self._consume.name, ensure=False)
        self._tag = await consume(channel, self._consume.name, self._take, no_ack=self._no_ack)

    async def _declare(self, _: AbstractChannel, declarations: Declarations) -> None:
        """Declare what is needed, bindings too; again now and then, because they go with a deleted exchange."""
        # Not after the stop: callers learn from the missing auto-delete queue that no copy of the service runs.
        if not self._stopped:
            await declarations.declare(exchanges=self._exchanges, queues=self._queues)
