"""A WebSocket client that takes next to no memory, so that thousands fit beside what is measured: text frames only."""

import asyncio
import base64
import os
import struct
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

_MASK = b"\0\0\0\0"
"""A mask of nought leaves the content as it is; servers see no difference."""


class LeanSocket(asyncio.Protocol):
    """One socket; ``on_text`` gets every text frame, ``on_lost`` is called when it has ended. Pings are answered."""

    def __init__(self, on_text: Callable[[bytes], None], on_lost: Callable[[], None]) -> None:
        self._on_text = on_text
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._upgraded: asyncio.Future[None] | None = asyncio.get_running_loop().create_future()

    @classmethod
    async def open(cls, url: str, on_text: Callable[[bytes], None], on_lost: Callable[[], None]) -> "LeanSocket":
        """Connect to an ``http://`` address and become a WebSocket. Raises ``ConnectionError`` when refused."""
        address = urlsplit(url)
        _, socket = await asyncio.get_running_loop().create_connection(
            lambda: cls(on_text, on_lost), str(address.hostname), int(address.port or 80)
        )
        key = base64.b64encode(os.urandom(16)).decode()
        socket._write(
            f"GET {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        upgraded = socket._upgraded
        assert upgraded is not None  # noqa: S101 - just made
        await upgraded
        socket._upgraded = None
        return socket

    def send(self, text: str) -> None:
        """Send a text frame of at most 64 kB."""
        content = text.encode()
        length = bytes([0x80 | len(content)]) if len(content) < 126 else b"\xfe" + struct.pack(">H", len(content))
        self._write(b"\x81" + length + _MASK + content)

    def close(self) -> None:
        """Drop the connection without a closing handshake."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Inform whoever waits for the upgrade, or for frames."""
        if self._upgraded is not None and not self._upgraded.done():
            self._upgraded.set_exception(error or ConnectionError("closed before the upgrade"))
        self._on_lost()

    def data_received(self, data: bytes) -> None:
        """Cut into frames what has come."""
        self._received += data
        if self._upgraded is not None and not self._upgraded.done() and not self._read_head(self._upgraded):
            return
        while (end := self._frame_end()) is not None:
            start, stop = end
            kind, content = self._received[0] & 0x0F, self._received[start:stop]
            self._received = self._received[stop:]
            if kind == 0x1:
                self._on_text(content)
            elif kind == 0x9:
                self._write(bytes([0x8A, 0x80 | len(content)]) + _MASK + content)

    def _read_head(self, upgraded: "asyncio.Future[None]") -> bool:
        head, blank, rest = self._received.partition(b"\r\n\r\n")
        if not blank:
            return False
        self._received = rest
        if head.startswith(b"HTTP/1.1 101"):
            upgraded.set_result(None)
        else:
            upgraded.set_exception(ConnectionError(head.split(b"\r\n")[0].decode()))
        return True

    def _frame_end(self) -> tuple[int, int] | None:
        """Return where the content of the first frame begins and ends; None until all of it is there."""
        if len(self._received) < 2:
            return None
        start, length = 2, self._received[1] & 0x7F
        if length >= 126:
            size = 2 if length == 126 else 8
            start += size
            if len(self._received) < start:
                return None
            length = int.from_bytes(self._received[2:start])
        return (start, start + length) if len(self._received) >= start + length else None

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)
