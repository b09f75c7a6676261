"""Each rule between the databases finds what it is for, and nothing where they agree."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from ops.audit import Facts, check_facts
from ops.audit.comparison import Streams, compare, joined
from services.billing.audit import ActOfTwo, BilledBill, BillingFacts, PaymentFact, VisitNotices
from services.customer.audit import RecordedVisit, VisitFacts
from services.gateway.audit import ApprovedAct, GatewayFacts, ReceiptJobs
from services.invoice.audit import InvoicedBill, IssuedFact
from services.notify.audit import NotifyFacts, OrderedAccount, ReminderFact
from services.receipt.audit import CountedPrints, ReceiptFact, ReceiptFacts, ToldInvoice
from shared.audit import AuditViolation
from shared.contracts.common import NextStep, Outcome

PAYMENT = UUID(int=1)
RECEIPT = UUID(int=2)
VISIT = UUID(int=3)
CODE = "PB14010000001"

PAID = PaymentFact(PAYMENT, CODE, 100_000, UUID(int=9), RECEIPT, reversed=False)
SIGNED = ReceiptFact(PAYMENT, RECEIPT, 100_000, 7_407, voided=False)
BY_A, BY_B = (
    f'{{"id": "{UUID(int=9)}", "kind": "device", "proven_by": "token", "reference": "collector:{code}"}}'
    for code in ("TN001", "TN002")
)
AWAY = RecordedVisit(
    visit_id=VISIT,
    customer_code=CODE,
    outcome=Outcome.AWAY,
    next_step=NextStep.REVISIT,
    first=True,
    device_id=UUID(int=9),
    recorded_at=datetime(2026, 11, 1, tzinfo=UTC),
    cleared_since=False,
    actor=BY_A,
)
COUNTED_SINCE = datetime(2026, 11, 1, tzinfo=UTC)
COUNTED = CountedPrints(1, COUNTED_SINCE)
QUEUED = ReceiptJobs(1, datetime(2026, 11, 2, tzinfo=UTC), prints=1)
REMINDED = ReminderFact(VISIT, "sent")
BROKEN = AuditViolation("somewhere", "a rule", "a subject", "a detail")
SOUND_FACTS = Facts(
    billing=BillingFacts(
        bills=1, billed=150_000, received=100_000, cleared=100_000, credit=0, shift_cash=100_000, violations=[]
    ),
    receipt=ReceiptFacts(receipts=1, voids=0, series=1, violations=[]),
    notify=NotifyFacts(violations=[]),
    gateway=GatewayFacts(devices=1, jobs_by_state={"printed": 2}, violations=[]),
    customer=VisitFacts(violations=[]),
    unsent={"billing": 0},
    queues={"thungan.billing.events": 0},
)


CORRECTED = ActOfTwo("bill_correction", CODE, -50_000, "lan", "hoa")
APPROVED = ApprovedAct("bill_correction", CODE, -50_000, "lan", "hoa", outcome="done")


BILLED = BilledBill("PB14010012345T102026K1", datetime(2026, 11, 5, tzinfo=UTC), 108_000, 10_800)
INVOICED = InvoicedBill(VISIT, 108_000, 10_800, is_noted=False)
ISSUED = IssuedFact(VISIT, "1K26TAA", 42, date(2026, 11, 5), "ABCDEFGH234567AB")
TOLD = ToldInvoice(*ISSUED[:5])
INVOICED_FROM = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Held:
    """The rows of all databases, and what is known of each as a whole."""

    facts: Facts = SOUND_FACTS
    payments: tuple[PaymentFact, ...] = (PAID,)
    receipts: tuple[ReceiptFact, ...] = (SIGNED,)
    prints: CountedPrints = COUNTED
    receipt_jobs: Mapping[UUID, ReceiptJobs] = field(default_factory=lambda: {RECEIPT: QUEUED})
    notices: Mapping[UUID, VisitNotices] = field(default_factory=lambda: {VISIT: VisitNotices(["away"], [BY_A])})
    reminders: tuple[ReminderFact, ...] = (REMINDED,)
    visits: tuple[RecordedVisit, ...] = (AWAY,)
    notice_jobs: Mapping[UUID, int] = field(default_factory=lambda: {VISIT: 1})
    accounts: Mapping[str, tuple[int, int]] = field(default_factory=lambda: {CODE: (2, 50_000)})
    copied_accounts: Mapping[str, tuple[int, int]] = field(default_factory=lambda: {CODE: (2, 50_000)})
    announced: Mapping[str, int] = field(default_factory=lambda: {CODE: 1})
    copied: Mapping[str, int] = field(default_factory=lambda: {CODE: 1})
    ordered: Mapping[str, OrderedAccount] = field(default_factory=lambda: {CODE: OrderedAccount(2, 50_000)})
    complaints: Mapping[UUID, bool] = field(default_factory=dict)
    """Whether each is open."""
    noted_complaints: Mapping[UUID, bool] = field(default_factory=dict)
    billed_complaints: Mapping[UUID, bool] = field(default_factory=dict)
    acts_of_two: Mapping[UUID, ActOfTwo] = field(default_factory=lambda: {VISIT: CORRECTED})
    approved: Mapping[UUID, ApprovedAct] = field(default_factory=lambda: {VISIT: APPROVED})
    billed: Mapping[UUID, BilledBill] = field(default_factory=lambda: {VISIT: BILLED})
    invoiced: Mapping[UUID, InvoicedBill] = field(default_factory=lambda: {VISIT: INVOICED})
    issued_invoices: Mapping[UUID, IssuedFact] = field(default_factory=lambda: {VISIT: ISSUED})
    told_invoices: Mapping[UUID, ToldInvoice] = field(default_factory=lambda: {VISIT: TOLD})

    def streams(self) -> Streams:
        paid = self.payments
        return Streams(
            payments=_stream((each.payment_id, each) for each in paid),
            receipts=_stream((each.payment_id, [each]) for each in self.receipts),
            receipted=_stream((each.receipt_id, (each.payment_id, each.device_id)) for each in paid if each.receipt_id),
            registered=_stream((each.receipt_id, self.prints) for each in self.receipts),
            receipt_jobs=_stream(self.receipt_jobs.items()),
            notices=_stream(self.notices.items()),
            reminders=_stream((each.visit_id, each) for each in self.reminders),
            visits=_stream((each.visit_id, each) for each in self.visits),
            notice_jobs=_stream(self.notice_jobs.items()),
            payments_of_visits=_stream(
                (each.visit_id, (each.payment_id, each.customer_code)) for each in paid if each.visit_id
            ),
            accounts=_stream(self.accounts.items()),
            copied_accounts=_stream(self.copied_accounts.items()),
            announced=_stream(self.announced.items()),
            copied=_stream(self.copied.items()),
            ordered=_stream(self.ordered.items()),
            complaints=_stream(self.complaints.items()),
            noted_complaints=_stream(self.noted_complaints.items()),
            billed_complaints=_stream(self.billed_complaints.items()),
            acts_of_two=_stream(self.acts_of_two.items()),
            approved=_stream(self.approved.items()),
            billed=_stream(self.billed.items()),
            invoiced=_stream(self.invoiced.items()),
            issued_invoices=_stream(self.issued_invoices.items()),
            told_invoices=_stream(self.told_invoices.items()),
        )


async def _stream(rows: Iterable[tuple[Any, Any]]) -> AsyncIterator[tuple[Any, Any]]:
    for row in rows:
        yield row


SOUND = Held()


def rules(held: Held, *, settled: bool = True) -> set[str]:
    facts = replace(held.facts, compared=asyncio.run(compare(held.streams(), invoices_from=INVOICED_FROM)))
    return {violation.rule for violation in check_facts(facts, settled=settled).violations}


def held(**changes: Any) -> Held:
    return replace(SOUND, **changes)


def facts(**changes: Any) -> Held:
    return replace(SOUND, facts=replace(SOUND_FACTS, **changes))


def within(service: str, **changes: Any) -> Held:
    return facts(**{service: replace(getattr(SOUND_FACTS, service), **changes)})


def test_a_bill_on_its_way_to_its_invoice_or_from_before_needs_none() -> None:
    waiting = INVOICED._replace(own_total=None, taken_off=0, is_noted=True)
    assert rules(held(invoiced={VISIT: waiting})) == set()
    earlier = BILLED._replace(issued_at=datetime(2026, 10, 5, tzinfo=UTC), adjusted=0)
    assert rules(held(billed={VISIT: earlier}, invoiced={})) == set()


def test_databases_that_agree_break_no_rule() -> None:
    assert rules(SOUND) == set()


@pytest.mark.parametrize(
    "approved",
    [
        {},
        {VISIT: APPROVED._replace(amount=-40_000)},
        {VISIT: APPROVED._replace(approved_by="lan")},
        {VISIT: APPROVED._replace(asked_by="minh")},
        {VISIT: APPROVED._replace(kind="payment_reversal")},
        {VISIT: APPROVED._replace(customer_code="PB14010000009")},
    ],
)
def test_what_needs_two_people_is_done_as_it_was_approved(approved: Mapping[UUID, ApprovedAct]) -> None:
    assert rules(held(approved=approved), settled=False) == {
        "what a person of the office approves was asked for and approved as it is done"
    }


def test_what_is_kept_as_done_was_done_and_what_was_refused_or_is_not_known_need_not() -> None:
    assert rules(held(acts_of_two={})) == {"what was approved and is kept as done was done"}
    assert rules(held(acts_of_two={}), settled=False) == set()
    for outcome in (None, "difference-changed"):
        assert rules(held(acts_of_two={}, approved={VISIT: APPROVED._replace(outcome=outcome)})) == set()


def test_a_reminder_may_be_cancelled_for_a_complaint_although_money_is_owed() -> None:
    assert rules(held(reminders=(REMINDED._replace(state="cancelled", cause="complaint"),))) == set()


def test_a_complaint_that_was_deleted_long_after_it_was_settled_may_still_be_known_at_notify() -> None:
    assert rules(held(noted_complaints={VISIT: False})) == set()


@pytest.mark.parametrize(
    ("held", "rule"),
    [
        (held(receipts=()), "a payment has a receipt"),
        (held(payments=()), "a receipt has a payment"),
        (held(receipts=(SIGNED._replace(total=1),)), "a receipt is over its payment's amount"),
        (held(receipts=(SIGNED._replace(total=1),)), "payments that stand = receipts that stand"),
        (held(receipts=(SIGNED._replace(voided=True),)), "a receipt is void exactly when its payment is reversed"),
        (held(receipts=(SIGNED._replace(receipt_id=UUID(int=7)),)), "billing names the receipt that exists"),
        (within("billing", cleared=1), "received = cleared + credit"),
        (held(payments=(PAID._replace(visit_id=UUID(int=8)),)), "a payment names a visit of its customer"),
        (
            held(payments=(PAID._replace(customer_code="PB14010000002", visit_id=VISIT),)),
            "a payment names a visit of its customer",
        ),
        (held(reminders=()), "an away visit has one reminder"),
        (held(reminders=(REMINDED, REMINDED)), "an away visit has one reminder"),
        (held(notices={}), "a reminder has a notice"),
        (held(reminders=(REMINDED._replace(state="cancelled"),)), "a reminder is cancelled only when nothing"),
        (
            held(complaints={VISIT: False}, noted_complaints={VISIT: False}, billed_complaints={VISIT: True}),
            "billing knows the complaints that are open",
        ),
        (held(complaints={VISIT: True}), "notify knows the complaints that are open"),
        (held(complaints={VISIT: True}, noted_complaints={VISIT: False}), "notify knows the complaints that are open"),
        (held(receipt_jobs={RECEIPT: QUEUED._replace(jobs=2)}), "a receipt is queued for printing once"),
        (held(receipt_jobs={}), "a payment on a phone has its receipt queued there"),
        (held(receipt_jobs={UUID(int=7): QUEUED}), "a receipt on paper is in the register"),
        (held(receipt_jobs={RECEIPT: QUEUED._replace(prints=2)}), "each print of a receipt is counted"),
        (held(notice_jobs={VISIT: 2}), "a notice is queued for printing once"),
        (held(notice_jobs={}), "a notice of a visit is queued on its phone"),
        (held(visits=()), "a notice has a visit"),
        (held(notices={VISIT: VisitNotices(["away"], [BY_B])}), "a notice names who recorded its visit"),
        (held(notices={}), "a visit to somebody who owes has a notice"),
        (facts(unsent={"billing": 1}), "the outbox is empty"),
        (facts(queues={"thungan.billing.dead": 1}), "no event waits and none is dead"),
        (facts(unconsumed={"billing": {"receipt.issued.v1": 1}}), "what was sent is consumed"),
        (held(invoiced={}), "a bill has an invoice"),
        (held(billed={}), "an invoice has a bill"),
        (held(invoiced={VISIT: INVOICED._replace(own_total=107_999)}), "an invoice comes to its bill"),
        (held(invoiced={VISIT: INVOICED._replace(taken_off=10_801)}), "an invoice is adjusted by what its bill is"),
        (
            held(billed={VISIT: BILLED._replace(corrects=VISIT)}),
            "an invoice corrects that of the bill which its bill corrects",
        ),
        (held(invoiced={VISIT: INVOICED._replace(taken_off=0)}), "an adjusted bill has an adjusted invoice"),
        (held(issued_invoices={}), "an invoice that receipts quote was issued"),
        (held(told_invoices={VISIT: TOLD._replace(number=43)}), "receipts quote invoices as they are"),
        (held(told_invoices={}), "receipt knows a signed invoice"),
        (held(copied_accounts={CODE: (1, 0)}), "customer knows what is owed"),
        (held(announced={CODE: 2}), "billing knows each customer"),
        (held(ordered={CODE: OrderedAccount(2, 50_001)}), "whoever is to be cut off, or is, owes"),
        (held(ordered={CODE: OrderedAccount(1, 50_000)}), "whoever is to be cut off, or is, owes"),
        (held(payments=(PAID._replace(receipt_id=None),)), "billing knows each payment's receipt"),
        (within("billing", violations=[BROKEN]), "a rule"),
        (within("customer", violations=[BROKEN]), "a rule"),
        (within("gateway", violations=[BROKEN]), "a rule"),
        (within("receipt", violations=[BROKEN]), "a rule"),
        (within("notify", violations=[BROKEN]), "a rule"),
    ],
)
def test_what_disagrees_is_found(held: Held, rule: str) -> None:
    assert any(found.startswith(rule) for found in rules(held))


def test_what_events_under_way_may_still_bring_into_line_is_no_violation_before_they_have_come() -> None:
    early = replace(facts(unsent={"billing": 1}), copied_accounts={}, receipt_jobs={}, notice_jobs={})
    assert rules(early, settled=False) == set()
    assert len(rules(early)) == 4


def test_a_reminder_of_a_visit_after_which_all_was_paid_may_be_cancelled() -> None:
    cancelled = held(reminders=(REMINDED._replace(state="cancelled"),), visits=(replace(AWAY, cleared_since=True),))
    assert rules(cancelled) == set()


def test_what_is_on_its_way_is_not_lost() -> None:
    lost = {"billing": {"receipt.issued.v1": 2}}
    queues = {"thungan.billing.events": 1, "thungan.billing.events.retry.1s": 1}
    assert rules(facts(unconsumed=lost, queues=queues)) == {"no event waits and none is dead"}
    fewer = facts(unconsumed=lost, queues={"thungan.billing.events": 1, "thungan.receipt.events": 9})
    assert "what was sent is consumed" in rules(fewer)
    assert "what was sent is consumed" not in rules(fewer, settled=False)


def test_what_waits_for_a_person_is_listed_and_breaks_no_rule() -> None:
    remarked = replace(
        SOUND_FACTS,
        billing=replace(SOUND_FACTS.billing, remarks=[BROKEN]),
        customer=VisitFacts([], [replace(BROKEN, subject="b")]),
        compared=asyncio.run(compare(SOUND.streams())),
    )
    report = check_facts(remarked)
    assert report.ok
    assert [remark["subject"] for remark in report.as_dict()["remarks"]] == ["a subject", "b"]


def test_a_notice_or_a_visit_from_before_actors_were_kept_names_nobody() -> None:
    assert rules(held(notices={VISIT: VisitNotices(["away"], [None])})) == set()
    assert rules(held(visits=(replace(AWAY, actor=None),))) == set()


def test_prints_from_before_they_were_counted_and_those_that_a_person_denied_are_no_finding() -> None:
    assert rules(held(prints=CountedPrints(0, datetime(2026, 11, 3, tzinfo=UTC)))) == set()
    assert rules(held(prints=CountedPrints(0, None))) == set()
    assert rules(held(prints=CountedPrints(2, COUNTED_SINCE))) == set()


async def test_rows_of_several_streams_come_together_by_their_key() -> None:
    rows = joined(_stream([(1, "a"), (1, "b"), (3, "c")]), _stream([(2, "d"), (3, "e")]))
    assert [row async for row in rows] == [(1, (["a", "b"], [])), (2, ([], ["d"])), (3, (["c"], ["e"]))]


async def test_a_stream_that_is_not_in_order_is_refused() -> None:
    with pytest.raises(ValueError, match="1 comes after 2"):
        _ = [row async for row in joined(_stream([(2, "a"), (1, "b")]), _stream([(2, "c")]))]
