"""The report of an audit."""

from dataclasses import dataclass, field
from typing import Any

from shared.audit import AuditViolation


@dataclass(frozen=True)
class AuditReport:
    """The figures that were compared, in đồng and counts, and everything that is wrong."""

    figures: dict[str, int]
    violations: list[AuditViolation]
    remarks: list[AuditViolation] = field(default_factory=list)
    """What breaks no rule and waits for a person to look at it."""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.violations

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON."""
        return {
            "ok": self.ok,
            "figures": self.figures,
            "violations": [violation.as_dict() for violation in self.violations],
            "remarks": [remark.as_dict() for remark in self.remarks],
        }
