"""``thungan readings watch``: files of readings from head ends and hand-held readers, each taken once."""

import asyncio
import os
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import structlog
import typer

from ops.commands.imports import DueFileOption, DueOption, KeepOption, LegacyOption, due_days_of
from ops.console import print_line
from ops.databases import bus_of, database
from ops.runner import run
from ops.system import RunningSystem, find_system
from services.billing.imports.due_days import DueDays
from services.billing.imports.watched_folder import Taken, WatchedFolder
from services.billing.tariffs.files import load_tariffs
from services.billing.topology import TOPOLOGY
from shared.clock import now
from shared.csv_files import ImportOptions
from shared.db.transaction import is_connection_lost
from shared.health import Check, serve_health
from shared.problems import Unavailable

log = structlog.get_logger(__name__)


def watch(
    folder: Annotated[Path, typer.Argument(help="Folder that the files are put into.", exists=True, file_okay=False)],
    *,
    once: Annotated[bool, typer.Option("--once", help="Take what is there, and end.")] = False,
    every: Annotated[float, typer.Option("--every", help="Seconds between two looks.", min=0.1)] = 5.0,
    keep_good: KeepOption = False,
    convert_legacy: LegacyOption = False,
    due_days: DueOption = None,
    due_days_file: DueFileOption = None,
    http_port: Annotated[
        int | None,
        typer.Option("--http-port", help="Serve /healthz, /readyz and /metrics here.", envvar="THUNGAN_HTTP_PORT"),
    ] = None,
    http_host: Annotated[
        str, typer.Option("--http-host", help="Address to serve them at.", envvar="THUNGAN_HTTP_HOST")
    ] = "127.0.0.1",
) -> None:
    """Take files of readings (CSV, Parquet, XLSX, ODS, XLS) from a folder, each once; what they did lies beside them.

    A file that is refused goes to `refused` in the folder. Bills are issued by a bill run.
    """
    options = ImportOptions(keep_good, convert_legacy)
    run(_watch(folder, options, due_days_of(due_days, due_days_file), None if once else every, http_host, http_port))


async def _watch(
    folder: Path, options: ImportOptions, due_days: DueDays, every: float | None, host: str, port: int | None
) -> None:
    system = find_system()
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(bus_of(system, TOPOLOGY))
        if port is not None:
            checks = {"database": database_check(system), "folder": folder_check(folder)}
            await stack.enter_async_context(serve_health(checks, host=host, port=port))
        watched = WatchedFolder(folder, bus.work, load_tariffs(), now, options, due_days)
        while True:
            try:
                async for taken in watched.look():
                    print_line(_line(taken))
                    log.info("reading_file", outcome=taken.outcome, **_counts(taken))
            except Exception as error:
                if every is None or not (isinstance(error, Unavailable) or is_connection_lost(error)):
                    raise
                print_line("the database is away; the files are left where they are")
            if every is None:
                return
            await asyncio.sleep(every)


def database_check(system: RunningSystem) -> Check:
    """Return a check that billing's database answers."""

    async def check() -> str | None:
        async with database("billing", system) as connection:
            await connection.fetchval("SELECT 1")
        return None

    return check


def folder_check(folder: Path) -> Check:
    """Return a check that the folder is there and can be written to."""

    async def check() -> str | None:
        return None if os.access(folder, os.R_OK | os.W_OK | os.X_OK) else "the folder cannot be written to"

    return check


def _counts(taken: Taken) -> dict[str, int]:
    """Return what there is to log of a file: numbers only, because its name may be anything."""
    report = taken.report
    files = report["files"].values()
    return {
        "added": sum(file["added"] for file in files),
        "held": sum(file["held"] for file in files),
        "bad_lines": len(report["bad_lines"]),
        "rejected": len(report["rejected"]),
    }


def _line(taken: Taken) -> str:
    if taken.outcome == "refused":
        return f"{taken.name}: refused, {len(taken.report['bad_lines'])} bad lines"
    if taken.outcome == "repeated":
        return f"{taken.name}: its content was taken before, nothing was changed"
    [file] = taken.report["files"].values()
    left_out = len(taken.report["rejected"])
    return f"{taken.name}: {file['added']:,} bills' readings added, {file['held']:,} held, {left_out:,} lines left out"
