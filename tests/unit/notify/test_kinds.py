"""Which messages a unit sends on a day, to whose debts, and until when."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.kinds import (
    CAMPAIGNS,
    SHORTEST_WARNING,
    Kind,
    KindRule,
    MessageRule,
    campaign,
    kind_rule,
    promised_at,
)
from services.notify.settings import NotifySettings
from shared.clock import VIETNAM
from shared.rule_files import RuleFileError, load_rules

SHIPPED = NotifySettings.model_fields["message_rules_file"].default
MORNING = datetime(2026, 11, 22, 6, tzinfo=VIETNAM)
CLOSES = time(22)


def test_only_what_people_at_the_door_or_the_counter_and_money_that_is_kept_cause_is_switched_on_as_shipped() -> None:
    rules = load_rules(SHIPPED, MessageRule)
    on = {kind for kind in Kind if kind_rule(rules, "PB1401", kind, date(2026, 11, 22)).switched_on}
    assert on == {Kind.AWAY, Kind.RECEIPT, Kind.CREDITED}


def test_the_shipped_rules_can_be_switched_on_as_they_are() -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    rules = load_rules(SHIPPED, MessageRule)[0]
    for kind in CAMPAIGNS:
        assert rules.kinds[kind].days is not None
    assert "switched_on: false" in text


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ("{ from: 2026-01-01, kinds: { overdue: { switched_on: true } } }", "overdue is switched on and has no days"),
        ("{ from: 2026-01-01, kinds: { nonsense: { switched_on: true } } }", "nonsense"),
        ("{ from: 2026-01-01, kinds: { away: { opens: '22:00', closes: '07:00' } } }", "opens has to be before closes"),
        ("{ from: 2026-01-01, kinds: { cut_warning: { hours_to_cut: 24 } } }", "hours_to_cut"),
        (
            "{ from: 2026-01-01, kinds: { cut_warning: { invoice_link: true } } }",
            "cut_warning has no text with the link",
        ),
    ],
)
def test_a_mistake_in_the_rules_is_named_when_they_are_read(tmp_path: Path, rule: str, place: str) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(f"rules:\n  - {rule}\n", encoding="utf-8")
    with pytest.raises(RuleFileError, match=place):
        load_rules(file, MessageRule)


def test_a_unit_has_its_own_rule_and_a_kind_that_it_does_not_name_is_not_sent() -> None:
    on = KindRule(switched_on=True)
    rules = [
        MessageRule(in_force_from=date(2026, 1, 1), kinds={Kind.AWAY: on, Kind.PAID: on}),
        MessageRule(in_force_from=date(2026, 2, 1), units=frozenset({"PB1402"}), kinds={Kind.PAID: on}),
    ]
    assert kind_rule(rules, "PB1401", "away", date(2026, 3, 1)).switched_on
    assert not kind_rule(rules, "PB1402", "away", date(2026, 3, 1)).switched_on
    assert kind_rule(rules, "PB1402", "away", date(2026, 1, 31)).switched_on


def test_days_count_from_the_due_date_of_the_oldest_bill() -> None:
    soon = campaign(Kind.DUE_SOON, "PB1401", KindRule(switched_on=True, days=-3, within_days=1), MORNING, CLOSES)
    assert soon is not None
    assert (soon.first_due_date, soon.last_due_date) == (date(2026, 11, 24), date(2026, 11, 25))
    assert soon.due_at == datetime(2026, 11, 22, 8, tzinfo=VIETNAM)
    assert soon.expires_at == datetime(2026, 11, 22, 22, tzinfo=VIETNAM)


def test_after_the_hours_of_its_day_nothing_is_scheduled_any_more() -> None:
    rule = KindRule(switched_on=True, days=1, closes=time(20))
    assert campaign(Kind.OVERDUE, "PB1401", rule, MORNING.replace(hour=19, minute=59), CLOSES) is not None
    assert campaign(Kind.OVERDUE, "PB1401", rule, MORNING.replace(hour=20), CLOSES) is None
    assert campaign(Kind.OVERDUE, "PB1401", KindRule(days=1), MORNING, CLOSES) is None


@given(
    hours=st.integers(30, 720),
    at=st.times(min_value=time(7), max_value=time(21)),
    minutes=st.integers(0, 3 * 366 * 24 * 60),
)
def test_a_cut_warning_never_leaves_less_than_a_day_before_the_cut(hours: int, at: time, minutes: int) -> None:
    rule = KindRule(switched_on=True, days=8, at=at, hours_to_cut=hours)
    due = campaign(Kind.CUT_WARNING, "PB1401", rule, MORNING + timedelta(minutes=minutes), CLOSES)
    if due is not None:
        assert due.cut_at is not None
        assert due.cut_at - due.expires_at >= SHORTEST_WARNING
        assert due.cut_at - due.due_at == timedelta(hours=hours)


def test_a_promise_is_reminded_of_in_the_morning_and_never_after_its_hour() -> None:
    rule = KindRule(switched_on=True, at=time(7, 30))
    assert promised_at(datetime(2026, 11, 25, 15, tzinfo=VIETNAM), rule) == datetime(
        2026, 11, 25, 7, 30, tzinfo=VIETNAM
    )
    early = datetime(2026, 11, 25, 7, tzinfo=VIETNAM)
    assert promised_at(early, rule) == early
