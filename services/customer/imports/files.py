"""Imports the lists of units, collectors, routes, customers and meters: all, or, when a line is wrong, nothing.

An import adds and changes; what a list does not name stays as it is (a customer who left is set inactive, never
deleted). Every customer whose facts are different afterwards is announced by ``customer.changed``, in the transaction
of the import. The number that a collector has corrected at the door outlives the import of a list that still has the
old one: an import changes a phone number only when the list itself has changed it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.customer.imports.rows import (
    COLLECTORS,
    CUSTOMERS,
    FORMATS,
    METERS,
    ROUTES,
    UNITS,
    FileContent,
    FileFormat,
    read_file,
)
from services.customer.store.customers import announce, lock_customers
from services.customer.store.imports import (
    affected_customers,
    begin_import,
    load_rows,
    merge,
    unknown_references,
)
from shared.clock import now
from shared.contracts.customer import CustomerChanged
from shared.csv_files import MOST_REPORTED, BadLine

if TYPE_CHECKING:
    from shared.db import Connection
    from shared.messaging import Bus, UnitOfWork

BATCH = 5_000
"""Customers that are announced at a time: bounds the memory, not the transaction."""

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

    @property
    def unchanged(self) -> int:
        """Rows that are on record as they are."""
        return self.rows - self.added - self.changed


@dataclass
class ImportReport:
    """What an import did; with any bad line it did nothing."""

    files: dict[str, FileReport] = field(default_factory=dict)
    bad_lines: list[BadLine] = field(default_factory=list)
    customers_announced: int = 0
    """Customers whose facts are new or different: as many ``customer.changed`` events."""

    @property
    def ok(self) -> bool:
        """Whether the import was committed."""
        return not self.bad_lines

    def as_dict(self) -> dict[str, Any]:
        """Return the report for ``--json``."""
        return {"ok": self.ok, **asdict(self)}


class _BadLinesError(Exception):
    """Undoes the transaction."""


async def import_customers(bus: Bus, folder: Path) -> ImportReport:
    """Import those of the five files (:data:`~services.customer.imports.rows.FORMATS`) that are in ``folder``.

    ``bus`` need not be started: the events wait in the outbox for the service. Raises ``FileNotFoundError`` when the
    folder has none of the files; what is wrong in them is in the report.
    """
    paths = [(folder / file_format.name, file_format) for file_format in FORMATS]
    present = [(path, file_format) for path, file_format in paths if path.is_file()]
    if not present:
        raise FileNotFoundError(f"{folder} holds none of {', '.join(file_format.name for file_format in FORMATS)}")
    # In a thread: a large list takes seconds to read, and the process may be serving, too.
    contents = [await asyncio.to_thread(_read, path, file_format) for path, file_format in present]
    report = ImportReport(bad_lines=[bad for content in contents for bad in content.bad])
    if report.bad_lines:
        return report
    try:
        async with bus.work() as work:
            await _merge(work, contents, report, now())
    except _BadLinesError:
        return ImportReport(bad_lines=report.bad_lines)
    return report


def _read(path: Path, file_format: FileFormat) -> FileContent:
    return read_file(file_format, path.read_bytes())


async def _merge(work: UnitOfWork, contents: Sequence[FileContent], report: ImportReport, moment: datetime) -> None:
    connection = work.connection
    await begin_import(connection)
    for content in contents:
        await load_rows(connection, content.format.table, list(content.format.columns), content.rows)
    loaded = {content.format.name for content in contents}
    for file_format, column, target in _REFERENCES:
        if file_format.name in loaded:
            report.bad_lines += await _dangling(connection, file_format, column, target, target.name in loaded)
    if report.bad_lines:
        raise _BadLinesError
    for content in contents:
        added, changed = await merge(connection, content.format.table)
        report.files[content.format.name] = FileReport(len(content.rows), added, changed)
    report.customers_announced = await _announce(work, moment)


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
    """Emit the facts of every customer that the import has changed, by itself or through a unit, route or collector."""
    connection = work.connection
    codes = await affected_customers(connection)
    announced = 0
    for start in range(0, len(codes), BATCH):
        batch = codes[start : start + BATCH]
        await lock_customers(connection, batch)
        for facts in await announce(connection, batch, moment):
            await work.emit(CustomerChanged(customer=facts, changed_at=moment), aggregate=facts.customer_code)
            announced += 1
    return announced
