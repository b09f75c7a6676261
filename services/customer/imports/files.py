"""Imports the lists of units, collectors, routes, customers and meters: all, or, when a line is wrong, nothing.

Where the owner of the lists asked to keep the good lines, bad ones are left out, and with one line of a customer all of
that customer's: never half a customer.

New customers and meters are added while their list is still read. When anything turns out to be wrong, all of it is
undone and the lists are read again, all before anything of them is merged: so that what is wrong is told completely,
and what is good can be kept.

An import adds and changes; what a list does not name stays as it is (a customer who left is set inactive, never
deleted). Every customer whose facts are different afterwards is announced in the transaction of the import: few by
``customer.changed``, many by ``customers.changed``. The number that a collector has corrected at the door outlives the
import of a list that still has the old one: an import changes a phone number only when the list itself has changed it.
The same holds for places on routes that the office has arranged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import AbstractAsyncContextManager, closing
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.customer.announcement import FEW, announce_few, announce_many
from services.customer.imports.choice import Choice
from services.customer.imports.rows import (
    COLLECTORS,
    CUSTOMERS,
    FORMATS,
    METERS,
    ROUTES,
    UNITS,
    FileFormat,
    ListReading,
)
from services.customer.store.imports import (
    affected_customers,
    begin_import,
    changed_collectors,
    codes_of_lines,
    compare,
    count_rows,
    drop_rows,
    foreign_rows,
    load_rows,
    lock_affected_customers,
    merge,
    repeated_rows,
    unknown_references,
)
from services.customer.store.new_rows import TABLES, RefusedRow, add_while_reading
from shared.clock import now
from shared.csv_files import MOST_REPORTED, PLAINLY, BadLine, ImportOptions, Remark, UnreadableFileError
from shared.csv_files.folder import find_file
from shared.csv_files.rejects import Rejects, reject_file
from shared.csv_files.text_file import source_of
from shared.ids import new_id
from shared.messaging.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from shared.db import Connection
    from shared.messaging import Bus

WorkFactory = Callable[[], AbstractAsyncContextManager[UnitOfWork]]

BATCH = 1_000
"""Customers whose facts are read at a time: bounds the memory, not the transaction."""
_REFERENCES = (
    (COLLECTORS, "unit_code", UNITS),
    (ROUTES, "unit_code", UNITS),
    (ROUTES, "collector_code", COLLECTORS),
    (CUSTOMERS, "unit_code", UNITS),
    (CUSTOMERS, "route_code", ROUTES),
    (METERS, "customer_code", CUSTOMERS),
)
"""Which column of which file names a row of which other."""


@dataclass
class FileReport:
    """What became of the rows of one file."""

    rows: int = 0
    added: int = 0
    changed: int = 0
    changed_fields: dict[str, int] = field(default_factory=dict)
    """Of a dry run: how many of the changed rows differ in a column."""

    @property
    def unchanged(self) -> int:
        """Rows that are on record as they are."""
        return self.rows - self.added - self.changed


@dataclass(frozen=True, slots=True)
class ListChange:
    """A row that an import would change; not what it has and would have, which is the customers' own."""

    file: str
    line: int
    key: str
    fields: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.key} would change: {', '.join(self.fields)}"


@dataclass
class ImportReport:
    """What an import did; with any bad line it did nothing."""

    files: dict[str, FileReport] = field(default_factory=dict)
    bad_lines: list[BadLine] = field(default_factory=list)
    customers_announced: int = 0
    """Customers whose facts are new or different."""
    remarks: list[Remark] = field(default_factory=list)
    """What was read otherwise than it is written."""
    rejected: list[BadLine] = field(default_factory=list)
    """Lines that were left out, where good ones are kept."""
    rejected_customers: list[str] = field(default_factory=list)
    """The customers of these lines."""
    changes: list[ListChange] = field(default_factory=list)
    """Of a dry run: the first rows of each file that would change."""
    reject_files: dict[str, str] = field(default_factory=dict)
    """The same as files to be corrected, by the name of the file that they were in."""

    @property
    def ok(self) -> bool:
        """Whether the import was committed."""
        return not self.bad_lines

    def as_dict(self) -> dict[str, Any]:
        """Return the report for ``--json``."""
        return {"ok": self.ok, **asdict(self), "reject_files": sorted(self.reject_files)}


class _BadLinesError(Exception):
    """Undoes the transaction."""


class _DryRunError(Exception):
    """Undoes the transaction of a dry run."""


def _undo_if(dry_run: bool) -> None:
    if dry_run:
        raise _DryRunError


async def import_customers(
    bus: Bus, folder: Path, options: ImportOptions = PLAINLY, *, dry_run: bool = False
) -> ImportReport:
    """Import those of the five files (:data:`~services.customer.imports.rows.FORMATS`) that are in ``folder``.

    ``bus`` need not be started: the events wait in the outbox for the service. Raises ``FileNotFoundError`` when the
    folder has none of the files; what is wrong in them is in the report. With ``dry_run`` the report says what an
    import would add and change, and nothing is stored.
    """
    try:
        found = [(find_file(folder, file_format.name), file_format) for file_format in FORMATS]
    except UnreadableFileError as error:
        return ImportReport(bad_lines=[error.bad])
    present = [(path, file_format) for path, file_format in found if path is not None]
    if not present:
        raise FileNotFoundError(f"{folder} holds none of {', '.join(file_format.name for file_format in FORMATS)}")
    try:
        # In a thread: a large list takes seconds to look through, and the process may be serving, too.
        lists = [await asyncio.to_thread(_open, path, file_format, options) for path, file_format in present]
    except UnreadableFileError as error:
        return ImportReport(bad_lines=[error.bad])
    return await import_lists(bus.work, lists, options, dry_run=dry_run)


async def import_lists(
    new_work: WorkFactory,
    lists: Sequence[ListReading],
    options: ImportOptions = PLAINLY,
    *,
    dry_run: bool = False,
    unit_codes: Collection[str] = (),
) -> ImportReport:
    """Import lists that have been opened. With ``unit_codes`` everything of other units is unknown."""
    report = ImportReport()
    choice: Choice | None = None
    try:
        async with new_work() as work:
            await begin_import(work.connection)
            # Whose a line is, is looked up once all are loaded.
            at_once = not (dry_run or unit_codes)
            if not (at_once and await _import_while_reading(work.connection, lists, report)):
                lists = [ListReading(item.format, item.source, name=item.name, options=options) for item in lists]
                choice = await _import(work.connection, lists, options, report, dry_run=dry_run, unit_codes=unit_codes)
            _undo_if(dry_run)
            for collector in await changed_collectors(work.connection):
                await work.emit(collector, aggregate=collector.collector_code)
            report.customers_announced = await _announce(work, now())
            await work.act("lists.imported", "lists", **_imported(lists, report))
    except _DryRunError:
        pass
    except _BadLinesError:
        return ImportReport(bad_lines=report.bad_lines, remarks=report.remarks)
    if choice is not None:
        _report_rejects(report, lists, choice, options)
    return report


def _imported(lists: Sequence[ListReading], report: ImportReport) -> dict[str, object]:
    return {item.name: {"sha256": item.source.sha256, **asdict(report.files[item.format.name])} for item in lists}


def _open(path: Path, file_format: FileFormat, options: ImportOptions) -> ListReading:
    return ListReading(file_format, source_of(path), name=path.name, options=options)


def _report_rejects(report: ImportReport, lists: Sequence[ListReading], choice: Choice, options: ImportOptions) -> None:
    for item in lists:
        rejects = Rejects(item.name, choice.rejects[item.format.name].reasons)
        if rejects.reasons:
            report.rejected += rejects.bad_lines()
            report.reject_files[item.name] = reject_file(
                item.source.data, item.format.model, rejects, convert_legacy=options.convert_legacy
            )
    report.rejected_customers = choice.customers
    left_out = {(bad.file, bad.line) for bad in report.rejected}
    report.remarks = [remark for remark in report.remarks if (remark.file, remark.line) not in left_out]


async def _import_while_reading(connection: Connection, lists: Sequence[ListReading], report: ImportReport) -> bool:
    """Merge the lists, adding what is new while it is read; return whether they are good, else nothing is changed."""
    try:
        async with connection.transaction():
            files = {item.format.name: await _merge_while_reading(connection, item) for item in lists}
    except (_BadLinesError, RefusedRow):
        return False
    report.files = files
    report.remarks = [remark for item in lists for remark in item.remarks]
    return True


async def _merge_while_reading(connection: Connection, item: ListReading) -> FileReport:
    """Merge a list. Raises :class:`_BadLinesError`, and ``RefusedRow`` for one that refers to nobody."""
    table, key = item.format.table, item.format.key
    if table not in TABLES:
        await _load(connection, item)
        _require_none(item.bad)
        return FileReport(await count_rows(connection, table), *await merge(connection, table, item.named))
    columns = [*item.format.columns, *item.format.derived]
    found = await add_while_reading(connection, table, key, columns, _as_long_as_good(item))
    _require_none(item.bad)
    if found.is_one_twice or (found.known and await repeated_rows(connection, table, key, 1)):
        raise _BadLinesError
    changed = 0
    if found.known:
        _, changed = await merge(connection, table, item.named)
    return FileReport(found.added + found.known, found.added, changed)


def _as_long_as_good(item: ListReading) -> Generator[tuple[Any, ...]]:
    with closing(item.rows()) as rows:
        for row in rows:
            if item.bad:
                return
            yield row


async def _import(
    connection: Connection,
    lists: Sequence[ListReading],
    options: ImportOptions,
    report: ImportReport,
    *,
    dry_run: bool,
    unit_codes: Collection[str],
) -> Choice | None:
    """Load all lists and merge them, or compare them only; return what was left out, where good lines are kept."""
    for item in lists:
        await _load(connection, item)
    report.remarks = [remark for item in lists for remark in item.remarks]
    report.bad_lines = [bad for item in lists if item.is_broken or not options.keep_good for bad in item.bad]
    _require_none(report.bad_lines)
    choice = Choice(connection, lists) if options.keep_good else None
    if choice is not None:
        await choice.leave_out_bad()
    # What refers to a line that is left out is left out, too; then look again.
    while (bad := await _all_dangling(connection, lists, unit_codes)) and choice is not None:
        await choice.leave_out(bad)
    if choice is not None and choice.count > MOST_REPORTED:
        message = f"{choice.count} lines would be left out: this is not the right folder"
        bad = [BadLine(lists[0].format.name, 1, "", message, "too-many")]
    report.bad_lines = bad
    _require_none(report.bad_lines)
    if dry_run:
        for item in lists:
            await _compare(connection, item, report)
        return choice
    for item in lists:
        rows = await count_rows(connection, item.format.table)
        added, changed = await merge(connection, item.format.table, item.named)
        report.files[item.format.name] = FileReport(rows, added, changed)
    return choice


async def _compare(connection: Connection, item: ListReading, report: ImportReport) -> None:
    """Report what a merge of a loaded list would do."""
    file_format = item.format
    columns = item.named & set(file_format.columns)
    found = await compare(connection, file_format.table, file_format.key, columns, MOST_REPORTED)
    rows = await count_rows(connection, file_format.table)
    report.files[file_format.name] = FileReport(rows, found.added, found.changed, found.fields)
    report.changes += [ListChange(item.name, line, key, tuple(fields)) for line, key, fields in found.listed]


async def _load(connection: Connection, item: ListReading) -> None:
    """Load a list, whatever is wrong in it; of rows with one key, the first."""
    file_format = item.format
    await load_rows(connection, file_format.table, [*file_format.columns, *file_format.derived], item.rows())
    repeated = await repeated_rows(connection, file_format.table, file_format.key, MOST_REPORTED + 1)
    if repeated:
        lines = [line for line, _, _ in repeated]
        if item.names_customers:
            item.codes |= await codes_of_lines(connection, file_format.table, lines)
        await drop_rows(connection, file_format.table, lines)
        item.add_repeated(repeated)


def _require_none(bad: Sequence[BadLine]) -> None:
    if bad:
        raise _BadLinesError


async def _all_dangling(
    connection: Connection, lists: Sequence[ListReading], unit_codes: Collection[str]
) -> list[BadLine]:
    loaded = {item.format.name for item in lists}
    found = [
        bad
        for file_format, column, target in _REFERENCES
        if file_format.name in loaded
        for bad in await _dangling(connection, file_format, column, target, target.name in loaded)
    ]
    if unit_codes:
        known = {(bad.file, bad.line) for bad in found}
        foreign = [bad for item in lists for bad in await _foreign(connection, item.format, unit_codes)]
        found += [bad for bad in foreign if (bad.file, bad.line) not in known]
    return found


async def _foreign(connection: Connection, file_format: FileFormat, unit_codes: Collection[str]) -> list[BadLine]:
    """Return lines about what other units have: to whoever works for some, it is as if there were none of it."""
    return [
        BadLine(file_format.name, line, column, f"{value} is not known", "unknown-reference")
        for line, column, value in await foreign_rows(connection, file_format.table, unit_codes, MOST_REPORTED)
    ]


async def _dangling(
    connection: Connection, file_format: FileFormat, column: str, target: FileFormat, target_is_loaded: bool
) -> list[BadLine]:
    unknown = await unknown_references(
        connection,
        file_format.table,
        column,
        target.table,
        target.key,
        target_is_loaded=target_is_loaded,
        limit=MOST_REPORTED,
    )
    return [
        BadLine(file_format.name, line, column, f"{value} is not known and not in {target.name}", "unknown-reference")
        for line, value in unknown
    ]


async def _announce(work: UnitOfWork, moment: datetime) -> int:
    """Emit the facts of every customer that the import has changed, by itself or through a unit, route or collector.

    Few are announced one by one, so that phones look at these only; many together.
    """
    connection = work.connection
    count = await lock_affected_customers(connection)
    if count <= FEW:
        codes, _ = await affected_customers(connection, 0, FEW)
        return await announce_few(work, codes, moment)
    import_id = new_id()
    announced_so_far = 0
    for start in range(0, count, BATCH):
        codes, are_new = await affected_customers(connection, start, start + BATCH)
        announced_so_far += await announce_many(work, codes, import_id, moment, are_new=are_new)
    return announced_so_far
