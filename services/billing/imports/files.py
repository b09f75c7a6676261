"""Imports readings and collection points: all of the files, or nothing and a report of every bad line.

Where the owner of the files asked to keep the good lines, bad ones are left out, and with one line of a customer all of
that customer's: never half a bill.

:mod:`.readings` and :mod:`.collection_points` describe the columns, which may be in any order; others are ignored.
Importing a file again changes nothing. Readings are read, compared and stored in pieces (:mod:`.import_of_readings`):
what an import needs of memory does not grow with them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from services.billing.bill_run import WorkFactory
from services.billing.imports.collection_points import POINTS, PointRow, read_collection_points
from services.billing.imports.due_days import DueDays, DueRule
from services.billing.imports.estimates import settle_estimates
from services.billing.imports.import_of_readings import ImportOfReadings
from services.billing.imports.readings import READINGS, ReadingRow
from services.billing.imports.reports import FileReport, ImportReport
from services.billing.judgement.rules import JudgementRule
from services.billing.settings import DUE_DAYS_FILE, JUDGEMENT_FILE
from services.billing.store import collection_points, partition_months
from services.billing.tariffs.models import Tariffs
from shared.clock import now
from shared.contracts.billing import CollectionPoint
from shared.csv_files import MOST_REPORTED, PLAINLY, FileRows, ImportOptions, Row, UnreadableFileError
from shared.csv_files.folder import find_file
from shared.csv_files.rejects import Rejects, reject_file
from shared.csv_files.text_file import Source, source_of, source_of_content
from shared.ids import new_id
from shared.messaging import UnitOfWork
from shared.rule_files import load_rules

Note = Callable[[UnitOfWork, ImportReport], Awaitable[None]]


class _UndoneError(Exception):
    """Undoes the transaction."""


def _undo_unless(is_kept: bool) -> None:
    if not is_kept:
        raise _UndoneError


async def import_folder(
    new_work: WorkFactory,
    folder: Path,
    tariffs: Tariffs,
    *,
    names: Sequence[str] = (POINTS, READINGS),
    due_days: DueDays | None = None,
    options: ImportOptions = PLAINLY,
    judgement: Sequence[JudgementRule] | None = None,
    dry_run: bool = False,
) -> ImportReport:
    """Import those files of ``names`` that are in ``folder``: all or nothing.

    ``new_work`` is the ``work`` of a bus (it need not be started). The readings become metered periods that wait for
    the bill run (:mod:`services.billing.bill_run`); each is computed once as a test, so that what cannot be
    billed is reported with its line; what may be wrong by the rules of ``judgement`` (None: those of the package) is
    stored and held. ``due_days`` (None: those of the package) say when a bill is due whose readings name no due date.
    With ``dry_run`` the report says what an import would do, and nothing is stored.
    Raises ``FileNotFoundError`` when the folder holds none of the files.
    """
    try:
        found = {name: path for name in names if (path := find_file(folder, name)) is not None}
        if not found:
            raise FileNotFoundError(f"{folder} holds no {' or '.join(names)}")
        # In a thread: a large file takes seconds to look through, and the process may be serving, too.
        files = {name: await asyncio.to_thread(source_of, path) for name, path in found.items()}
    except UnreadableFileError as error:
        return ImportReport({}, (error.bad,))
    called = {name: path.name for name, path in found.items()}
    return await import_files(
        new_work,
        files,
        tariffs,
        due_days=due_days,
        options=options,
        called=called,
        judgement=judgement,
        dry_run=dry_run,
    )


async def import_files(
    new_work: WorkFactory,
    files: Mapping[str, bytes | str | Source],
    tariffs: Tariffs,
    *,
    due_days: DueDays | None = None,
    options: ImportOptions = PLAINLY,
    called: Mapping[str, str] | None = None,
    judgement: Sequence[JudgementRule] | None = None,
    note: Note | None = None,
    dry_run: bool = False,
    unit_codes: Collection[str] = (),
) -> ImportReport:
    """Import the contents of files by their name; see :func:`import_folder`. ``called`` is how reports name them.

    ``unit_codes``: customers of other units are unknown; none: of all units.
    ``note`` is awaited in the transaction of an import that changes something or nothing, but is not refused.
    """
    judgement = load_rules(JUDGEMENT_FILE, JudgementRule) if judgement is None else judgement
    due_days = DueDays(load_rules(DUE_DAYS_FILE, DueRule)) if due_days is None else due_days
    names = {POINTS: POINTS, READINGS: READINGS} | dict(called or {})
    sources = {
        name: content if isinstance(content, Source) else source_of_content(content) for name, content in files.items()
    }

    async def make_months(months: Collection[tuple[int, int]]) -> None:
        if not dry_run:
            async with new_work() as work:
                await partition_months.make(work.connection, months)

    points = await asyncio.to_thread(_read_points, sources.get(POINTS), names[POINTS], options)
    readings = ImportOfReadings(
        sources.get(READINGS),
        names[READINGS],
        tariffs,
        due_days=due_days,
        options=options,
        judgement=judgement,
        make_months=make_months,
        is_refused=bool(points.bad) and not options.keep_good,
        unit_codes=unit_codes,
    )
    import_ = _Import(sources, names, points, readings, options)
    try:
        async with new_work() as work:
            report = await import_.do(work)
            _undo_unless(report.ok and not dry_run)
            if note is not None:
                await note(work, report)
    except _UndoneError:
        return report
    if READINGS not in sources:
        return report
    settled = await settle_estimates(new_work, tariffs, judgement, now)
    return replace(report, settled=len(settled), held=tuple(one for one in report.held if one.period_id not in settled))


def _read_points(source: Source | None, name: str, options: ImportOptions) -> FileRows[tuple[int, CollectionPoint]]:
    return FileRows() if source is None else read_collection_points(source.data, name=name, options=options)


@dataclass(frozen=True, slots=True)
class _Import:
    """What is imported, and what is left out."""

    sources: Mapping[str, Source]
    names: Mapping[str, str]
    """How reports name the files."""
    points: FileRows[tuple[int, CollectionPoint]]
    readings: ImportOfReadings
    options: ImportOptions

    async def do(self, work: UnitOfWork) -> ImportReport:
        """Store everything, and return what was done; what is refused has to be undone."""
        import_id = new_id()
        await self.readings.do(work, import_id)
        bad = [*self.points.bad, *self.readings.bad]
        is_broken = self.points.is_broken or self.readings.is_broken
        if bad and (not self.options.keep_good or is_broken or len(bad) > MOST_REPORTED):
            rows = {POINTS: len(self.points.rows), READINGS: self.readings.lines}
            in_order = sorted(bad, key=lambda item: (item.file, item.line))
            return ImportReport({name: FileReport(rows[name]) for name in self.sources}, tuple(in_order))
        rejected_points = self._rejected_points()
        kept = [point for line, point in self.points.rows if line not in rejected_points.reasons]
        await collection_points.save(work.connection, kept, with_wards="ward" in self.points.columns)
        hashes = {self.names[name]: source.sha256 for name, source in self.sources.items()}
        counts = {"periods": self.readings.added, "held": self.readings.held_count, "points": len(kept)}
        await work.act("files.imported", str(import_id), files=hashes, **counts)
        # In a thread: what was left out is looked for in the file.
        return await asyncio.to_thread(
            self._report, len(kept), {POINTS: rejected_points, READINGS: self.readings.rejects}
        )

    def _rejected_points(self) -> Rejects:
        rejects = Rejects(self.names[POINTS])
        rejects.add_all(self.points.bad)
        for line, reason in self.points.repeated.items():
            rejects.add(line, reason)
        return rejects

    def _report(self, points: int, rejects: Mapping[str, Rejects]) -> ImportReport:
        readings = self.readings
        files = {
            POINTS: FileReport(points, added=points),
            READINGS: FileReport(
                readings.kept_lines, added=readings.added, unchanged=readings.unchanged, held=readings.held_count
            ),
        }
        models: dict[str, type[Row]] = {POINTS: PointRow, READINGS: ReadingRow}
        remarks = {POINTS: self.points.remarks, READINGS: readings.remarks}
        return ImportReport(
            {name: files[name] for name in self.sources},
            remarks=tuple(
                remark for name in remarks for remark in remarks[name] if remark.line not in rejects[name].reasons
            ),
            held=readings.held,
            rejected=tuple(line for each in rejects.values() for line in each.bad_lines()),
            reject_files={
                each.file: reject_file(
                    self.sources[name].data, models[name], each, convert_legacy=self.options.convert_legacy
                )
                for name, each in rejects.items()
                if each.reasons
            },
        )
