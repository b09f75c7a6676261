"""Somebody else's ESC/POS printer (emupos, from PyPI), started as a process of its own.

It needs Python 3.13 or newer, whatever runs the tests; it is installed once into `.local/emupos`.
"""

import asyncio
import contextlib
import fcntl
import io
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image

from shared.printing import WidthDots
from shared.testing import wait_until
from stack.ports import free_ports

VERSION = "0.4.0"
HOME = Path(__file__).parents[3] / ".local" / "emupos"

_PROFILE = """\
type: printer
name: {name}
dpi: 203
width_dots: {width}
font_a: {{width: 12, height: 24}}
font_b: {{width: 9, height: 17}}
code_pages: {{0: PC437}}
default_code_page: 0
drawer_sensor_open_level: high
serial: {{baud: 9600, data_bits: 8, parity: none, stop_bits: 1}}
"""


class UnavailableError(Exception):
    """The simulator cannot be had on this machine; the message says why."""


def _pythons() -> Iterator[str]:
    for minor in range(20, 12, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            yield found
        yield from map(str, sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python3"), reverse=True))


def _works(python: str) -> bool:
    """Whether it runs and is new enough: version managers leave commands on the path that only complain."""
    check = [python, "-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 13))"]
    return subprocess.run(check, capture_output=True, check=False).returncode == 0


def install() -> Path:
    """The emupos command, installed where it is not yet. Raises UnavailableError."""
    command = HOME / VERSION / "bin" / "emupos"
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = HOME / VERSION / "installed"
        if done.exists():
            return command
        python = next(filter(_works, _pythons()), None)
        if python is None:
            raise UnavailableError("emupos needs Python 3.13 or newer beside this one")
        try:
            subprocess.run([python, "-m", "venv", "--clear", HOME / VERSION], capture_output=True, check=True)
            pip = [str(HOME / VERSION / "bin" / "pip"), "install", "--quiet", f"emupos=={VERSION}"]
            subprocess.run(pip, capture_output=True, check=True)
        except subprocess.CalledProcessError as error:
            last = error.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise UnavailableError(f"emupos {VERSION} cannot be installed: {' '.join(last)}") from error
        done.touch()
    return command


@dataclass(frozen=True)
class Receipt:
    """One printout."""

    picture: Image.Image
    text: str
    unknown: list[dict[str, Any]]
    """Events for bytes that the printer did not understand."""


class Printer:
    """One simulated printer."""

    def __init__(self, name: str, port: int, api: str, session: aiohttp.ClientSession) -> None:
        self._name = name
        self.port = port
        self.api = f"{api}/devices/{name}"
        self._events = f"{api}/events"
        self._session = session

    async def print(self, stream: bytes) -> Receipt:
        """Send a job as one connection and take what came out."""
        unknown = []
        async with self._session.ws_connect(self._events) as events:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(stream)
            await writer.drain()
            writer.close()
            await writer.wait_closed()
            while True:
                event = json.loads(await asyncio.wait_for(events.receive_str(), 20))
                if event["type"] == "printer.command.unknown":
                    unknown.append(event)
                if event["type"] == "printer.job.completed":
                    break
        return Receipt(await self._picture(), await self._text(), unknown)

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[list[dict[str, Any]]]:
        """Collect the events for bytes that the printer did not understand, until the end of the block."""
        unknown: list[dict[str, Any]] = []

        async def collect(events: aiohttp.ClientWebSocketResponse) -> None:
            async for message in events:
                event = json.loads(message.data)
                if event["type"] == "printer.command.unknown":
                    unknown.append(event)

        async with self._session.ws_connect(self._events) as events:
            collecting = asyncio.create_task(collect(events))
            try:
                yield unknown
            finally:
                await events.close()
                await collecting

    async def ask(self, stream: bytes, answer_bytes: int) -> bytes:
        """Send bytes and wait for the printer's answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(stream)
            return await asyncio.wait_for(reader.readexactly(answer_bytes), 20)
        finally:
            writer.close()
            await writer.wait_closed()

    async def _picture(self) -> Image.Image:
        async with self._session.get(f"{self.api}/receipts/latest/image") as answer:
            answer.raise_for_status()
            return Image.open(io.BytesIO(await answer.read())).convert("1")

    async def _text(self) -> str:
        async with self._session.get(f"{self.api}/receipts/latest/text") as answer:
            answer.raise_for_status()
            return await answer.text()


@contextlib.asynccontextmanager
async def running(folder: Path) -> AsyncIterator[dict[WidthDots, Printer]]:
    """A 58 mm and an 80 mm printer, until the end of the block. Raises UnavailableError."""
    command = await asyncio.to_thread(install)
    api_port, *ports = free_ports(3)
    widths: tuple[WidthDots, WidthDots] = (384, 576)
    devices = []
    for width, port in zip(widths, ports, strict=True):
        name = f"p{width}"
        (folder / f"{name}.yaml").write_text(_PROFILE.format(name=name, width=width))
        devices.append(
            {
                "id": name,
                "type": "printer",
                "profile": f"./{name}.yaml",
                "connections": [{"tcp": {"port": port}}],
                "receipts_dir": f"./receipts-{name}",
            }
        )
    config = {"schema": 1, "api": {"host": "127.0.0.1", "port": api_port}, "devices": devices}
    (folder / "emupos.yaml").write_text(json.dumps(config))
    with (folder / "emupos.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(command, "run", cwd=folder, stdout=log, stderr=log)
        api = f"http://127.0.0.1:{api_port}/api/v1"
        try:
            async with aiohttp.ClientSession() as session:
                await _ready(session, api, process, folder / "emupos.log")
                yield {
                    width: Printer(f"p{width}", port, api, session) for width, port in zip(widths, ports, strict=True)
                }
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def _ready(session: aiohttp.ClientSession, api: str, process: asyncio.subprocess.Process, log: Path) -> None:
    async def answers() -> bool:
        if process.returncode is not None:
            raise UnavailableError(f"emupos ended at once, see {log}")
        with contextlib.suppress(aiohttp.ClientConnectionError):
            async with session.get(f"{api}/health") as answer:
                return answer.ok
        return False

    try:
        await wait_until(answers, 30, every=0.1)
    except AssertionError as error:
        raise UnavailableError(f"emupos does not answer: {error}") from error
