"""The channel beneath aio-pika's, for the messages themselves.

aio-pika's objects for messages cost more than the rest of what a process does for a request, and some messages that a
broker delivers cannot be made into one (ADR 3). So messages are published, delivered and settled on the channel that
aio-pika itself uses, which its ``get_underlay_channel`` gives. Nothing outside this module knows that channel's
library; connections, channels, exchanges and queues go through aio-pika.
"""

from collections.abc import Awaitable, Callable
from typing import cast
from uuid import uuid4

import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection
from aiormq import spec
from aiormq.abc import AbstractChannel as Underlay
from aiormq.abc import DeliveredMessage as Delivered
from aiormq.exceptions import ChannelAccessRefused, ChannelNotFoundEntity

from shared.messaging.errors import BrokerGone
from shared.messaging.frames import DirectChannel, Passage, TellingConnection, publish_method
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
    "ChannelNotFoundEntity",
    "Delivered",
    "Properties",
    "Underlay",
    "acknowledge",
    "acknowledge_now",
    "consume",
    "get",
    "is_stale",
    "passage_of",
    "publish",
    "put_back",
    "send",
    "take_returned",
    "underlay_of",
]


async def underlay_of(channel: AbstractChannel) -> Underlay:
    """Return the channel beneath an open one."""
    return await channel.get_underlay_channel()


def passage_of(connection: AbstractConnection) -> Passage:
    """Return whether the broker reads what an open connection sends, as something to wait for."""
    assert connection.transport is not None  # noqa: S101 - it is open
    return cast("TellingConnection", connection.transport.connection).passage


async def publish(
    channel: Underlay,
    body: bytes,
    properties: Properties,
    *,
    exchange: str = "",
    routing_key: str,
    mandatory: bool,
    within: float,
    doing: str,
) -> None:
    """Publish; on a channel with confirms, wait until the broker has the message.

    ``properties`` have a ``message_id`` that no other publish has. Raises what :func:`guarded` raises.
    """
    direct = cast("DirectChannel", channel)
    try:
        # The confirm is more than an emptied socket buffer, so nothing else is waited for.
        confirmed = direct.send(body, properties, publish_method(exchange, routing_key, mandatory=mandatory))
    except RuntimeError as error:
        raise BrokerGone(f"{type(error).__name__} while {doing}") from error
    if confirmed is None:
        return
    try:
        await guarded(confirmed, within=within, doing=doing)
    finally:
        direct.forget(confirmed, properties.message_id or "")


def send(
    channel: Underlay, body: bytes, properties: Properties, *, exchange: str, routing_key: str, doing: str
) -> None:
    """Publish on a channel without confirms; what no queue is bound for comes back to :func:`take_returned`'s.

    Raises :class:`BrokerGone`.
    """
    try:
        cast("DirectChannel", channel).send(body, properties, publish_method(exchange, routing_key, mandatory=True))
    except RuntimeError as error:
        raise BrokerGone(f"{type(error).__name__} while {doing}") from error


async def take_returned(channel: AbstractChannel, take: Callable[[Delivered], None]) -> None:
    """Have ``take`` called with each message that no queue is bound for; as that of :func:`consume` is."""
    cast("DirectChannel", await underlay_of(channel)).returned = take


async def consume(
    channel: AbstractChannel, queue: str, take: Callable[[Delivered], None], *, no_ack: bool = False
) -> str:
    """Have ``take`` called with each delivery of a queue; return the consumer's tag.

    ``take`` is called where the connection is read: it must hand over, and neither wait nor raise.
    """
    underlay = cast("DirectChannel", await underlay_of(channel))
    tag = uuid4().hex
    underlay.takers[tag] = take
    if no_ack:
        underlay.without_acknowledgement.add(tag)
    await guarded(
        underlay.basic_consume(queue, _never, no_ack=no_ack, consumer_tag=tag),
        within=CALL_SECONDS,
        doing=f"consuming {queue}",
    )
    return tag


async def _never(_: Delivered) -> None:
    """Stand for a consumer whose deliveries are taken directly."""


async def get(channel: AbstractChannel, queue: str) -> Delivered | None:
    """Take one message out of a queue, to be settled; None when there is none."""
    underlay = await underlay_of(channel)
    delivered = await guarded(underlay.basic_get(queue), within=CALL_SECONDS, doing=f"taking from {queue}")
    return None if isinstance(delivered.delivery, spec.Basic.GetEmpty) else delivered


async def acknowledge(delivered: Delivered) -> bool:
    """Settle a delivery, within a moment; return False when its channel is gone, so that it will be delivered again.

    :func:`acknowledge_now` lets it wait no longer.
    """
    try:
        cast("DirectChannel", delivered.channel).acknowledge(delivered.delivery_tag or 0)
    except RuntimeError:
        return _not_settled(delivered, "acknowledging")
    return True


def acknowledge_now(channel: Underlay) -> None:
    """Have all written that is to be acknowledged on a channel."""
    cast("DirectChannel", channel).acknowledge_now()


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
        return _not_settled(delivered, doing)
    return True


def _not_settled(delivered: Delivered, doing: str) -> bool:
    log.info("not_settled", doing=doing, message_type=delivered.header.properties.message_type)
    return False
