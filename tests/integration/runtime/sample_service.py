"""A small service for the tests of the process's life; it is run as a program."""

import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from shared.contracts.message import Event, Reply, Request
from shared.health import serve_health
from shared.messaging import Bus, EventHandler, RequestHandler, Topology, UnitOfWork
from shared.runtime import Running, open_parts, run_service
from shared.settings import ServiceSettings
from shared.testing import wait_until


class Slept(Reply):
    """Awake again."""

    text: str


class Sleep(Request[Slept]):
    """Sleep until a file exists, then reply."""

    message_name = "sample.sleep"
    until: str
    part_fails: bool = False
    hangs: bool = False


class Woken(Event):
    """Somebody has slept."""

    message_name = "sample.woken"


async def sleep(message: Sleep, work: UnitOfWork, *, bus: Bus) -> Slept:
    if message.part_fails:
        bus._supervised["relay"].cancel()
    sys.stderr.write("asleep\n")
    if message.hangs:
        time.sleep(60)  # noqa: ASYNC251 - as a loop without end would
    await wait_until(Path(message.until).exists, 60)
    await work.emit(Woken())
    return Slept(text="awake")


async def woken(_: Woken, __: UnitOfWork) -> None:
    sys.stderr.write("woken\n")


TOPOLOGY = Topology(
    service="sample", handlers=[RequestHandler(Sleep, sleep), EventHandler(Woken, woken)], emits=[Woken]
)


@asynccontextmanager
async def service(settings: ServiceSettings) -> AsyncIterator[Running]:
    """Run until the block ends."""
    async with open_parts(settings, TOPOLOGY) as parts:
        await parts.bus.start(dependencies={"bus": parts.bus})
        async with serve_health(parts.checks, host=settings.http_host, port=settings.http_port) as port:
            yield Running(parts.bus, port)


if __name__ == "__main__":
    run_service("sample", ServiceSettings, service, topology=TOPOLOGY, migrations=Path(__file__).parent / "migrations")
