"""Each fact that two services hold of a payment is compared: whatever one of them has otherwise is named."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ops.audit.payment_rules import RULES, RULES_OF_CHANGES, RULES_WHEN_SETTLED, Feed, PaymentCase
from services.billing.audit import ClearedPart, IssuedBill, RecordedPayment, RecordedReversal, RecordedShift
from services.customer.audit import VisitAtTheDoor
from services.gateway.audit import Announcement, Announcements, EnrolledDevice, PrintJobFact
from services.receipt.audit import SignedReceipt
from services.receipt.receipts.draft import periods_of
from services.receipt.signatures.token import Claims, TokenKind
from shared.contracts.billing import Bill, PaymentRecorded, PaymentReversed
from shared.contracts.common import PaymentMethod
from shared.contracts.receipt import ReceiptKind
from tests.unit.receipt.samples import bill, payment_recorded, payment_reversed, sample_id

SECOND = timedelta(seconds=1)
VISIT, RECEIPT, JOB = sample_id("visit"), sample_id("receipt"), sample_id("job")
OTHER = UUID(int=77)


def issued(of: Bill) -> IssuedBill:
    return IssuedBill(*(getattr(of, name) for name in IssuedBill._fields))


def claims(event: PaymentRecorded | PaymentReversed, at: datetime, kind: TokenKind, sign: int = 1) -> Claims:
    payment = event.payment
    bills = event.bills if isinstance(event, PaymentRecorded) else []
    return Claims(
        issuer=event.customer.unit.tax_code,
        issued_at=int(at.timestamp()),
        symbol="BN26-AA",
        number=123,
        customer_code=payment.customer_code,
        total=sign * payment.amount,
        vat=sign * sum(part.vat for part in payment.allocations),
        vat_rates=",".join(dict.fromkeys(one.vat_rate for one in bills)),
        periods=periods_of(bills),
        collector_code=payment.collector_code,
        previous=bytes(16),
        content_hash=bytes(32),
        kind=kind,
    )


def sound(bills: Sequence[Bill] = (), *, reversed_too: bool = False, **how: Any) -> PaymentCase:
    """Return a payment about which all services agree."""
    event = payment_recorded("payment", list(bills) or [bill(9, 100), bill(10, 200)], **how)
    if event.device_id is not None:
        event = event.model_copy(update={"visit_id": VISIT})
    payment = event.payment
    at = payment.received_at
    taken_back = payment_reversed(event)
    row = RecordedPayment(
        payment_id=payment.payment_id,
        customer_code=payment.customer_code,
        amount=payment.amount,
        credit=payment.credit,
        method=payment.method.value,
        received_at=at,
        stated_at=None,
        recorded_at=at,
        sequence=1,
        collector_code=payment.collector_code,
        collection_point_code=payment.collection_point_code,
        reference=payment.reference,
        transfer_content="",
        shift_id=payment.shift_id,
        visit_id=event.visit_id,
        device_id=event.device_id,
        receipt_id=RECEIPT,
        receipt_number="BN26-AA 00000123",
        reversed_at=taken_back.reversed_at if reversed_too else None,
    )
    parts = tuple(
        ClearedPart(number, payment.payment_id, part.bill_id, part.vat, part.principal, at, row.reversed_at)
        for number, part in enumerate(payment.allocations, 1)
    )
    own = event.customer.collector.collector_code
    signed = SignedReceipt(
        payment.payment_id,
        RECEIPT,
        ReceiptKind.ORIGINAL,
        claims(event, at + SECOND, TokenKind.ORIGINAL),
        event.model_dump(mode="json"),
    )
    void = SignedReceipt(
        payment.payment_id,
        OTHER,
        ReceiptKind.VOID,
        claims(taken_back, taken_back.reversed_at + SECOND, TokenKind.VOID, -1),
        taken_back.model_dump(mode="json"),
    )
    sent = [("payment.recorded", event.account), ("payment.reversed", taken_back.account)][: 1 + reversed_too]
    announced = {
        (payment.payment_id, what): [
            Announcement(
                payment.payment_id,
                what,
                own,
                payment.customer_code,
                payment.amount,
                payment.method.value,
                account.version,
                account.debt,
            )
        ]
        for what, account in sent
    }
    return PaymentCase(
        row,
        parts=parts,
        bills={one.bill_id: issued(one) for one in event.bills},
        shift=RecordedShift(payment.shift_id, own, at - SECOND, None, 0, 10**8) if payment.shift_id else None,
        reversal=RecordedReversal(
            taken_back.reversal_id,
            payment.payment_id,
            taken_back.reason,
            taken_back.reversed_by,
            taken_back.reversed_at,
            payment.shift_id,
        )
        if reversed_too
        else None,
        signed=signed,
        void=void if reversed_too else None,
        device=EnrolledDevice(event.device_id, "collector", own, at - SECOND, None) if event.device_id else None,
        visit=VisitAtTheDoor(VISIT, payment.customer_code, own, event.device_id, at - SECOND, None),
        job=PrintJobFact(JOB, event.device_id, "receipt", RECEIPT, payment.customer_code, 0, at + 2 * SECOND)
        if event.device_id
        else None,
        feed=Feed(Announcements(announced, None), until=at + timedelta(days=1)),
    )


ALL = (*RULES, *RULES_WHEN_SETTLED, *RULES_OF_CHANGES)


def rules(case: PaymentCase) -> set[str]:
    return {violation.rule for rule in ALL for violation in rule(case)}


def row(case: PaymentCase, **changes: Any) -> PaymentCase:
    return replace(case, payment=case.payment._replace(**changes))


def signed(case: PaymentCase, **changes: Any) -> PaymentCase:
    assert case.signed is not None
    return replace(case, signed=case.signed._replace(claims=replace(case.signed.claims, **changes)))


def written(case: PaymentCase, at: datetime) -> PaymentCase:
    assert case.signed is not None
    return replace(case, signed=case.signed._replace(written_at=at))


def event(case: PaymentCase, **changes: Any) -> PaymentCase:
    """Change members of the signed payment; with a point in the name, of the event."""
    assert case.signed is not None
    old = case.signed.event
    payment = {**old["payment"], **{name: value for name, value in changes.items() if not name.startswith("event_")}}
    top = {name.removeprefix("event_"): value for name, value in changes.items() if name.startswith("event_")}
    return replace(case, signed=case.signed._replace(event={**old, "payment": payment, **top}))


def device(case: PaymentCase, **changes: Any) -> PaymentCase:
    assert case.device is not None
    return replace(case, device=case.device._replace(**changes))


def shift(case: PaymentCase, **changes: Any) -> PaymentCase:
    assert case.shift is not None
    return replace(case, shift=case.shift._replace(**changes))


def visit(case: PaymentCase, **changes: Any) -> PaymentCase:
    assert case.visit is not None
    return replace(case, visit=case.visit._replace(**changes))


def job(case: PaymentCase, **changes: Any) -> PaymentCase:
    assert case.job is not None
    return replace(case, job=case.job._replace(**changes))


def reversal(case: PaymentCase, **changes: Any) -> PaymentCase:
    assert case.reversal is not None
    return replace(case, reversal=case.reversal._replace(**changes))


def sent(case: PaymentCase, *announced: Announcement, what: str = "payment.recorded") -> PaymentCase:
    assert case.feed is not None
    found = {**case.feed.announced.found, (case.payment.payment_id, what): list(announced)}
    return replace(case, feed=replace(case.feed, announced=Announcements(found, None)))


CASE = sound()
AT = CASE.payment.recorded_at
BACK = sound(reversed_too=True)
TRANSFER = sound(method=PaymentMethod.TRANSFER, device=None)
POSTED = sound(method=PaymentMethod.COLLECTION_POINT, device=None)
assert CASE.signed is not None
assert CASE.feed is not None
EVENT = CASE.signed.event
SENT = CASE.feed.of(CASE.payment.payment_id, "payment.recorded")[0]
NEWEST_FIRST = [EVENT["payment"]["allocations"][1]]
PRINCIPAL_FIRST = [
    {**part, "vat": part["vat"] - 1, "principal": part["principal"] + 1} for part in EVENT["payment"]["allocations"]
]

AS_SIGNED = "a payment stands as it was signed"
FIGURES = "the figures of a receipt are those of its payment"
CLEARED = "a payment cleared what was signed"
ORDER = "a payment clears the oldest bill first, and VAT before principal"
METHOD = "cash has collector, phone and shift, other money has a reference"
OWN_PHONE = "cash is of the collector whose phone took it"
ACTIVE = "a device acts between its enrolment and its revocation"
OWN_SHIFT = "cash is in the own shift of its collector"
OPEN = "cash moves while its shift is open"
TIMES = "the times of a payment are in order"
REVERSED = "a reversal stands as it was signed"
NUMBER = "billing names the number that was signed"
AT_A_VISIT = "cash names a visit that its collector had made"
PRINTED = "a receipt is printed by the phone of its payment"
ANNOUNCED = "each payment is announced to the phones whose customer it is"
BILLS = "a receipt names bills as they were issued"


@pytest.mark.parametrize("case", [CASE, BACK, TRANSFER, POSTED, sound([]), sound(amount=150_000), sound(amount=10**7)])
def test_a_payment_about_which_all_agree_breaks_no_rule(case: PaymentCase) -> None:
    assert rules(case) == set()


@pytest.mark.parametrize(
    ("case", "rule"),
    [
        # An administrator has moved the payment to another shift; cash became a transfer without one.
        (row(CASE, shift_id=OTHER), AS_SIGNED),
        (row(CASE, method="transfer", shift_id=None, collector_code=None, reference="FT1"), AS_SIGNED),
        (row(CASE, amount=1), AS_SIGNED),
        (row(CASE, customer_code="PB14010099999"), AS_SIGNED),
        (row(CASE, collector_code="TN099"), AS_SIGNED),
        (row(CASE, device_id=OTHER), AS_SIGNED),
        (row(CASE, visit_id=OTHER), AS_SIGNED),
        (row(CASE, received_at=AT + SECOND), AS_SIGNED),
        (row(POSTED, reference="VNP9"), AS_SIGNED),
        (row(POSTED, collection_point_code="NH"), AS_SIGNED),
        (row(TRANSFER, transfer_content="x"), AS_SIGNED),
        (event(CASE, payment_id=str(OTHER)), AS_SIGNED),
        # VAT 0 on every receipt, and other figures of the QR code.
        (signed(CASE, vat=0), FIGURES),
        (signed(CASE, total=1), FIGURES),
        (signed(CASE, vat_rates="10"), FIGURES),
        (signed(CASE, periods=()), FIGURES),
        (signed(CASE, customer_code="PB14010099999"), FIGURES),
        (signed(CASE, collector_code="TN099"), FIGURES),
        (signed(CASE, issuer="0"), FIGURES),
        # Clearing.
        (replace(CASE, parts=()), CLEARED),
        (replace(CASE, parts=CASE.parts[:1]), CLEARED),
        (replace(CASE, parts=tuple(part._replace(vat=part.vat - 1) for part in CASE.parts)), CLEARED),
        (replace(CASE, parts=tuple(part._replace(bill_id=OTHER) for part in CASE.parts)), CLEARED),
        (event(CASE, allocations=EVENT["payment"]["allocations"][::-1]), ORDER),
        (event(CASE, allocations=NEWEST_FIRST), ORDER),
        (event(CASE, allocations=PRINCIPAL_FIRST), ORDER),
        (event(CASE, credit=1), ORDER),
        (event(sound(amount=10**7), event_account={"debt": 1, "version": 3}), ORDER),
        (replace(CASE, bills={}), BILLS),
        (replace(CASE, bills={key: one._replace(total=1) for key, one in CASE.bills.items()}), BILLS),
        # Attribution.
        (row(CASE, device_id=None), METHOD),
        (row(CASE, reference="x"), METHOD),
        (row(TRANSFER, reference=""), METHOD),
        (row(TRANSFER, shift_id=OTHER, collector_code="TN014"), METHOD),
        (row(POSTED, collection_point_code=None), METHOD),
        (device(CASE, collector_code="TN099"), OWN_PHONE),
        (device(CASE, role="cashier"), OWN_PHONE),
        (replace(CASE, device=None), OWN_PHONE),
        (device(CASE, enrolled_at=AT + timedelta(hours=1)), ACTIVE),
        (device(CASE, revoked_at=AT - timedelta(hours=1)), ACTIVE),
        (replace(CASE, inactive_since=AT - timedelta(hours=1)), "a collector who has left takes no cash"),
        (shift(CASE, collector_code="TN099"), OWN_SHIFT),
        (shift(CASE, opened_at=AT + timedelta(minutes=1)), OPEN),
        (shift(CASE, closed_at=AT - timedelta(minutes=1)), OPEN),
        (shift(BACK, closed_at=AT + timedelta(minutes=1)), OPEN),
        (reversal(BACK, shift_id=OTHER), OPEN),
        (visit(CASE, collector_code="TN099"), AT_A_VISIT),
        (visit(CASE, withdrawn_at=AT - timedelta(minutes=1)), AT_A_VISIT),
        # Times: the clock of the receipt service is wrong.
        (signed(CASE, issued_at=int((AT + timedelta(days=40)).timestamp())), TIMES),
        (signed(CASE, issued_at=int((AT - timedelta(hours=3)).timestamp())), TIMES),
        (written(CASE, AT - timedelta(hours=3)), TIMES),
        (written(CASE, AT + timedelta(days=40)), TIMES),
        (row(CASE, recorded_at=AT + timedelta(days=3)), TIMES),
        # Recorded at the time that a phone stated.
        (row(CASE, recorded_at=AT + timedelta(minutes=10), stated_at=AT), TIMES),
        (reversal(BACK, reversed_at=AT - timedelta(hours=1)), TIMES),
        # Reversals.
        (reversal(BACK, reversed_by="x"), REVERSED),
        (reversal(BACK, reason="x"), REVERSED),
        (reversal(BACK, reversal_id=OTHER), REVERSED),
        (replace(BACK, reversal=None), REVERSED),
        (row(BACK, reversed_at=None), REVERSED),
        (row(CASE, receipt_number="BN26-AA 00000124"), NUMBER),
        (row(CASE, receipt_id=OTHER), NUMBER),
        (job(CASE, device_id=OTHER), PRINTED),
        (job(CASE, customer_code="PB14010099999"), PRINTED),
        # Phones that learn nothing, or something else.
        (replace(CASE, signed=None), "a payment has a receipt"),
        (replace(BACK, void=None), "a receipt is void exactly when its payment is reversed"),
        (sent(CASE), ANNOUNCED),
        (sent(CASE, SENT, SENT), ANNOUNCED),
        (sent(CASE, SENT._replace(collector_code="TN099")), ANNOUNCED),
        (sent(CASE, SENT._replace(amount=1)), ANNOUNCED),
        (sent(CASE, SENT._replace(debt=1)), ANNOUNCED),
        (sent(BACK, what="payment.reversed"), ANNOUNCED),
    ],
)
def test_what_one_service_has_otherwise_is_named(case: PaymentCase, rule: str) -> None:
    assert rule in rules(case)


def test_a_receipt_that_was_issued_again_after_its_number_was_lost_breaks_no_rule() -> None:
    later = CASE.payment.recorded_at + timedelta(days=2)
    anew = signed(CASE, issued_at=int(later.timestamp()))
    assert rules(written(anew, later)) == set()
    assert rules(written(anew, CASE.payment.recorded_at)) == {TIMES}


def test_the_difference_is_named_with_both_figures() -> None:
    (found,) = (violation for rule in RULES for violation in rule(row(CASE, shift_id=OTHER)))
    assert found.subject == str(CASE.payment.payment_id)
    assert found.detail == f"shift_id: signed {sample_id('shift')}, recorded {OTHER}"


def test_what_phones_were_sent_is_not_looked_for_where_it_may_be_deleted_or_was_not_read() -> None:
    assert CASE.feed is not None
    empty = Announcements({}, None)
    for feed in (
        Feed(replace(empty, since=AT), until=AT + timedelta(days=1)),
        Feed(empty, until=AT + SECOND),
    ):
        assert rules(replace(CASE, feed=feed)) == set()
    assert rules(replace(CASE, feed=Feed(empty, datetime.max.replace(tzinfo=UTC)))) == {ANNOUNCED}
