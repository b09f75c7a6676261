"""What may be spent on SMS, and until when messages in bulk wait for money."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from services.notify.domain.budgets import Budget, Spent, postponed, waits_for_budget
from services.notify.domain.causes import Cause
from services.notify.domain.kinds import Kind, KindRule, MessageRule
from services.notify.domain.reminders import DueReminder, Priority
from services.notify.domain.verdict import Limits
from shared.clock import VIETNAM, business_day

NEW_YEARS_EVE = date(2026, 12, 31)
DUE = date(2026, 11, 21)
EIGHT = datetime(2026, 11, 22, 8, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("budget", "cost", "resumes_on"),
    [
        (Budget(), 800, None),
        (Budget(per_day=1800), 800, None),
        (Budget(per_day=1799), 800, date(2027, 1, 1)),
        (Budget(per_day=1000), 0, None),
        (Budget(per_day=1800, per_month=5800), 800, None),
        (Budget(per_day=10_000, per_month=5799), 800, date(2027, 1, 1)),
    ],
)
def test_an_sms_that_would_exceed_a_limit_waits(budget: Budget, cost: int, resumes_on: date | None) -> None:
    assert budget.resumes_on(NEW_YEARS_EVE, Spent(1000, 5000), cost) == resumes_on


def test_a_spent_month_ends_later_than_a_spent_day() -> None:
    budget = Budget(per_day=1000, per_month=5000)

    assert budget.resumes_on(date(2026, 11, 21), Spent(1000, 4000), 800) == date(2026, 11, 22)
    assert budget.resumes_on(date(2026, 11, 21), Spent(1000, 5000), 800) == date(2026, 12, 1)


def due(kind: Kind = Kind.OVERDUE, priority: Priority = Priority.BULK) -> DueReminder:
    return DueReminder(
        reminder_id=UUID(int=1),
        customer_code="PB14010012345",
        visit_id=None,
        template=kind,
        language="vi",
        parameters={},
        phone="+84953000001",
        issued_at=EIGHT,
        debt=1000,
        blocked=None,
        attempts=0,
        unit_code="PB1401",
        priority=priority,
        debt_due_on=DUE,
        expires_at=EIGHT.replace(hour=22),
    )


def limits(**rule: object) -> Limits:
    kinds = dict.fromkeys(Kind, KindRule.model_validate({"switched_on": True, "days": 1, "within_days": 2} | rule))
    return Limits(rules=(MessageRule(in_force_from=date.min, kinds=kinds),))


def test_only_what_is_in_bulk_and_not_demanded_by_law_waits() -> None:
    assert waits_for_budget(due(), limits(), EIGHT)
    assert not waits_for_budget(due(priority=Priority.SOMEBODY_WAITS), limits(), EIGHT)
    assert not waits_for_budget(due(), limits(required_by_law=True), EIGHT)


def test_what_waits_leaves_after_the_opening_and_is_of_use_until_that_day_closes() -> None:
    wait = postponed(due(), limits(), EIGHT.astimezone(UTC), date(2026, 11, 24))

    assert wait.cause is Cause.BUDGET
    assert timedelta() <= wait.until - datetime(2026, 11, 24, 7, tzinfo=VIETNAM) <= timedelta(minutes=20)
    assert wait.expires_at == datetime(2026, 11, 24, 22, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("reminder", "resumes_on"), [(due(), date(2026, 11, 25)), (due(Kind.CUT_WARNING), date(2026, 11, 23))]
)
def test_what_would_come_too_late_is_not_of_use_for_longer(reminder: DueReminder, resumes_on: date) -> None:
    wait = postponed(reminder, limits(), EIGHT, resumes_on)

    assert business_day(wait.until) == resumes_on
    assert wait.expires_at is None
