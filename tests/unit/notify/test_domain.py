"""When a reminder may leave, whether it still should, and what follows from each outcome."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.causes import Cause
from services.notify.domain.outcome import BACK_OFF, End, Finish, Handover, Retry, next_step
from services.notify.domain.sending_hours import SendingHours
from services.notify.domain.verdict import Cancel, Circumstances, Fail, Limits, Postpone, Send, check_reminder
from services.notify.texts.parameters import sms_amount, sms_appointment, sms_date, sms_period
from shared.clock import VIETNAM

HOURS = SendingHours()
LIMITS = Limits()
KEY = UUID("0190f5a0-0000-7000-8000-000000000001")
NOON = datetime(2026, 11, 22, 12, tzinfo=VIETNAM)
KNOWN = Circumstances(
    reminder_id=KEY,
    moment=NOON,
    issued_at=NOON,
    debt=871_020,
    phone="+84953000001",
    is_mobile=True,
    blocked=None,
    handed_over_today=0,
)


def at(hour: int, minute: int = 0, second: int = 0, day: int = 22) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=VIETNAM)


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [(at(7), True), (at(6, 59, 59), False), (at(21, 59, 59), True), (at(22), False), (at(0), False), (at(12), True)],
)
def test_sms_leave_from_seven_until_ten_in_vietnam(moment: datetime, allowed: bool) -> None:
    assert HOURS.allow(moment) is allowed
    assert HOURS.allow(moment.astimezone(UTC)) is allowed


@pytest.mark.parametrize(("moment", "day"), [(at(22), 23), (at(23, 59), 23), (at(0), 22), (at(6, 59), 22)])
def test_what_comes_in_the_night_waits_for_the_next_seven_o_clock(moment: datetime, day: int) -> None:
    due = HOURS.earliest(moment, KEY)
    assert at(7, day=day) <= due < at(7, 20, day=day)


def test_the_same_reminder_always_gets_the_same_share_of_the_spread() -> None:
    assert HOURS.earliest(at(23), KEY) == HOURS.earliest(at(22, 30), KEY)
    others = {HOURS.earliest(at(23), uuid4()) for _ in range(50)}
    assert len(others) > 40


@given(
    moment=st.integers(1_767_000_000, 1_830_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
    key=st.uuids(),
    opens=st.integers(0, 22),
    length=st.integers(1, 23),
    spread=st.integers(0, 6 * 3600),
)
def test_the_earliest_moment_is_allowed_and_never_in_the_past(
    moment: datetime, key: UUID, opens: int, length: int, spread: int
) -> None:
    closes = min(opens + length, 23)
    hours = SendingHours(time(opens), time(closes), timedelta(seconds=spread))
    due = hours.earliest(moment, key)
    assert moment <= due <= moment + timedelta(days=2)
    assert hours.allow(due)
    assert due.tzinfo is UTC


def test_hours_that_close_before_they_open_are_refused() -> None:
    with pytest.raises(ValueError, match="open before they close"):
        SendingHours(time(22), time(7))


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Send()),
        ({"debt": 0}, Cancel(Cause.PAID)),
        ({"debt": -5}, Cancel(Cause.PAID)),
        ({"phone": None, "is_mobile": False}, Fail(Cause.NO_PHONE)),
        ({"is_mobile": False}, Fail(Cause.LANDLINE)),
        ({"blocked": Cause.OPTED_OUT}, Fail(Cause.OPTED_OUT)),
        ({"blocked": Cause.WRONG_NUMBER}, Fail(Cause.WRONG_NUMBER)),
        ({"issued_at": NOON - timedelta(hours=48, seconds=1)}, Fail(Cause.EXPIRED)),
        ({"issued_at": NOON - timedelta(hours=48)}, Send()),
        ({"handed_over_today": 2}, Send()),
        ({"debt": 0, "phone": None, "is_mobile": False}, Cancel(Cause.PAID)),
    ],
)
def test_a_reminder_leaves_only_when_it_is_wanted_and_possible(
    changes: dict[str, object], verdict: Send | Cancel | Fail
) -> None:
    assert check_reminder(replace(KNOWN, **changes), LIMITS) == verdict  # type: ignore[arg-type]


def test_at_night_it_waits_for_the_morning() -> None:
    verdict = check_reminder(replace(KNOWN, moment=at(23), issued_at=at(23)), LIMITS)
    assert isinstance(verdict, Postpone)
    assert verdict.cause is Cause.QUIET_HOURS
    assert HOURS.allow(verdict.until)


def test_a_number_that_had_its_share_today_waits_for_tomorrow() -> None:
    verdict = check_reminder(replace(KNOWN, handed_over_today=3), LIMITS)
    assert isinstance(verdict, Postpone)
    assert verdict.cause is Cause.DAILY_CAP
    assert at(7, day=23) <= verdict.until < at(7, 20, day=23)


def test_what_may_have_been_sent_is_never_sent_again() -> None:
    for outcome, attempt, others in product((Handover.ACCEPTED, Handover.UNKNOWN), range(1, 9), (False, True)):
        assert isinstance(next_step(outcome, attempt, other_providers=others), Finish)


def test_accepted_is_sent_and_a_lost_answer_stays_unknown() -> None:
    assert next_step(Handover.ACCEPTED, 1, other_providers=True) == Finish(End.SENT)
    assert next_step(Handover.UNKNOWN, 1, other_providers=True) == Finish(End.UNKNOWN, Cause.ANSWER_LOST)


def test_a_bad_number_is_remembered_and_tried_nowhere_else() -> None:
    step = next_step(Handover.REJECTED_NUMBER, 1, other_providers=True)
    assert step == Finish(End.FAILED, Cause.WRONG_NUMBER, block_number=True)


def test_an_unregistered_text_is_tried_nowhere_else() -> None:
    step = next_step(Handover.REJECTED_TEMPLATE, 1, other_providers=True)
    assert step == Finish(End.FAILED, Cause.REJECTED_TEMPLATE)


@pytest.mark.parametrize("outcome", [Handover.REJECTED_PROVIDER, Handover.NOT_SENT])
def test_what_certainly_did_not_leave_goes_to_the_next_provider_at_once(outcome: Handover) -> None:
    assert next_step(outcome, 1, other_providers=True) == Retry(timedelta(), fail_over=True)
    assert next_step(outcome, 1, other_providers=False) == Retry(BACK_OFF[0], fail_over=False)


def test_throttling_waits_for_the_same_provider_longer_each_time() -> None:
    steps = [next_step(Handover.THROTTLED, attempt, other_providers=True) for attempt in range(1, len(BACK_OFF) + 1)]
    assert steps == [Retry(wait, fail_over=False) for wait in sorted(BACK_OFF)]


@pytest.mark.parametrize("outcome", [Handover.THROTTLED, Handover.NOT_SENT, Handover.REJECTED_PROVIDER])
def test_trying_comes_to_an_end(outcome: Handover) -> None:
    step = next_step(outcome, len(BACK_OFF) + 1, other_providers=False)
    assert step == Finish(End.FAILED, Cause.PROVIDERS_EXHAUSTED)


@pytest.mark.parametrize(
    ("months", "text"),
    [
        ([(2026, 10)], "T10/2026"),
        ([(2026, 10), (2026, 10)], "T10/2026"),
        ([(2026, 10), (2026, 9)], "T9+T10/2026"),
        ([(2026, 8), (2026, 9), (2026, 10)], "T8-T10/2026"),
        ([(2025, 12), (2026, 1)], "T12/2025+T1/2026"),
    ],
)
def test_periods_are_named_as_on_bills(months: list[tuple[int, int]], text: str) -> None:
    assert sms_period(months) == text


def test_amounts_and_moments_are_written_as_people_here_write_them() -> None:
    assert sms_amount(871_020) == "871.020d"
    assert sms_date(datetime(2026, 11, 22, 18, tzinfo=UTC)) == "23/11"
    assert sms_appointment(datetime(2026, 11, 25, 1, 30, tzinfo=UTC)) == "25/11 08:30"


@pytest.mark.parametrize("cause", [Cause.REVERSED, Cause.VISIT_WITHDRAWN, Cause.PROMISED])
def test_what_was_stopped_while_it_was_handed_over_is_cancelled_before_anything_else(cause: Cause) -> None:
    assert check_reminder(replace(KNOWN, stopped=cause), LIMITS) == Cancel(cause)
    assert check_reminder(replace(KNOWN, stopped=cause, phone=None, moment=at(23)), LIMITS) == Cancel(cause)


@pytest.mark.parametrize(
    "known",
    [
        replace(KNOWN, moment=at(3), issued_at=at(3)),
        replace(KNOWN, handed_over_today=100),
        replace(KNOWN, kind="overdue", unit_code=""),
        replace(KNOWN, debt=None),
    ],
)
def test_who_tries_a_provider_out_waits_for_no_hour_cap_or_rule(known: Circumstances) -> None:
    assert check_reminder(replace(known, is_trial=True), LIMITS) == Send()


@pytest.mark.parametrize(
    ("known", "cause"),
    [
        (replace(KNOWN, blocked=Cause.WRONG_NUMBER), Cause.WRONG_NUMBER),
        (replace(KNOWN, blocked=Cause.OPTED_OUT), Cause.OPTED_OUT),
        (replace(KNOWN, expires_at=at(11)), Cause.EXPIRED),
        (replace(KNOWN, is_mobile=False, phone="+842903831234"), Cause.LANDLINE),
    ],
)
def test_who_tries_a_provider_out_sends_nothing_to_a_number_that_gets_none(known: Circumstances, cause: Cause) -> None:
    assert check_reminder(replace(known, is_trial=True), LIMITS) == Fail(cause)


def test_nobody_is_asked_for_money_who_pays_in_parts_and_a_complaint_comes_first() -> None:
    in_parts = replace(KNOWN, pays_in_parts=True)
    assert check_reminder(in_parts, LIMITS) == Cancel(Cause.INSTALMENTS)
    assert check_reminder(replace(in_parts, is_disputed=True), LIMITS) == Cancel(Cause.COMPLAINT)
    assert check_reminder(replace(in_parts, debt=None), LIMITS) == Send()
