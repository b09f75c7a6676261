"""What an import of readings and collection points did."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from services.billing.judgement.doubts import Doubt
from shared.csv_files import BadLine, Remark


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
    """What was stored and is not billed before a person has looked at it: the first
    :data:`~shared.csv_files.MOST_REPORTED` in the order of the file; the files say how many there are."""
    settled: int = 0
    """True readings below an estimate that have corrected its bill by themselves; held no more, in this or an earlier
    file."""
    reject_files: Mapping[str, str] = field(default_factory=dict)
    """The same as files to be corrected, by the name of the file that they were in."""

    @property
    def ok(self) -> bool:
        """Whether everything was imported."""
        return not self.bad_lines

    def as_dict(self) -> dict[str, Any]:
        """Return the report for ``--json``."""
        return {"ok": self.ok, **asdict(self), "reject_files": sorted(self.reject_files)}

    def as_json(self) -> dict[str, Any]:
        """Return the report as it is kept: values of JSON only."""
        shown: dict[str, Any] = json.loads(json.dumps(self.as_dict(), default=str))
        return shown

    @property
    def rejects(self) -> str | None:
        """The reject file of an import of one file; None where nothing was left out."""
        return next(iter(self.reject_files.values()), None)
