"""Compares what people asked for and were told with what the databases, printers and the SMS provider say: pure rules.

The rules between the databases are those of every audit (:mod:`ops.audit`); these need the history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ops.audit import Violation
from shared.contracts.gateway import PrintJobState
from simulation.chaos.evidence import CONSUMERS, Evidence
from simulation.chaos.history import Attempt, Deed, History, Outcome

UNFINISHED = frozenset({"queued", "offered", "accepted", "printing", "held"})
SENT = frozenset({"sent", "delivered"})
VISITS = ("visit_met", "visit_away", "visit_cannot_pay")


def judge_history(history: History, evidence: Evidence) -> list[Violation]:
    """Return everything that must not be."""
    return sorted(
        [
            *_payments(history, evidence),
            *_reversals(history, evidence),
            *_visits(history, evidence),
            *_others(history, evidence),
            *_papers(history, evidence),
            *_reminders(evidence),
            *_events(evidence),
            *_dead_letters(evidence),
        ]
    )


def _payments(history: History, evidence: Evidence) -> Iterator[Violation]:
    deeds = {deed.id: deed for deed in history.of("payment")}
    yield from _agree("payment", deeds, evidence.payments.keys())
    for payment_id, row in evidence.payments.items():
        deed = deeds.get(payment_id)
        if deed is None:
            continue
        recorded = (row.customer_code, row.amount, row.method)
        if all(_asked(attempt) != recorded for attempt in deed.attempts):
            yield _broken("a payment is recorded as it was asked for", payment_id, f"recorded: {recorded}")
        for attempt in deed.told:
            payment = attempt.answer["payment"]
            if (payment["customer_code"], payment["amount"], payment["method"]) != recorded:
                yield _broken("a payment is recorded as the phone was told", payment_id, f"recorded: {recorded}")


def _asked(attempt: Attempt) -> tuple[str, int, str]:
    content = attempt.content
    return content["customer_code"], content["amount"], content["method"]


def _reversals(history: History, evidence: Evidence) -> Iterator[Violation]:
    deeds = {deed.id: deed for deed in history.of("reversal")}
    yield from _agree("reversal", deeds, evidence.reversals.keys())
    for reversal_id, payment_id in evidence.reversals.items():
        payment = evidence.payments.get(payment_id)
        if payment is None or not payment.is_reversed:
            yield _broken("a reversal takes its payment back", reversal_id, f"payment {payment_id} stands")
        deed = deeds.get(reversal_id)
        if deed is not None and all(str(a.content["payment_id"]) != payment_id for a in deed.attempts):
            yield _broken("a reversal is of the payment that was named", reversal_id, f"recorded: {payment_id}")


def _visits(history: History, evidence: Evidence) -> Iterator[Violation]:
    for kind in VISITS:
        outcome = kind.removeprefix("visit_")
        recorded = [visit_id for visit_id, found in evidence.visits if found == outcome]
        yield from _agree(kind, {deed.id: deed for deed in history.of(kind)}, recorded)


def _others(history: History, evidence: Evidence) -> Iterator[Violation]:
    yield from _agree("copy", {deed.id: deed for deed in history.of("copy")}, evidence.copies)
    yield from _agree("shift", {deed.id: deed for deed in history.of("shift")}, evidence.shifts.keys())
    closed = [shift_id for shift_id, is_closed in evidence.shifts.items() if is_closed]
    yield from _agree("shift_closing", {deed.id: deed for deed in history.of("shift_closing")}, closed)


def _agree(what: str, deeds: Mapping[str, Deed], recorded: Iterable[str]) -> Iterator[Violation]:
    """What people know of deeds of a kind is what is recorded, in both directions."""
    done = set(recorded)
    name = what.replace("_", " ")
    for deed_id in done - deeds.keys():
        yield _broken("nothing is recorded that nobody asked for", deed_id, name)
    for deed_id, deed in deeds.items():
        yield from _one_answer(name, deed)
        if deed.told and deed_id not in done:
            yield _broken("what a person was told is recorded", deed_id, f"{name}: told, and not recorded")
        if deed_id not in done:
            if deed.last_word is None:
                yield _broken("in the end everybody knows", deed_id, f"{name}: no certain answer")
            continue
        if not deed.may_be_done:
            yield _broken("what was refused is not recorded", deed_id, f"{name}: refused to everybody, and recorded")
        elif (last := deed.last_word) is None:
            yield _broken("in the end everybody knows", deed_id, f"{name}: recorded, and nobody has a certain answer")
        elif last.outcome is Outcome.REFUSED and not _asked_otherwise(deed, last):
            yield _broken("in the end everybody knows", deed_id, f"{name}: recorded, last heard: {last.slug}")


def _one_answer(name: str, deed: Deed) -> Iterator[Violation]:
    """The same request gets the same answer, and is never taken for another one."""
    answers = {_stable(attempt.answer) for attempt in deed.told}
    if len(answers) > 1:
        yield _broken("the same request gets the same answer", deed.id, f"{name}: {len(answers)} different answers")
    for attempt in deed.attempts:
        if attempt.slug == "same-id-other-content" and not _asked_otherwise(deed, attempt):
            yield _broken("a repetition is recognised", deed.id, f"{name}: refused as other content")


def _asked_otherwise(deed: Deed, attempt: Attempt) -> bool:
    """Say whether the same id was asked for with other content, too."""
    return any(other.content != attempt.content for other in deed.attempts)


def _stable(answer: Mapping[str, Any]) -> str:
    """Return an answer without what may change between two readings: the number of copies of a receipt."""
    if "copy_number" in answer:
        return f"{answer['copy_number']} {answer['document_id']}"
    return repr(sorted(answer.items()))


def _papers(history: History, evidence: Evidence) -> Iterator[Violation]:
    asked_again = Counter(deed.id.partition("/")[0] for deed in history.of("print_again") if deed.may_be_done)
    printed = Counter(paper.job_id for paper in evidence.papers)
    for job_id, count in printed.items():
        if count > 1 + asked_again[job_id]:
            yield _broken(
                "a paper comes out once unless a person asks again",
                job_id,
                f"{count} papers, asked for again {asked_again[job_id]} times",
            )
        if job_id not in evidence.jobs:
            yield _broken("a paper belongs to a print job", job_id, "the gateway does not know it")
    for (job_id, attempt), count in Counter((paper.job_id, paper.attempt) for paper in evidence.papers).items():
        if count > 1:
            yield _broken("an attempt to print prints once", job_id, f"attempt {attempt} came out {count} times")
    whole = {paper.job_id for paper in evidence.papers if paper.complete}
    for job_id, job in evidence.jobs.items():
        if job.state == PrintJobState.PRINTED and job_id not in whole:
            yield _broken("what counts as printed is on paper", job_id, "no whole paper came out")
        if job.state in UNFINISHED:
            yield _broken("no paper waits for ever", job_id, f"{job.kind}: {job.state}")


def _reminders(evidence: Evidence) -> Iterator[Violation]:
    sent = Counter(evidence.sms)
    known = {reminder_id.replace("-", "") for reminder_id in evidence.reminders}
    for reference in sent.keys() - known:
        yield _broken("an SMS has a reminder", reference, "the provider has sent it, notify does not know it")
    per_visit: Counter[str] = Counter()
    for reminder_id, (visit_id, state) in evidence.reminders.items():
        count = sent[reminder_id.replace("-", "")]
        per_visit[visit_id] += count
        if state in SENT and count != 1:
            yield _broken("a reminder that counts as sent is one SMS", visit_id, f"{count} SMS at the provider")
        if count and state not in SENT | {"unknown"}:
            yield _broken("an SMS that left counts as sent", visit_id, f"it is {state}")
        if state in {"scheduled", "sending"}:
            yield _broken("no reminder waits for ever", visit_id, state)
    for visit_id, count in per_visit.items():
        if count > 1:
            yield _broken("an absent visit gets one SMS", visit_id, f"{count} SMS")


def _events(evidence: Evidence) -> Iterator[Violation]:
    """Every event was taken in by every service that it is for, and nothing else was."""
    known = {message_id for said in evidence.said.values() for message_id in said}
    for service, said in evidence.said.items():
        for message_id, routing_key in said.items():
            for consumer in sorted(CONSUMERS.get(routing_key, ())):
                if message_id not in evidence.taken_in.get(consumer, frozenset()):
                    yield _broken(
                        "an event is taken in by everybody that it is for",
                        evidence.about.get(message_id, message_id),
                        f"{routing_key} of {service}: {consumer} has no note of it (event {message_id})",
                    )
    for service, taken_in in evidence.taken_in.items():
        for message_id in taken_in - known:
            yield _broken("what is taken in was said", message_id, f"{service} took it in, nobody has said it")
    for service, routing_key, about, body in evidence.said_twice:
        yield _broken("an event has one effect", about, f"{service} said {routing_key} twice: {body[:200]}")
    for collector_code, entry in evidence.told_twice:
        yield _broken("an event has one effect", collector_code, f"phones were told twice: {entry[:200]}")


def _dead_letters(evidence: Evidence) -> Iterator[Violation]:
    """Dead is what we made unreadable, all of it and byte for byte, and nothing else."""
    for body in evidence.unreadable - {letter.digest for letter in evidence.dead}:
        yield _broken("what nobody can read is kept as it was", body, "not among the dead letters")
    for letter in evidence.dead:
        if not letter.is_ours:
            yield _broken(
                "a dead letter is one of ours", letter.message_id, f"{letter.queue}: {letter.kind}, {letter.reason}"
            )


def _broken(rule: str, subject: str, detail: str) -> Violation:
    return Violation("history", rule, subject, detail)
