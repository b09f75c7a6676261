"""The report of an audit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from ops.audit.moments import NEVER
from shared.audit import AuditViolation
from shared.money_history import Seal


@dataclass(frozen=True)
class Positions:
    """How far an audit has looked: the next one begins there."""

    audited_at: datetime
    seals: Mapping[str, Seal] = field(default_factory=dict)
    """Service → the last seal of its history."""
    series: Mapping[str, int] = field(default_factory=dict)
    """Series of receipts → its last number."""

    def as_dict(self) -> dict[str, Any]:
        """Return the positions for JSON."""
        seals = {name: {"last_entry": seal.last_entry, "link": seal.link} for name, seal in self.seals.items()}
        return {"audited_at": self.audited_at.isoformat(), "seals": seals, "series": dict(self.series)}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """Read positions from the JSON of a kept report."""
        seals = {name: Seal(seal["last_entry"], seal["link"]) for name, seal in kept["seals"].items()}
        return cls(datetime.fromisoformat(kept["audited_at"]), seals, kept["series"])


@dataclass(frozen=True)
class AuditReport:
    """The figures that were compared, in đồng and counts, and everything that is wrong."""

    figures: dict[str, int]
    violations: list[AuditViolation]
    remarks: list[AuditViolation] = field(default_factory=list)
    """What breaks no rule and waits for a person to look at it."""
    kind: str = "complete"
    """``complete``, or ``incremental``: of what has changed since the last one."""
    positions: Positions = Positions(NEVER)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.violations

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON."""
        return {
            "ok": self.ok,
            "kind": self.kind,
            "figures": self.figures,
            "violations": [violation.as_dict() for violation in self.violations],
            "remarks": [remark.as_dict() for remark in self.remarks],
            "positions": self.positions.as_dict(),
        }
