"""The import of a readings file: staged in the database, then compared, judged and stored customer by customer.

Memory holds some thousand lines at a time. Those of the next customers are understood in a thread while those before
are compared and stored.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.billing.archive.reach import out_of_reach
from services.billing.bills.reading_line import ReadingLine
from services.billing.errors import BillingError
from services.billing.imports.due_days import DueDays
from services.billing.imports.readings import BillTest, ReadingsFile, assemble, shared_meters
from services.billing.imports.reports import HeldReadings
from services.billing.judgement.contract import Contract
from services.billing.judgement.rules import JudgementRule, believable_months
from services.billing.judgements import judged
from services.billing.store import accounts, held_readings, metered_periods, staged_readings
from services.billing.store.held_readings import ReadingAct
from services.billing.store.metered_periods import KnownPeriod, NewPeriod
from services.billing.tariffs.models import Tariffs
from shared.clock import business_day, now
from shared.csv_files import MOST_REPORTED, BadLine, ImportOptions, Remark
from shared.csv_files.rejects import Rejects
from shared.csv_files.text_file import Source
from shared.ids import new_id
from shared.messaging import UnitOfWork
from shared.text import plain_signs

_BATCH = 2_000
"""Lines that are understood, compared and stored together."""
_MANY_LINES = 5_000
"""Of one meter: so many are looked at for two customers before there are more."""

Key = tuple[str, int, int, int]
MakeMonths = Callable[[Collection[tuple[int, int]]], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class _Batch:
    """The lines of some customers, and what they come to."""

    lines: Sequence[ReadingLine]
    facts: Mapping[str, Contract]
    periods: Sequence[tuple[int, NewPeriod]]
    """Each behind its first line."""
    bad: Sequence[BadLine]


class ImportOfReadings:
    """One import: what it has done and found so far."""

    def __init__(
        self,
        source: Source | None,
        name: str,
        tariffs: Tariffs,
        *,
        due_days: DueDays,
        options: ImportOptions,
        judgement: Sequence[JudgementRule],
        make_months: MakeMonths,
        is_refused: bool = False,
        unit_codes: Collection[str] = (),
    ) -> None:
        """``unit_codes``: customers of other units are unknown; none: of all units.

        ``is_refused``: nothing will be stored; what is wrong is still to be found.

        ``make_months`` makes partitions for months (year, month) in a transaction of its own.
        """
        self.bad: list[BadLine] = []
        self.lines = 0
        """Lines that could be read."""
        self.added = 0
        """Metered periods that were stored."""
        self.unchanged = 0
        """Those that were stored before."""
        self.held_count = 0
        self.rejects = Rejects(name)
        """The lines that are left out, where good ones are kept."""
        self._held: list[HeldReadings] = []
        self._left_out = 0
        self._customers_of_bad: set[str] = set()
        self._name = name
        self._file = None if source is None else ReadingsFile(source.data, name=name, options=options)
        self._test = BillTest(tariffs)
        self._due_days = due_days
        self._keep_good = options.keep_good
        self._judgement = judgement
        self._make_months = make_months
        self._is_refused = is_refused
        self._unit_codes = frozenset(unit_codes)

    @property
    def is_broken(self) -> bool:
        """Whether the file as a whole, or its rest, could not be read."""
        return self._file is not None and self._file.is_broken

    @property
    def remarks(self) -> Sequence[Remark]:
        """What was read otherwise than it is written."""
        return () if self._file is None else self._file.remarks

    @property
    def kept_lines(self) -> int:
        """Lines that were not left out."""
        return self.lines - self._left_out

    @property
    def held(self) -> tuple[HeldReadings, ...]:
        """The first periods that are held, in the order of the file."""
        return tuple(sorted(self._held, key=lambda item: item.line)[:MOST_REPORTED])

    async def do(self, work: UnitOfWork, import_id: UUID) -> None:
        """Store what is new and good; where anything is :attr:`bad` and good lines are not kept, nothing more."""
        if self._file is None:
            return
        connection = work.connection
        self.lines = await staged_readings.stage(connection, iter(self._file))
        believable = believable_months(self._judgement, business_day(now()))
        await self._make_months(await staged_readings.months(connection, *believable))
        self.bad += self._file.bad
        if self.is_broken:
            return
        self.bad += await self._of_other_months(work, *believable)
        self.bad += await self._shared_meters(work)
        await metered_periods.lock_imports(connection)
        await self._leave_out_bad(work)
        waiting: _Batch | None = None
        async with aclosing(staged_readings.batches(connection, _BATCH)) as batches:
            async for lines in batches:
                known = await accounts.contracts_of(connection, {line.customer_code for line in lines})
                facts = {code: item for code, item in known.items() if self._is_of_unit(item)}
                following = asyncio.ensure_future(asyncio.to_thread(self._understood, lines, facts))
                try:
                    if waiting is not None:
                        await self._take(work, waiting, import_id)
                finally:
                    await asyncio.wait([following])
                waiting = following.result()
                if len(self.bad) > MOST_REPORTED:
                    return
            if waiting is not None:
                await self._take(work, waiting, import_id)

    def _is_of_unit(self, facts: Contract) -> bool:
        return not self._unit_codes or facts.unit.unit_code in self._unit_codes

    async def _of_other_months(self, work: UnitOfWork, first: int, last: int) -> list[BadLine]:
        """Return the lines of months that cannot be meant."""
        found = await staged_readings.of_other_months(work.connection, first, last, MOST_REPORTED + 1)
        self._customers_of_bad |= {code for _, code, _, _ in found}
        return [
            BadLine(
                self._name,
                line,
                "year",
                f"{year} is not believable: nothing of {month:02d}/{year} can be billed yet, or any more",
                "unbelievable-month",
            )
            for line, _, year, month in found
        ]

    async def _shared_meters(self, work: UnitOfWork) -> list[BadLine]:
        """Return the lines of meters that are read for two customers on the same days."""
        bad: dict[int, BadLine] = {}
        async with aclosing(staged_readings.lines_of_shared_meters(work.connection)) as lines:
            async for of_meter in _by_meter(lines):
                for line, message in shared_meters(of_meter):
                    bad[line.line] = BadLine(self._name, line.line, "meter_number", message, "two-customers")
                    self._customers_of_bad.add(line.customer_code)
                if len(bad) > MOST_REPORTED:
                    break
        return list(bad.values())

    async def _leave_out_bad(self, work: UnitOfWork) -> None:
        """Leave out the bad lines with all lines of their customers and meters, where good ones are kept.

        A line whose customer cannot be read may be one of three registers: its meter says whose it is.
        """
        if not self._keep_good or not self.bad:
            return
        assert self._file is not None  # noqa: S101 - its lines are bad
        self.rejects.add_all(self.bad)
        cells = [self._file.bad_cells.get(line, {}) for line in self.rejects.reasons]
        codes = {plain_signs(found.get("customer_code", "")) for found in cells}
        meters = {plain_signs(found.get("meter_number", "")) for found in cells}
        codes |= self._customers_of_bad
        codes |= await staged_readings.customers_of_meters(work.connection, meters - {""})
        self._reject(await staged_readings.take_out(work.connection, codes - {""}))

    def _reject(self, lines: Mapping[int, str]) -> None:
        """Leave out lines, each of a customer of whom another one is wrong."""
        self._left_out += len(lines)
        for line, code in lines.items():
            if line not in self.rejects.reasons:
                self.rejects.add(line, f"another line of {code} is wrong")

    def _understood(self, lines: Sequence[ReadingLine], facts: Mapping[str, Contract]) -> _Batch:
        """Make the periods of lines; what cannot be billed is bad."""
        groups: dict[Key, list[ReadingLine]] = {}
        for line in lines:
            groups.setdefault(line.key, []).append(line)
        periods, bad = [], []
        for key, group in groups.items():
            if key[0] not in facts:
                message = f"there is no customer {key[0]}"
                bad += [BadLine(self._name, item.line, "customer_code", message, "unknown-customer") for item in group]
                continue
            try:
                period, mark = assemble(group, facts[key[0]], self._test, due_days=self._due_days)
            except BillingError as error:
                bad.append(BadLine(self._name, group[0].line, "", error.message, error.slug))
            else:
                periods.append((group[0].line, NewPeriod(new_id(), period, mark)))
        return _Batch(lines, facts, periods, bad)

    async def _take(self, work: UnitOfWork, batch: _Batch, import_id: UUID) -> None:
        """Store what is new of a batch."""
        away = await out_of_reach(work.connection, [item.period for _, item in batch.periods])
        within = [entry for place, entry in enumerate(batch.periods) if place not in away]
        known = await metered_periods.known_periods(work.connection, [item for _, item in within])
        new, contradictions = _new_periods(within, known, self._name)
        bad = [*batch.bad, *contradictions, *(_away(batch.periods[place], away[place], self._name) for place in away)]
        self.bad += bad
        if (self.bad and not self._keep_good) or self._is_refused:
            return
        left_out = self._left_out_of(batch, bad)
        new = [(line, item) for line, item in new if item.period.customer_code not in left_out]
        periods = sum(item.period.customer_code not in left_out for _, item in batch.periods)
        self.unchanged += periods - len(new)
        stored = await self._judged(work, [item for _, item in new], batch.facts)
        await metered_periods.add(work.connection, stored, import_id)
        await held_readings.note(work.connection, list(_acts(stored)), now(), work.actor)
        self.added += len(stored)
        for (line, _), item in zip(new, stored, strict=True):
            if item.doubts:
                self.held_count += 1
                self._keep_held(line, item)

    def _left_out_of(self, batch: _Batch, bad: Sequence[BadLine]) -> set[str]:
        """Leave out all lines of the customers of whom one is bad; return these customers."""
        if not bad:
            return set()
        self.rejects.add_all(bad)
        codes = {line.line: line.customer_code for line in batch.lines}
        left_out = {codes[item.line] for item in bad}
        self._reject({line: code for line, code in codes.items() if code in left_out})
        return left_out

    async def _judged(
        self, work: UnitOfWork, new: Sequence[NewPeriod], facts: Mapping[str, Contract]
    ) -> list[NewPeriod]:
        """Judge the periods, all of a customer's at once, so that each is compared with those before it."""
        replaced = {item.replaces: item.period_id for item in new if item.replaces is not None}
        await held_readings.supersede(work.connection, replaced)
        return await judged(work.connection, new, facts, self._judgement)

    def _keep_held(self, line: int, item: NewPeriod) -> None:
        """Keep the first ones for the report."""
        period = item.period
        key = period.customer_code, period.year, period.month, period.cycle
        self._held.append(HeldReadings(item.period_id, self._name, line, *key, item.doubts))
        if len(self._held) > 2 * MOST_REPORTED:
            self._held = list(self.held)


async def _by_meter(lines: AsyncIterator[ReadingLine]) -> AsyncIterator[list[ReadingLine]]:
    """Yield the lines of each meter; of one with very many what there is so far, too."""
    some: list[ReadingLine] = []
    async for line in lines:
        if some and (line.meter_number != some[0].meter_number or len(some) == _MANY_LINES):
            yield some
            if line.meter_number != some[0].meter_number:
                some = []
        some.append(line)
    if some:
        yield some


def _acts(periods: Iterable[NewPeriod]) -> Iterable[ReadingAct]:
    for item in periods:
        if item.replaces is not None:
            yield ReadingAct(item.replaces, "replaced", new_period_id=item.period_id)
        if item.doubts:
            yield ReadingAct(item.period_id, "held", item.doubts)


def _new_periods(
    periods: Sequence[tuple[int, NewPeriod]], known: Sequence[KnownPeriod], file: str
) -> tuple[list[tuple[int, NewPeriod]], list[BadLine]]:
    """Return what is not stored yet, and what contradicts stored periods or another of the file."""
    counting = {period.key: period for period in known if not period.is_superseded}
    earlier = {(period.key, period.fingerprint) for period in known}
    booked: dict[str, list[tuple[date, date]]] = {}
    for item in counting.values():
        if not item.is_sent_back:
            booked.setdefault(item.key[0], []).append((item.period_from, item.period_to))
    new: list[tuple[int, NewPeriod]] = []
    bad: list[BadLine] = []
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
        others.append((period.period_from, period.period_to))
        replaced = counting.get(key)
        new.append((line, entry if replaced is None else replace(entry, replaces=replaced.period_id)))
    return new, bad


def _away(entry: tuple[int, NewPeriod], month: str, file: str) -> BadLine:
    line, item = entry
    code = item.period.customer_code
    message = f"{code}: readings of {month} are in the archive; bring them back with `thungan months attach {month}`"
    return BadLine(file, line, "", message, "month-archived")


def _other_readings(stored: KnownPeriod) -> str:
    code, year, month, cycle = stored.key
    command = "thungan bills correct" if stored.is_billed else f"thungan readings correct {stored.period_id}"
    return (
        f"{code} {month:02d}/{year} cycle {cycle} is already stored with other readings: correct them with `{command}`"
    )
