"""An HTTP client that costs next to nothing, so that what is measured is the server: one kept connection, JSON only."""

import asyncio
import json
from typing import Any, Self
from urllib.parse import urlsplit


class HttpRefused(Exception):
    """The answer was not a good one; the text holds its status and body."""


class LeanHttp:
    """One connection to one server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, common: str) -> None:
        self._reader = reader
        self._writer = writer
        self._common = common

    @classmethod
    async def open(cls, base_url: str, token: str) -> Self:
        """Connect; ``token`` goes with every request."""
        address = urlsplit(base_url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=1 << 20)
        return cls(reader, writer, f"Host: {address.netloc}\r\nAuthorization: Bearer {token}\r\n")

    def close(self) -> None:
        """Hang up."""
        self._writer.close()

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
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status = int(head[9:12])
        length = 0
        for line in head.split("\r\n")[1:]:
            name, _, value = line.partition(":")
            if name.lower() == "content-length":
                length = int(value)
        content = await self._reader.readexactly(length)
        if status >= 400:
            raise HttpRefused(f"{status}: {content.decode(errors='replace')[:300]}")
        return json.loads(content)
