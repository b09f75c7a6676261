"""One consumer of a queue on a port, with at most ``prefetch`` unacknowledged deliveries."""

import contextlib
from collections.abc import Callable

import structlog
from aio_pika.abc import AbstractChannel, AbstractQueue

from shared.messaging.declarations import Declarations
from shared.messaging.errors import BrokerGone, QueueAway
from shared.messaging.guard import CALL_SECONDS, guarded
from shared.messaging.link import Link
from shared.messaging.port import Port
from shared.messaging.topology import Exchange, Queue
from shared.messaging.underlay import Delivered, acknowledge_now, consume

log = structlog.get_logger(__name__)


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
        self._name = consume.name
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
        self._name = await self._declared(declarations)
        await guarded(
            channel.set_qos(prefetch_count=self._prefetch), within=CALL_SECONDS, doing=f"limiting {self.port.name}"
        )
        self._queue = await channel.get_queue(self._name, ensure=False)
        self._tag = await consume(channel, self._name, self._take, no_ack=self._no_ack)

    async def _declare(self, _: AbstractChannel, declarations: Declarations) -> None:
        """Declare what is needed, bindings too; again now and then, because they go with a deleted exchange."""
        # Not after the stop: callers learn from the missing auto-delete queue that no copy of the service runs.
        if not self._stopped and await self._declared(declarations) != self._name:
            # The queue's node is back, or gone: all copies go to the same queue again.
            self.port.reopen()

    async def _declared(self, declarations: Declarations) -> str:
        """Declare what is needed and return the name of the queue to consume: the first whose node is there."""
        *others, last = self._consume.name, *self._consume.spares
        for name in others:
            try:
                await declarations.declare(exchanges=self._exchanges, queues=self._under(name))
            except QueueAway as error:
                log.warning("queue_away", port=self.port.name, reason=str(error))
            else:
                return name
        await declarations.declare(exchanges=self._exchanges, queues=self._under(last))
        return last

    def _under(self, name: str) -> tuple[Queue, ...]:
        return tuple(queue.named(name) if queue == self._consume else queue for queue in self._queues)
