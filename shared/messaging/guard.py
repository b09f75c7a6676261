"""Every wait for the broker goes through here: it has an end, and it ends with an error of ours.

On a connection that died of missing heartbeats the AMQP library raises ``CancelledError`` into tasks that were
not cancelled. A loop that lets it pass ends unnoticed (a ``TaskGroup`` even ends normally). Here it becomes
:class:`BrokerGone`; only a cancellation that was requested stays one.
"""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from aio_pika.exceptions import (
    AMQPError,
    ChannelClosed,
    ChannelPreconditionFailed,
    ConnectionClosed,
    DeliveryError,
    PublishError,
)

from shared.messaging.errors import BrokerGone, ClosedByBroker, Rejected, TopologyMismatch, Unroutable

T = TypeVar("T")

CALL_SECONDS = 5.0
"""How long one call to the broker may take."""


async def guarded(awaitable: Awaitable[T], *, within: float, doing: str) -> T:
    """Wait for the broker at most ``within`` seconds; ``doing`` names the action for the error's text.

    Raises :class:`BrokerGone` when the connection or channel is lost or silent (:class:`ClosedByBroker` when the broker
    closed it because of what was sent), :class:`Unroutable` and :class:`Rejected` for a message that the broker
    returned or rejected, :class:`TopologyMismatch` for a queue that exists with other arguments.
    """
    task = asyncio.current_task()
    cancellations = 0 if task is None else task.cancelling()
    try:
        async with asyncio.timeout(within):
            return await awaitable
    except asyncio.CancelledError as error:
        if task is None or task.cancelling() > cancellations:
            raise
        raise BrokerGone(f"connection lost while {doing}") from error
    except TimeoutError as error:
        raise BrokerGone(f"no answer within {within:g} s while {doing}") from error
    except PublishError as error:
        raise Unroutable(f"no queue is bound: {doing}") from error
    except DeliveryError as error:
        raise Rejected(f"refused by the broker: {doing}") from error
    except ChannelPreconditionFailed as error:
        raise TopologyMismatch(f"{doing}: {error}") from error
    # The library's own end of input, when the broker hangs up in the middle of the handshake, is a bare one.
    except (AMQPError, OSError, RuntimeError, StopAsyncIteration) as error:
        kind = ClosedByBroker if _is_objection(error) else BrokerGone
        raise kind(f"{type(error).__name__} while {doing}") from error
    except Exception as error:
        # The library rejects what is pending on a closed channel with a bare Exception when it knows no reason.
        if type(error) is Exception:
            raise BrokerGone(f"channel closed while {doing}") from error
        raise


def _is_objection(error: Exception) -> bool:
    # The library has a subclass for each code that blames what was sent; an administrator who closes a connection, and
    # the broker's own shutdown, have none.
    return isinstance(error, ConnectionClosed | ChannelClosed) and type(error) not in {ConnectionClosed, ChannelClosed}
