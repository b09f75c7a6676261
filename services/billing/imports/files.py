"""Imports readings and collection points: all of the files, or nothing and a report of every bad line.

:mod:`.readings` and :mod:`.collection_points` describe the columns, which may be in any order; others are ignored.
Importing a file again changes nothing.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from services.billing.bill_run import WorkFactory
from services.billing.errors import BillingError
from services.billing.imports.collection_points import POINTS, read_collection_points
from services.billing.imports.readings import READINGS, Reading, assemble, read_readings
from services.billing.store import accounts, collection_points, metered_periods
from services.billing.store.metered_periods import KnownPeriod, NewPeriod
from services.billing.tariffs.models import Tariffs
from shared.contracts.common import CustomerFacts
from shared.csv_files import BadLine
from shared.ids import new_id

_CHUNK = 2_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file: metered periods of readings, or collection points."""

    rows: int
    """Lines with content, without the header."""
    added: int = 0
    unchanged: int = 0
    """Metered periods that were stored before with the same content."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did; with any bad line it did nothing."""

    files: dict[str, FileReport]
    bad_lines: tuple[BadLine, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything was imported."""
        return not self.bad_lines

    def as_dict(self) -> dict[str, Any]:
        """Return the report for ``--json``."""
        return {"ok": self.ok, **asdict(self)}


async def import_folder(
    new_work: WorkFactory,
    folder: Path,
    tariffs: Tariffs,
    *,
    names: Sequence[str] = (POINTS, READINGS),
    due_days: int = 10,
) -> ImportReport:
    """Import those files of ``names`` that are in ``folder``: all or nothing.

    ``new_work`` is the ``work`` of a bus (it need not be started). The readings become metered periods that wait for
    the bill run (:mod:`services.billing.bill_run`); each is computed once as a test, so that what cannot be
    billed is reported with its line. ``due_days`` after the period a bill is due when its readings name no due date.
    Raises ``FileNotFoundError`` when the folder holds none of the files.
    """
    present = [name for name in names if (folder / name).is_file()]
    if not present:
        raise FileNotFoundError(f"{folder} holds no {' or '.join(names)}")
    files = {name: await asyncio.to_thread((folder / name).read_bytes) for name in present}
    return await import_files(new_work, files, tariffs, due_days=due_days)


async def import_files(
    new_work: WorkFactory, files: Mapping[str, bytes | str], tariffs: Tariffs, *, due_days: int = 10
) -> ImportReport:
    """Import the contents of files by their name; see :func:`import_folder`."""
    bad: list[BadLine] = []
    points = read_collection_points(files[POINTS], bad) if POINTS in files else []
    # In a thread: a large file takes seconds to read, and the process may be serving, too.
    readings = await asyncio.to_thread(read_readings, files[READINGS], bad) if READINGS in files else []
    facts: dict[str, CustomerFacts] = {}
    async with new_work() as work:
        for codes in _chunks(sorted({reading.row.customer_code for reading in readings})):
            facts |= await accounts.facts_of(work.connection, codes)
    # Outside of any transaction, because it takes seconds; in a thread, because the process may be serving.
    periods = await asyncio.to_thread(lambda: list(_assembled(readings, facts, tariffs, due_days, bad)))
    async with new_work() as work:
        await metered_periods.lock_imports(work.connection)
        known: list[KnownPeriod] = []
        for codes in _chunks(sorted({item.period.customer_code for _, item in periods})):
            known += await metered_periods.known_periods(work.connection, codes)
        new = _new_periods(periods, known, bad)
        counts = {POINTS: len(points), READINGS: len(readings)}
        if bad:
            order = tuple(sorted(bad, key=lambda item: (item.file, item.line)))
            return ImportReport({name: FileReport(counts[name]) for name in files}, order)
        import_id = new_id()
        for chunk in _chunks(new):
            await metered_periods.add(work.connection, chunk, import_id)
        for some in _chunks(points):
            await collection_points.save(work.connection, some)
    reports = {
        POINTS: FileReport(len(points), added=len(points)),
        READINGS: FileReport(len(readings), added=len(new), unchanged=len(periods) - len(new)),
    }
    return ImportReport({name: reports[name] for name in files})


def _assembled(
    readings: Sequence[Reading], facts: dict[str, CustomerFacts], tariffs: Tariffs, due_days: int, bad: list[BadLine]
) -> Iterator[tuple[int, NewPeriod]]:
    """Yield the first line and the period of each bill to be; what cannot be billed goes to ``bad``."""
    groups: dict[tuple[str, int, int, int], list[Reading]] = {}
    for reading in readings:
        groups.setdefault(reading.row.key, []).append(reading)
    for key, group in groups.items():
        if key[0] not in facts:
            message = f"there is no customer {key[0]}"
            bad += [BadLine(READINGS, item.line, "customer_code", message, "unknown-customer") for item in group]
            continue
        try:
            period, mark = assemble([item.row for item in group], facts[key[0]], tariffs, due_days=due_days)
        except BillingError as error:
            bad.append(BadLine(READINGS, group[0].line, "", error.message, error.slug))
        else:
            yield group[0].line, NewPeriod(new_id(), period, mark)


def _new_periods(
    periods: Sequence[tuple[int, NewPeriod]], known: Sequence[KnownPeriod], bad: list[BadLine]
) -> list[NewPeriod]:
    """Return what is not stored yet; what contradicts stored periods, or another of the file, goes to ``bad``."""
    stored = {period.key: period for period in known}
    booked: dict[str, list[tuple[Any, Any, Any]]] = {}
    for item in known:
        booked.setdefault(item.key[0], []).append((item.period_from, item.period_to, item.key))
    new = []
    for line, entry in periods:
        period = entry.period
        key = (period.customer_code, period.year, period.month, period.cycle)
        if key in stored:
            if stored[key].fingerprint != entry.fingerprint:
                when = f"{period.month:02d}/{period.year} cycle {period.cycle}"
                message = f"{key[0]} {when} is already stored with other readings"
                bad.append(BadLine(READINGS, line, "", message, "other-readings"))
            continue
        others = booked.setdefault(period.customer_code, [])
        overlap = next((o for o in others if o[0] <= period.period_to and period.period_from <= o[1]), None)
        if overlap is not None:
            message = f"{key[0]}: these days are already in the period {overlap[0]} to {overlap[1]}"
            bad.append(BadLine(READINGS, line, "", message, "overlap"))
            continue
        others.append((period.period_from, period.period_to, key))
        new.append(entry)
    return new


def _chunks(items: Sequence[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
