"""Each rule finds what it is for, and nothing in a run where all went well."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulation.chaos.checks import check_history
from simulation.chaos.final_state import CONSUMERS, DeadLetter, FinalState, JobRow, PaymentRow, PrintoutRow
from simulation.chaos.history import History, Outcome

CASH = {"customer_code": "PB14010000001", "amount": 100_000, "method": "cash"}
ROW = PaymentRow("PB14010000001", 100_000, "cash", is_reversed=False)
ANSWER = {"payment": CASH, "account": {"debt": 0}}


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    history = History(tmp_path / "history.jsonl")
    yield history
    history.close()


def exchange(
    history: History,
    kind: str,
    operation_id: str,
    outcome: Outcome = Outcome.DONE,
    *,
    content: Mapping[str, Any] = CASH,
    answer: Mapping[str, Any] = ANSWER,
    slug: str = "",
) -> None:
    attempt = history.request(kind, operation_id, "collector 1", content)
    history.reply(kind, operation_id, attempt, outcome, answer if outcome is Outcome.DONE else {}, slug)


def rules(history: History, state: FinalState) -> list[str]:
    return [violation.rule for violation in check_history(history, state)]


def paid(**more: Any) -> FinalState:
    return replace(FinalState(payments={"p1": ROW}), **more)


def test_a_payment_that_was_confirmed_and_is_recorded_is_all_right(history: History) -> None:
    exchange(history, "payment", "p1", Outcome.UNKNOWN, slug="timed-out")
    exchange(history, "payment", "p1")
    assert rules(history, paid()) == []


def test_a_payment_that_was_confirmed_and_is_not_recorded_is_found(history: History) -> None:
    exchange(history, "payment", "p1")
    assert rules(history, FinalState()) == ["what was confirmed is recorded"]


def test_a_payment_that_nobody_requested_is_found(history: History) -> None:
    assert rules(history, paid()) == ["nothing is recorded that nobody requested"]


def test_a_payment_over_another_amount_than_was_requested_is_found(history: History) -> None:
    exchange(history, "payment", "p1", content={**CASH, "amount": 1})
    assert rules(history, paid()) == ["a payment is recorded as it was requested"]


def test_a_payment_over_another_amount_than_was_confirmed_is_found(history: History) -> None:
    exchange(history, "payment", "p1", answer={"payment": {**CASH, "amount": 1}, "account": {}})
    assert rules(history, paid()) == ["a payment is recorded as it was confirmed"]


def test_a_payment_that_was_refused_to_everybody_and_is_recorded_is_found(history: History) -> None:
    exchange(history, "payment", "p1", Outcome.REFUSED, slug="already-paid")
    assert rules(history, paid()) == ["what was refused is not recorded"]


def test_a_last_no_about_something_that_is_recorded_is_found(history: History) -> None:
    exchange(history, "payment", "p1", Outcome.UNKNOWN, slug="timed-out")
    exchange(history, "payment", "p1", Outcome.REFUSED, slug="already-paid")
    assert rules(history, paid()) == ["in the end every outcome is known"]


def test_an_outcome_that_stays_unknown_is_found(history: History) -> None:
    exchange(history, "payment", "p1", Outcome.UNKNOWN, slug="timed-out")
    assert rules(history, paid()) == ["in the end every outcome is known"]
    assert rules(history, FinalState()) == ["in the end every outcome is known"]


def test_a_repetition_that_is_taken_for_something_else_is_found(history: History) -> None:
    exchange(history, "payment", "p1")
    exchange(history, "payment", "p1", Outcome.REFUSED, slug="same-id-other-content")
    assert "a repetition is recognised" in rules(history, paid())


def test_other_content_under_a_known_id_may_be_refused(history: History) -> None:
    exchange(history, "payment", "p1")
    exchange(history, "payment", "p1", Outcome.REFUSED, content={**CASH, "amount": 5}, slug="same-id-other-content")
    assert rules(history, paid()) == []


def test_another_answer_to_the_same_request_is_found(history: History) -> None:
    exchange(history, "payment", "p1")
    exchange(history, "payment", "p1", answer={**ANSWER, "account": {"debt": 7}})
    assert rules(history, paid()) == ["the same request gets the same answer"]


def test_a_reversal_that_takes_nothing_back_is_found(history: History) -> None:
    exchange(history, "payment", "p1")
    exchange(history, "reversal", "r1", content={"payment_id": "p1"})
    assert rules(history, paid(reversals={"r1": "p1"})) == ["a reversal takes its payment back"]
    taken_back = FinalState(payments={"p1": replace(ROW, is_reversed=True)}, reversals={"r1": "p1"})
    assert rules(history, taken_back) == []


def test_a_visit_counts_with_its_outcome(history: History) -> None:
    exchange(history, "visit_met", "v1")
    assert rules(history, FinalState(visits={("v1", "met"): "PB14010000001"})) == []
    assert "what was confirmed is recorded" in rules(history, FinalState(visits={("v1", "away"): "PB14010000001"}))


def test_a_shift_that_was_confirmed_closed_and_is_open_is_found(history: History) -> None:
    exchange(history, "shift", "s1")
    exchange(history, "shift_closing", "s1")
    assert rules(history, FinalState(shifts={"s1": False})) == ["what was confirmed is recorded"]


def job(state: str = "printed", attempt: int = 1) -> dict[str, JobRow]:
    return {"j1": JobRow("phone", "receipt", state, attempt)}


def test_a_document_that_is_printed_twice_unasked_is_found(history: History) -> None:
    printouts = (PrintoutRow("j1", 1, complete=True), PrintoutRow("j1", 2, complete=True))
    assert rules(history, FinalState(jobs=job(), printouts=printouts)) == [
        "a document is printed once unless a person asks again"
    ]
    exchange(history, "print_again", "j1/1", content={})
    assert rules(history, FinalState(jobs=job(), printouts=printouts)) == []


def test_an_attempt_that_prints_twice_is_found_even_when_a_person_asked(history: History) -> None:
    exchange(history, "print_again", "j1/1", content={})
    printouts = (PrintoutRow("j1", 1, complete=True), PrintoutRow("j1", 1, complete=True))
    assert rules(history, FinalState(jobs=job(), printouts=printouts)) == ["an attempt to print prints once"]


def test_a_job_that_counts_as_printed_and_never_came_out_is_found(history: History) -> None:
    printouts = (PrintoutRow("j1", 1, complete=False),)
    assert rules(history, FinalState(jobs=job(), printouts=printouts)) == ["what counts as printed is on paper"]


def test_a_print_job_that_still_waits_in_the_end_is_found(history: History) -> None:
    assert rules(history, FinalState(jobs=job("queued"))) == ["no print job waits for ever"]


def test_one_sms_for_each_absent_visit(history: History) -> None:
    two = {"a-1": ("v1", "sent"), "b-2": ("v1", "sent")}
    assert rules(history, FinalState(reminders=two, sms=("a1", "b2"))) == [
        "an absent visit, or a payment that is kept, gets one SMS"
    ]
    one = {"a-1": ("v1", "sent")}
    assert rules(history, FinalState(reminders=one, sms=())) == ["a reminder that counts as sent is one SMS"]
    assert rules(history, FinalState(reminders=one, sms=("a1", "c3"))) == ["an SMS has a reminder"]
    waiting = {"a-1": ("v1", "scheduled")}
    assert rules(history, FinalState(reminders=waiting)) == ["no reminder waits for ever"]


def test_an_event_that_a_consumer_has_not_consumed_is_found(history: History) -> None:
    everybody = CONSUMERS["payment.recorded.v1"]
    assert everybody == {"customer", "receipt", "notify", "gateway"}
    outbox = {"billing": {"m1": "payment.recorded.v1"}}
    notes = {service: frozenset({"m1"}) for service in everybody}
    assert rules(history, FinalState(emitted=outbox, consumed=notes)) == []
    missing = {**notes, "receipt": frozenset[str]()}
    [violation] = check_history(history, FinalState(emitted=outbox, consumed=missing, about={"m1": "p1"}))
    assert violation.subject == "p1"  # what the history knows it by
    assert rules(history, FinalState(emitted=outbox, consumed=missing)) == [
        "an event is consumed by every service that it is for"
    ]


def test_an_event_that_was_consumed_and_never_emitted_is_found(history: History) -> None:
    assert rules(history, FinalState(consumed={"receipt": frozenset({"m9"})})) == ["what is consumed was emitted"]


def test_two_effects_of_one_event_are_found(history: History) -> None:
    twice = FinalState(emitted_twice=(("receipt", "receipt.issued.v1", "p1", "{}"),), sent_twice=(("TN01", "{}"),))
    assert rules(history, twice) == ["an event has one effect", "an event has one effect"]


def test_a_dead_letter_that_is_not_ours_is_found(history: History) -> None:
    ours = DeadLetter("chaos.billing.dead", "payment.recorded.v1", "undecodable", "m1", "d1", is_ours=True)
    theirs = replace(ours, is_ours=False)
    assert rules(history, FinalState(dead=(ours,))) == []
    assert rules(history, FinalState(dead=(ours, theirs))) == ["a dead letter is one of ours"]


def test_something_unreadable_that_was_thrown_away_is_found(history: History) -> None:
    kept = DeadLetter("chaos.billing.dead", "", "undecodable", "", "d1", is_ours=True)
    assert rules(history, FinalState(dead=(kept,), unreadable=frozenset({"d1"}))) == []
    assert rules(history, FinalState(dead=(kept,), unreadable=frozenset({"d1", "d2"}))) == [
        "what nobody can read is kept as it was"
    ]


def test_the_history_of_something_can_be_read_again(history: History) -> None:
    exchange(history, "payment", "p1", Outcome.UNKNOWN, slug="timed-out")
    exchange(history, "payment", "p2")
    exchange(history, "payment", "p1")
    lines = history.about('"p1"')
    assert len(lines) == 4
    assert '"why": "timed-out"' in lines[1]


def test_a_no_that_may_have_overtaken_a_request_is_asked_about_again(history: History) -> None:
    exchange(history, "payment", "p1", Outcome.UNKNOWN, slug="hung up")
    exchange(history, "payment", "p1", Outcome.REFUSED, slug="no-open-shift")
    exchange(history, "payment", "p2", Outcome.REFUSED, slug="no-open-shift")
    exchange(history, "payment", "p3")
    assert [operation.id for operation in history.operations.values() if operation.is_open] == ["p1"]
