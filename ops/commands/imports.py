"""``thungan import``: customers, readings, collection points from CSV or workbooks; all of a folder or nothing."""

import asyncio
import os
import time
from collections.abc import Collection, Sequence
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
from shared.csv_files import Finding, ImportOptions, UnreadableFileError
from shared.csv_files.folder import find_file

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
KeepOption = Annotated[
    bool,
    typer.Option(
        "--keep-good",
        help="Import the good lines. Bad ones, and all other lines of their customers, go to reject files.",
    ),
]
RejectsOption = Annotated[
    Path | None,
    typer.Option("--rejects", help="Folder for reject files; `rejected` in FOLDER where none is named."),
]
LegacyOption = Annotated[
    bool, typer.Option("--convert-legacy", help="Convert texts in TCVN3, VNI and other encodings before Unicode.")
]
_DUE_DAYS = 10
_MOST_REMARKS = 50
_REJECTED = "rejected"
_POLL_SECONDS = 0.5
_ASKED_AT_ONCE = 100


@app.command()
def customers(
    folder: FolderArgument,
    keep_good: KeepOption = False,
    rejects: RejectsOption = None,
    convert_legacy: LegacyOption = False,
    as_json: JsonOption = False,
) -> None:
    """Import units, collectors, routes, customers and meters, as far as their files (CSV, XLSX, ODS, XLS) are there."""
    options, rejects = _options(folder, rejects, keep_good=keep_good, convert_legacy=convert_legacy)
    _finish({"customers": run(_customers(folder, options))}, rejects, as_json=as_json)


@app.command("collection-points")
def collection_points(
    folder: FolderArgument,
    keep_good: KeepOption = False,
    rejects: RejectsOption = None,
    convert_legacy: LegacyOption = False,
    as_json: JsonOption = False,
) -> None:
    """Import collection_points.csv (or .xlsx, .ods, .xls)."""
    options, rejects = _options(folder, rejects, keep_good=keep_good, convert_legacy=convert_legacy)
    report = run(_billing(folder, POINTS, options=options))
    _finish({"billing": report}, rejects, as_json=as_json)


@app.command()
def readings(
    folder: FolderArgument,
    wait: WaitOption = 0,
    due_days: DueOption = _DUE_DAYS,
    keep_good: KeepOption = False,
    rejects: RejectsOption = None,
    convert_legacy: LegacyOption = False,
    as_json: JsonOption = False,
) -> None:
    """Import readings.csv (or .xlsx, .ods, .xls) and issue the bills."""
    options, rejects = _options(folder, rejects, keep_good=keep_good, convert_legacy=convert_legacy)
    run(_wait_for_customers(folder, wait, options))
    reports: dict[str, Any] = {"billing": run(_billing(folder, READINGS, due_days=due_days, options=options))}
    if reports["billing"].ok:
        reports["bills"] = run(_issue())
    _finish(reports, rejects, as_json=as_json)


@app.command()
def bills(
    again: Annotated[
        bool, typer.Option("--again", help="Also for what earlier runs have set aside, once its cause is corrected.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Issue the bills of readings that were imported and have none yet (a run that was stopped goes on)."""
    _finish({"bills": run(_issue(again=again))}, None, as_json=as_json)


@app.command("all")
def all_(
    folder: FolderArgument,
    wait: WaitOption = 120,
    due_days: DueOption = _DUE_DAYS,
    keep_good: KeepOption = False,
    rejects: RejectsOption = None,
    convert_legacy: LegacyOption = False,
    as_json: JsonOption = False,
) -> None:
    """Import everything in the folder (as `thungan sample` writes it) and issue the bills; services have to run."""
    options, rejects = _options(folder, rejects, keep_good=keep_good, convert_legacy=convert_legacy)
    reports: dict[str, Any] = {"customers": run(_customers(folder, options))}
    if reports["customers"].ok:
        run(_wait_for_customers(folder, wait, options, reports["customers"].rejected_customers))
        reports["billing"] = run(_billing(folder, POINTS, READINGS, due_days=due_days, options=options))
        if reports["billing"].ok:
            reports["bills"] = run(_issue())
    _finish(reports, rejects, as_json=as_json)


def _options(
    folder: Path, rejects: Path | None, *, keep_good: bool, convert_legacy: bool
) -> tuple[ImportOptions, Path | None]:
    """Return the options and the folder for reject files; end with an error where that cannot be written."""
    if keep_good:
        rejects = rejects or folder / _REJECTED
        exists = next(place for place in (rejects.absolute(), *rejects.absolute().parents) if place.exists())
        if not exists.is_dir() or not os.access(exists, os.W_OK):
            fail(f"{rejects} cannot be written: name another folder for the reject files with --rejects")
    return ImportOptions(keep_good, convert_legacy), rejects


async def _customers(folder: Path, options: ImportOptions) -> Any:
    async with bus_of(find_system(), CUSTOMER) as bus:
        try:
            return await import_customers(bus, folder, options)
        except FileNotFoundError as error:
            fail(str(error))


async def _billing(folder: Path, *names: str, due_days: int = _DUE_DAYS, options: ImportOptions) -> Any:
    async with bus_of(find_system(), BILLING) as bus:
        try:
            return await import_folder(
                bus.work, folder, load_tariffs(), names=names, due_days=due_days, options=options
            )
        except FileNotFoundError as error:
            fail(str(error))


async def _issue(*, again: bool = False) -> BillRun:
    async with bus_of(find_system(), BILLING) as bus:
        return await run_bills(bus.work, load_tariffs(), now, again=again)


async def _wait_for_customers(
    folder: Path, seconds: float, options: ImportOptions, left_out: Collection[str] = ()
) -> None:
    """Wait until billing has consumed the customers whose readings are about to come; a timeout is no error.

    Who is then still unknown is named with its line by the import.
    """
    try:
        file = find_file(folder, READINGS) if seconds else None
    except UnreadableFileError:
        return  # the import names the cause
    if file is None:
        return
    readings = read_readings(file.read_bytes(), options=options)
    awaited = sorted({reading.row.customer_code for reading in readings.rows}.difference(left_out), reverse=True)
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


def _finish(reports: dict[str, Any], rejects: Path | None, *, as_json: bool) -> None:
    """Print what was done; end with an error when lines were refused or periods could not be billed."""
    bad = _all_of(reports, "bad_lines")
    remarks, rejected = _all_of(reports, "remarks"), _all_of(reports, "rejected")
    problems: tuple[str, ...] = reports["bills"].problems if "bills" in reports else ()
    written = _write_rejects(reports, rejects)
    if as_json:
        print_json(
            {"ok": not bad and not problems}
            | {
                name: asdict(report) if isinstance(report, BillRun) else report.as_dict()
                for name, report in reports.items()
            }
            | ({"reject_files": written} if written else {})
        )
    else:
        _print_findings([*bad, *rejected], most=len(bad) + len(rejected))
        _print_findings(remarks, most=_MOST_REMARKS)
        for report in reports.values():
            _print(report)
        if rejected:
            print_line(f"{len(rejected)} lines were left out: {', '.join(written)}")
    if bad:
        fail(f"{len(bad)} lines are wrong; nothing of their files was imported")
    if problems:
        fail(f"{len(problems)} periods could not be billed: {problems[0]}")


def _all_of(reports: dict[str, Any], name: str) -> list[Finding]:
    return [line for report in reports.values() for line in getattr(report, name, ())]


def _write_rejects(reports: dict[str, Any], folder: Path | None) -> list[str]:
    """Write the lines that were left out, each file under its name; return where they are."""
    written: list[str] = []
    for report in reports.values():
        for name, text in getattr(report, "reject_files", {}).items():
            assert folder is not None  # noqa: S101 - only a bill run has none, and it reads no file
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{Path(name).stem}.csv"
            path.write_text(text, encoding="utf-8-sig")  # the mark lets spreadsheets recognise it
            written.append(str(path))
    return written


def _print_findings(findings: Sequence[Finding], most: int) -> None:
    for line in findings[:most]:
        print_line(f"{line.file}:{line.line}: {line}")
    if len(findings) > most:
        print_line(f"... and {len(findings) - most} more; --json has them")


def _print(report: Any) -> None:
    if isinstance(report, BillRun):
        print_line(f"{report.bills:,} bills, {report.total:,} đồng")
        return
    if report.ok:
        for name, file in report.files.items():
            changed = f", {file.changed:,} changed" if hasattr(file, "changed") else ""
            print_line(f"{name}: {file.rows:,} lines, {file.added:,} added{changed}, {file.unchanged:,} unchanged")
