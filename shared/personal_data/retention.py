"""For how long personal data is kept that a service removes by itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from asyncpg import Pool
from prometheus_client import Counter
from pydantic import field_validator

from shared.clock import Clock, business_day
from shared.dated_rules import DatedRule, rule_in_force
from shared.db.retention import DeleteSome, delete_all
from shared.metrics import REGISTRY
from shared.rule_files import RuleFileError, load_rules

FILE = Path(__file__).with_name("retention.yaml")
"""The periods as shipped."""

REMOVED = Counter(
    "thungan_retention_removed",
    "Rows of personal data that were deleted, or emptied, because their time had come",
    ("kind",),
    registry=REGISTRY,
)

log = structlog.get_logger(__name__)


class RetentionRule(DatedRule):
    """For how many days each kind is kept, from a day on."""

    days: dict[str, int]

    @field_validator("days")
    @classmethod
    def _are_days(cls, days: dict[str, int]) -> dict[str, int]:
        for kind, kept in days.items():
            if not 1 <= kept <= 36_525:
                raise ValueError(f"{kind} is kept for 1 to 36525 days, not {kept}")
        return days


def load_retention(path: Path) -> tuple[RetentionRule, ...]:
    """Return the rules of a file. Raises :class:`~shared.rule_files.RuleFileError`, also where one lacks a kind."""
    rules, known = load_rules(path, RetentionRule), set(load_rules(FILE, RetentionRule)[-1].days)
    for rule in rules:
        if rule.units:
            raise RuleFileError(f"{path}: the rule from {rule.in_force_from} is for units; there is one for all")
        if wrong := known ^ set(rule.days):
            raise RuleFileError(
                f"{path}: the rule from {rule.in_force_from} must have the kinds {', '.join(sorted(known))}; "
                f"missing or unknown: {', '.join(sorted(wrong))}"
            )
    return rules


def kept_for(rules: Sequence[RetentionRule], kind: str, moment: datetime) -> timedelta:
    """Return for how long a kind is kept by the rule of a day; by the first one before that."""
    first = min(rules, key=lambda rule: rule.in_force_from)
    return timedelta(days=rule_in_force(rules, "", business_day(moment), default=first).days[kind])


async def remove_old(pool: Pool, removals: Mapping[str, tuple[timedelta, DeleteSome]], clock: Clock) -> dict[str, int]:
    """Remove all that is too old now of each kind, some at a time; return how much, and count it in the metric."""
    moment = clock()
    removed = {}
    for kind, (kept, delete_some) in removals.items():
        count = await delete_all(pool, delete_some, moment - kept)
        REMOVED.labels(kind).inc(count)
        removed[kind] = count
    if any(removed.values()):
        log.info("retention_ended", **{kind.replace(".", "_"): count for kind, count in removed.items() if count})
    return removed
