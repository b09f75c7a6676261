"""A folder into which head ends and hand-held readers put files of readings: each is taken once.

A file is put there under another name (``….part``) or in another folder, and renamed when it is complete; one that is
written in place is left until nobody has written to it for a while. What was taken stays, with its result beside it
(``….done.json``, ``….rejects.csv``); what is refused goes to ``refused/``, with the reasons. A file is known by its
content: a repeat changes nothing and says so, and two copies that watch one folder never take a file twice.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from services.billing.bill_run import WorkFactory
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
from shared.ids import new_id
from shared.messaging import UnitOfWork
from shared.whole_files import write_whole

REFUSED = "refused"
_RESULT, _REJECTS = "done.json", "rejects.csv"
SETTLED_AFTER = timedelta(seconds=10)
"""So long nobody has written to a file that is taken."""


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
    due_days: int = 10
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
        files = [path for path in self.folder.iterdir() if path.suffix.casefold() in KINDS and path.is_file()]
        return sorted(path for path in files if not self._is_result(path) and self._is_due(path))

    def _is_result(self, path: Path) -> bool:
        return path.name.startswith(".") or path.name.endswith(f".{_REJECTS}")

    def _is_due(self, path: Path) -> bool:
        with suppress(FileNotFoundError):
            state = path.stat()
            if self.clock().timestamp() - state.st_mtime < self.settled_after.total_seconds():
                return False
            with suppress(FileNotFoundError, ValueError):
                known = json.loads(_beside(path, _RESULT).read_text("utf-8"))
                return bool((known["size"], known["changed_ns"]) != (state.st_size, state.st_mtime_ns))
            return True
        return False

    async def _take(self, path: Path) -> Taken:
        state = _state(path)
        try:
            source = await asyncio.to_thread(source_of, path)
        except UnreadableFileError as error:
            return await self._refused(path, state, ImportReport({}, (error.bad,)))
        if _state(path) != state:
            raise _BeingWrittenError
        sha256 = source.sha256
        before = await self._find(sha256)
        report: ImportReport | None = None
        if before is None:

            async def note(work: UnitOfWork, report: ImportReport) -> None:
                if not await taken_files.add(work.connection, sha256, path.name, _shown(report), _rejects(report)):
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
        is_first = taken.name == path.name and not _beside(path, _RESULT).exists()
        outcome = "taken" if before is None or is_first else "repeated"
        await asyncio.to_thread(_write_result, path, state, taken, outcome)
        return Taken(path.name, outcome, taken.report)

    async def _find(self, sha256: str) -> TakenFile | None:
        async with self.new_work() as work:
            return await taken_files.find(work.connection, sha256)

    async def _refused(self, path: Path, state: tuple[int, int], report: ImportReport) -> Taken:
        if _state(path) != state:  # it went on growing while it was read
            raise _BeingWrittenError
        await asyncio.to_thread(self._refuse, path, report)
        return Taken(path.name, "refused", _shown(report))

    def _refuse(self, path: Path, report: ImportReport) -> None:
        refused = self.folder / REFUSED
        refused.mkdir(exist_ok=True)
        place = refused / path.name
        if place.exists():
            place = refused / f"{path.stem}.{new_id().hex[-12:]}{path.suffix}"
        _write(place.with_name(f"{place.name}.refused.json"), json.dumps(_shown(report), ensure_ascii=False, indent=1))
        path.replace(place)


class _BeingWrittenError(Exception):
    """The file has changed since it was looked at."""


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _shown(report: ImportReport) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(json.dumps(report.as_dict(), default=str))
    return shown


def _rejects(report: ImportReport) -> str | None:
    return next(iter(report.reject_files.values()), None)


def _write_result(path: Path, state: tuple[int, int], taken: TakenFile, outcome: str) -> None:
    """Write what became of a file: the rejects first, so that whoever sees the result sees them, too."""
    if taken.rejects is not None:
        _write(_beside(path, _REJECTS), taken.rejects, encoding="utf-8-sig")
    first = {"taken_as": taken.name, "taken_at": taken.taken_at.isoformat(), "sha256": taken.sha256}
    result = {"outcome": outcome, **first, "size": state[0], "changed_ns": state[1], "report": taken.report}
    _write(_beside(path, _RESULT), json.dumps(result, ensure_ascii=False, indent=1))


def _beside(path: Path, what: str) -> Path:
    return path.with_name(f"{path.name}.{what}")


def _write(path: Path, text: str, *, encoding: str = "utf-8") -> None:
    write_whole(path, text.encode(encoding), mode=0o644)
