"""Taking messages from a queue: one consumer on one port, the broker's hand-outs bounded by the prefetch."""

import contextlib
from collections.abc import Awaitable, Callable

import structlog
from aiormq import Channel
from aiormq.abc import DeliveredMessage
from aiormq.exceptions import AMQPError

from shared.messaging.declare import declare
from shared.messaging.errors import BrokerGone
from shared.messaging.guard import CALL_SECONDS, guarded
from shared.messaging.link import Link, Port
from shared.messaging.topology import Exchange, Queue

log = structlog.get_logger(__name__)


class Intake:
    """Declares what it needs, consumes, and hands each delivery to ``take``, which must neither wait nor raise.

    The broker library runs ``take`` in a task that it cancels when the channel closes; so the work itself must be done
    in a task of ours.
    """

    def __init__(
        self,
        link: Link,
        name: str,
        *,
        queues: tuple[Queue, ...],
        consume: Queue,
        take: Callable[[DeliveredMessage], None],
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
        self._tag: str | None = None
        self.port = Port(name, setup=self._set_up, refresh=self._declare, lost=lost)
        link.add(self.port)

    @property
    def is_live(self) -> bool:
        """Whether the broker knows our consumer, as far as we know."""
        return self.port.is_ready and self._tag is not None and self._tag in self.port.channel.consumers

    @property
    def is_stopped(self) -> bool:
        """Whether :meth:`stop` was called."""
        return self._stopped

    async def stop(self) -> None:
        """Take nothing more; what was handed out already can still be settled."""
        self._stopped = True
        tag, self._tag = self._tag, None
        if tag is None or not self.port.is_ready:
            return
        with contextlib.suppress(BrokerGone):
            await guarded(
                self.port.channel.basic_cancel(tag), within=CALL_SECONDS, doing=f"cancelling {self.port.name}"
            )

    async def _set_up(self, channel: Channel) -> None:
        if self._stopped:
            return
        await self._declare(channel)
        await guarded(
            channel.basic_qos(prefetch_count=self._prefetch), within=CALL_SECONDS, doing=f"limiting {self.port.name}"
        )
        consumed = await guarded(
            channel.basic_consume(self._consume.name, self._receive, no_ack=self._no_ack),
            within=CALL_SECONDS,
            doing=f"consuming {self._consume.name}",
        )
        self._tag = consumed.consumer_tag

    async def _declare(self, channel: Channel) -> None:
        """Declare what is needed, bindings too; again now and then, because they go with a deleted exchange."""
        # Not when we have gone: a queue that goes with its last consumer tells callers that nobody is there.
        if not self._stopped:
            await declare(channel.connection, exchanges=self._exchanges, queues=self._queues)

    async def _receive(self, delivered: DeliveredMessage) -> None:
        self._take(delivered)


async def acknowledge(delivered: DeliveredMessage) -> bool:
    """Settle a delivery; return False when its channel is gone, so that it will be delivered again."""
    return await _settle(
        delivered.channel.basic_ack(delivered.delivery_tag or 0, wait=False), delivered, "acknowledging"
    )


async def put_back(delivered: DeliveredMessage) -> bool:
    """Return a delivery to its queue, for another copy. It counts against the delivery limit, so only in need."""
    return await _settle(
        delivered.channel.basic_nack(delivered.delivery_tag or 0, requeue=True, wait=False), delivered, "putting back"
    )


def is_stale(delivered: DeliveredMessage) -> bool:
    """Tell whether the channel of a delivery is gone: then it is delivered again, and to work on it is in vain."""
    return delivered.channel.is_closed


async def _settle(settling: Awaitable[None], delivered: DeliveredMessage, doing: str) -> bool:
    try:
        await guarded(settling, within=CALL_SECONDS, doing=doing)
    except (BrokerGone, AMQPError):
        log.info("not_settled", doing=doing, message_type=delivered.header.properties.message_type)
        return False
    return True
