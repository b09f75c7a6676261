"""Compares requests and their replies with what databases, printers and the SMS provider hold in the end: pure rules.

The rules between the databases are those of every audit (:mod:`ops.audit`); these need the history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shared.audit import AuditViolation
from shared.contracts.gateway import PrintJobState
from simulation.chaos.final_state import CONSUMERS, FinalState
from simulation.chaos.history import Attempt, History, Operation, Outcome

UNFINISHED = frozenset({"queued", "offered", "accepted", "printing", "held"})
SENT = frozenset({"sent", "delivered"})
VISITS = ("visit_met", "visit_away", "visit_cannot_pay")


def check_history(history: History, state: FinalState) -> list[AuditViolation]:
    """Return everything that must not be."""
    return sorted(
        [
            *_payments(history, state),
            *_reversals(history, state),
            *_visits(history, state),
            *_others(history, state),
            *_printouts(history, state),
            *check_reminders(state),
            *_events(state),
            *_dead_letters(state),
        ]
    )


def _payments(history: History, state: FinalState) -> Iterator[AuditViolation]:
    operations = {operation.id: operation for operation in history.of("payment")}
    yield from _agree("payment", operations, state.payments.keys())
    for payment_id, row in state.payments.items():
        operation = operations.get(payment_id)
        if operation is None:
            continue
        recorded = (row.customer_code, row.amount, row.method)
        if all(_requested(attempt) != recorded for attempt in operation.attempts):
            yield _broken("a payment is recorded as it was requested", payment_id, f"recorded: {recorded}")
        for attempt in operation.confirmed:
            payment = attempt.answer["payment"]
            if (payment["customer_code"], payment["amount"], payment["method"]) != recorded:
                yield _broken("a payment is recorded as it was confirmed", payment_id, f"recorded: {recorded}")


def _requested(attempt: Attempt) -> tuple[str, int, str]:
    content = attempt.content
    return content["customer_code"], content["amount"], content["method"]


def _reversals(history: History, state: FinalState) -> Iterator[AuditViolation]:
    operations = {operation.id: operation for operation in history.of("reversal")}
    yield from _agree("reversal", operations, state.reversals.keys())
    for reversal_id, payment_id in state.reversals.items():
        payment = state.payments.get(payment_id)
        if payment is None or not payment.is_reversed:
            yield _broken("a reversal takes its payment back", reversal_id, f"payment {payment_id} stands")
        operation = operations.get(reversal_id)
        if operation is not None and all(str(a.content["payment_id"]) != payment_id for a in operation.attempts):
            yield _broken("a reversal is of the payment that was named", reversal_id, f"recorded: {payment_id}")


def _visits(history: History, state: FinalState) -> Iterator[AuditViolation]:
    for kind in VISITS:
        outcome = kind.removeprefix("visit_")
        recorded = [visit_id for visit_id, found in state.visits if found == outcome]
        yield from _agree(kind, {operation.id: operation for operation in history.of(kind)}, recorded)


def _others(history: History, state: FinalState) -> Iterator[AuditViolation]:
    # Nobody knows what was counted in a register that was set back: not even the same answer comes again.
    lost = state.lost_copies
    copies = {operation.id: operation for operation in history.of("copy") if operation.id not in lost}
    yield from _agree("copy", copies, state.copies - lost)
    yield from _agree("shift", {operation.id: operation for operation in history.of("shift")}, state.shifts.keys())
    for kind, recorded in (
        ("hand_in", state.hand_ins.keys()),
        ("hand_in_count", _counted(state)),
        ("cut_report", state.cut_reports),
    ):
        yield from _agree(kind, {operation.id: operation for operation in history.of(kind)}, recorded)
    closed = [shift_id for shift_id, is_closed in state.shifts.items() if is_closed]
    yield from _agree("shift_closing", {operation.id: operation for operation in history.of("shift_closing")}, closed)


def _counted(state: FinalState) -> list[str]:
    return [hand_in_id for hand_in_id, is_counted in state.hand_ins.items() if is_counted]


def _agree(what: str, operations: Mapping[str, Operation], recorded: Iterable[str]) -> Iterator[AuditViolation]:
    """What people know of operations of a kind is what is recorded, in both directions."""
    done = set(recorded)
    name = what.replace("_", " ")
    for operation_id in done - operations.keys():
        yield _broken("nothing is recorded that nobody requested", operation_id, name)
    for operation_id, operation in operations.items():
        yield from _one_answer(name, operation)
        if operation.confirmed and operation_id not in done:
            yield _broken("what was confirmed is recorded", operation_id, f"{name}: confirmed, and not recorded")
        if operation_id not in done:
            if operation.last_answer is None:
                yield _broken("in the end every outcome is known", operation_id, f"{name}: no certain answer")
            continue
        if not operation.may_be_done:
            yield _broken(
                "what was refused is not recorded", operation_id, f"{name}: refused to everybody, and recorded"
            )
        elif (last := operation.last_answer) is None:
            yield _broken(
                "in the end every outcome is known", operation_id, f"{name}: recorded, and nobody has a certain answer"
            )
        elif last.outcome is Outcome.REFUSED and not _requested_otherwise(operation, last):
            yield _broken(
                "in the end every outcome is known", operation_id, f"{name}: recorded, last answer: {last.slug}"
            )


def _one_answer(name: str, operation: Operation) -> Iterator[AuditViolation]:
    """The same request gets the same answer, and is never taken for another one."""
    answers = {_stable(attempt.answer) for attempt in operation.confirmed}
    if len(answers) > 1:
        yield _broken(
            "the same request gets the same answer", operation.id, f"{name}: {len(answers)} different answers"
        )
    for attempt in operation.attempts:
        if attempt.slug == "same-id-other-content" and not _requested_otherwise(operation, attempt):
            yield _broken("a repetition is recognised", operation.id, f"{name}: refused as other content")


def _requested_otherwise(operation: Operation, attempt: Attempt) -> bool:
    """Return whether the same id was requested with other content, too."""
    return any(other.content != attempt.content for other in operation.attempts)


def _stable(answer: Mapping[str, Any]) -> str:
    """Return an answer without what may change between two readings: the number of copies of a receipt."""
    if "copy_number" in answer:
        return f"{answer['copy_number']} {answer['document_id']}"
    return repr(sorted(answer.items()))


def _printouts(history: History, state: FinalState) -> Iterator[AuditViolation]:
    asked_again = Counter(
        operation.id.partition("/")[0] for operation in history.of("print_again") if operation.may_be_done
    )
    printed = Counter(printout.job_id for printout in state.printouts)
    for job_id, count in printed.items():
        if count > 1 + asked_again[job_id]:
            yield _broken(
                "a document is printed once unless a person asks again",
                job_id,
                f"{count} printouts, asked for again {asked_again[job_id]} times",
            )
        if job_id not in state.jobs:
            yield _broken("a printout belongs to a print job", job_id, "the gateway does not know it")
    for (job_id, attempt), count in Counter(
        (printout.job_id, printout.attempt) for printout in state.printouts
    ).items():
        if count > 1:
            yield _broken("an attempt to print prints once", job_id, f"attempt {attempt} came out {count} times")
    whole = {printout.job_id for printout in state.printouts if printout.complete}
    for job_id, job in state.jobs.items():
        if job.state == PrintJobState.PRINTED and job_id not in whole:
            yield _broken("what counts as printed is on paper", job_id, "no whole printout came out")
        if job.state in UNFINISHED:
            yield _broken("no print job waits for ever", job_id, f"{job.kind}: {job.state}")


def check_reminders(state: FinalState) -> Iterator[AuditViolation]:
    """Yield the reminders that have left more often than recorded, or not at all, or are forgotten."""
    sent = Counter(state.sms)
    known = {reminder_id.replace("-", "") for reminder_id in state.reminders}
    for reference in sent.keys() - known:
        yield _broken("an SMS has a reminder", reference, "the provider has sent it, notify does not know it")
    per_cause: Counter[str] = Counter()
    for reminder_id, (cause, progress) in state.reminders.items():
        count = sent[reminder_id.replace("-", "")]
        per_cause[cause] += count
        if progress in SENT and count != 1:
            yield _broken("a reminder that counts as sent is one SMS", cause, f"{count} SMS at the provider")
        if count and progress not in SENT | {"unknown"}:
            yield _broken("an SMS that left counts as sent", cause, f"it is {progress}")
        if progress in {"scheduled", "sending"}:
            yield _broken("no reminder waits for ever", cause, progress)
    for cause, count in per_cause.items():
        if count > 1:
            yield _broken("an absent visit, or a payment that is kept, gets one SMS", cause, f"{count} SMS")


def _events(state: FinalState) -> Iterator[AuditViolation]:
    """Every event was consumed by every service that it is for, and nothing else was."""
    known = {message_id for emitted in state.emitted.values() for message_id in emitted} | state.lost_events
    for service, emitted in state.emitted.items():
        for message_id, routing_key in emitted.items():
            for consumer in sorted(CONSUMERS.get(routing_key, ())):
                if message_id not in state.consumed.get(consumer, frozenset()):
                    yield _broken(
                        "an event is consumed by every service that it is for",
                        state.about.get(message_id, message_id),
                        f"{routing_key} of {service}: {consumer} has not consumed it (event {message_id})",
                    )
    for service, consumed in state.consumed.items():
        for message_id in consumed - known:
            yield _broken("what is consumed was emitted", message_id, f"consumed by {service}, emitted by nobody")
    for service, routing_key, about, body in state.emitted_twice:
        yield _broken("an event has one effect", about, f"{service} emitted {routing_key} twice: {body[:200]}")
    for collector_code, entry in state.sent_twice:
        yield _broken("an event has one effect", collector_code, f"phones were sent it twice: {entry[:200]}")


def _dead_letters(state: FinalState) -> Iterator[AuditViolation]:
    """Dead is what we made unreadable, all of it and byte for byte, and nothing else."""
    for body in state.unreadable - {letter.digest for letter in state.dead}:
        yield _broken("what nobody can read is kept as it was", body, "not among the dead letters")
    for letter in state.dead:
        if not letter.is_ours:
            yield _broken(
                "a dead letter is one of ours", letter.message_id, f"{letter.queue}: {letter.kind}, {letter.reason}"
            )


def _broken(rule: str, subject: str, detail: str) -> AuditViolation:
    return AuditViolation("history", rule, subject, detail)
