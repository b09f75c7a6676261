"""What counts as another occasion is a rule by unit and day, and a mistake in its file is named."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customer.domain.occasions import OccasionRule, counted_occasions, occasion_rule
from services.customer.settings import CustomerSettings
from shared.clock import business_day
from shared.rule_files import RuleFileError, load_rules

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FILE = CustomerSettings.model_fields["occasion_rules_file"].default
ALL = OccasionRule(in_force_from=date(2018, 1, 1), days_apart=1, hours_apart=6)
OWN = OccasionRule(in_force_from=date(2026, 11, 24), units=frozenset({"PB1401"}), days_apart=0, hours_apart=2)


def test_the_day_before_midnight_and_the_minute_after_are_one_occasion() -> None:
    midnight = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    assert counted_occasions([midnight - HOUR / 60, midnight], [ALL], "PB1401") == [midnight - HOUR / 60]
    assert len(counted_occasions([NOON, NOON + 12 * HOUR], [ALL], "PB1401")) == 2
    assert len(counted_occasions([NOON, NOON + 11 * HOUR], [ALL], "PB1401")) == 1


def test_a_units_own_rule_goes_before_that_for_all_from_its_day_on() -> None:
    rules = [OWN, ALL]
    assert occasion_rule(rules, "PB1401", date(2026, 11, 24)) == OWN
    assert occasion_rule(rules, "PB1401", date(2026, 11, 23)) == ALL
    assert occasion_rule(rules, "PB1501", date(2026, 11, 24)) == ALL
    assert len(counted_occasions([NOON, NOON + 2 * HOUR], rules, "PB1401")) == 1
    next_day = NOON + 24 * HOUR
    assert len(counted_occasions([next_day, next_day + 2 * HOUR], rules, "PB1401")) == 2


@given(st.lists(st.integers(0, 24 * 14).map(lambda hours: NOON + hours * HOUR), max_size=12), st.randoms())
def test_no_two_occasions_are_closer_than_the_rule_and_the_order_does_not_matter(
    moments: list[datetime], random: object
) -> None:
    counted = counted_occasions(moments, [ALL], "PB1401")
    assert counted == counted_occasions(reversed(moments), [ALL], "PB1401")
    assert bool(counted) == bool(moments)
    for one, other in pairwise(counted):
        assert business_day(one) < business_day(other)
        assert other - one >= 6 * HOUR


def test_the_rules_in_service_want_another_day() -> None:
    rule = occasion_rule(
        load_rules(FILE, OccasionRule),
        "PB1401",
        date(2026, 11, 28),
    )
    assert (rule.days_apart, rule.hours_apart) == (1, 6)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("rules: []", "rules"),
        ("rules: [{from: 2026-01-01, days_apart: 1}]", "hours_apart"),
        ("rules: [{from: 2026-01-01, days_apart: -1, hours_apart: 0}]", "days_apart"),
        ("rules: [{from: 2026-01-01, days_apart: 1, hours_apart: 0, unit: PB1401}]", "unit"),
        ("rules: [{from: 2026-01-01, days_apart: 1, hours_apart: 0, units: [PB14]}]", "units"),
        (
            "rules: [&one {from: 2026-01-01, days_apart: 1, hours_apart: 0}, *one]",
            "two rules from 2026-01-01 for all",
        ),
        ("rules: [", "rules.yaml"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(text)
    with pytest.raises(RuleFileError, match=reason):
        load_rules(path, OccasionRule)
