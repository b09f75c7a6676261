"""The life of a service process: start, become ready, run until it is stopped or a part fails, drain.

``services/<name>/__main__.py`` is three lines::

    from shared.runtime import run_service

    run_service("billing", BillingSettings, service, topology=TOPOLOGY, migrations=Path(__file__).parent / "migrations")

where ``service(settings)`` in ``app.py`` is an async context manager that wires everything, gives a :class:`Running`,
and closes in reverse.
"""

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import asyncpg
import pydantic
import structlog
import uvloop
from asyncpg import Pool
from pydantic import SecretStr

from shared.clock_watch import ClockWatch
from shared.db import MigrationError, connect, migrate, open_pool
from shared.db.restored import NotReleased, refuse_if_held
from shared.health import Check, database_check
from shared.logging import configure_logging
from shared.loop_watch import LoopWatch
from shared.messaging.archive import remember_consumed
from shared.messaging.bus import Bus
from shared.messaging.errors import TopologyMismatch, UnsupportedBroker
from shared.messaging.patience import NotReached, Patience
from shared.messaging.provision import provision
from shared.messaging.topology import Topology
from shared.misconfigured import Misconfigured
from shared.placeholders import Environment, placeholders_in
from shared.rare_collections import collect_rarely
from shared.settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)

STOP_SECONDS = 20.0
"""A process that is stopped has ended after this time, whatever hangs; containers are killed after 30."""

_LOOK_SECONDS = 5.0

EXIT_FAILED = 70
"""A part that must run has ended: start the process anew."""

EXIT_CONFIGURATION = 78
"""The settings or the broker's or database's state are wrong: starting anew will not help."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Running:
    """A service that is up."""

    bus: Bus
    http_port: int | None = None
    """Port of the service's HTTP side."""
    metrics_port: int | None = None
    """Port of ``/metrics`` where that is another one."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What every service needs: its database and the bus (not started yet), and the checks of both."""

    pool: Pool
    bus: Bus
    checks: dict[str, Check]
    clock: ClockWatch
    """Compares this machine's clock with the database's."""


@asynccontextmanager
async def open_parts(settings: ServiceSettings, topology: Topology) -> AsyncIterator[Parts]:
    """Open database pool and bus; at the end drain and close the bus, then the pool.

    ::

        async with open_parts(settings, TOPOLOGY) as parts:
            await parts.bus.start(dependencies={"clock": parts.clock.of(clock)})
            async with serve_health(parts.checks, host=settings.http_host, port=settings.http_port) as port:
                yield Running(parts.bus, port)
    """
    pool = await open_pool(
        settings.database_pool_url or settings.database_url,
        size=settings.database_pool_size,
        application_name=f"{topology.service} {settings.instance}",
        prepare=refuse_if_held,
        lent_by_transaction=settings.database_pool_url is not None,
    )
    try:
        await _look_whether_held(pool)
        async with Bus(settings, topology, pool) as bus:
            clock = ClockWatch(pool, timedelta(seconds=settings.clock_limit_seconds))
            checks: dict[str, Check] = {"database": database_check(pool), "clock": clock.check}
            # The bus adds its own when it is started; a dictionary that grows is looked at anew by each /readyz.
            bus.on_started(lambda: checks.update(bus.checks()))
            await clock.compare()  # before the first message: a copy may start with a clock that is wrong
            async with bus.background("clock", clock.run()):
                yield Parts(pool, bus, checks, clock)
    finally:
        try:
            async with asyncio.timeout(2.0):
                await pool.close()
        except TimeoutError:
            pool.terminate()


async def _look_whether_held(pool: Pool) -> None:
    """Raise :class:`NotReleased` where the database was restored and is not released; one that is away is no fault."""
    try:
        async with asyncio.timeout(_LOOK_SECONDS), pool.acquire():
            pass
    except NotReleased:
        raise
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        log.info("database_not_there_yet")


def run_service(
    name: str,
    settings_type: type[S],
    service: Callable[[S], AbstractAsyncContextManager[Running]],
    *,
    topology: Topology | None = None,
    migrations: Path | None = None,
    prepare: Callable[[S], Awaitable[None]] | None = None,
) -> None:
    """Run a service as the process's main program and exit: ``serve`` (the default) or ``migrate``.

    ``migrate`` brings the database up to date and declares the service's queues, so that no event that other services
    emit before this one's first start is lost; then it does what ``prepare`` does. It ends the process: 0 for a stop
    that was asked for, :data:`EXIT_FAILED`, :data:`EXIT_CONFIGURATION`.
    """
    parser = argparse.ArgumentParser(prog=f"python -m services.{name}", description=f"The {name} service.")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("serve", help="run until SIGTERM or SIGINT (the default)")
    migrating = commands.add_parser("migrate", help="bring the database and the broker's queues up to date, and end")
    migrating.add_argument("--phase", choices=("pre", "post", "all"), default="all", help="which migrations to apply")
    arguments = parser.parse_args()
    try:
        settings = settings_type()
    except Misconfigured as wrong:
        sys.stderr.write(f"{name}: {wrong}\n")
        sys.exit(EXIT_CONFIGURATION)
    except pydantic.ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            variable = "_".join(str(part) for part in problem["loc"]).upper()
            sys.stderr.write(f"{name}: THUNGAN_{variable}: {problem['msg']}\n")
        sys.exit(EXIT_CONFIGURATION)
    placeholders = dict(placeholders_in(settings))
    if placeholders and settings.environment is Environment.PRODUCTION:
        for variable, fault in placeholders.items():
            sys.stderr.write(f"{name}: THUNGAN_{variable.upper()}: {fault}\n")
        sys.stderr.write(f"{name}: only with THUNGAN_ENVIRONMENT=development may settings be so\n")
        sys.exit(EXIT_CONFIGURATION)
    configure_logging(service=name, instance=settings.instance, level=settings.log_level, style=settings.log_format)
    if placeholders:
        log.warning("development_settings", settings=sorted(placeholders))
    if arguments.command == "migrate":
        phases = ("pre", "post") if arguments.phase == "all" else (arguments.phase,)
        try:
            uvloop.run(_migrate(settings, topology, migrations, phases, prepare))
        except (Misconfigured, MigrationError, TopologyMismatch, UnsupportedBroker) as fault:
            sys.stderr.write(f"{name}: {fault}\n")
            sys.exit(EXIT_CONFIGURATION)
        except NotReached as fault:
            sys.stderr.write(f"{name}: {fault} (THUNGAN_MIGRATION_WAIT_SECONDS)\n")
            sys.exit(EXIT_FAILED)
        sys.exit(0)
    sys.exit(uvloop.run(_serve(name, settings, service)))


async def _migrate(
    settings: S,
    topology: Topology | None,
    migrations: Path | None,
    phases: tuple[str, ...],
    prepare: Callable[[S], Awaitable[None]] | None,
) -> None:
    owner = settings.migration_database_url
    role = None if owner is None else urlsplit(settings.database_url.get_secret_value()).username
    patience = Patience(settings.migration_wait_seconds)

    async def bring_up_to_date() -> list[str]:
        return await migrate(owner or settings.database_url, migrations, phases=phases, service_role=role)

    log.info("migrated", applied=await patience.reach("the database", bring_up_to_date))
    if topology is not None:
        await patience.reach("the broker", partial(provision, settings, topology))
        log.info("queues_declared")
        await patience.reach("the database", partial(_remember_consumed, owner or settings.database_url, topology))
    if prepare is not None:
        await patience.reach("the database", partial(prepare, settings))


async def _remember_consumed(database_url: SecretStr, topology: Topology) -> None:
    connection = await connect(database_url, application_name=f"{topology.service} migrate")
    try:
        await remember_consumed(connection, [event.routing_key() for event in topology.consumes])
    finally:
        await connection.close(timeout=5)


async def _serve(name: str, settings: S, service: Callable[[S], AbstractAsyncContextManager[Running]]) -> int:
    stop_tracing = _start_tracing(name, settings)
    try:
        with LoopWatch(asyncio.get_running_loop(), settings.hung_seconds, EXIT_FAILED):
            return await _run(name, settings, service)
    finally:
        # It sends what is left, over the network perhaps: not in the event loop's time.
        await asyncio.to_thread(stop_tracing)


def _start_tracing(name: str, settings: ServiceSettings) -> Callable[[], None]:
    if settings.trace_file is None and settings.otlp_endpoint is None:
        return lambda: None
    # Imported only then: the SDK costs time at start, and memory.
    from shared.messaging.trace_recorder import start_recording  # noqa: PLC0415

    return start_recording(name, settings)


async def _run(name: str, settings: S, service: Callable[[S], AbstractAsyncContextManager[Running]]) -> int:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    started = time.monotonic()
    starting = asyncio.current_task()

    def stop_requested(signal_name: str) -> None:
        if stop.is_set():
            return
        log.info("stopping", signal=signal_name)
        stop.set()
        # Whatever hangs from here on: the supervisor sees it end before its own time limit.
        loop.call_later(STOP_SECONDS, os._exit, EXIT_FAILED)
        if starting is not None:
            # It may be waiting for a database that never comes.
            starting.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop_requested, number.name)
    code = 0
    try:
        async with service(settings) as running:
            starting = None
            collect_rarely()
            log.info("ready", http_port=running.http_port, seconds=round(time.monotonic() - started, 2))
            code = await _until_stopped(running.bus, stop)
            if code and not stop.is_set():
                loop.call_later(STOP_SECONDS, os._exit, code)
    except asyncio.CancelledError:
        if not stop.is_set():
            raise
    except (Misconfigured, NotReleased) as fault:
        sys.stderr.write(f"{name}: {fault}\n")
        return EXIT_CONFIGURATION
    except Exception:
        log.exception("service_failed")
        return EXIT_FAILED
    log.info("stopped", exit_code=code)
    return code


async def _until_stopped(bus: Bus, stop: asyncio.Event) -> int:
    stopping = asyncio.create_task(stop.wait())
    failing = asyncio.create_task(bus.wait_failed())
    try:
        await asyncio.wait((stopping, failing), return_when=asyncio.FIRST_COMPLETED)
        if stopping.done():
            return 0
        log.error("part_failed", exc_info=failing.exception())
        return EXIT_FAILED
    finally:
        for task in (stopping, failing):
            task.cancel()
        await asyncio.gather(stopping, failing, return_exceptions=True)
