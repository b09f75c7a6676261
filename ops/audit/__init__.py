"""The invariant: payments cleared = receipts issued = shift totals, over the running databases.

Every rule is a sentence; a violation names the rule, what it is about, and the figures that disagree. It reads the
databases themselves and asks no service, so it holds whatever a service answers, or when one is down.

Sums say that no đồng is lost. Who took it, in which shift, for which bill and with how much VAT is recomputed from what
the receipts were signed for; what was done to rows of money is in histories that no service can rewrite (ADR 29).
"""

from ops.audit.facts import Facts, collect
from ops.audit.incremental import audit_changes
from ops.audit.report import AuditReport, Positions
from ops.audit.rules import check_facts

__all__ = ["AuditReport", "Facts", "Positions", "audit_changes", "check_facts", "collect"]
