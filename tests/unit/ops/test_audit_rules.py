"""Each rule between the databases finds what it is for, and nothing where they agree."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from ops.audit import Facts, check_facts
from services.billing.audit import BillingFacts, PaymentFact
from services.customer.audit import RecordedVisit, VisitFacts
from services.gateway.audit import GatewayFacts
from services.notify.audit import NotifyFacts, ReminderFact
from services.receipt.audit import ReceiptFact, ReceiptFacts
from shared.audit import AuditViolation
from shared.contracts.common import NextStep, Outcome

PAYMENT = UUID(int=1)
RECEIPT = UUID(int=2)
VISIT = str(UUID(int=3))
CODE = "PB14010000001"

PAID = PaymentFact(str(PAYMENT), CODE, 100_000, str(UUID(int=9)), str(RECEIPT), reversed=False)
SIGNED = ReceiptFact(PAYMENT, RECEIPT, 100_000, 7_407, voided=False)

BILLING = BillingFacts(
    bills=1,
    billed=150_000,
    payments={PAID.payment_id: PAID},
    received=100_000,
    cleared=100_000,
    credit=0,
    accounts={CODE: (2, 50_000)},
    notices={VISIT: ["away"]},
    versions={CODE: 1},
    shift_cash=100_000,
    violations=[],
)
AWAY = RecordedVisit(
    visit_id=UUID(VISIT),
    customer_code=CODE,
    outcome=Outcome.AWAY,
    next_step=NextStep.REVISIT,
    first=True,
    device_id=UUID(int=9),
    recorded_at=datetime(2026, 11, 1, tzinfo=UTC),
    cleared_since=False,
)
CUSTOMER = VisitFacts(visits=[AWAY], accounts={CODE: (2, 50_000)}, versions={CODE: 1}, violations=[])
GATEWAY = GatewayFacts(
    devices=1, jobs_by_state={"printed": 2}, receipts={str(RECEIPT): 1}, notices={VISIT: 1}, violations=[]
)
REMINDED = ReminderFact(VISIT, "sent")
BROKEN = AuditViolation("somewhere", "a rule", "a subject", "a detail")
SOUND = Facts(
    billing=BILLING,
    receipt=ReceiptFacts(receipts=[SIGNED], voids=0, series=1, violations=[]),
    notify=NotifyFacts(reminders=[REMINDED], violations=[]),
    gateway=GATEWAY,
    customer=CUSTOMER,
    unsent={"billing": 0},
    queues={"thungan.billing.events": 0},
)


def rules(facts: Facts, *, settled: bool = True) -> set[str]:
    return {violation.rule for violation in check_facts(facts, settled=settled).violations}


def billing(**changes: Any) -> Facts:
    return replace(SOUND, billing=replace(BILLING, **changes))


def customer(**changes: Any) -> Facts:
    return replace(SOUND, customer=replace(CUSTOMER, **changes))


def receipt(*receipts: ReceiptFact) -> Facts:
    return replace(SOUND, receipt=replace(SOUND.receipt, receipts=list(receipts)))


def notify(*reminders: ReminderFact) -> Facts:
    return replace(SOUND, notify=replace(SOUND.notify, reminders=list(reminders)))


def gateway(**changes: Any) -> Facts:
    return replace(SOUND, gateway=replace(GATEWAY, **changes))


def test_databases_that_agree_break_no_rule() -> None:
    assert rules(SOUND) == set()


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        (receipt(), "a payment has a receipt"),
        (billing(payments={}), "a receipt has a payment"),
        (receipt(replace(SIGNED, total=1)), "a receipt is over its payment's amount"),
        (receipt(replace(SIGNED, total=1)), "payments that stand = receipts that stand"),
        (
            receipt(replace(SIGNED, voided=True)),
            "a receipt is void exactly when its payment is reversed",
        ),
        (
            receipt(replace(SIGNED, receipt_id=UUID(int=7))),
            "billing names the receipt that exists",
        ),
        (billing(cleared=1), "received = cleared + credit"),
        (
            billing(payments={PAID.payment_id: replace(PAID, visit_id=str(UUID(int=8)))}),
            "a payment names a visit of its customer",
        ),
        (
            billing(payments={PAID.payment_id: replace(PAID, customer_code="PB14010000002", visit_id=VISIT)}),
            "a payment names a visit of its customer",
        ),
        (notify(), "an away visit has one reminder"),
        (notify(REMINDED, REMINDED), "an away visit has one reminder"),
        (billing(notices={}), "a reminder has a notice"),
        (notify(replace(REMINDED, state="cancelled")), "a reminder is cancelled only when nothing"),
        (gateway(receipts={str(RECEIPT): 2}), "a receipt is queued for printing once"),
        (gateway(receipts={}), "a payment on a phone has its receipt queued there"),
        (gateway(receipts={str(UUID(int=7)): 1}), "a receipt on paper is in the register"),
        (gateway(notices={VISIT: 2}), "a notice is queued for printing once"),
        (gateway(notices={}), "a notice of a visit is queued on its phone"),
        (customer(visits=[]), "a notice has a visit"),
        (billing(notices={}), "a visit to somebody who owes has a notice"),
        (replace(SOUND, unsent={"billing": 1}), "the outbox is empty"),
        (replace(SOUND, queues={"thungan.billing.dead": 1}), "no event waits and none is dead"),
        (replace(SOUND, unconsumed={"billing": {"receipt.issued.v1": 1}}), "what was sent is consumed"),
        (customer(accounts={CODE: (1, 0)}), "customer knows what is owed"),
        (customer(versions={CODE: 2}), "billing knows each customer"),
        (customer(violations=[BROKEN]), "a rule"),
        (billing(payments={PAID.payment_id: replace(PAID, receipt_id=None)}), "billing knows each payment's receipt"),
        (billing(violations=[BROKEN]), "a rule"),
        (gateway(violations=[BROKEN]), "a rule"),
        (replace(SOUND, receipt=replace(SOUND.receipt, violations=[BROKEN])), "a rule"),
        (replace(SOUND, notify=replace(SOUND.notify, violations=[BROKEN])), "a rule"),
    ],
)
def test_what_disagrees_is_found(facts: Facts, rule: str) -> None:
    assert any(found.startswith(rule) for found in rules(facts))


def test_what_events_under_way_may_still_bring_into_line_is_no_violation_before_they_have_come() -> None:
    facts = replace(
        SOUND,
        unsent={"billing": 1},
        customer=replace(CUSTOMER, accounts={}),
        gateway=replace(GATEWAY, receipts={}, notices={}),
    )
    assert rules(facts, settled=False) == set()
    assert len(rules(facts)) == 4


def test_a_reminder_of_a_visit_after_which_all_was_paid_may_be_cancelled() -> None:
    facts = notify(replace(REMINDED, state="cancelled"))
    assert rules(replace(facts, customer=replace(CUSTOMER, visits=[replace(AWAY, cleared_since=True)]))) == set()


def test_what_is_on_its_way_is_not_lost() -> None:
    lost = {"billing": {"receipt.issued.v1": 2}}
    waiting = replace(
        SOUND, unconsumed=lost, queues={"thungan.billing.events": 1, "thungan.billing.events.retry.1s": 1}
    )
    assert rules(waiting) == {"no event waits and none is dead"}
    fewer = replace(waiting, queues={"thungan.billing.events": 1, "thungan.receipt.events": 9})
    assert "what was sent is consumed" in rules(fewer)
    assert "what was sent is consumed" not in rules(fewer, settled=False)


def test_what_waits_for_a_person_is_listed_and_breaks_no_rule() -> None:
    facts = replace(
        SOUND,
        billing=replace(BILLING, remarks=[BROKEN]),
        customer=replace(CUSTOMER, remarks=[replace(BROKEN, subject="b")]),
    )
    report = check_facts(facts)
    assert report.ok
    assert [remark["subject"] for remark in report.as_dict()["remarks"]] == ["a subject", "b"]
