"""The steps of dunning: done by deliveries, in their order, blocked with a reason; a warning names an allowed hour."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.notify.domain.kinds import Kind, KindRule, MessageRule
from services.notify.dunning.files import load_dunning
from services.notify.dunning.rules import (
    Case,
    CutRule,
    DunningRule,
    Standing,
    StepRule,
    Warned,
    WarningRule,
    mistakes,
    needs_warning,
    standing,
    warning_hour,
)
from services.notify.settings import NotifySettings
from shared.clock import VIETNAM
from shared.contracts.common import Outcome
from shared.contracts.notify import Blocker, DunningState
from shared.rule_files import RuleFileError, load_rules

DUE = date(2026, 11, 2)
FIRST = StepRule(name="first_notice", by="sms", message=Kind.OVERDUE, days=1)
VISIT = StepRule(name="notice_visit", by="visit", outcomes=frozenset({Outcome.MET}), days=5, gap_days=2)
CUT = CutRule(
    days_after_first_notice=15,
    weekdays=frozenset({"mon", "tue", "wed", "thu"}),
    opens=time(8),
    closes=time(15),
    not_on=frozenset({date(2026, 11, 25)}),
)
RULE = DunningRule(
    in_force_from=date(2026, 1, 1), switched_on=True, least_debt=50_000, steps=(FIRST, VISIT),
    warning=WarningRule(days=8, gap_days=1), cut=CUT,
)  # fmt: skip
CASE = Case("PB14010012345", "PB1401", debt=871_020, debt_due_on=DUE)


def at(day: int, hour: int = 9, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=VIETNAM)


NOTICED = replace(CASE, delivered={Kind.OVERDUE: at(3)}, visited={Outcome.MET: at(9)})
CUT_FROM = at(19, 8)
WARNED = replace(NOTICED, warned=Warned(CUT_FROM, needs_sms=True, sms_delivered_at=at(16), paper_delivered_at=at(17)))


def states(found: Standing) -> Mapping[str, str]:
    return {step.name: step.state.value for step in found.steps}


def test_a_step_is_due_on_its_day_and_those_behind_it_wait() -> None:
    assert states(standing(RULE, CASE, at(2))) == dict.fromkeys(
        ("first_notice", "notice_visit", "warning", "cut"), "waiting"
    )
    found = standing(RULE, CASE, at(3))
    assert states(found)["first_notice"] == "due"
    assert [step.due_on for step in found.steps] == [date(2026, 11, 3), None, None, None]


def test_a_step_waits_for_days_after_the_delivery_of_the_one_before() -> None:
    late = replace(CASE, delivered={Kind.OVERDUE: at(20)})
    found = standing(RULE, late, at(21))
    assert (found.steps[1].state, found.steps[1].due_on) == (DunningState.WAITING, date(2026, 11, 22))


def test_a_visit_with_another_outcome_delivers_nothing() -> None:
    away = replace(CASE, delivered={Kind.OVERDUE: at(3)}, visited={Outcome.AWAY: at(9)})
    assert states(standing(RULE, away, at(10)))["notice_visit"] == "due"


@pytest.mark.parametrize("blocker", [Blocker.COMPLAINT, Blocker.PROMISE, Blocker.INSTALMENTS])
def test_what_blocks_says_so_at_every_step_that_is_not_done(blocker: Blocker) -> None:
    found = standing(RULE, replace(WARNED, blockers=frozenset({blocker})), at(19))
    assert states(found) == {"first_notice": "done", "notice_visit": "done", "warning": "done", "cut": "blocked"}
    assert found.steps[-1].why == (blocker,)
    assert not found.may_be_cut


def test_who_must_not_be_cut_off_is_reminded_all_the_same() -> None:
    found = standing(RULE, replace(CASE, blockers=frozenset({Blocker.PROTECTED})), at(3))
    assert states(found) == {"first_notice": "due", "notice_visit": "waiting", "warning": "blocked", "cut": "blocked"}


def test_a_small_debt_and_a_unit_that_cuts_nobody_off_block_the_warning_with_all_their_reasons() -> None:
    found = standing(RULE.model_copy(update={"switched_on": False}), replace(NOTICED, debt=49_999), at(12))
    assert found.steps[2].why == (Blocker.SMALL_DEBT, Blocker.SWITCHED_OFF)


def test_supply_is_cut_from_the_hour_of_the_warning_on_within_the_hours_and_days_of_the_unit() -> None:
    rule = RULE.model_copy(update={"cut": CUT.model_copy(update={"valid_days": 10})})
    allowed = [
        moment
        for moment in (at(day, hour) for day in range(18, 30) for hour in range(24))
        if standing(rule, WARNED, moment).may_be_cut
    ]
    days = [
        19,
        23,
        24,
        26,
    ]  # the 20th to the 22nd are no weekdays of cutting, the 25th is a holiday, the 29th is Sunday
    assert allowed == [at(day, hour) for day in days for hour in range(8, 15)]


@pytest.mark.parametrize(("sms", "paper"), [(None, at(17)), (at(16), None), (at(16), at(18, 9)), (at(18, 9), at(17))])
def test_a_warning_that_is_not_delivered_in_all_its_ways_a_day_before_allows_no_cut(
    sms: datetime | None, paper: datetime | None
) -> None:
    case = replace(NOTICED, warned=Warned(CUT_FROM, needs_sms=True, sms_delivered_at=sms, paper_delivered_at=paper))
    assert not standing(RULE, case, at(19)).may_be_cut
    assert needs_warning(RULE, case, at(19)), "another one is due"


def test_who_cannot_be_reached_by_sms_is_warned_on_paper_alone() -> None:
    case = replace(NOTICED, warned=Warned(CUT_FROM, needs_sms=False, sms_delivered_at=None, paper_delivered_at=at(17)))
    assert standing(RULE, case, at(19)).may_be_cut


def test_a_warning_counts_until_its_days_are_over() -> None:
    assert not needs_warning(RULE, WARNED, at(22))
    assert needs_warning(RULE, WARNED, at(23))
    assert states(standing(RULE, WARNED, at(23)))["warning"] == "due"


def test_a_warning_is_made_once_every_step_before_it_is_done() -> None:
    assert not needs_warning(RULE, CASE, at(12))
    assert not needs_warning(RULE, NOTICED, at(9)), "a day after the visit"
    assert needs_warning(RULE, NOTICED, at(10))
    assert not needs_warning(RULE, replace(NOTICED, blockers=frozenset({Blocker.PROMISE})), at(10))


def test_a_warning_names_no_day_before_the_days_after_the_first_notice() -> None:
    assert warning_hour(RULE, at(10), first_done=at(3)) == at(18, 8)


def test_a_calendar_without_a_day_of_cutting_names_no_hour() -> None:
    days = frozenset(date(2026, 11, 1) + timedelta(days=day) for day in range(120))
    never = RULE.model_copy(update={"cut": CUT.model_copy(update={"not_on": days})})
    assert warning_hour(never, at(10), first_done=at(3)) is None


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone


@given(moment=MOMENTS, planned=st.integers(25, 200))
def test_an_hour_that_a_warning_names_is_one_at_which_supply_may_be_cut_and_far_enough_away(
    moment: datetime, planned: int
) -> None:
    rule = RULE.model_copy(update={"warning": WarningRule(days=8, planned_hours=planned)})
    hour = warning_hour(rule, moment, first_done=at(1, month=1))
    assert hour is not None
    assert hour - moment >= timedelta(hours=planned)
    assert rule.cut.allows(hour)
    assert hour.minute == hour.second == 0


@given(
    moment=MOMENTS,
    sms=st.none() | MOMENTS,
    paper=st.none() | MOMENTS,
    cut_from=MOMENTS,
    blockers=st.frozensets(st.sampled_from(Blocker), max_size=2),
)
def test_nobody_may_be_cut_off_who_is_blocked_or_was_not_warned_in_time(
    moment: datetime, sms: datetime | None, paper: datetime | None, cut_from: datetime, blockers: frozenset[Blocker]
) -> None:
    case = replace(
        NOTICED, warned=Warned(cut_from, needs_sms=True, sms_delivered_at=sms, paper_delivered_at=paper),
        blockers=blockers,
    )  # fmt: skip
    if standing(RULE, case, moment).may_be_cut:
        assert not blockers
        assert sms is not None
        assert sms <= cut_from - timedelta(hours=24)
        assert paper is not None
        assert paper <= cut_from - timedelta(hours=24)
        assert moment >= cut_from


SWITCHED_ON: dict[str, Any] = {"switched_on": True, "days": 1}


def test_a_file_that_names_messages_which_are_not_sent_is_refused_with_each_of_them(tmp_path: Path) -> None:
    shipped = NotifySettings.model_fields
    messages = load_rules(shipped["message_rules_file"].default, MessageRule)
    assert not load_dunning(shipped["dunning_file"].default, messages).is_used
    file = tmp_path / "steps.yaml"
    text = shipped["dunning_file"].default.read_text(encoding="utf-8")
    file.write_text(text.replace("switched_on: false\n", "switched_on: true\n"), encoding="utf-8")
    with pytest.raises(RuleFileError) as caught:
        load_dunning(file, messages)
    assert [line.rpartition(" the message ")[2] for line in str(caught.value).splitlines()] == [
        f"{kind} is not switched on" for kind in ("overdue", "second_notice", "cut_warning")
    ]
    sent = {kind: KindRule(**SWITCHED_ON) for kind in (Kind.OVERDUE, Kind.SECOND_NOTICE, Kind.CUT_WARNING)}
    assert load_dunning(file, [MessageRule(in_force_from=date.min, kinds=sent)]).is_used
    assert mistakes([RULE], [MessageRule(in_force_from=date.min, kinds=sent)]) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"steps": [FIRST.model_dump(), FIRST.model_dump()]},
        {"steps": [{**FIRST.model_dump(), "days": 9}]},
        {"steps": [{**FIRST.model_dump(), "message": None}]},
        {"steps": [{**FIRST.model_dump(), "message": "cut_warning"}]},
        {"steps": [{**VISIT.model_dump(), "outcomes": []}]},
        {"steps": [{**VISIT.model_dump(), "name": "warning"}]},
        {"warning": {"days": 8, "hours_before": 23}},
        {"warning": {"days": 8, "hours_before": 48, "planned_hours": 48}},
        {"warning": {"days": 8, "by": []}},
        {"cut": {**CUT.model_dump(), "weekdays": []}},
        {"cut": {**CUT.model_dump(), "opens": "16:00"}},
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DunningRule.model_validate({**RULE.model_dump(), **changes})
