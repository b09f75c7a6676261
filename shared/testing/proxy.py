"""A TCP proxy that fails in every way a network does, on demand."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum, auto
from urllib.parse import SplitResult, urlsplit, urlunsplit


class Mode(Enum):
    """What the proxy does to what passes through it."""

    PASS = auto()
    """Everything passes."""
    DOWN = auto()
    """New connections are closed at once."""
    UPSTREAM_BLACKHOLE = auto()
    """What the client sends vanishes."""
    DOWNSTREAM_BLACKHOLE = auto()
    """What the server sends vanishes."""
    BLACKHOLE = auto()
    """Everything vanishes, both ways; connections stay open, and neither end learns that the other has closed."""


class TcpProxy:
    """Stands between a client and one server address.

    :attr:`mode` takes effect on what passes from now on, on open connections too; :attr:`delay` (seconds) holds each
    piece back that long. :meth:`reset` breaks open connections with a RST.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._server: asyncio.Server | None = None
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.mode = Mode.PASS
        self.delay = 0.0
        self.refused = 0
        """Connections that were closed at once."""
        self.passed_upstream = 0
        """Bytes that reached the server."""
        self.reset_after_upstream: int | None = None
        """Break the connections when so many bytes have reached the server, counted from the start."""

    @property
    def port(self) -> int:
        """The port that the proxy listens on, at 127.0.0.1."""
        assert self._server is not None  # noqa: S101 - used within serving()
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def connections(self) -> int:
        """How many connections are open through the proxy."""
        return len(self._pairs)

    def url(self, original: str) -> str:
        """Return the URL of the server with the proxy's address in place of its own."""
        parts = urlsplit(original)
        user = parts.netloc.rpartition("@")[0]
        return urlunsplit(parts._replace(netloc=f"{user}@127.0.0.1:{self.port}" if user else f"127.0.0.1:{self.port}"))

    @classmethod
    @asynccontextmanager
    async def in_front_of(cls, url: str) -> "AsyncIterator[TcpProxy]":
        """Serve a proxy in front of the server that ``url`` names, for the time of the block."""
        parts: SplitResult = urlsplit(url)
        default = 5672 if parts.scheme.startswith("amqp") else 5432
        proxy = cls(parts.hostname or "127.0.0.1", parts.port or default)
        proxy._server = await asyncio.start_server(proxy._accept, "127.0.0.1", 0)
        try:
            yield proxy
        finally:
            proxy._server.close()
            proxy.cut()
            for task in proxy._tasks:
                task.cancel()
            await asyncio.gather(*proxy._tasks, return_exceptions=True)

    def down(self) -> None:
        """Break what is open and refuse what comes, until :meth:`heal`."""
        self.mode = Mode.DOWN
        self.cut()

    def heal(self) -> None:
        """Let everything pass again."""
        self.mode = Mode.PASS
        self.delay = 0.0
        self.reset_after_upstream = None

    def cut(self) -> None:
        """Close open connections in good order (FIN)."""
        for pair in list(self._pairs):
            for writer in pair:
                writer.close()

    def reset(self) -> None:
        """Break open connections without a word (RST); what was under way is lost."""
        for pair in list(self._pairs):
            for writer in pair:
                handle = writer.get_extra_info("socket")
                if handle is not None:
                    with contextlib.suppress(OSError):
                        handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - the server runs it in one
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if self.mode is Mode.DOWN:
            self.refused += 1
            writer.close()
            return
        try:
            up_reader, up_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.close()
            return
        pair = (writer, up_writer)
        self._pairs.add(pair)
        try:
            await asyncio.gather(self._pump(reader, up_writer, up=True), self._pump(up_reader, writer, up=False))
        finally:
            self._pairs.discard(pair)
            for one in pair:
                one.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, up: bool) -> None:
        swallowing = {Mode.BLACKHOLE, Mode.UPSTREAM_BLACKHOLE if up else Mode.DOWNSTREAM_BLACKHOLE}
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if self.delay:
                    await asyncio.sleep(self.delay)
                if self.mode in swallowing:
                    continue
                writer.write(data)
                await writer.drain()
                if up:
                    self.passed_upstream += len(data)
                    if self.reset_after_upstream is not None and self.passed_upstream > self.reset_after_upstream:
                        self.reset_after_upstream = None
                        self.reset()
        if self.mode not in swallowing:
            writer.close()
