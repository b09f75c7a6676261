"""An HTTP client that costs next to nothing, so that what is measured is the server: one kept connection, JSON only."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

MOST_REPETITIONS = 20


class HttpRefused(Exception):
    """The answer was not a good one; the text holds its status and body."""


_UNAVAILABLE = 503


class _Busy(Exception):
    """Nothing was done, and the request may come again after a while."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class LeanHttp:
    """One connection to one server, opened when it is needed: a server hangs up on who is silent for long."""

    def __init__(self, base_url: str, token: str) -> None:
        """``token`` goes with every request."""
        self._address = (base_url, token)
        address = urlsplit(base_url)
        self._host, self._port = address.hostname, address.port
        self._common = f"Host: {address.netloc}\r\nAuthorization: Bearer {token}\r\n"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.repetitions = 0
        """How many requests were sent again because the server was busy."""

    def beside(self) -> "LeanHttp":
        """Return a further connection of the same caller to the same server."""
        return LeanHttp(*self._address)

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()

    async def get(self, path: str) -> Any:
        """Read something. Raises :class:`HttpRefused`."""
        return await self._exchange(f"GET {path} HTTP/1.1\r\n{self._common}\r\n".encode())

    async def send(self, method: str, path: str, body: dict[str, Any], key: str = "") -> Any:
        """Send something, under an idempotency key where there is one. Raises :class:`HttpRefused`."""
        content = json.dumps(body).encode()
        headers = f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        if key:
            headers += f"Idempotency-Key: {key}\r\n"
        return await self._exchange(f"{method} {path} HTTP/1.1\r\n{self._common}{headers}\r\n".encode() + content)

    async def _exchange(self, request: bytes) -> Any:
        """Send a request as often as a phone does it: under the same key, after the pause that the server asks for."""
        for _ in range(MOST_REPETITIONS):
            try:
                return await self._exchange_once(request)
            except _Busy as busy:
                self.repetitions += 1
                await asyncio.sleep(busy.seconds)
        raise HttpRefused(f"{_UNAVAILABLE}, {MOST_REPETITIONS} times")

    async def _exchange_once(self, request: bytes) -> Any:
        reader, writer = await self._connected()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status = int(head[9:12])
        length, pause = 0, None
        for line in head.split("\r\n")[1:]:
            name, _, value = line.partition(":")
            if name.lower() == "content-length":
                length = int(value)
            elif name.lower() == "retry-after":
                pause = float(value)
        content = await reader.readexactly(length)
        if status == _UNAVAILABLE and pause is not None:
            raise _Busy(pause)
        if status >= 400:
            raise HttpRefused(f"{status}: {content.decode(errors='replace')[:300]}")
        return json.loads(content)

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None or self._streams[0].at_eof():
            self.close()
            self._streams = await asyncio.open_connection(self._host, self._port, limit=1 << 20)
        return self._streams
