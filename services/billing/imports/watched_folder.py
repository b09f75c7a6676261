"""A folder into which head ends and hand-held readers put files of readings: each is taken once.

How files are put there, and what is written beside them, is that of all watched folders (:mod:`shared.watched_files`);
lines that were left out lie beside a file, too (``….rejects.csv``). A file is known by its content: a repeat changes
nothing and says so, and two copies that watch one folder never take a file twice.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from services.billing.bill_run import WorkFactory
from services.billing.imports.due_days import DueDays
from services.billing.imports.files import import_files
from services.billing.imports.readings import READINGS
from services.billing.imports.reports import ImportReport
from services.billing.metrics import FILES, LINES
from services.billing.store import taken_files
from services.billing.store.taken_files import TakenFile
from services.billing.tariffs.models import Tariffs
from shared.clock import Clock
from shared.csv_files import PLAINLY, ImportOptions, UnreadableFileError
from shared.csv_files.folder import KINDS
from shared.csv_files.text_file import source_of
from shared.messaging import UnitOfWork
from shared.watched_files import (
    SETTLED_AFTER,
    FileState,
    is_taken,
    refuse,
    state_of,
    waiting,
    write_beside,
    write_result,
)

_REJECTS = "rejects.csv"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file."""

    name: str
    outcome: str
    """``taken``, ``repeated`` (its content was taken before) or ``refused``."""
    report: Mapping[str, Any]


def count(taken: Taken) -> None:
    """Count a file and its lines in the metrics of this process."""
    FILES.labels(taken.outcome).inc()
    if taken.outcome == "taken":
        for file in taken.report["files"].values():
            LINES.labels("added").inc(file["added"])
            LINES.labels("held").inc(file["held"])
        LINES.labels("rejected").inc(len(taken.report["rejected"]))


class _TakenBeforeError(Exception):
    """Another copy has taken the content meanwhile: undoes the transaction."""


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """The folder, and how its files are read."""

    folder: Path
    new_work: WorkFactory
    tariffs: Tariffs
    clock: Clock
    options: ImportOptions = PLAINLY
    due_days: DueDays | None = None
    settled_after: timedelta = SETTLED_AFTER

    async def look(self) -> AsyncIterator[Taken]:
        """Take the files that are complete and have no result yet, in the order of their names."""
        for path in await asyncio.to_thread(self._waiting):
            # Gone or written to again meanwhile: another copy was faster, or it is not complete.
            with suppress(FileNotFoundError, _BeingWrittenError):
                taken = await self._take(path)
                count(taken)
                yield taken

    def _waiting(self) -> list[Path]:
        paths = [path for path in self.folder.iterdir() if path.suffix.casefold() in KINDS]
        files = [path for path in paths if not path.name.endswith(f".{_REJECTS}")]
        return waiting(files, self.clock(), settled_after=self.settled_after)

    async def _take(self, path: Path) -> Taken:
        state = state_of(path)
        try:
            source = await asyncio.to_thread(source_of, path)
        except UnreadableFileError as error:
            return await self._refused(path, state, ImportReport({}, (error.bad,)))
        if state_of(path) != state:
            raise _BeingWrittenError
        sha256 = source.sha256
        before = await self._find(sha256)
        report: ImportReport | None = None
        if before is None:

            async def note(work: UnitOfWork, report: ImportReport) -> None:
                if not await taken_files.add(work.connection, sha256, path.name, report.as_json(), report.rejects):
                    raise _TakenBeforeError

            try:
                report = await import_files(
                    self.new_work,
                    {READINGS: source},
                    self.tariffs,
                    due_days=self.due_days,
                    options=self.options,
                    called={READINGS: path.name},
                    note=note,
                )
            except _TakenBeforeError:
                before = await self._find(sha256)
        if report is not None and not report.ok:
            return await self._refused(path, state, report)
        taken = before or await self._find(sha256)
        assert taken is not None  # noqa: S101 - it was committed, and is never deleted
        # Without a result it was this file itself whose taker ended before it could write one.
        is_first = taken.name == path.name and not is_taken(path)
        outcome = "taken" if before is None or is_first else "repeated"
        await asyncio.to_thread(_write_result, path, state, taken, outcome)
        return Taken(path.name, outcome, taken.report)

    async def _find(self, sha256: str) -> TakenFile | None:
        async with self.new_work() as work:
            return await taken_files.find(work.connection, sha256)

    async def _refused(self, path: Path, state: FileState, report: ImportReport) -> Taken:
        if state_of(path) != state:  # it went on growing while it was read
            raise _BeingWrittenError
        await asyncio.to_thread(refuse, path, report.as_json())
        return Taken(path.name, "refused", report.as_json())


class _BeingWrittenError(Exception):
    """The file has changed since it was looked at."""


def _write_result(path: Path, state: FileState, taken: TakenFile, outcome: str) -> None:
    """Write what became of a file: the rejects first, so that whoever sees the result sees them, too."""
    if taken.rejects is not None:
        write_beside(path, _REJECTS, taken.rejects, encoding="utf-8-sig")
    first = {"taken_as": taken.name, "taken_at": taken.taken_at.isoformat(), "sha256": taken.sha256}
    write_result(path, state, {"outcome": outcome, **first, "report": taken.report})
