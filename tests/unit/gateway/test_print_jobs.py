"""The rules of print jobs, tried in every order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.print_jobs import rules
from services.gateway.print_jobs.rules import PrintJob, Trigger
from shared.contracts.gateway import WITHDRAWN, PrintJobCause, PrintJobState
from shared.contracts.receipt import PaperKind
from shared.ids import new_id
from shared.problems import Conflict

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DEVICE = new_id()

states = st.sampled_from(list(PrintJobState))
kinds = st.sampled_from(list(PaperKind))
causes = st.none() | st.sampled_from(list(PrintJobCause))
reports = st.sampled_from(list(rules.REPORTS.values()))


def job(state: PrintJobState = rules.QUEUED, **more: object) -> PrintJob:
    values: dict[str, object] = {"kind": PaperKind.RECEIPT, "sequence": 1, "state": state, **more}
    return PrintJob(job_id=new_id(), device_id=DEVICE, **values)  # type: ignore[arg-type]


Step = tuple[Trigger, int | None, PrintJobCause | None]

NUMBERED = frozenset({Trigger.ACCEPT, Trigger.START, Trigger.START_AT_ONCE, *rules.REPORTS.values()})
"""What is about a certain attempt."""


@st.composite
def machine_steps(draw: st.DrawFn) -> list[Step]:
    """Anything that machines and phones may do to a job, in any order; a person may only cancel it."""
    triggers = st.sampled_from([trigger for trigger in Trigger if trigger is not Trigger.PRINT_AGAIN])
    step = triggers.flatmap(
        lambda trigger: st.tuples(st.just(trigger), st.integers(1, 3) if trigger in NUMBERED else st.none(), causes)
    )
    return draw(st.lists(step, max_size=25))


def apply(one: PrintJob, step: Step, now: datetime = NOW) -> PrintJob:
    trigger, attempt, cause = step
    try:
        return rules.apply(one, trigger, now, attempt=attempt, cause=cause)
    except Conflict:
        return one


def after(one: PrintJob, *triggers: Trigger) -> PrintJob:
    """Let a job's present attempt go through some triggers."""
    for trigger in triggers:
        one = rules.apply(one, trigger, NOW, attempt=one.attempt if trigger in NUMBERED else None)
    return one


def print_again(one: PrintJob, after_attempt: int) -> PrintJob:
    return rules.apply(one, Trigger.PRINT_AGAIN, NOW, attempt=after_attempt)


@given(machine_steps(), kinds)
def test_what_may_have_reached_the_printer_is_never_offered_again_by_a_machine(
    steps: list[Step], kind: PaperKind
) -> None:
    one = job(kind=kind)
    begun: set[int] = set()
    for step in steps:
        one = apply(one, step)
        if one.state is rules.PRINTING:
            begun.add(one.attempt)
        if one.state in (rules.QUEUED, rules.OFFERED):
            assert not begun, "bytes were sent, and the job waits to be printed again"


@given(machine_steps(), kinds)
def test_an_end_is_final_but_for_a_late_printed(steps: list[Step], kind: PaperKind) -> None:
    one = job(kind=kind)
    for step in steps:
        before, one = one, apply(one, step)
        if before.state in rules.FINISHED and one.state is not before.state:
            was_withdrawn = before.state is rules.CANCELLED and before.cause in WITHDRAWN
            assert (before.state, one.state) == (rules.UNCONFIRMED, rules.PRINTED) or was_withdrawn
            assert one.state in (rules.PRINTED, rules.UNCONFIRMED)


@given(machine_steps())
def test_attempts_only_grow_and_machines_begin_at_most_two(steps: list[Step]) -> None:
    one = job()
    for step in steps:
        before, one = one, apply(one, step)
        assert one.attempt >= before.attempt
    assert one.attempt <= 1 + rules.MAX_RETRIES


@given(machine_steps(), st.integers(1, 3), reports, causes)
def test_repeating_a_result_changes_nothing(
    steps: list[Step], attempt: int, report: Trigger, cause: PrintJobCause | None
) -> None:
    one = job()
    for step in steps:
        one = apply(one, step)
    once = apply(one, (report, attempt, cause))
    if once.state is rules.HELD and report is not Trigger.REPORT_HELD:
        return
    assert apply(once, (report, attempt, cause)) == once


@given(machine_steps())
def test_a_document_out_of_date_is_never_offered(steps: list[Step]) -> None:
    one = job(kind=PaperKind.NOTICE, not_after=NOW - timedelta(seconds=1))
    for step in steps:
        one = apply(one, step)
        assert one.state not in (rules.OFFERED, rules.ACCEPTED)


@pytest.mark.parametrize("state", [rules.ACCEPTED, rules.HELD, rules.PRINTING])
def test_a_phone_that_forgot_a_promised_job_leaves_it_unconfirmed(state: PrintJobState) -> None:
    resumed = after(job(state), Trigger.RESUME_WITHOUT)
    assert (resumed.state, resumed.cause) == (rules.UNCONFIRMED, PrintJobCause.APP_CLOSED)


def test_a_failure_before_the_first_byte_is_tried_again_twice_and_then_final() -> None:
    one = job()
    for attempt in (1, 2, 3):
        one = after(one, Trigger.OFFER, Trigger.ACCEPT)
        one = rules.apply(one, Trigger.REPORT_FAILED, NOW, attempt=attempt, cause=PrintJobCause.LINK_LOST)
    assert (one.state, one.attempt, one.cause) == (rules.FAILED, 3, PrintJobCause.LINK_LOST)


def test_a_failure_after_the_first_byte_is_for_a_person_to_decide() -> None:
    printing = job(rules.PRINTING)
    one = rules.apply(printing, Trigger.REPORT_FAILED, NOW, attempt=1, cause=PrintJobCause.PAPER_OUT)
    assert (one.state, one.cause) == (rules.UNCONFIRMED, PrintJobCause.PAPER_OUT)


def test_a_late_printed_of_the_first_attempt_spares_the_second() -> None:
    one = after(job(rules.PRINTING), Trigger.REPORT_UNCONFIRMED)
    one = after(print_again(one, 1), Trigger.OFFER)
    one = rules.apply(one, Trigger.REPORT_PRINTED, NOW, attempt=1)
    assert (one.state, one.earlier) == (rules.PRINTED, {1: rules.PRINTED})


def test_a_late_printed_of_the_first_attempt_does_not_touch_a_second_that_is_printing() -> None:
    one = after(print_again(job(rules.UNCONFIRMED), 1), Trigger.OFFER, Trigger.ACCEPT, Trigger.START)
    one = rules.apply(one, Trigger.REPORT_PRINTED, NOW, attempt=1)
    assert (one.state, one.earlier[1]) == (rules.PRINTING, rules.PRINTED)


@given(states, kinds)
def test_a_person_asking_twice_gets_one_more_attempt(state: PrintJobState, kind: PaperKind) -> None:
    try:
        once = print_again(job(state, kind=kind), 1)
    except Conflict:
        return
    assert (once.state, once.attempt) == (rules.QUEUED, 2)
    assert print_again(once, 1) == once


@pytest.mark.parametrize("kind", sorted(rules.RECEIPTS))
def test_a_printed_receipt_is_copied_and_not_printed_again(kind: PaperKind) -> None:
    with pytest.raises(rules.PrintACopy):
        print_again(job(rules.PRINTED, kind=kind), 1)


def test_a_result_for_an_attempt_that_was_never_offered_is_refused() -> None:
    for attempt in (0, 1, 2):
        with pytest.raises(rules.UnknownAttempt):
            rules.apply(job(), Trigger.REPORT_PRINTED, NOW, attempt=attempt)


@pytest.mark.parametrize("state", [rules.QUEUED, rules.OFFERED, rules.ACCEPTED, rules.HELD])
def test_a_document_that_is_no_longer_true_is_withdrawn_with_its_cause_and_not_printed_again(
    state: PrintJobState,
) -> None:
    one = rules.apply(job(state, kind=PaperKind.NOTICE), Trigger.WITHDRAW, NOW, cause=PrintJobCause.PAID)
    assert (one.state, one.cause) == (rules.CANCELLED, PrintJobCause.PAID)
    with pytest.raises(rules.PrintJobStale):
        print_again(one, 1)


def test_what_came_out_while_it_was_being_withdrawn_is_on_record_as_printed() -> None:
    accepted = job(rules.ACCEPTED, kind=PaperKind.NOTICE)
    withdrawn = rules.apply(accepted, Trigger.WITHDRAW, NOW, cause=PrintJobCause.DOOR_LEFT)
    assert after(withdrawn, Trigger.START, Trigger.REPORT_PRINTED).state is rules.PRINTED
    assert after(withdrawn, Trigger.REPORT_UNCONFIRMED).state is rules.UNCONFIRMED
    by_person = after(accepted, Trigger.CANCEL_ON_THE_PHONE)
    assert after(by_person, Trigger.REPORT_PRINTED).state is rules.CANCELLED


def test_a_document_that_is_being_printed_is_not_withdrawn() -> None:
    printing = job(rules.PRINTING, kind=PaperKind.NOTICE)
    assert rules.apply(printing, Trigger.WITHDRAW, NOW, cause=PrintJobCause.PAID) == printing


jobs = st.lists(st.tuples(states, kinds), max_size=12).map(
    lambda made: [job(state, kind=kind, sequence=number) for number, (state, kind) in enumerate(made, 1)]
)


@given(jobs, st.integers(1, 4))
def test_offers_never_exceed_the_window_and_never_pass_over_a_receipt(made: list[PrintJob], window: int) -> None:
    offered = frozenset((one.job_id, one.attempt) for one in made if one.state is rules.OFFERED)
    unfinished = [one for one in made if one.state not in rules.FINISHED]
    chosen = rules.next_to_offer(unfinished, window, offered)
    in_flight = [one for one in unfinished if one.state in rules.IN_FLIGHT]
    assert not chosen or len(in_flight) + len(chosen) <= window
    left = [one for one in unfinished if one.state is rules.QUEUED and one not in chosen]
    if chosen and left and not any(one.state is rules.HELD for one in unfinished):
        assert max(one.priority for one in chosen) <= min(one.priority for one in left)


def test_while_a_job_is_held_only_receipts_are_offered() -> None:
    held = job(rules.HELD, kind=PaperKind.NOTICE)
    notice = job(kind=PaperKind.NOTICE, sequence=2)
    receipt = job(kind=PaperKind.RECEIPT, sequence=3)
    assert rules.next_to_offer([held, notice, receipt], 2) == [receipt]


def test_what_another_connection_was_offered_is_offered_again_first() -> None:
    lost = job(rules.OFFERED, kind=PaperKind.NOTICE)
    receipt = job(kind=PaperKind.RECEIPT, sequence=2)
    third = job(kind=PaperKind.RECEIPT, sequence=3)
    assert rules.next_to_offer([lost, receipt, third], 2) == [lost, receipt]
    here = frozenset({(lost.job_id, 1)})
    assert rules.next_to_offer([lost, receipt, third], 2, here) == [receipt]


def test_only_its_phone_cancels_what_it_has_accepted_and_nobody_what_is_printing() -> None:
    accepted = job(rules.ACCEPTED)
    with pytest.raises(rules.PrintJobOnThePhone):
        after(accepted, Trigger.CANCEL)
    assert after(accepted, Trigger.CANCEL_ON_THE_PHONE).state is rules.CANCELLED
    with pytest.raises(rules.PrintJobNotFinished):
        after(replace(accepted, state=rules.PRINTING), Trigger.CANCEL_ON_THE_PHONE)


@pytest.mark.parametrize("trigger", [trigger for trigger in Trigger if rules.usual(trigger) is not None])
@given(states, kinds, causes, st.sampled_from([None, NOW, NOW - timedelta(seconds=1)]), st.integers(1, 3))
def test_what_is_tried_without_a_look_before_is_what_the_table_decides(
    trigger: Trigger,
    state: PrintJobState,
    kind: PaperKind,
    cause: PrintJobCause | None,
    not_after: datetime | None,
    attempt: int,
) -> None:
    step = rules.usual(trigger)
    assert step is not None
    one = job(state, kind=kind, not_after=not_after, attempt=attempt)
    if state in step.sources and not (step.condition is rules.Condition.FRESH and one.is_stale(NOW)):
        expected = replace(one, state=step.target, cause=step.cause_with(cause))
        assert rules.apply(one, trigger, NOW, attempt=attempt, cause=cause) == expected


def test_the_steps_of_most_jobs_are_tried_without_a_look_before() -> None:
    for trigger in (Trigger.OFFER, Trigger.ACCEPT, Trigger.START, Trigger.REPORT_PRINTED, Trigger.REPORT_UNCONFIRMED):
        step = rules.usual(trigger)
        # A repeated report must not be written down again.
        assert step is not None
        assert step.target not in step.sources


@pytest.mark.parametrize("trigger", list(Trigger))
def test_no_row_of_the_table_is_hidden_by_one_before_it(trigger: Trigger) -> None:
    rows = rules.TRANSITIONS[trigger]
    for number, row in enumerate(rows):
        unconditional = [one.sources for one in rows[:number] if one.condition is rules.Condition.NONE]
        assert row.sources - frozenset().union(*unconditional), f"row {number} is never reached"


@given(st.lists(st.tuples(st.sampled_from(sorted(rules.IN_FLIGHT)), kinds), max_size=3), kinds, st.integers(1, 4))
def test_a_new_print_job_is_the_next_where_there_is_room_and_all_others_are_on_their_way(
    made: list[tuple[PrintJobState, PaperKind]], kind: PaperKind, window: int
) -> None:
    others = [job(state, kind=other, sequence=number) for number, (state, other) in enumerate(made, 1)]
    here = frozenset((one.job_id, one.attempt) for one in others)
    new = job(kind=kind, sequence=len(others) + 1)
    chosen = rules.next_to_offer([*others, new], window, here)
    assert chosen == ([new] if len(others) < window else [])


@pytest.mark.parametrize("kind", sorted(rules.RECEIPTS))
def test_a_receipt_that_may_be_on_paper_is_sent_again_twice_and_then_only_by_a_supervisor(kind: PaperKind) -> None:
    one = job(rules.UNCONFIRMED, kind=kind)
    for attempt in (1, 2):
        one = after(print_again(one, attempt), Trigger.OFFER, Trigger.ACCEPT, Trigger.START, Trigger.TIME_OUT)
    assert one.further_prints == 2
    with pytest.raises(rules.PrintACopy):
        print_again(one, 3)
    supervised = rules.apply(one, Trigger.PRINT_AGAIN, NOW, attempt=3, supervised=True)
    assert (supervised.state, supervised.attempt) == (rules.QUEUED, 4)


def test_attempts_that_certainly_printed_nothing_do_not_count_and_notices_are_not_bounded() -> None:
    one = job(rules.FAILED, kind=PaperKind.RECEIPT)
    for attempt in range(1, 6):
        one = replace(print_again(one, attempt), state=rules.FAILED)
    assert one.further_prints == 0
    notice = job(rules.UNCONFIRMED, kind=PaperKind.NOTICE)
    for attempt in range(1, 6):
        notice = after(print_again(notice, attempt), Trigger.OFFER, Trigger.ACCEPT, Trigger.START, Trigger.TIME_OUT)
    assert notice.further_prints == 5
