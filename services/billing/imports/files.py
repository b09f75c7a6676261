"""Imports readings and collection points: all of the files, or nothing and a report of every bad line.

Where the owner of the files asked to keep the good lines, bad ones are left out, and with one line of a customer all of
that customer's: never half a bill.

:mod:`.readings` and :mod:`.collection_points` describe the columns, which may be in any order; others are ignored.
Importing a file again changes nothing.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from services.billing.bill_run import WorkFactory
from services.billing.errors import BillingError
from services.billing.imports.collection_points import POINTS, PointRow, read_collection_points
from services.billing.imports.readings import READINGS, Reading, ReadingRow, assemble, read_readings, shared_meters
from services.billing.judgement.doubts import Doubt
from services.billing.judgement.rules import JudgementRule
from services.billing.judgements import judged
from services.billing.settings import JUDGEMENT_FILE
from services.billing.store import accounts, collection_points, held_readings, metered_periods
from services.billing.store.held_readings import ReadingAct
from services.billing.store.metered_periods import KnownPeriod, NewPeriod
from services.billing.tariffs.models import Tariffs
from shared.clock import now
from shared.contracts.billing import CollectionPoint
from shared.contracts.common import CustomerFacts
from shared.csv_files import (
    MOST_REPORTED,
    PLAINLY,
    BadLine,
    FileRows,
    ImportOptions,
    Remark,
    Row,
    UnreadableFileError,
)
from shared.csv_files.folder import find_file
from shared.csv_files.rejects import Rejects, reject_file
from shared.db import Connection
from shared.ids import new_id
from shared.messaging import UnitOfWork
from shared.rule_files import load_rules
from shared.text import plain_signs

_CHUNK = 2_000

T = TypeVar("T")

Note = Callable[[UnitOfWork, "ImportReport"], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file: metered periods of readings, or collection points."""

    rows: int
    """Lines with content, without the header."""
    added: int = 0
    unchanged: int = 0
    """Metered periods that were stored before with the same content."""
    held: int = 0
    """Of the added ones, those that are not billed until a person has looked at their readings."""


@dataclass(frozen=True, slots=True)
class HeldReadings:
    """A metered period that was stored, and is not billed until a person has looked at it."""

    period_id: UUID
    file: str
    line: int
    customer_code: str
    year: int
    month: int
    cycle: int
    doubts: tuple[Doubt, ...]

    def __str__(self) -> str:
        reasons = "; ".join(f"{doubt.english} ({doubt.rule})" for doubt in self.doubts)
        return f"{self.customer_code} {self.month:02d}/{self.year} cycle {self.cycle} is held: {reasons}"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did; with any bad line it did nothing."""

    files: dict[str, FileReport]
    bad_lines: tuple[BadLine, ...] = ()
    remarks: tuple[Remark, ...] = ()
    """What was read otherwise than it is written."""
    rejected: tuple[BadLine, ...] = ()
    """Lines that were left out, where good ones are kept."""
    held: tuple[HeldReadings, ...] = ()
    """What was stored and is not billed before a person has looked at it."""
    reject_files: Mapping[str, str] = field(default_factory=dict)
    """The same as files to be corrected, by the name of the file that they were in."""

    @property
    def ok(self) -> bool:
        """Whether everything was imported."""
        return not self.bad_lines

    def as_dict(self) -> dict[str, Any]:
        """Return the report for ``--json``."""
        return {"ok": self.ok, **asdict(self), "reject_files": sorted(self.reject_files)}


async def import_folder(
    new_work: WorkFactory,
    folder: Path,
    tariffs: Tariffs,
    *,
    names: Sequence[str] = (POINTS, READINGS),
    due_days: int = 10,
    options: ImportOptions = PLAINLY,
    judgement: Sequence[JudgementRule] | None = None,
) -> ImportReport:
    """Import those files of ``names`` that are in ``folder``: all or nothing.

    ``new_work`` is the ``work`` of a bus (it need not be started). The readings become metered periods that wait for
    the bill run (:mod:`services.billing.bill_run`); each is computed once as a test, so that what cannot be
    billed is reported with its line; what may be wrong by the rules of ``judgement`` (None: those of the package) is
    stored and held. ``due_days`` after the period a bill is due when its readings name no due date.
    Raises ``FileNotFoundError`` when the folder holds none of the files.
    """
    try:
        found = {name: path for name in names if (path := find_file(folder, name)) is not None}
    except UnreadableFileError as error:
        return ImportReport({}, (error.bad,))
    if not found:
        raise FileNotFoundError(f"{folder} holds no {' or '.join(names)}")
    files = {name: await asyncio.to_thread(path.read_bytes) for name, path in found.items()}
    called = {name: path.name for name, path in found.items()}
    return await import_files(
        new_work, files, tariffs, due_days=due_days, options=options, called=called, judgement=judgement
    )


async def import_files(
    new_work: WorkFactory,
    files: Mapping[str, bytes | str],
    tariffs: Tariffs,
    *,
    due_days: int = 10,
    options: ImportOptions = PLAINLY,
    called: Mapping[str, str] | None = None,
    judgement: Sequence[JudgementRule] | None = None,
    note: Note | None = None,
) -> ImportReport:
    """Import the contents of files by their name; see :func:`import_folder`. ``called`` is how reports name them.

    ``note`` is awaited in the transaction of an import that changes something or nothing, but is not refused.
    """
    names = {POINTS: POINTS, READINGS: READINGS} | dict(called or {})
    # In a thread: a large file takes seconds to read, and the process may be serving, too.
    content = await asyncio.to_thread(_read, files, names, options)
    bad = content.bad_lines()
    facts = await _facts_of(new_work, content.readings.rows)
    # Outside of any transaction, because it takes seconds; in a thread for the same reason as above.
    periods = await asyncio.to_thread(
        lambda: list(_assembled(content.readings.rows, facts, tariffs, due_days, bad, names[READINGS]))
    )
    async with new_work() as work:
        await metered_periods.lock_imports(work.connection)
        known = await _known_periods(work.connection, periods)
        new = _new_periods(periods, known, bad, names[READINGS])
        if content.is_refused(bad, options):
            return content.refusal(bad)
        kept = _keep(content, periods, new, bad)
        kept = replace(kept, new_periods=await _judged(work.connection, kept.new_periods, facts, judgement))
        await _store(work, content, kept)
        report = _report(content, kept, options)
        if note is not None:
            await note(work, report)
    return report


@dataclass(frozen=True, slots=True)
class _Content:
    """What the files hold."""

    files: Mapping[str, bytes | str]
    names: Mapping[str, str]
    """How reports name them."""
    points: FileRows[tuple[int, CollectionPoint]]
    readings: FileRows[Reading]

    def bad_lines(self) -> list[BadLine]:
        """Return what is wrong with the files by themselves."""
        shared = [
            BadLine(self.names[READINGS], reading.line, "meter_number", message, "two-customers")
            for reading, message in shared_meters(self.readings.rows)
        ]
        return [*self.points.bad, *self.readings.bad, *shared]

    def is_refused(self, bad: Sequence[BadLine], options: ImportOptions) -> bool:
        """Return whether nothing may be imported: good lines are kept on request only, and of a readable file."""
        is_broken = self.points.is_broken or self.readings.is_broken
        return bool(bad) and (not options.keep_good or is_broken or len(bad) > MOST_REPORTED)

    def refusal(self, bad: Sequence[BadLine]) -> ImportReport:
        """Return the report of an import that did nothing."""
        rows = {POINTS: len(self.points.rows), READINGS: len(self.readings.rows)}
        in_order = sorted(bad, key=lambda item: (item.file, item.line))
        return ImportReport({name: FileReport(rows[name]) for name in self.files}, tuple(in_order))


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is imported, and what is left out."""

    points: list[CollectionPoint]
    readings: list[Reading]
    periods: list[NewPeriod]
    """Of the readings, stored before or not."""
    new_periods: list[NewPeriod]
    rejects: Mapping[str, Rejects]


def _read(files: Mapping[str, bytes | str], names: Mapping[str, str], options: ImportOptions) -> _Content:
    points: FileRows[tuple[int, CollectionPoint]] = FileRows()
    if POINTS in files:
        points = read_collection_points(files[POINTS], name=names[POINTS], options=options)
    readings: FileRows[Reading] = FileRows()
    if READINGS in files:
        readings = read_readings(files[READINGS], name=names[READINGS], options=options)
    return _Content(files, names, points, readings)


async def _facts_of(new_work: WorkFactory, readings: Sequence[Reading]) -> dict[str, CustomerFacts]:
    facts: dict[str, CustomerFacts] = {}
    async with new_work() as work:
        for codes in _chunks(sorted({reading.row.customer_code for reading in readings})):
            facts |= await accounts.facts_of(work.connection, codes)
    return facts


async def _known_periods(connection: Connection, periods: Sequence[tuple[int, NewPeriod]]) -> list[KnownPeriod]:
    known: list[KnownPeriod] = []
    for codes in _chunks(sorted({item.period.customer_code for _, item in periods})):
        known += await metered_periods.known_periods(connection, codes)
    return known


def _keep(
    content: _Content, periods: Sequence[tuple[int, NewPeriod]], new: Sequence[NewPeriod], bad: Sequence[BadLine]
) -> _Kept:
    """Leave out the bad lines, and all other lines of their customers."""
    points, readings = (Rejects(content.names[name]) for name in (POINTS, READINGS))
    points.add_all(content.points.bad)
    for line, reason in content.points.repeated.items():
        points.add(line, reason)
    left_out = _left_out(content.readings, [item for item in bad if item not in content.points.bad], readings)
    return _Kept(
        points=[point for line, point in content.points.rows if line not in points.reasons],
        readings=[reading for reading in content.readings.rows if reading.line not in readings.reasons],
        periods=[item for _, item in periods if item.period.customer_code not in left_out],
        new_periods=[item for item in new if item.period.customer_code not in left_out],
        rejects={POINTS: points, READINGS: readings},
    )


async def _judged(
    connection: Connection,
    new: Sequence[NewPeriod],
    facts: Mapping[str, CustomerFacts],
    judgement: Sequence[JudgementRule] | None,
) -> list[NewPeriod]:
    """Judge the periods, all of a customer's at once, so that each is compared with those before it."""
    rules = load_rules(JUDGEMENT_FILE, JudgementRule) if judgement is None else judgement
    replaced = {item.replaces: item.period_id for item in new if item.replaces is not None}
    await held_readings.supersede(connection, replaced)
    in_order = sorted(new, key=lambda item: item.period.customer_code)
    found: dict[UUID, NewPeriod] = {}
    for chunk in _chunks_of_customers(in_order):
        found |= {item.period_id: item for item in await judged(connection, chunk, facts, rules)}
    return [found[item.period_id] for item in new]


def _chunks_of_customers(periods: Sequence[NewPeriod]) -> Iterator[list[NewPeriod]]:
    chunk: list[NewPeriod] = []
    for item in periods:
        if len(chunk) >= _CHUNK and item.period.customer_code != chunk[-1].period.customer_code:
            yield chunk
            chunk = []
        chunk.append(item)
    yield chunk


async def _store(work: UnitOfWork, content: _Content, kept: _Kept) -> None:
    import_id = new_id()
    for periods in _chunks(kept.new_periods):
        await metered_periods.add(work.connection, periods, import_id)
        await held_readings.note(work.connection, list(_acts(periods)), now(), work.actor)
    for points in _chunks(kept.points):
        await collection_points.save(work.connection, points, with_wards="ward" in content.points.columns)
    hashes = {content.names[name]: _sha256(file) for name, file in content.files.items()}
    held = sum(bool(item.doubts) for item in kept.new_periods)
    counts = {"periods": len(kept.new_periods), "held": held, "points": len(kept.points)}
    await work.act("files.imported", str(import_id), files=hashes, **counts)


def _acts(periods: Sequence[NewPeriod]) -> Iterator[ReadingAct]:
    for item in periods:
        if item.replaces is not None:
            yield ReadingAct(item.replaces, "replaced", new_period_id=item.period_id)
        if item.doubts:
            yield ReadingAct(item.period_id, "held", item.doubts)


def _report(content: _Content, kept: _Kept, options: ImportOptions) -> ImportReport:
    added = len(kept.new_periods)
    held = _held(content, kept)
    reports = {
        POINTS: FileReport(len(kept.points), added=len(kept.points)),
        READINGS: FileReport(len(kept.readings), added=added, unchanged=len(kept.periods) - added, held=len(held)),
    }
    models: dict[str, type[Row]] = {POINTS: PointRow, READINGS: ReadingRow}
    return ImportReport(
        {name: reports[name] for name in content.files},
        remarks=tuple(
            remark
            for name, remarks in ((POINTS, content.points.remarks), (READINGS, content.readings.remarks))
            for remark in remarks
            if remark.line not in kept.rejects[name].reasons
        ),
        held=held,
        rejected=tuple(line for rejects in kept.rejects.values() for line in rejects.bad_lines()),
        reject_files={
            rejects.file: reject_file(content.files[name], models[name], rejects, convert_legacy=options.convert_legacy)
            for name, rejects in kept.rejects.items()
            if rejects.reasons
        },
    )


def _held(content: _Content, kept: _Kept) -> tuple[HeldReadings, ...]:
    lines: dict[tuple[str, int, int, int], int] = {}
    for reading in kept.readings:
        lines.setdefault(reading.row.key, reading.line)
    held = [item for item in kept.new_periods if item.doubts]
    return tuple(
        HeldReadings(item.period_id, content.names[READINGS], lines[key], *key, item.doubts)
        for item in held
        for key in [(item.period.customer_code, item.period.year, item.period.month, item.period.cycle)]
    )


def _sha256(content: bytes | str) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def _left_out(content: FileRows[Reading], bad: Sequence[BadLine], rejects: Rejects) -> set[str]:
    """Leave out bad lines of readings with all lines of their customers and meters; return the customers.

    A line whose customer cannot be read may be one of three registers: its meter says whose it is.
    """
    rejects.add_all(bad)
    codes, meters = set(), set()
    for line in rejects.reasons:
        cells = content.bad_cells.get(line, {})
        codes.add(plain_signs(cells.get("customer_code", "")))
        meters.add(plain_signs(cells.get("meter_number", "")))
    rows = {reading.line: reading.row for reading in content.rows}
    codes |= {rows[line].customer_code for line in rejects.reasons if line in rows}
    codes |= {row.customer_code for row in rows.values() if row.meter_number in meters}
    for line, row in rows.items():
        if row.customer_code in codes and line not in rejects.reasons:
            rejects.add(line, f"another line of {row.customer_code} is wrong")
    return codes - {""}


def _assembled(
    readings: Sequence[Reading],
    facts: dict[str, CustomerFacts],
    tariffs: Tariffs,
    due_days: int,
    bad: list[BadLine],
    file: str,
) -> Iterator[tuple[int, NewPeriod]]:
    """Yield the first line and the period of each bill to be; what cannot be billed goes to ``bad``."""
    groups: dict[tuple[str, int, int, int], list[Reading]] = {}
    for reading in readings:
        groups.setdefault(reading.row.key, []).append(reading)
    for key, group in groups.items():
        if key[0] not in facts:
            message = f"there is no customer {key[0]}"
            bad += [BadLine(file, item.line, "customer_code", message, "unknown-customer") for item in group]
            continue
        try:
            period, mark = assemble([item.row for item in group], facts[key[0]], tariffs, due_days=due_days)
        except BillingError as error:
            bad.append(BadLine(file, group[0].line, "", error.message, error.slug))
        else:
            yield group[0].line, NewPeriod(new_id(), period, mark)


def _new_periods(
    periods: Sequence[tuple[int, NewPeriod]], known: Sequence[KnownPeriod], bad: list[BadLine], file: str
) -> list[NewPeriod]:
    """Return what is not stored yet; what contradicts stored periods, or another of the file, goes to ``bad``."""
    counting = {period.key: period for period in known if not period.is_superseded}
    earlier = {(period.key, period.fingerprint) for period in known}
    booked: dict[str, list[tuple[Any, Any, Any]]] = {}
    for item in counting.values():
        if not item.is_sent_back:
            booked.setdefault(item.key[0], []).append((item.period_from, item.period_to, item.key))
    new = []
    for line, entry in periods:
        period = entry.period
        key = (period.customer_code, period.year, period.month, period.cycle)
        # Also where they were corrected since, or are to be read again: the same file again changes nothing.
        if (key, entry.fingerprint) in earlier:
            continue
        if key in counting and not counting[key].is_sent_back:
            bad.append(BadLine(file, line, "", _other_readings(counting[key]), "other-readings"))
            continue
        others = booked.setdefault(period.customer_code, [])
        overlap = next((o for o in others if o[0] <= period.period_to and period.period_from <= o[1]), None)
        if overlap is not None:
            message = f"{key[0]}: these days are already in the period {overlap[0]} to {overlap[1]}"
            bad.append(BadLine(file, line, "", message, "overlap"))
            continue
        others.append((period.period_from, period.period_to, key))
        replaced = counting.get(key)
        new.append(entry if replaced is None else replace(entry, replaces=replaced.period_id))
    return new


def _other_readings(stored: KnownPeriod) -> str:
    code, year, month, cycle = stored.key
    command = "thungan bills correct" if stored.is_billed else f"thungan readings correct {stored.period_id}"
    return (
        f"{code} {month:02d}/{year} cycle {cycle} is already stored with other readings: correct them with `{command}`"
    )


def _chunks(items: Sequence[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
