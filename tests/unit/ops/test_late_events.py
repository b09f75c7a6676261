"""What of an audit's findings waits for events after a restore, and what is wrong."""

from typing import Any

from ops.audit import AuditReport
from ops.audit.late_events import SUM, Outstanding, judge, to_be_receipted
from shared.audit import AuditViolation

PAID, OTHER = "0192f0c4-7d0e-7000-8000-00000000000a", "0192f0c4-7d0e-7000-8000-00000000000b"


def recorded(payment_id: str, amount: int, consumer: str | None = "receipt") -> Outstanding:
    return Outstanding("payment.recorded.v1", consumer, {"payment": {"payment_id": payment_id, "amount": amount}})


def found(rule: str, subject: str) -> AuditViolation:
    return AuditViolation("between", rule, subject, "")


def report(*violations: AuditViolation, **figures: int) -> AuditReport:
    return AuditReport({"received": 0, "receipted": 0, **figures}, list(violations))


def wrong(audited: AuditReport, *events: Outstanding, settled: tuple[Any, ...] = ()) -> list[str]:
    return [each.rule for each in judge(audited, settled, events).wrong]


def test_a_payment_without_a_receipt_waits_for_the_event_that_names_it_and_is_wrong_without_it() -> None:
    audited = report(found("a payment has a receipt", PAID))
    assert wrong(audited, recorded(PAID, 7)) == []
    assert wrong(audited, recorded(OTHER, 7)) == ["a payment has a receipt"]


def test_a_receipt_without_a_payment_is_wrong_whatever_waits() -> None:
    assert wrong(report(found("a receipt has a payment", PAID)), recorded(PAID, 7)) == ["a receipt has a payment"]


def test_what_holds_when_settled_waits_for_an_event_that_names_its_subject() -> None:
    copied = found("a copy of an account is up to date", "PB15010000001")
    event = Outstanding("account.changed.v1", "customer", {"account": {"customer_code": "PB15010000001"}})
    assert wrong(report(copied), event, settled=(copied,)) == []
    assert wrong(report(copied), event) == [copied.rule]
    assert wrong(report(copied), settled=(copied,)) == [copied.rule]


def test_the_sum_of_receipts_waits_only_when_it_differs_by_what_is_outstanding() -> None:
    differs = found(SUM, "all")
    assert wrong(report(differs, received=10, receipted=3), recorded(PAID, 7)) == []
    assert wrong(report(differs, received=10, receipted=4), recorded(PAID, 7)) == [SUM]


def test_a_payment_counts_once_and_its_reversal_takes_it_back_and_other_consumers_count_for_nothing() -> None:
    reversal = Outstanding("payment.reversed.v1", None, {"payment": {"payment_id": PAID, "amount": 7}})
    assert to_be_receipted([recorded(PAID, 7), recorded(PAID, 7, None), recorded(OTHER, 5, "notify")]) == 7
    assert to_be_receipted([recorded(PAID, 7), reversal]) == 0


def test_that_an_event_waits_is_no_finding_of_its_own() -> None:
    assert wrong(report(found("what was sent is consumed", "payment.recorded.v1"))) == []
