"""Each rule finds what it is for, and nothing in a run where all went well."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulation.chaos.evidence import CONSUMERS, DeadLetter, Evidence, JobRow, PaymentRow, PrintedPaper
from simulation.chaos.history import History, Outcome
from simulation.chaos.judge import judge_history

CASH = {"customer_code": "PB14010000001", "amount": 100_000, "method": "cash"}
ROW = PaymentRow("PB14010000001", 100_000, "cash", is_reversed=False)
ANSWER = {"payment": CASH, "account": {"debt": 0}}


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    history = History(tmp_path / "history.jsonl")
    yield history
    history.close()


def said(
    history: History,
    kind: str,
    deed_id: str,
    outcome: Outcome = Outcome.TOLD,
    *,
    content: Mapping[str, Any] = CASH,
    answer: Mapping[str, Any] = ANSWER,
    slug: str = "",
) -> None:
    attempt = history.ask(kind, deed_id, "collector 1", content)
    history.answer(kind, deed_id, attempt, outcome, answer if outcome is Outcome.TOLD else {}, slug)


def rules(history: History, evidence: Evidence) -> list[str]:
    return [violation.rule for violation in judge_history(history, evidence)]


def paid(**more: Any) -> Evidence:
    return replace(Evidence(payments={"p1": ROW}), **more)


def test_a_payment_that_was_told_and_is_recorded_is_all_right(history: History) -> None:
    said(history, "payment", "p1", Outcome.UNKNOWN, slug="timed-out")
    said(history, "payment", "p1")
    assert rules(history, paid()) == []


def test_a_payment_that_a_phone_was_told_of_and_is_not_recorded_is_found(history: History) -> None:
    said(history, "payment", "p1")
    assert rules(history, Evidence()) == ["what a person was told is recorded"]


def test_a_payment_that_nobody_asked_for_is_found(history: History) -> None:
    assert rules(history, paid()) == ["nothing is recorded that nobody asked for"]


def test_a_payment_over_another_amount_than_was_asked_is_found(history: History) -> None:
    said(history, "payment", "p1", content={**CASH, "amount": 1})
    assert rules(history, paid()) == ["a payment is recorded as it was asked for"]


def test_a_payment_over_another_amount_than_was_told_is_found(history: History) -> None:
    said(history, "payment", "p1", answer={"payment": {**CASH, "amount": 1}, "account": {}})
    assert rules(history, paid()) == ["a payment is recorded as the phone was told"]


def test_a_payment_that_was_refused_to_everybody_and_is_recorded_is_found(history: History) -> None:
    said(history, "payment", "p1", Outcome.REFUSED, slug="already-paid")
    assert rules(history, paid()) == ["what was refused is not recorded"]


def test_a_last_no_about_something_that_is_recorded_is_found(history: History) -> None:
    said(history, "payment", "p1", Outcome.UNKNOWN, slug="timed-out")
    said(history, "payment", "p1", Outcome.REFUSED, slug="already-paid")
    assert rules(history, paid()) == ["in the end everybody knows"]


def test_an_outcome_that_stays_unknown_is_found(history: History) -> None:
    said(history, "payment", "p1", Outcome.UNKNOWN, slug="timed-out")
    assert rules(history, paid()) == ["in the end everybody knows"]
    assert rules(history, Evidence()) == ["in the end everybody knows"]


def test_a_repetition_that_is_taken_for_something_else_is_found(history: History) -> None:
    said(history, "payment", "p1")
    said(history, "payment", "p1", Outcome.REFUSED, slug="same-id-other-content")
    assert "a repetition is recognised" in rules(history, paid())


def test_other_content_under_a_known_id_may_be_refused(history: History) -> None:
    said(history, "payment", "p1")
    said(history, "payment", "p1", Outcome.REFUSED, content={**CASH, "amount": 5}, slug="same-id-other-content")
    assert rules(history, paid()) == []


def test_another_answer_to_the_same_request_is_found(history: History) -> None:
    said(history, "payment", "p1")
    said(history, "payment", "p1", answer={**ANSWER, "account": {"debt": 7}})
    assert rules(history, paid()) == ["the same request gets the same answer"]


def test_a_reversal_that_takes_nothing_back_is_found(history: History) -> None:
    said(history, "payment", "p1")
    said(history, "reversal", "r1", content={"payment_id": "p1"})
    assert rules(history, paid(reversals={"r1": "p1"})) == ["a reversal takes its payment back"]
    taken_back = Evidence(payments={"p1": replace(ROW, is_reversed=True)}, reversals={"r1": "p1"})
    assert rules(history, taken_back) == []


def test_a_visit_counts_with_its_outcome(history: History) -> None:
    said(history, "visit_met", "v1")
    assert rules(history, Evidence(visits={("v1", "met"): "PB14010000001"})) == []
    assert "what a person was told is recorded" in rules(history, Evidence(visits={("v1", "away"): "PB14010000001"}))


def test_a_shift_that_was_told_closed_and_is_open_is_found(history: History) -> None:
    said(history, "shift", "s1")
    said(history, "shift_closing", "s1")
    assert rules(history, Evidence(shifts={"s1": False})) == ["what a person was told is recorded"]


def job(state: str = "printed", attempt: int = 1) -> dict[str, JobRow]:
    return {"j1": JobRow("phone", "receipt", state, attempt)}


def test_a_paper_that_comes_out_twice_unasked_is_found(history: History) -> None:
    papers = (PrintedPaper("j1", 1, complete=True), PrintedPaper("j1", 2, complete=True))
    assert rules(history, Evidence(jobs=job(), papers=papers)) == ["a paper comes out once unless a person asks again"]
    said(history, "print_again", "j1/1", content={})
    assert rules(history, Evidence(jobs=job(), papers=papers)) == []


def test_an_attempt_that_prints_twice_is_found_even_when_a_person_asked(history: History) -> None:
    said(history, "print_again", "j1/1", content={})
    papers = (PrintedPaper("j1", 1, complete=True), PrintedPaper("j1", 1, complete=True))
    assert rules(history, Evidence(jobs=job(), papers=papers)) == ["an attempt to print prints once"]


def test_a_paper_that_counts_as_printed_and_never_came_out_is_found(history: History) -> None:
    papers = (PrintedPaper("j1", 1, complete=False),)
    assert rules(history, Evidence(jobs=job(), papers=papers)) == ["what counts as printed is on paper"]


def test_a_paper_that_still_waits_in_the_end_is_found(history: History) -> None:
    assert rules(history, Evidence(jobs=job("queued"))) == ["no paper waits for ever"]


def test_one_sms_for_each_absent_visit(history: History) -> None:
    two = {"a-1": ("v1", "sent"), "b-2": ("v1", "sent")}
    assert rules(history, Evidence(reminders=two, sms=("a1", "b2"))) == ["an absent visit gets one SMS"]
    one = {"a-1": ("v1", "sent")}
    assert rules(history, Evidence(reminders=one, sms=())) == ["a reminder that counts as sent is one SMS"]
    assert rules(history, Evidence(reminders=one, sms=("a1", "c3"))) == ["an SMS has a reminder"]
    waiting = {"a-1": ("v1", "scheduled")}
    assert rules(history, Evidence(reminders=waiting)) == ["no reminder waits for ever"]


def test_an_event_that_a_consumer_has_not_taken_in_is_found(history: History) -> None:
    everybody = CONSUMERS["payment.recorded.v1"]
    assert everybody == {"customer", "receipt", "notify", "gateway"}
    outbox = {"billing": {"m1": "payment.recorded.v1"}}
    notes = {service: frozenset({"m1"}) for service in everybody}
    assert rules(history, Evidence(said=outbox, taken_in=notes)) == []
    missing = {**notes, "receipt": frozenset[str]()}
    [violation] = judge_history(history, Evidence(said=outbox, taken_in=missing, about={"m1": "p1"}))
    assert violation.subject == "p1"  # what the history knows it by
    assert rules(history, Evidence(said=outbox, taken_in=missing)) == [
        "an event is taken in by everybody that it is for"
    ]


def test_an_event_that_was_taken_in_and_never_said_is_found(history: History) -> None:
    assert rules(history, Evidence(taken_in={"receipt": frozenset({"m9"})})) == ["what is taken in was said"]


def test_two_effects_of_one_event_are_found(history: History) -> None:
    twice = Evidence(said_twice=(("receipt", "receipt.issued.v1", "p1", "{}"),), told_twice=(("TN01", "{}"),))
    assert rules(history, twice) == ["an event has one effect", "an event has one effect"]


def test_a_dead_letter_that_is_not_ours_is_found(history: History) -> None:
    ours = DeadLetter("chaos.billing.dead", "payment.recorded.v1", "undecodable", "m1", "d1", is_ours=True)
    theirs = replace(ours, is_ours=False)
    assert rules(history, Evidence(dead=(ours,))) == []
    assert rules(history, Evidence(dead=(ours, theirs))) == ["a dead letter is one of ours"]


def test_something_unreadable_that_was_thrown_away_is_found(history: History) -> None:
    kept = DeadLetter("chaos.billing.dead", "", "undecodable", "", "d1", is_ours=True)
    assert rules(history, Evidence(dead=(kept,), unreadable=frozenset({"d1"}))) == []
    assert rules(history, Evidence(dead=(kept,), unreadable=frozenset({"d1", "d2"}))) == [
        "what nobody can read is kept as it was"
    ]


def test_the_history_of_something_can_be_read_again(history: History) -> None:
    said(history, "payment", "p1", Outcome.UNKNOWN, slug="timed-out")
    said(history, "payment", "p2")
    said(history, "payment", "p1")
    lines = history.about('"p1"')
    assert len(lines) == 4
    assert '"why": "timed-out"' in lines[1]


def test_a_no_that_may_have_overtaken_a_request_is_asked_about_again(history: History) -> None:
    said(history, "payment", "p1", Outcome.UNKNOWN, slug="hung up")
    said(history, "payment", "p1", Outcome.REFUSED, slug="no-open-shift")
    said(history, "payment", "p2", Outcome.REFUSED, slug="no-open-shift")
    said(history, "payment", "p3")
    assert [deed.id for deed in history.deeds.values() if deed.is_open] == ["p1"]
