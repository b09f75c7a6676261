"""A channel that comes back: one for each purpose, on one connection.

Each purpose has its own channel, because an error closes a channel with everything that is under way on it: one publish
to a missing exchange would otherwise fail hundreds of others.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection

from shared.messaging.backoff import Backoff
from shared.messaging.connection import close_quietly, is_open, open_channel
from shared.messaging.declarations import Declarations
from shared.messaging.errors import BrokerGone
from shared.messaging.underlay import Underlay, underlay_of

_REFRESH_EVERY = 10.0
"""How often a port makes sure that what it needs is still there: an operator may have deleted an exchange."""

log = structlog.get_logger(__name__)

Setup = Callable[[AbstractChannel, Declarations], Awaitable[None]]


class Port:
    """One channel for one purpose, opened again whenever it is lost."""

    def __init__(
        self,
        name: str,
        *,
        confirms: bool = False,
        setup: Setup | None = None,
        refresh: Setup | None = None,
        lost: Callable[[], None] | None = None,
    ) -> None:
        self._ready_callbacks: list[Callable[[], None]] = []
        self.name = name
        self._confirms = confirms
        self._setup = setup
        self._refresh = refresh
        self._lost = lost
        self._channel: AbstractChannel | None = None
        self._underlay: Underlay | None = None
        self._reopen = asyncio.Event()
        self._ready = asyncio.Event()
        self.unready_since: float | None = time.monotonic()
        """When the channel was lost, on the monotonic clock; None while it is open."""

    @property
    def is_ready(self) -> bool:
        """Whether the channel is open and set up."""
        return self._channel is not None and not self._channel.is_closed and not self._reopen.is_set()

    @property
    def channel(self) -> AbstractChannel:
        """The open channel. Raises :class:`BrokerGone` while there is none."""
        channel = self._channel
        if channel is None or channel.is_closed:
            raise BrokerGone(f"no channel for {self.name} now")
        return channel

    @property
    def underlay(self) -> Underlay:
        """The channel beneath, to publish on. Raises :class:`BrokerGone` while there is none."""
        underlay = self._underlay
        if underlay is None or underlay.is_closed:
            raise BrokerGone(f"no channel for {self.name} now")
        return underlay

    async def wait_ready(self) -> None:
        """Wait until the channel is open and set up."""
        await self._ready.wait()

    def on_ready(self, callback: Callable[[], None]) -> None:
        """Have ``callback`` called whenever the channel has been opened and set up."""
        self._ready_callbacks.append(callback)

    def reopen(self) -> None:
        """Close the channel and open a new one (the broker has cancelled its consumer, or it is in doubt)."""
        self._reopen.set()

    async def serve(self, connection: AbstractConnection, declarations: Declarations) -> None:
        """Keep the channel open for as long as ``connection`` lives."""
        backoff = Backoff(first=0.05)
        while is_open(connection):
            try:
                channel = await self._open(connection, declarations)
            except BrokerGone as error:
                log.warning("channel_not_opened", port=self.name, reason=str(error))
                await asyncio.sleep(backoff.delay())
                continue
            backoff.reset()
            try:
                await self._until_lost(channel, declarations)
            finally:
                await self._close(channel)
            if is_open(connection):
                log.warning("channel_lost", port=self.name)

    async def _open(self, connection: AbstractConnection, declarations: Declarations) -> AbstractChannel:
        channel = await open_channel(connection, purpose=self.name, confirms=self._confirms)
        self._reopen.clear()
        try:
            # A consumer that the broker cancels (queue deleted, leader moved) gets a new channel. Only the channel
            # beneath reports it.
            underlay = await underlay_of(channel)
            underlay.on_consumer_cancel_callbacks.add(lambda _frame: self._reopen.set())
            if self._setup is not None:
                await self._setup(channel, declarations)
        except BaseException:
            await close_quietly(channel)
            raise
        self._channel, self._underlay = channel, underlay
        self.unready_since = None
        self._ready.set()
        for callback in self._ready_callbacks:
            callback()
        return channel

    async def _until_lost(self, channel: AbstractChannel, declarations: Declarations) -> None:
        closed = asyncio.ensure_future(channel.closed())
        reopen = asyncio.ensure_future(self._reopen.wait())
        try:
            while True:
                done, _ = await asyncio.wait(
                    (closed, reopen), timeout=_REFRESH_EVERY, return_when=asyncio.FIRST_COMPLETED
                )
                if done:
                    return
                if self._refresh is not None:
                    # Whether the connection is dead is for the probe to find out.
                    with contextlib.suppress(BrokerGone):
                        await self._refresh(channel, declarations)
        finally:
            reopen.cancel()
            closed.cancel()

    async def _close(self, channel: AbstractChannel) -> None:
        self._channel = self._underlay = None
        self._ready.clear()
        self.unready_since = time.monotonic()
        if self._lost is not None:
            self._lost()
        await close_quietly(channel)
