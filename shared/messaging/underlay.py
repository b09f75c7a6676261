"""The channel beneath aio-pika's, for the messages themselves.

aio-pika's objects for messages cost more than the rest of what a process does for a request, and some messages that a
broker delivers cannot be made into one (ADR 3). So messages are published, delivered and settled on the channel that
aio-pika itself uses, which its ``get_underlay_channel`` gives. Nothing outside this module knows that channel's
library; connections, channels, exchanges and queues go through aio-pika.
"""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, cast

import structlog
from aio_pika.abc import AbstractChannel
from aiormq import Channel, spec
from aiormq.abc import AbstractChannel as Underlay
from aiormq.abc import DeliveredMessage as Delivered
from aiormq.exceptions import ChannelAccessRefused

from shared.messaging.errors import BrokerGone
from shared.messaging.guard import CALL_SECONDS, guarded

Properties = spec.Basic.Properties
"""What travels with a message's body."""

TRANSIENT = 1
PERSISTENT = 2
"""Values of ``delivery_mode``."""

log = structlog.get_logger(__name__)

__all__ = [
    "PERSISTENT",
    "TRANSIENT",
    "ChannelAccessRefused",
    "Delivered",
    "Properties",
    "Underlay",
    "acknowledge",
    "consume",
    "get",
    "is_stale",
    "publish",
    "put_back",
    "underlay_of",
]


async def underlay_of(channel: AbstractChannel) -> Underlay:
    """Return the channel beneath an open one."""
    return await channel.get_underlay_channel()


def publish(
    channel: Underlay,
    body: bytes,
    properties: Properties,
    *,
    exchange: str = "",
    routing_key: str,
    mandatory: bool,
    within: float,
    doing: str,
) -> Awaitable[object]:
    """Publish; on a channel with confirms, wait until the broker has the message.

    Raises what :func:`guarded` raises.
    """
    return guarded(
        # wait=False (which the interface leaves out): the confirm is more than an emptied socket buffer, and later
        # publishes need not queue.
        cast("Channel", channel).basic_publish(
            body, exchange=exchange, routing_key=routing_key, properties=properties, mandatory=mandatory, wait=False
        ),
        within=within,
        doing=doing,
    )


async def consume(
    channel: AbstractChannel,
    queue: str,
    take: Callable[[Delivered], Coroutine[Any, Any, None]],
    *,
    no_ack: bool = False,
) -> str:
    """Have ``take`` called with each delivery of a queue; return the consumer's tag.

    ``take`` runs in a task of the library, which cancels it when the channel closes: it must hand over and return.
    """
    underlay = await underlay_of(channel)
    consumed = await guarded(
        underlay.basic_consume(queue, take, no_ack=no_ack), within=CALL_SECONDS, doing=f"consuming {queue}"
    )
    return consumed.consumer_tag or ""


async def get(channel: AbstractChannel, queue: str) -> Delivered | None:
    """Take one message out of a queue, to be settled; None when there is none."""
    underlay = await underlay_of(channel)
    delivered = await guarded(underlay.basic_get(queue), within=CALL_SECONDS, doing=f"taking from {queue}")
    return None if isinstance(delivered.delivery, spec.Basic.GetEmpty) else delivered


async def acknowledge(delivered: Delivered) -> bool:
    """Settle a delivery; return False when its channel is gone, so that it will be delivered again."""
    return await _settle(
        delivered.channel.basic_ack(delivered.delivery_tag or 0, wait=False), delivered, "acknowledging"
    )


async def put_back(delivered: Delivered) -> bool:
    """Return a delivery to its queue, for another copy. It counts against the delivery limit, so only in need."""
    return await _settle(
        delivered.channel.basic_nack(delivered.delivery_tag or 0, requeue=True, wait=False), delivered, "putting back"
    )


def is_stale(delivered: Delivered) -> bool:
    """Whether the channel of a delivery is gone: then it is delivered again, and to work on it is in vain."""
    return delivered.channel.is_closed


async def _settle(settling: Awaitable[None], delivered: Delivered, doing: str) -> bool:
    try:
        await guarded(settling, within=CALL_SECONDS, doing=doing)
    except BrokerGone:
        log.info("not_settled", doing=doing, message_type=delivered.header.properties.message_type)
        return False
    return True
