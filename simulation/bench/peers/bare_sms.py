"""SMS handed to the stand-ins with nothing around it: no database, no schedule, no text to be made."""

import asyncio
import itertools
import sys
import time
from typing import Any

import aiohttp

from services.notify.providers.smpp.pdus import (
    Address,
    Command,
    Pdu,
    PduReader,
    Sm,
    bind_body,
)
from simulation.bench.peers import driver

_TEXT = "DL Ca Mau TB: KH PB14010012345 no tien dien 871.020d. Xin thanh toan truoc 25/11. LH 0951000001"


class _HttpClient:
    """POSTs as the adapter does: a connection for each request."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = f"{url}/api/v1/brandname/send"
        self._session = session
        self._numbers = itertools.count()

    async def command(self, asked: dict[str, Any]) -> dict[str, Any]:
        return await driver.measure(self._send, asked["count"], asked["concurrency"])

    async def _send(self, _: int) -> None:
        body = {"so_dien_thoai": "84953000001", "noi_dung": _TEXT, "ma_yeu_cau": f"bare-{next(self._numbers)}"}
        async with self._session.post(self._url, json=body, headers={"Authorization": "Bearer bench"}) as answer:
            if (await answer.json())["ket_qua"]["ma"] != 0:
                raise RuntimeError("refused")


class _SmppClient(asyncio.Protocol):
    """Writes ``submit_sm`` as long as the window is open."""

    def __init__(self, window: int) -> None:
        self._window = window
        self._reader = PduReader()
        self._left = 0
        self._open = 0
        self._sequence = 1
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: Any = None
        sm = Sm(Address(5, 0, "DIENLUC"), Address(1, 1, "84953000001"), _TEXT.encode("ascii"))
        self._body = sm.encode()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        body = bind_body("bare", "bench", "", Address(0, 0, ""))
        self._transport.write(Pdu(Command.BIND_TRANSMITTER, 0, 1, body).encode())

    def data_received(self, data: bytes) -> None:
        for pdu in self._reader.feed(data):
            if pdu.command == Command.SUBMIT_SM_RESP:
                if pdu.status:
                    raise RuntimeError(f"refused with {pdu.status:#x}")
                self._open -= 1
        self._fill()

    async def command(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._done = asyncio.get_running_loop().create_future()
        self._left = asked["count"]
        started = time.perf_counter()
        self._fill()
        await self._done
        return {"seconds": time.perf_counter() - started}

    def _fill(self) -> None:
        while self._left and self._open < self._window:
            self._left -= 1
            self._open += 1
            self._sequence += 1
            self._transport.write(Pdu(Command.SUBMIT_SM, 0, self._sequence, self._body).encode())
        if not self._left and not self._open and not self._done.done():
            self._done.set_result(None)


async def _main() -> None:
    if sys.argv[1] == "http":
        connector = aiohttp.TCPConnector(force_close=True, limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:
            await driver.obey(_HttpClient(sys.argv[2], session).command)
        return
    loop = asyncio.get_running_loop()
    _, client = await loop.create_connection(lambda: _SmppClient(int(sys.argv[3])), "127.0.0.1", int(sys.argv[2]))
    await driver.obey(client.command)


if __name__ == "__main__":
    driver.run(_main())
