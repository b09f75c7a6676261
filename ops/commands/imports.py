"""``thungan import``: customers, readings and collection points from CSV files; all of a folder or nothing."""

import asyncio
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from ops.console import JsonOption, fail, print_json, print_line
from ops.databases import bus_of
from ops.runner import run
from ops.system import find_system
from services.billing.bill_run import BillRun, run_bills
from services.billing.imports.collection_points import POINTS
from services.billing.imports.files import import_folder
from services.billing.imports.readings import READINGS, read_readings
from services.billing.store.accounts import facts_of
from services.billing.tariffs.files import load_tariffs
from services.billing.topology import TOPOLOGY as BILLING
from services.customer.imports.files import import_customers
from services.customer.topology import TOPOLOGY as CUSTOMER
from shared.clock import now
from shared.csv_files import BadLine

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Import CSV files (customers, collection-points, readings, all) and issue bills.",
)

FolderArgument = Annotated[Path, typer.Argument(help="Folder that holds the files.", exists=True, file_okay=False)]
WaitOption = Annotated[float, typer.Option("--wait", help="Seconds to wait until billing knows the customers.", min=0)]
DueOption = Annotated[
    int,
    typer.Option(
        "--due-days",
        envvar="THUNGAN_DUE_DAYS",
        help="Days after its period until a bill is due, for readings that name no due date.",
        min=0,
        max=90,
    ),
]
_DUE_DAYS = 10
_POLL_SECONDS = 0.5
_ASKED_AT_ONCE = 100


@app.command()
def customers(folder: FolderArgument, as_json: JsonOption = False) -> None:
    """Import units, collectors, routes, customers and meters, as far as their files are in the folder."""
    _finish({"customers": run(_customers(folder))}, as_json=as_json)


@app.command("collection-points")
def collection_points(folder: FolderArgument, as_json: JsonOption = False) -> None:
    """Import collection_points.csv."""
    _finish({"billing": run(_billing(folder, POINTS))}, as_json=as_json)


@app.command()
def readings(
    folder: FolderArgument, wait: WaitOption = 0, due_days: DueOption = _DUE_DAYS, as_json: JsonOption = False
) -> None:
    """Import readings.csv and issue the bills."""
    run(_wait_for_customers(folder, wait))
    reports: dict[str, Any] = {"billing": run(_billing(folder, READINGS, due_days=due_days))}
    if reports["billing"].ok:
        reports["bills"] = run(_issue())
    _finish(reports, as_json=as_json)


@app.command()
def bills(
    again: Annotated[
        bool, typer.Option("--again", help="Also for what earlier runs have set aside, once its cause is corrected.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Issue the bills of readings that were imported and have none yet (a run that was stopped goes on)."""
    _finish({"bills": run(_issue(again=again))}, as_json=as_json)


@app.command("all")
def all_(
    folder: FolderArgument, wait: WaitOption = 120, due_days: DueOption = _DUE_DAYS, as_json: JsonOption = False
) -> None:
    """Import everything in the folder (as `thungan sample` writes it) and issue the bills; services have to run."""
    reports: dict[str, Any] = {"customers": run(_customers(folder))}
    if reports["customers"].ok:
        run(_wait_for_customers(folder, wait))
        reports["billing"] = run(_billing(folder, POINTS, READINGS, due_days=due_days))
        if reports["billing"].ok:
            reports["bills"] = run(_issue())
    _finish(reports, as_json=as_json)


async def _customers(folder: Path) -> Any:
    async with bus_of(find_system(), CUSTOMER) as bus:
        try:
            return await import_customers(bus, folder)
        except FileNotFoundError as error:
            fail(str(error))


async def _billing(folder: Path, *names: str, due_days: int = _DUE_DAYS) -> Any:
    async with bus_of(find_system(), BILLING) as bus:
        try:
            return await import_folder(bus.work, folder, load_tariffs(), names=names, due_days=due_days)
        except FileNotFoundError as error:
            fail(str(error))


async def _issue(*, again: bool = False) -> BillRun:
    async with bus_of(find_system(), BILLING) as bus:
        return await run_bills(bus.work, load_tariffs(), now, again=again)


async def _wait_for_customers(folder: Path, seconds: float) -> None:
    """Wait until billing has consumed the customers whose readings are about to come; a timeout is no error.

    Who is then still unknown is named with its line by the import.
    """
    if not seconds or not (folder / READINGS).is_file():
        return
    readings = read_readings((folder / READINGS).read_bytes(), bad=[])
    awaited = sorted({reading.row.customer_code for reading in readings}, reverse=True)
    deadline = time.monotonic() + seconds
    async with bus_of(find_system(), BILLING) as bus:
        while awaited:
            # A few at a time: asking for all of them again and again would slow down what is waited for.
            some = awaited[-_ASKED_AT_ONCE:]
            async with bus.work() as work:
                known = await facts_of(work.connection, some)
            if len(known) == len(some):
                del awaited[-_ASKED_AT_ONCE:]
            elif time.monotonic() > deadline:
                return
            else:
                await asyncio.sleep(_POLL_SECONDS)


def _finish(reports: dict[str, Any], *, as_json: bool) -> None:
    """Print what was done; end with an error when lines were refused or periods could not be billed."""
    bad: list[BadLine] = [line for report in reports.values() for line in getattr(report, "bad_lines", ())]
    problems: tuple[str, ...] = reports["bills"].problems if "bills" in reports else ()
    if as_json:
        print_json(
            {"ok": not bad and not problems}
            | {
                name: asdict(report) if isinstance(report, BillRun) else report.as_dict()
                for name, report in reports.items()
            }
        )
    else:
        for line in bad:
            print_line(f"{line.file}:{line.line}: {line}")
        for report in reports.values():
            _print(report)
    if bad:
        fail(f"{len(bad)} lines are wrong; nothing of their files was imported")
    if problems:
        fail(f"{len(problems)} periods could not be billed: {problems[0]}")


def _print(report: Any) -> None:
    if isinstance(report, BillRun):
        print_line(f"{report.bills:,} bills, {report.total:,} đồng")
        return
    if report.ok:
        for name, file in report.files.items():
            changed = f", {file.changed:,} changed" if hasattr(file, "changed") else ""
            print_line(f"{name}: {file.rows:,} lines, {file.added:,} added{changed}, {file.unchanged:,} unchanged")
