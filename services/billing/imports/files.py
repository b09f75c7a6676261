"""Imports from CSV files: readings and collection points. All of a file, or nothing and a report of every bad line.

``readings.csv``
    ``customer_code, meter_number, register, cycle, month, year, period_from, period_to, old_reading, new_reading`` and,
    where they apply, ``cut_days`` or ``cut_from, cut_to``, ``cos_phi``, ``due_date``, ``change_reading`` (what the
    register showed on the day of a price change inside the period; several are separated by ``;``), ``multiplier`` and
    ``digits`` (of a meter that is not the customer's present one). One line a register; the lines of one customer,
    year, month and cycle make one bill.
``collection_points.csv``
    ``collection_point_code, name, kind, address, opening_hours, phone, unit_code``.

Columns may be in any order; others are ignored. Importing a file again changes nothing.
"""

import asyncio
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from services.billing.bills.bill_run import WorkFactory
from services.billing.errors import BillingError
from services.billing.imports.readings import ReadingRow, assemble, parse_reading
from services.billing.quote.cells import Row
from services.billing.store import accounts, collection_points, metered_periods
from services.billing.store.metered_periods import KnownPeriod, NewPeriod
from services.billing.tariffs.models import Tariffs
from shared import phones
from shared.contracts.billing import CollectionPoint
from shared.contracts.common import CustomerFacts
from shared.ids import new_id
from shared.text import has_control_characters, tidy

POINTS, READINGS = "collection_points.csv", "readings.csv"
READING_COLUMNS = (
    "customer_code",
    "meter_number",
    "register",
    "cycle",
    "month",
    "year",
    "period_from",
    "period_to",
    "old_reading",
    "new_reading",
)
POINT_COLUMNS = ("collection_point_code", "name", "kind", "address", "opening_hours", "phone", "unit_code")

_CHUNK = 2_000
_POINT_CODE = re.compile(r"[A-Z0-9_.-]{2,20}", re.ASCII)
_UNIT_CODE = re.compile(r"P[A-Z][0-9A-Z]{4}", re.ASCII)
_HOTLINE = re.compile(r"1[89]00[0-9 .]{2,8}", re.ASCII)
_KINDS = {"bank", "post_office", "counter", "other"}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BadLine:
    """What is wrong with one line, counted from 1 (the header)."""

    file: str
    line: int
    message: str


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
        """Whether the import was taken in."""
        return not self.bad_lines

    def as_dict(self) -> dict[str, Any]:
        """Return the report for ``--json``."""
        return {"ok": self.ok, **asdict(self)}


async def import_folder(new_work: WorkFactory, folder: Path, tariffs: Tariffs, *, due_days: int = 10) -> ImportReport:
    """Take in ``collection_points.csv`` and ``readings.csv``, as far as they are in ``folder``: both or nothing.

    ``new_work`` is the ``work`` of a bus (it need not be started). The readings become metered periods that wait for
    the bill run (:mod:`services.billing.bills.bill_run`); each is computed once as a test, so that what cannot be
    billed is reported with its line. ``due_days`` after the period a bill is due when its readings name no due date.
    Raises ``FileNotFoundError`` when the folder holds neither file.
    """
    present = [name for name in (POINTS, READINGS) if (folder / name).is_file()]
    if not present:
        raise FileNotFoundError(f"{folder} holds neither {POINTS} nor {READINGS}")
    bad: list[BadLine] = []
    texts = {}
    for name in present:
        try:
            texts[name] = await asyncio.to_thread((folder / name).read_text, encoding="utf-8-sig")
        except UnicodeDecodeError:
            bad.append(BadLine(name, 1, "the file is not UTF-8 text"))
    return await import_texts(new_work, texts, tariffs, due_days=due_days, bad=bad)


async def import_texts(
    new_work: WorkFactory,
    texts: Mapping[str, str],
    tariffs: Tariffs,
    *,
    due_days: int = 10,
    bad: Sequence[BadLine] = (),
) -> ImportReport:
    """Take in the contents of files by their name; see :func:`import_folder`. ``bad`` is what was wrong before."""
    bad_lines = list(bad)
    points = _read_points(texts.get(POINTS, ""), bad_lines) if POINTS in texts else []
    rows = _read_readings(texts.get(READINGS, ""), due_days, bad_lines) if READINGS in texts else []
    facts: dict[str, CustomerFacts] = {}
    async with new_work() as work:
        for codes in _chunks(sorted({row.key[0] for row in rows})):
            facts |= await accounts.facts_of(work.connection, codes)
    # Computing takes its time, so it is done outside of any transaction, and lets others go on.
    periods = await asyncio.to_thread(lambda: list(_assembled(rows, facts, tariffs, bad_lines)))
    async with new_work() as work:
        await metered_periods.lock_imports(work.connection)
        known: list[KnownPeriod] = []
        for codes in _chunks(sorted({item.period.customer_code for _, item in periods})):
            known += await metered_periods.known_periods(work.connection, codes)
        new = _new_periods(periods, known, bad_lines)
        counts = {POINTS: len(points), READINGS: len(rows)}
        if bad_lines:
            order = tuple(sorted(bad_lines, key=lambda item: (item.file, item.line)))
            return ImportReport({name: FileReport(counts[name]) for name in texts}, order)
        import_id = new_id()
        for chunk in _chunks(new):
            await metered_periods.add(work.connection, chunk, import_id)
        for some in _chunks(points):
            await collection_points.save(work.connection, some)
    reports = {
        POINTS: FileReport(len(points), added=len(points)),
        READINGS: FileReport(len(rows), added=len(new), unchanged=len(periods) - len(new)),
    }
    return ImportReport({name: reports[name] for name in texts})


def _read_points(text: str, bad: list[BadLine]) -> list[CollectionPoint]:
    points: dict[str, CollectionPoint] = {}
    for line, row in _rows(POINTS, text, POINT_COLUMNS, bad):
        try:
            point = _collection_point(row)
        except BillingError as error:
            bad.append(BadLine(POINTS, line, error.message))
            continue
        if point.collection_point_code in points:
            bad.append(BadLine(POINTS, line, f"{point.collection_point_code} is in the file twice"))
        points[point.collection_point_code] = point
    return list(points.values())


def _read_readings(text: str, due_days: int, bad: list[BadLine]) -> list[ReadingRow]:
    rows: list[ReadingRow] = []
    for line, row in _rows(READINGS, text, READING_COLUMNS, bad):
        try:
            rows.append(parse_reading(row, line, due_days))
        except BillingError as error:
            bad.append(BadLine(READINGS, line, error.message))
    return rows


def _assembled(
    rows: Sequence[ReadingRow], facts: dict[str, CustomerFacts], tariffs: Tariffs, bad: list[BadLine]
) -> Iterator[tuple[int, NewPeriod]]:
    """Yield the first line and the period of each bill to be; what cannot be billed goes to ``bad``."""
    groups: dict[tuple[str, int, int, int], list[ReadingRow]] = {}
    for row in rows:
        groups.setdefault(row.key, []).append(row)
    for key, group in groups.items():
        if key[0] not in facts:
            bad += [BadLine(READINGS, row.line, f"there is no customer {key[0]}") for row in group]
            continue
        try:
            period, mark = assemble(group, facts[key[0]], tariffs)
        except BillingError as error:
            bad.append(BadLine(READINGS, group[0].line, error.message))
        else:
            yield group[0].line, NewPeriod(new_id(), period, mark)


def _new_periods(
    periods: Sequence[tuple[int, NewPeriod]], known: Sequence[KnownPeriod], bad: list[BadLine]
) -> list[NewPeriod]:
    """Return what is not stored yet; what contradicts stored periods, or another of the file, goes to ``bad``."""
    stored = {period.key: period for period in known}
    taken: dict[str, list[tuple[Any, Any, Any]]] = {}
    for item in known:
        taken.setdefault(item.key[0], []).append((item.period_from, item.period_to, item.key))
    new = []
    for line, entry in periods:
        period = entry.period
        key = (period.customer_code, period.year, period.month, period.cycle)
        if key in stored:
            if stored[key].fingerprint != entry.fingerprint:
                when = f"{period.month:02d}/{period.year} cycle {period.cycle}"
                bad.append(BadLine(READINGS, line, f"{key[0]} {when} is already stored with other readings"))
            continue
        others = taken.setdefault(period.customer_code, [])
        overlap = next((o for o in others if o[0] <= period.period_to and period.period_from <= o[1]), None)
        if overlap is not None:
            bad.append(
                BadLine(READINGS, line, f"{key[0]}: these days are already in the period {overlap[0]} to {overlap[1]}")
            )
            continue
        others.append((period.period_from, period.period_to, key))
        new.append(entry)
    return new


def _collection_point(row: Row) -> CollectionPoint:
    for column in POINT_COLUMNS:
        if not row[column] and column not in {"opening_hours", "phone"}:
            raise BillingError("missing-field", f"{column} is empty")
        if has_control_characters(row[column]):
            raise BillingError("control-characters", f"{column} holds control characters")
    if not _POINT_CODE.fullmatch(row["collection_point_code"]):
        raise BillingError("bad-code", f"{row['collection_point_code']!r} is not a collection point's code")
    if not _UNIT_CODE.fullmatch(row["unit_code"]):
        raise BillingError("bad-code", f"{row['unit_code']!r} is not a unit's code")
    if row["kind"] not in _KINDS:
        raise BillingError("bad-kind", f"kind must be one of {', '.join(sorted(_KINDS))}, not {row['kind']!r}")
    return CollectionPoint(**{column: tidy(row[column]) for column in POINT_COLUMNS} | {"phone": _phone(row["phone"])})


def _phone(text: str) -> str:
    if not text or _HOTLINE.fullmatch(text):
        return text
    try:
        return phones.normalise(text)
    except phones.InvalidPhoneError as error:
        raise BillingError("bad-phone", f"phone {error}") from None


def _rows(file: str, text: str, required: Sequence[str], bad: list[BadLine]) -> Iterator[tuple[int, Row]]:
    """Yield line number and cells of each line; what cannot be read as a line of the table goes to ``bad``."""
    reader = csv.DictReader(io.StringIO(text), restval="", strict=True)
    try:
        names = [(name or "").strip().lstrip("\ufeff").casefold() for name in reader.fieldnames or []]
        missing = [name for name in required if name not in names]
        if missing:
            bad.append(BadLine(file, 1, f"the header lacks {', '.join(missing)}"))
            return
        reader.fieldnames = names
        for row in reader:
            if any(cell.strip() for cell in row.pop(None, [])):
                bad.append(BadLine(file, reader.line_num, "the line has more fields than the header"))
                continue
            yield reader.line_num, {name: (cell or "").strip() for name, cell in row.items()}
    except csv.Error as error:
        bad.append(BadLine(file, reader.line_num, f"the file cannot be read further: {error}"))


def _chunks(items: Sequence[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
