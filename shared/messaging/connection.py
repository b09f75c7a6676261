"""One connection to the broker and channels on it: aio-pika's plain ones, not its robust ones (see ADR 3)."""

import asyncio
import random
import ssl
from collections.abc import Mapping
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection
from pydantic import SecretStr
from yarl import URL

from shared.broker_addresses import InTurn, nodes_of
from shared.messaging import frames
from shared.messaging.errors import BrokerGone
from shared.messaging.guard import CALL_SECONDS, guarded

HEARTBEAT = 10
"""Seconds; the library closes a silent connection after 3 × (heartbeat + 1)."""

_CLOSE_SECONDS = 2.0

_closing: set[asyncio.Future[None]] = set()


class _Connection(aio_pika.Connection):
    """One that whoever opened it closes (:func:`close_quietly`)."""

    def __del__(self) -> None:
        # The library would begin to close it here. The garbage collector comes at any time: where no loop runs, that
        # leaves a coroutine that nobody awaits, and a connection that was never opened needs no closing.
        return


async def open_connection(url: SecretStr, *, name: str, within: float = CALL_SECONDS) -> AbstractConnection:
    """Connect to any node that ``url`` names; ``name`` is what the broker shows, ``within`` is for each node.

    Raises :class:`BrokerGone` when none can be reached.
    """
    addresses = nodes_of(url.get_secret_value())
    return await connect_in_turn(InTurn(addresses, first=random_first(len(addresses))), name=name, within=within)


def random_first(count: int) -> int:
    """Choose whom to ask first: copies that all began with the same node would leave the others nothing to do."""
    return random.randrange(count)  # noqa: S311 - no secret


async def connect_in_turn(nodes: InTurn, *, name: str, within: float = CALL_SECONDS) -> AbstractConnection:
    """Connect to the next node that can be reached, each asked once, without a pause between them.

    Raises :class:`BrokerGone` with what went wrong at the last one.
    """
    failure = BrokerGone("the broker's address names no node")
    for address in nodes.round():
        try:
            return await _connect(address, name=name, within=within)
        except BrokerGone as error:
            failure = BrokerGone(f"{error}: {fault}") if (fault := certificate_fault(error)) else error
    raise failure


def certificate_fault(error: BaseException) -> str | None:
    """Return why a certificate was refused, from what an error was caused by; None where that was not the cause."""
    cause: BaseException | None = error
    # The broker's library raises an error that it has kept, which may become a cause of itself.
    seen: set[int] = set()
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the broker's certificate is refused: {cause.verify_message}"
        cause = cause.__cause__ or cause.__context__
    return None


async def _connect(address: str, *, name: str, within: float) -> AbstractConnection:
    frames.install()
    url = URL(address).update_query(heartbeat=HEARTBEAT)
    return await guarded(
        aio_pika.connect(url, client_properties={"connection_name": name}, connection_class=_Connection),
        within=within,
        doing="connecting",
    )


def is_open(connection: AbstractConnection) -> bool:
    """Whether the connection is there. (Its own ``is_closed`` stays False when it was lost and not closed by us.)"""
    return connection.transport is not None and not connection.transport.connection.is_closed


def server_properties(connection: AbstractConnection) -> Mapping[str, Any]:
    """Return the properties that the broker announced."""
    if connection.transport is None:
        return {}
    return connection.transport.connection.server_properties


async def open_channel(connection: AbstractConnection, *, purpose: str, confirms: bool = False) -> AbstractChannel:
    """Open a channel; with ``confirms``, a message that no queue is bound for is an error.

    Raises :class:`BrokerGone`.
    """

    async def opened() -> AbstractChannel:
        channel = connection.channel(publisher_confirms=confirms, on_return_raises=confirms)
        await channel.initialize()
        return channel

    return await guarded(opened(), within=CALL_SECONDS, doing=f"opening a channel for {purpose}")


async def close_quietly(closable: AbstractChannel | AbstractConnection) -> None:
    """Close what may be dead already; whatever goes wrong, and if it does not end in time, it is gone for us."""
    # In a task of its own: the library goes on waiting for a dead connection after it was cancelled.
    closing = asyncio.ensure_future(closable.close())
    _closing.add(closing)
    closing.add_done_callback(_on_closed)
    await asyncio.wait({closing}, timeout=_CLOSE_SECONDS)
    closing.cancel()


def _on_closed(closing: "asyncio.Future[None]") -> None:
    _closing.discard(closing)
    if not closing.cancelled():
        closing.exception()
