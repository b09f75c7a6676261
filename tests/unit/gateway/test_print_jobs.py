"""The rules of print jobs, tried in every order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.print_jobs import rules
from services.gateway.print_jobs.rules import PrintJob
from shared.contracts.gateway import PrintJobCause, PrintJobState
from shared.contracts.receipt import PaperKind
from shared.ids import new_id
from shared.problems import Conflict

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DEVICE = new_id()

states = st.sampled_from(list(PrintJobState))
kinds = st.sampled_from(list(PaperKind))
causes = st.none() | st.sampled_from(list(PrintJobCause))
reportable = st.sampled_from(sorted(rules.REPORTABLE))


def job(state: PrintJobState = rules.QUEUED, **more: object) -> PrintJob:
    values: dict[str, object] = {"kind": PaperKind.RECEIPT, "sequence": 1, "state": state, **more}
    return PrintJob(job_id=new_id(), device_id=DEVICE, **values)  # type: ignore[arg-type]


@st.composite
def machine_steps(draw: st.DrawFn) -> list[tuple[str, tuple[object, ...]]]:
    """Anything that machines and phones may do to a job, in any order."""
    step = st.one_of(
        st.tuples(st.just("offer"), st.tuples()),
        st.tuples(st.just("accept"), st.tuples(st.integers(1, 3))),
        st.tuples(st.just("start"), st.tuples(st.integers(1, 3))),
        st.tuples(st.just("report"), st.tuples(st.integers(1, 3), reportable, causes)),
        st.tuples(st.just("resume"), st.tuples(st.booleans())),
        st.tuples(st.just("expire"), st.tuples()),
        st.tuples(st.just("give_up_waiting"), st.tuples()),
        st.tuples(st.just("cancel"), st.tuples(st.booleans())),
    )
    return draw(st.lists(step, max_size=25))


def apply(one: PrintJob, step: tuple[str, tuple[object, ...]], now: datetime = NOW) -> PrintJob:
    name, given_with = step
    keywords: dict[str, object] = {"now": now} if name in ("offer", "accept", "report", "resume", "expire") else {}
    if name in ("resume", "cancel"):
        keywords["holding" if name == "resume" else "by_its_phone"] = given_with[0]
        given_with = ()
    try:
        changed: PrintJob = getattr(rules, name)(one, *given_with, **keywords)
    except Conflict:
        return one
    return changed


@given(machine_steps(), kinds)
def test_what_may_have_reached_the_printer_is_never_offered_again_by_a_machine(
    steps: list[tuple[str, tuple[object, ...]]], kind: PaperKind
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
def test_an_end_is_final_but_for_a_late_printed(steps: list[tuple[str, tuple[object, ...]]], kind: PaperKind) -> None:
    one = job(kind=kind)
    for step in steps:
        before, one = one, apply(one, step)
        if before.state in rules.FINISHED and one.state is not before.state:
            assert (before.state, one.state) == (rules.UNCONFIRMED, rules.PRINTED)


@given(machine_steps())
def test_attempts_only_grow_and_machines_begin_at_most_two(steps: list[tuple[str, tuple[object, ...]]]) -> None:
    one = job()
    for step in steps:
        before, one = one, apply(one, step)
        assert one.attempt >= before.attempt
    assert one.attempt <= 1 + rules.MAX_RETRIES


@given(machine_steps(), st.integers(1, 3), reportable, causes)
def test_repeating_a_result_changes_nothing(
    steps: list[tuple[str, tuple[object, ...]]], attempt: int, state: PrintJobState, cause: PrintJobCause | None
) -> None:
    one = job()
    for step in steps:
        one = apply(one, step)
    once = apply(one, ("report", (attempt, state, cause)))
    if once.state is rules.HELD and state is not rules.HELD:
        return
    twice = apply(once, ("report", (attempt, state, cause)))
    assert once == twice


@given(machine_steps())
def test_a_paper_out_of_date_is_never_offered(steps: list[tuple[str, tuple[object, ...]]]) -> None:
    one = job(kind=PaperKind.NOTICE, not_after=NOW - timedelta(seconds=1))
    for step in steps:
        one = apply(one, step)
        assert one.state not in (rules.OFFERED, rules.ACCEPTED)


@pytest.mark.parametrize("state", [rules.ACCEPTED, rules.HELD, rules.PRINTING])
def test_a_phone_that_forgot_a_promised_job_leaves_it_unconfirmed(state: PrintJobState) -> None:
    resumed = rules.resume(job(state), holding=False, now=NOW)
    assert (resumed.state, resumed.cause) == (rules.UNCONFIRMED, PrintJobCause.APP_CLOSED)


def test_a_failure_before_the_first_byte_is_tried_again_twice_and_then_final() -> None:
    one = job()
    for attempt in (1, 2, 3):
        one = rules.accept(rules.offer(one, NOW), attempt, NOW)
        one = rules.report(one, attempt, rules.FAILED, PrintJobCause.LINK_LOST, NOW)
    assert (one.state, one.attempt, one.cause) == (rules.FAILED, 3, PrintJobCause.LINK_LOST)


def test_a_failure_after_the_first_byte_is_for_a_person_to_decide() -> None:
    one = rules.report(job(rules.PRINTING), 1, rules.FAILED, PrintJobCause.PAPER_OUT, NOW)
    assert (one.state, one.cause) == (rules.UNCONFIRMED, PrintJobCause.PAPER_OUT)


def test_a_late_printed_of_the_first_attempt_spares_the_second() -> None:
    one = rules.report(job(rules.PRINTING), 1, rules.UNCONFIRMED, None, NOW)
    one = rules.offer(rules.print_again(one, 1, NOW), NOW)
    one = rules.report(one, 1, rules.PRINTED, None, NOW)
    assert (one.state, one.earlier) == (rules.PRINTED, {1: rules.PRINTED})


def test_a_late_printed_of_the_first_attempt_does_not_touch_a_second_that_is_printing() -> None:
    one = rules.print_again(job(rules.UNCONFIRMED), 1, NOW)
    one = rules.start(rules.accept(rules.offer(one, NOW), 2, NOW), 2)
    one = rules.report(one, 1, rules.PRINTED, None, NOW)
    assert (one.state, one.earlier[1]) == (rules.PRINTING, rules.PRINTED)


@given(states, kinds)
def test_a_person_asking_twice_gets_one_more_attempt(state: PrintJobState, kind: PaperKind) -> None:
    try:
        once = rules.print_again(job(state, kind=kind), 1, NOW)
    except Conflict:
        return
    assert (once.state, once.attempt) == (rules.QUEUED, 2)
    assert rules.print_again(once, 1, NOW) == once


@pytest.mark.parametrize("kind", sorted(rules.RECEIPTS))
def test_a_printed_receipt_is_copied_and_not_printed_again(kind: PaperKind) -> None:
    with pytest.raises(rules.PrintACopy):
        rules.print_again(job(rules.PRINTED, kind=kind), 1, NOW)


def test_a_result_for_an_attempt_that_was_never_offered_is_refused() -> None:
    for attempt in (0, 1, 2):
        with pytest.raises(rules.UnknownAttempt):
            rules.report(job(), attempt, rules.PRINTED, None, NOW)


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
        rules.cancel(accepted, by_its_phone=False)
    assert rules.cancel(accepted, by_its_phone=True).state is rules.CANCELLED
    with pytest.raises(rules.PrintJobNotFinished):
        rules.cancel(replace(accepted, state=rules.PRINTING), by_its_phone=True)


usual: dict[str, tuple[rules.Move, Callable[[PrintJob], PrintJob]]] = {
    "offer": (rules.OFFERING, lambda one: rules.offer(one, NOW)),
    "accept": (rules.ACCEPTING, lambda one: rules.accept(one, one.attempt, NOW)),
    "start": (rules.STARTING, lambda one: rules.start(one, one.attempt)),
    "printed": (rules.FINISHING, lambda one: rules.report(one, one.attempt, rules.PRINTED, None, NOW)),
}


@pytest.mark.parametrize("name", usual)
@given(states, kinds, causes, st.sampled_from([None, NOW, NOW - timedelta(seconds=1)]), st.integers(1, 3))
def test_a_usual_step_does_what_its_rule_does(
    name: str,
    state: PrintJobState,
    kind: PaperKind,
    cause: PrintJobCause | None,
    not_after: datetime | None,
    attempt: int,
) -> None:
    step, rule = usual[name]
    one = job(state, kind=kind, cause=cause, not_after=not_after, attempt=attempt)
    if step.fits(one, NOW):
        assert rule(one) == replace(one, state=step.after, cause=None)


@given(st.lists(st.tuples(st.sampled_from(sorted(rules.IN_FLIGHT)), kinds), max_size=3), kinds, st.integers(1, 4))
def test_a_new_paper_is_the_next_where_there_is_room_and_all_others_are_on_their_way(
    made: list[tuple[PrintJobState, PaperKind]], kind: PaperKind, window: int
) -> None:
    others = [job(state, kind=other, sequence=number) for number, (state, other) in enumerate(made, 1)]
    here = frozenset((one.job_id, one.attempt) for one in others)
    new = job(kind=kind, sequence=len(others) + 1)
    chosen = rules.next_to_offer([*others, new], window, here)
    assert chosen == ([new] if len(others) < window else [])
