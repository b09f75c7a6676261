"""The invariant: payments cleared = receipts issued = shift totals, over the running databases.

Every rule is a sentence; a violation names the rule, what it is about, and the figures that disagree. It reads the
databases themselves and asks no service, so it holds whatever a service answers, or when one is down.
"""

from ops.audit.facts import Facts, collect
from ops.audit.report import AuditReport
from ops.audit.rules import check_facts

__all__ = ["AuditReport", "Facts", "check_facts", "collect"]
