"""``thungan import``: customers, readings, collection points from CSV or workbooks; all of a folder or nothing."""

import asyncio
import os
import re
import time
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from ops.console import JsonOption, fail, print_json, print_line
from ops.databases import bus_of
from ops.option_groups import spread
from ops.runner import run
from ops.system import find_system
from services.billing.bill_run import BillRun, run_bills
from services.billing.imports.collection_points import POINTS
from services.billing.imports.due_days import DueDays, DueRule
from services.billing.imports.files import import_folder
from services.billing.imports.readings import READINGS, ReadingRow
from services.billing.judgement.rules import JudgementRule
from services.billing.settings import DUE_DAYS_FILE, JUDGEMENT_FILE
from services.billing.store import bill_runs, metered_periods
from services.billing.store.accounts import count_known
from services.billing.tariffs.files import load_tariffs
from services.billing.topology import TOPOLOGY as BILLING
from services.customer.imports.files import import_customers
from services.customer.topology import TOPOLOGY as CUSTOMER
from shared.clock import bounds_of, business_day, now
from shared.csv_files import Finding, ImportOptions, UnreadableFileError
from shared.csv_files.folder import find_file
from shared.csv_files.rows import column_of
from shared.csv_files.text_file import source_of
from shared.messaging import Bus
from shared.rule_files import RuleFileError, load_rules

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Import customers, collection points and readings from CSV, Parquet, XLSX, ODS or XLS files, and issue bills.",
)

FolderArgument = Annotated[Path, typer.Argument(help="Folder that holds the files.", exists=True, file_okay=False)]
WaitOption = Annotated[float, typer.Option("--wait", help="Seconds to wait until billing knows the customers.", min=0)]
DueOption = Annotated[
    int | None,
    typer.Option(
        "--due-days",
        envvar="THUNGAN_DUE_DAYS",
        help="Days after its period until a bill is due that names no due date, in place of the rules of its unit.",
        min=0,
        max=90,
    ),
]
DueFileOption = Annotated[
    Path | None,
    typer.Option(
        "--due-days-file",
        envvar="THUNGAN_DUE_DAYS_FILE",
        help="The rules of units (services/billing/imports/due_days.yaml) as this company has them.",
        exists=True,
        dir_okay=False,
    ),
]
BillsOption = Annotated[
    bool,
    typer.Option(
        "--bills/--no-bills", help="Issue the bills at once, or leave that to `thungan bills`: by two people."
    ),
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Say what an import would do, with what is wrong and held; store nothing.")
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
AT_ONCE = "THUNGAN_BILLS_AT_ONCE"
"""The environment variable with the most bills that one person issues with imports in a day; 0: none."""
MOST_AT_ONCE = 5_000
"""Enough for a sample, and for what one unit has left; the bills of a month are issued by two people (ADR 51)."""
_MOST_REMARKS = 50
_REJECTED = "rejected"
_POLL_SECONDS = 0.5
_ASKED_AT_ONCE = 2_000
_CODE = re.compile("P[A-Z][0-9A-Z]{9,11}")


@dataclass(frozen=True, slots=True)
class TooMany:
    """Why one person issues nothing: so many periods wait, and so many bills were issued by the same one today."""

    waiting: int
    issued: int


@dataclass(frozen=True)
class Source:
    """Which files are read, and how; ends with an error where what is left out could not be written."""

    folder: FolderArgument
    keep_good: KeepOption = False
    rejects: RejectsOption = None
    convert_legacy: LegacyOption = False

    def __post_init__(self) -> None:
        if not self.keep_good:
            return
        rejects = self.reject_folder
        exists = next(place for place in (rejects.absolute(), *rejects.absolute().parents) if place.exists())
        if not exists.is_dir() or not os.access(exists, os.W_OK):
            fail(f"{rejects} cannot be written: name another folder for the reject files with --rejects")

    @property
    def reject_folder(self) -> Path:
        """The folder for reject files."""
        return self.rejects or self.folder / _REJECTED

    @property
    def options(self) -> ImportOptions:
        """How the files are read."""
        return ImportOptions(self.keep_good, self.convert_legacy)


@app.command()
@spread
def customers(source: Source, *, dry_run: DryRunOption = False, as_json: JsonOption = False) -> None:
    """Import units, collectors, routes, customers and meters, as far as their files (CSV, Parquet, workbooks) exist."""
    report = run(_customers(source, dry_run=dry_run))
    _finish({"customers": report}, source, as_json=as_json, is_dry_run=dry_run)


@app.command("collection-points")
@spread
def collection_points(source: Source, *, as_json: JsonOption = False) -> None:
    """Import collection_points.csv (or .parquet, .xlsx, .ods, .xls)."""
    _finish({"billing": run(_billing(source, POINTS))}, source, as_json=as_json)


@app.command()
@spread
def readings(
    source: Source,
    *,
    wait: WaitOption = 0,
    due_days: DueOption = None,
    due_days_file: DueFileOption = None,
    bills: BillsOption = True,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Import readings.csv (or .parquet, .xlsx, .ods, .xls) and issue the bills."""
    run(_wait_for_customers(source, wait))
    reports: dict[str, Any] = {
        "billing": run(_billing(source, READINGS, due_days=due_days_of(due_days, due_days_file), dry_run=dry_run))
    }
    too_many = _issue(reports) if bills and not dry_run and reports["billing"].ok else None
    _finish(reports, source, as_json=as_json, is_dry_run=dry_run)
    _require_few(too_many)


@app.command()
def bills(
    again: Annotated[
        bool, typer.Option("--again", help="Also for what earlier runs have set aside, once its cause is corrected.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Issue the bills of readings that were imported and have none yet (a run that was stopped goes on)."""
    reports: dict[str, Any] = {}
    _require_few(_issue(reports, again=again))
    _finish(reports, None, as_json=as_json)


@app.command("all")
@spread
def all_(
    source: Source,
    *,
    wait: WaitOption = 120,
    due_days: DueOption = None,
    due_days_file: DueFileOption = None,
    bills: BillsOption = True,
    as_json: JsonOption = False,
) -> None:
    """Import everything in the folder (as `thungan sample` writes it) and issue the bills; services have to run."""
    reports: dict[str, Any] = {"customers": run(_customers(source))}
    too_many = None
    if reports["customers"].ok:
        run(_wait_for_customers(source, wait, reports["customers"].rejected_customers))
        reports["billing"] = run(_billing(source, POINTS, READINGS, due_days=due_days_of(due_days, due_days_file)))
        if bills and reports["billing"].ok:
            too_many = _issue(reports)
    _finish(reports, source, as_json=as_json)
    _require_few(too_many)


async def _customers(source: Source, *, dry_run: bool = False) -> Any:
    async with bus_of(find_system(), CUSTOMER) as bus:
        try:
            return await import_customers(bus, source.folder, source.options, dry_run=dry_run)
        except FileNotFoundError as error:
            fail(str(error))


def due_days_of(of_all: int | None, file: Path | None) -> DueDays:
    """Return when bills are due: as whoever imports says, else by the rules of a file, else by those of the package."""
    try:
        return DueDays(load_rules(file or DUE_DAYS_FILE, DueRule), of_all)
    except RuleFileError as error:
        fail(str(error), 2)


async def _billing(source: Source, *names: str, due_days: DueDays | None = None, dry_run: bool = False) -> Any:
    async with bus_of(find_system(), BILLING) as bus:
        try:
            return await import_folder(
                bus.work,
                source.folder,
                load_tariffs(),
                names=names,
                due_days=due_days,
                options=source.options,
                judgement=load_rules(Path(os.environ.get("THUNGAN_JUDGEMENT_FILE", JUDGEMENT_FILE)), JudgementRule),
                dry_run=dry_run,
            )
        except FileNotFoundError as error:
            fail(str(error))


def _issue(reports: dict[str, Any], *, again: bool = False) -> TooMany | None:
    """Issue what waits and report it, or return what waits where it is too much for one person."""
    done = run(_issued(_most_at_once(), again=again))
    if isinstance(done, TooMany):
        return done
    reports["bills"] = done
    return None


async def _issued(most: int, *, again: bool) -> BillRun | TooMany:
    async with bus_of(find_system(), BILLING) as bus:
        async with bus.work() as work:
            if again:
                await metered_periods.take_up_again(work.connection)
            waiting = await metered_periods.waiting(work.connection)
            midnight, _ = bounds_of(business_day(now()))
            issued = await bill_runs.issued_at_once(work.connection, work.actor, midnight)
        if waiting and waiting + issued > most:
            return TooMany(waiting, issued)
        return await run_bills(bus.work, load_tariffs(), now)


def _most_at_once() -> int:
    given = os.environ.get(AT_ONCE, "")
    if given and not given.isdecimal():
        fail(f"{AT_ONCE} is a whole number, not {given}", 2)
    return int(given or MOST_AT_ONCE)


def _require_few(too_many: TooMany | None) -> None:
    if too_many is not None:
        issued = f" beside {too_many.issued:,} bills that you have issued today" if too_many.issued else ""
        fail(
            f"{too_many.waiting:,} readings wait for a bill{issued}, more than one person issues in a day ({AT_ONCE}: "
            f"{_most_at_once():,}); two people do it: thungan bills run"
        )


async def _wait_for_customers(source: Source, seconds: float, left_out: Collection[str] = ()) -> None:
    """Wait until billing has consumed the customers whose readings are about to come; a timeout is no error.

    Who is then still unknown is named with its line by the import.
    """
    try:
        path = find_file(source.folder, READINGS) if seconds else None
        file = None if path is None else await asyncio.to_thread(source_of, path)
    except UnreadableFileError:
        return  # the import names the cause
    if file is None:
        return
    codes = column_of(READINGS, file.data, ReadingRow, "customer_code", convert_legacy=source.convert_legacy)
    deadline = time.monotonic() + seconds
    async with bus_of(find_system(), BILLING) as bus:
        while awaited := {code for code in islice(codes, _ASKED_AT_ONCE) if _CODE.fullmatch(code)}:
            while not await _are_known(bus, awaited.difference(left_out)):
                if time.monotonic() > deadline:
                    return
                await asyncio.sleep(_POLL_SECONDS)


async def _are_known(bus: Bus, customer_codes: Collection[str]) -> bool:
    async with bus.work() as work:
        return await count_known(work.connection, customer_codes) == len(customer_codes)


def _finish(reports: dict[str, Any], source: Source | None, *, as_json: bool, is_dry_run: bool = False) -> None:
    """Print what was done; end with an error when lines were refused or periods could not be billed."""
    bad = _all_of(reports, "bad_lines")
    remarks, rejected = _all_of(reports, "remarks"), _all_of(reports, "rejected")
    problems: tuple[str, ...] = reports["bills"].problems if "bills" in reports else ()
    written = _write_rejects(reports, source)
    if as_json:
        print_json(
            {"ok": not bad and not problems}
            | ({"dry_run": True} if is_dry_run else {})
            | {
                name: asdict(report) if isinstance(report, BillRun) else report.as_dict()
                for name, report in reports.items()
            }
            | ({"reject_files": written} if written else {})
        )
    else:
        _print_findings([*bad, *rejected], most=len(bad) + len(rejected))
        _print_findings(remarks, most=_MOST_REMARKS)
        _print_findings(_all_of(reports, "changes"), most=_MOST_REMARKS)
        _print_held(reports)
        for report in reports.values():
            _print(report)
        if is_dry_run:
            print_line("Nothing was stored: this is what an import would do.")
        if rejected:
            print_line(f"{len(rejected)} lines were left out: {', '.join(written)}")
    if bad:
        fail(f"{len(bad)} lines are wrong; nothing of their files was imported")
    if problems:
        fail(f"{len(problems)} periods could not be billed: {problems[0]}")


def _all_of(reports: dict[str, Any], name: str) -> list[Finding]:
    return [line for report in reports.values() for line in getattr(report, name, ())]


def _write_rejects(reports: dict[str, Any], source: Source | None) -> list[str]:
    """Write the lines that were left out, each file under its name; return where they are."""
    written: list[str] = []
    for report in reports.values():
        for name, text in getattr(report, "reject_files", {}).items():
            assert source is not None  # noqa: S101 - only a bill run has none, and it reads no file
            source.reject_folder.mkdir(parents=True, exist_ok=True)
            path = source.reject_folder / f"{Path(name).stem}.csv"
            path.write_text(text, encoding="utf-8-sig")  # the mark lets spreadsheets recognise it
            written.append(str(path))
    return written


def _print_held(reports: dict[str, Any]) -> None:
    held = [item for report in reports.values() for item in getattr(report, "held", ())]
    for item in held[:_MOST_REMARKS]:
        print_line(f"{item.file}:{item.line}: {item}")
    files = [file for report in reports.values() for file in getattr(report, "files", {}).values()]
    if count := sum(getattr(file, "held", 0) for file in files):
        print_line(f"{count:,} periods are held and not billed: see `thungan readings held`")


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
            held = f", {file.held:,} held" if getattr(file, "held", 0) else ""
            # A period has a line for each register.
            added = f"{file.added:,} periods added" if hasattr(file, "held") else f"{file.added:,} added"
            print_line(f"{name}: {file.rows:,} lines, {added}{changed}, {file.unchanged:,} unchanged{held}")
            for column, rows in getattr(file, "changed_fields", {}).items():
                print_line(f"  {column}: {rows:,} would change")
