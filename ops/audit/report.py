"""What an audit says."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, order=True)
class Violation:
    """Something that must not be."""

    service: str
    """Whose database shows it; ``between`` when two databases disagree."""
    rule: str
    subject: str
    detail: str

    def as_dict(self) -> dict[str, str]:
        """Return the violation for JSON."""
        return {"service": self.service, "rule": self.rule, "subject": self.subject, "detail": self.detail}


@dataclass(frozen=True)
class AuditReport:
    """The figures that were compared, in đồng and counts, and everything that is wrong."""

    figures: dict[str, int]
    violations: list[Violation]

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
        }
