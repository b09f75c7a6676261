"""``thungan readings watch``: files of readings from head ends and hand-held readers, each taken once."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from ops.commands.imports import DueOption, KeepOption, LegacyOption
from ops.console import print_line
from ops.databases import bus_of
from ops.runner import run
from ops.system import find_system
from services.billing.imports.watched_folder import Taken, WatchedFolder
from services.billing.tariffs.files import load_tariffs
from services.billing.topology import TOPOLOGY
from shared.clock import now
from shared.csv_files import ImportOptions
from shared.db.transaction import is_connection_lost
from shared.problems import Unavailable


def watch(
    folder: Annotated[Path, typer.Argument(help="Folder that the files are put into.", exists=True, file_okay=False)],
    *,
    once: Annotated[bool, typer.Option("--once", help="Take what is there, and end.")] = False,
    every: Annotated[float, typer.Option("--every", help="Seconds between two looks.", min=0.1)] = 5.0,
    keep_good: KeepOption = False,
    convert_legacy: LegacyOption = False,
    due_days: DueOption = 10,
) -> None:
    """Take files of readings (CSV, Parquet, XLSX, ODS, XLS) from a folder, each once; what they did lies beside them.

    A file that is refused goes to `refused` in the folder. Bills are issued by a bill run.
    """
    run(_watch(folder, ImportOptions(keep_good, convert_legacy), due_days, None if once else every))


async def _watch(folder: Path, options: ImportOptions, due_days: int, every: float | None) -> None:
    async with bus_of(find_system(), TOPOLOGY) as bus:
        watched = WatchedFolder(folder, bus.work, load_tariffs(), now, options, due_days)
        while True:
            try:
                async for taken in watched.look():
                    print_line(_line(taken))
            except Exception as error:
                if every is None or not (isinstance(error, Unavailable) or is_connection_lost(error)):
                    raise
                print_line("the database is away; the files are left where they are")
            if every is None:
                return
            await asyncio.sleep(every)


def _line(taken: Taken) -> str:
    if taken.outcome == "refused":
        return f"{taken.name}: refused, {len(taken.report['bad_lines'])} bad lines"
    if taken.outcome == "repeated":
        return f"{taken.name}: its content was taken before, nothing was changed"
    [file] = taken.report["files"].values()
    left_out = len(taken.report["rejected"])
    return f"{taken.name}: {file['added']:,} bills' readings added, {file['held']:,} held, {left_out:,} lines left out"
