"""The invariant: payments cleared = receipts issued = shift totals, over the running databases.

Every rule is a sentence; a violation names the rule, what it is about, and the figures that disagree. It reads the
databases themselves and asks no service, so a service that lies or is down changes nothing.
"""

from ops.audit.facts import Facts, collect
from ops.audit.report import AuditReport, Violation
from ops.audit.rules import judge

__all__ = ["AuditReport", "Facts", "Violation", "collect", "judge"]
