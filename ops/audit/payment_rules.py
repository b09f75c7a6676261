"""One payment as all services have it: each fact that two of them hold is compared. Pure.

Billing's row can be changed by an administrator and by a bug in billing; what the receipt's signature covers cannot.
Each rule looks at one payment and yields what disagrees, with both figures.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from ops.audit.moments import SKEW, UNDER_WAY, UNTIL_KNOWN, moment_of, shown
from services.billing.audit import ClearedPart, IssuedBill, RecordedPayment, RecordedReversal, RecordedShift
from services.customer.audit import VisitAtTheDoor
from services.gateway.audit import Announcement, Announcements, EnrolledDevice, PrintJobFact
from services.receipt.audit import SignedReceipt
from shared.audit import AuditViolation

CASH = "cash"
COLLECTOR = "collector"


@dataclass(frozen=True, slots=True)
class Feed:
    """What phones were sent, read at a moment: later payments are not looked for in it."""

    announced: Announcements
    until: datetime

    def covers(self, moment: datetime) -> bool:
        """Return whether what happened at a moment must be in the feed."""
        since = self.announced.since
        return moment < self.until - SKEW and (since is None or moment > since + SKEW)

    def of(self, payment_id: UUID, what: str) -> Sequence[Announcement]:
        """Return what phones were sent of a payment."""
        return self.announced.found.get((payment_id, what), ())


@dataclass(frozen=True, slots=True)
class PaymentCase:
    """One payment with what every service holds of it; None where a service holds nothing."""

    payment: RecordedPayment
    parts: tuple[ClearedPart, ...] = ()
    """What it cleared, in the order of clearing."""
    bills: Mapping[UUID, IssuedBill] = field(default_factory=dict)
    """The customer's bills."""
    shift: RecordedShift | None = None
    reversal: RecordedReversal | None = None
    signed: SignedReceipt | None = None
    void: SignedReceipt | None = None
    device: EnrolledDevice | None = None
    visit: VisitAtTheDoor | None = None
    job: PrintJobFact | None = None
    """The print job of the receipt."""
    inactive_since: datetime | None = None
    """Since when its collector had not been active any more when it was recorded."""
    feed: Feed | None = None
    corrected: frozenset[tuple[UUID, datetime]] = frozenset()
    """Bills off which a correction took something, each with the moment."""


Rule = Callable[[PaymentCase], Iterator[AuditViolation]]

_SIGNED_MEMBERS = (
    "customer_code",
    "amount",
    "method",
    "received_at",
    "stated_at",
    "collector_code",
    "collection_point_code",
    "reference",
    "transfer_content",
    "shift_id",
)


def payment_as_signed(case: PaymentCase) -> Iterator[AuditViolation]:
    """Whatever the signature covers of a payment is what billing has recorded."""
    if case.signed is None:
        return
    event, row = case.signed.event, case.payment
    signed = {name: event["payment"].get(name) for name in _SIGNED_MEMBERS}
    signed |= {name: event.get(name) for name in ("visit_id", "device_id")}
    for name, value in signed.items():
        recorded = getattr(row, name)
        if not _same(value, recorded):
            yield _named(
                "a payment stands as it was signed", case, f"{name}: signed {value}, recorded {shown(recorded)}"
            )
    # A receipt may not come under an id that is only derived from another payment.
    if event["payment"]["payment_id"] != str(row.payment_id):
        yield _named("a payment stands as it was signed", case, f"signed for {event['payment']['payment_id']}")


def claims_as_event(case: PaymentCase) -> Iterator[AuditViolation]:
    """The figures in the QR code are those of the event that the same signature covers."""
    if case.signed is None:
        return
    claims, event = case.signed.claims, case.signed.event
    payment, bills = event["payment"], event["bills"]
    vat = sum(part["vat"] for part in payment["allocations"])
    periods = [bill["year"] * 1000 + bill["month"] * 10 + bill["cycle"] for bill in bills]
    expected = {
        "total": payment["amount"],
        "vat": vat,
        "vat_rates": ",".join(dict.fromkeys(bill["vat_rate"] for bill in bills)),
        "periods": tuple(periods) if len(periods) <= 1 else (periods[0], periods[-1], len(periods)),
        "customer_code": payment["customer_code"],
        "collector_code": payment["collector_code"],
        "issuer": event["customer"]["unit"]["tax_code"],
    }
    for name, value in expected.items():
        if getattr(claims, name) != value:
            yield _named(
                "the figures of a receipt are those of its payment",
                case,
                f"{name}: {getattr(claims, name)} on the receipt, {value} by what it cleared",
            )


def bills_as_signed(case: PaymentCase) -> Iterator[AuditViolation]:
    """The bills that a receipt names are those that billing issued, and open by no more than their totals."""
    if case.signed is None:
        return
    for signed in case.signed.event["bills"]:
        bill = case.bills.get(UUID(signed["bill_id"]))
        if bill is None:
            yield _named("a receipt names bills as they were issued", case, f"{signed['bill_number']} is not billed")
            continue
        for name in ("bill_number", "customer_code", "year", "month", "cycle", "pre_vat", "vat", "vat_rate", "total"):
            if signed[name] != getattr(bill, name):
                yield _named(
                    "a receipt names bills as they were issued",
                    case,
                    f"{bill.bill_number}: {name} signed {signed[name]}, billed {getattr(bill, name)}",
                )


def cleared_as_signed(case: PaymentCase) -> Iterator[AuditViolation]:
    """What a payment cleared when it was recorded is what was signed; the rest was its credit."""
    if case.signed is None:
        return
    payment = case.signed.event["payment"]
    signed = sorted((part["bill_id"], part["vat"], part["principal"]) for part in payment["allocations"])
    at_once = [part for part in case.parts if part.made_at == case.payment.recorded_at]
    recorded = sorted((str(part.bill_id), part.vat, part.principal) for part in at_once)
    if signed != recorded:
        yield _named("a payment cleared what was signed", case, f"signed {signed}, cleared {recorded}")
    left = case.payment.amount - sum(part.vat + part.principal for part in at_once)
    if payment["credit"] != left:
        yield _named("a payment cleared what was signed", case, f"credit: signed {payment['credit']}, left {left}")


def clearing_recomputed(case: PaymentCase) -> Iterator[AuditViolation]:
    """From the bills in the signed event: the oldest first, VAT before principal, and what is left is credit."""
    if case.signed is None:
        return
    event = case.signed.event
    left, expected = event["payment"]["amount"], []
    for bill in sorted(event["bills"], key=lambda bill: (bill["year"], bill["month"], bill["cycle"])):
        vat = min(left, bill["open_vat"])
        principal = min(left - vat, bill["open_principal"])
        left -= vat + principal
        if vat + principal:
            expected.append((bill["bill_id"], vat, principal))
    signed = [(part["bill_id"], part["vat"], part["principal"]) for part in event["payment"]["allocations"]]
    rule = "a payment clears the oldest bill first, and VAT before principal"
    if signed != expected:
        yield _named(rule, case, f"signed {signed}, by its bills {expected}")
    if event["payment"]["credit"] != left:
        yield _named(rule, case, f"credit {event['payment']['credit']}, by its bills {left}")
    account = event["account"]
    if left and account["debt"]:
        yield _named(rule, case, f"{left} kept as credit while {account['debt']} was owed")


def method_fits(case: PaymentCase) -> Iterator[AuditViolation]:
    """Cash has collector, phone and shift and no reference; other money has a reference and no shift."""
    row, rule = case.payment, "cash has collector, phone and shift, other money has a reference"
    if row.method == CASH:
        # What the phone of a leaver sends afterwards is recorded without one: it is printed nowhere (ADR 31).
        needed = ("collector_code", "shift_id", *(("device_id",) if case.inactive_since is None else ()))
        missing = [name for name in needed if getattr(row, name) is None]
        if missing:
            yield _named(rule, case, f"cash without {', '.join(missing)}")
        if row.reference or row.collection_point_code:
            yield _named(rule, case, f"cash with {row.reference or row.collection_point_code}")
        return
    if row.shift_id is not None or row.collector_code is not None:
        yield _named(rule, case, f"{row.method} in the shift of {row.collector_code}")
    if not row.reference:
        yield _named(rule, case, f"{row.method} without a reference")
    if (row.method == "collection_point") != (row.collection_point_code is not None):
        yield _named(rule, case, f"{row.method}, collection point {row.collection_point_code}")


def collector_of_device(case: PaymentCase) -> Iterator[AuditViolation]:
    """Cash is of the collector to whom the phone that took it belongs."""
    row, device = case.payment, case.device
    if row.method != CASH or row.device_id is None:
        return
    rule = "cash is of the collector whose phone took it"
    if device is None:
        yield _named(rule, case, f"the device {row.device_id} was never enrolled")
    elif device.role != COLLECTOR or device.collector_code != row.collector_code:
        yield _named(
            rule, case, f"of {row.collector_code}, taken with a device of {device.collector_code or device.role}"
        )


def device_could_act(case: PaymentCase) -> Iterator[AuditViolation]:
    """A phone takes cash after its enrolment and before its revocation."""
    row, device = case.payment, case.device
    if row.method != CASH or device is None:
        return
    rule = "a device acts between its enrolment and its revocation"
    if row.recorded_at < device.enrolled_at - SKEW:
        yield _named(rule, case, f"cash {shown(row.recorded_at)}, enrolled {shown(device.enrolled_at)}")
    if device.revoked_at is not None and row.recorded_at > device.revoked_at + UNDER_WAY:
        yield _named(rule, case, f"cash {shown(row.recorded_at)}, revoked {shown(device.revoked_at)}")


def collector_was_active(case: PaymentCase) -> Iterator[AuditViolation]:
    """Who has left takes no cash; what the phone states to be from before is in the office's list of leavers."""
    row, since = case.payment, case.inactive_since
    if row.method == CASH and since is not None and (row.stated_at or row.recorded_at) > since + UNTIL_KNOWN:
        detail = f"{row.collector_code} is inactive since {shown(since)}, cash {shown(row.recorded_at)}"
        yield _named("a collector who has left takes no cash", case, detail)


def own_shift(case: PaymentCase) -> Iterator[AuditViolation]:
    """Cash is in a shift of the collector who took it."""
    row, shift = case.payment, case.shift
    if shift is not None and shift.collector_code != row.collector_code:
        yield _named(
            "cash is in the own shift of its collector",
            case,
            f"taken by {row.collector_code}, in shift {shift.shift_id} of {shift.collector_code}",
        )


def shift_was_open(case: PaymentCase) -> Iterator[AuditViolation]:
    """The shift was open when the cash was recorded, and a reversal leaves the box of that shift only."""
    row, shift, reversal = case.payment, case.shift, case.reversal
    if shift is None:
        return
    rule = "cash moves while its shift is open"
    for what, at in (("recorded", row.recorded_at), ("reversed", _left_the_box(reversal))):
        if at is None:
            continue
        if at < shift.opened_at - SKEW:
            yield _named(rule, case, f"{what} {shown(at)}, shift opened {shown(shift.opened_at)}")
        if shift.closed_at is not None and at > shift.closed_at + SKEW:
            yield _named(rule, case, f"{what} {shown(at)}, shift closed {shown(shift.closed_at)}")
    if reversal is not None and reversal.shift_id not in (None, row.shift_id):
        yield _named(rule, case, f"taken in shift {row.shift_id}, paid back from {reversal.shift_id}")


def times_in_order(case: PaymentCase) -> Iterator[AuditViolation]:
    """Recorded, then signed, then printed; reversed after that; and what a payment says of its time fits."""
    row, rule = case.payment, "the times of a payment are in order"
    # What was recorded before the server's time counted has no stated time, and was received near it only.
    if abs(row.received_at - row.recorded_at) > (_RECEIVED_NEAR if row.stated_at is None else SKEW):
        yield _named(rule, case, f"received {shown(row.received_at)}, recorded {shown(row.recorded_at)}")
    if case.signed is not None:
        signed_at = datetime.fromtimestamp(case.signed.claims.issued_at, UTC)
        if signed_at < row.recorded_at - SKEW:
            yield _named(rule, case, f"signed {shown(signed_at)}, before it was recorded {shown(row.recorded_at)}")
        if case.job is not None and signed_at > case.job.created_at + SKEW and not _signed_anew(case):
            yield _named(rule, case, f"signed {shown(signed_at)}, printed from {shown(case.job.created_at)}")
        if (
            case.reversal is not None
            and case.void is not None
            and case.void.claims.issued_at < case.signed.claims.issued_at
        ):
            yield _named(rule, case, "its receipt was voided before it was signed")
    if case.reversal is not None and case.reversal.reversed_at < row.recorded_at - SKEW:
        yield _named(rule, case, f"reversed {shown(case.reversal.reversed_at)}, recorded {shown(row.recorded_at)}")
    for receipt in (case.signed, case.void):
        if receipt is None or receipt.written_at is None:
            continue
        signed_at = datetime.fromtimestamp(receipt.claims.issued_at, UTC)
        if abs(signed_at - receipt.written_at) > _SIGNED_NEAR:
            yield _named(rule, case, f"signed {shown(signed_at)}, written {shown(receipt.written_at)}")
    for part in case.parts:
        if part.made_at < row.recorded_at - SKEW:
            yield _named(rule, case, f"cleared a bill {shown(part.made_at)}, recorded {shown(row.recorded_at)}")
        if (
            part.released_at is not None
            and row.reversed_at is None
            and (part.bill_id, part.released_at) not in case.corrected
        ):
            yield _named(rule, case, "a part was released and the payment stands")


def reversal_as_signed(case: PaymentCase) -> Iterator[AuditViolation]:
    """A reversal stands as the void receipt was signed: who, when, why, over which amount."""
    if case.void is None:
        return
    event, rule = case.void.event, "a reversal stands as it was signed"
    if case.reversal is None:
        yield _named(rule, case, "voided, and no reversal is recorded")
        return
    for name in ("reversal_id", "reason", "reversed_by", "reversed_at"):
        recorded = getattr(case.reversal, name)
        if not _same(event[name], recorded):
            yield _named(rule, case, f"{name}: signed {event[name]}, recorded {shown(recorded)}")
    if case.payment.reversed_at != case.reversal.reversed_at:
        yield _named(rule, case, f"payment {shown(case.payment.reversed_at)}, {shown(case.reversal.reversed_at)}")
    for name in ("customer_code", "amount", "method", "collector_code", "shift_id"):
        if not _same(event["payment"].get(name), getattr(case.payment, name)):
            yield _named(rule, case, f"{name}: signed {event['payment'].get(name)}")
    if case.signed is not None and case.void.claims.total != -case.signed.claims.total:
        yield _named(rule, case, f"voids {-case.void.claims.total} of {case.signed.claims.total}")


def number_as_noted(case: PaymentCase) -> Iterator[AuditViolation]:
    """Billing names the number that was signed."""
    if case.signed is None or case.payment.receipt_number is None:
        return
    series = case.signed.claims.symbol
    noted = case.payment.receipt_number
    number = f"{case.signed.claims.number:08d}"
    if noted.split(" ")[-1] != number or not series.endswith(noted.split(" ")[0]):
        yield _named("billing names the number that was signed", case, f"{noted}, signed {series} {number}")
    if case.payment.receipt_id != case.signed.receipt_id:
        yield _named("billing names the number that was signed", case, f"receipt {case.payment.receipt_id}")


def visit_of_collector(case: PaymentCase) -> Iterator[AuditViolation]:
    """Cash that names a visit was taken by who made it, and the visit was not taken back before.

    It may be recorded after the cash: while the customer service is down, nobody verifies it.
    """
    row, visit = case.payment, case.visit
    if visit is None or row.method != CASH:
        return
    rule = "cash names a visit that its collector had made"
    if visit.collector_code != row.collector_code:
        yield _named(rule, case, f"taken by {row.collector_code}, visited by {visit.collector_code}")
    if visit.withdrawn_at is not None and visit.withdrawn_at < row.recorded_at - SKEW:
        yield _named(rule, case, f"taken {shown(row.recorded_at)}, withdrawn {shown(visit.withdrawn_at)}")


def printed_where_taken(case: PaymentCase) -> Iterator[AuditViolation]:
    """The receipt is queued on the phone that the payment names."""
    job, row = case.job, case.payment
    if job is None:
        return
    rule = "a receipt is printed by the phone of its payment"
    if row.device_id is not None and job.device_id != row.device_id:
        yield _named(rule, case, f"payment by {row.device_id}, queued on {job.device_id}")
    if job.customer_code != row.customer_code or job.kind != "receipt":
        yield _named(rule, case, f"queued as {job.kind} of {job.customer_code}")


def has_its_receipts(case: PaymentCase) -> Iterator[AuditViolation]:
    """Each payment has a receipt, void exactly when the payment is reversed."""
    if case.signed is None:
        yield _named("a payment has a receipt", case, f"{case.payment.amount} đồng without one")
    if (case.void is None) != (case.reversal is None):
        detail = f"voided: {case.void is not None}, reversed: {case.reversal is not None}"
        yield _named("a receipt is void exactly when its payment is reversed", case, detail)


def announced_to_phones(case: PaymentCase) -> Iterator[AuditViolation]:
    """Payments and reversals are announced to the phones of the customer's collector, once, with what is owed then."""
    for what, signed, at in (
        ("payment.recorded", case.signed, case.payment.recorded_at),
        ("payment.reversed", case.void, case.payment.reversed_at),
    ):
        if case.feed is not None and signed is not None and at is not None and case.feed.covers(at):
            yield from _announced(case, what, signed.event, case.feed.of(case.payment.payment_id, what))


def _announced(
    case: PaymentCase, what: str, event: Mapping[str, Any], found: Sequence[Announcement]
) -> Iterator[AuditViolation]:
    rule = "each payment is announced to the phones whose customer it is"
    own = event["customer"]["collector"]["collector_code"]
    concerned = {own}
    if what == "payment.reversed" and event["payment"]["collector_code"] is not None:
        concerned.add(event["payment"]["collector_code"])
    sent_to = sorted(announced.collector_code for announced in found)
    if sent_to != sorted(concerned):
        yield _named(rule, case, f"{what}: sent to {sent_to or 'nobody'}, concerns {sorted(concerned)}")
    expected = (
        event["payment"]["customer_code"],
        event["payment"]["amount"],
        event["payment"]["method"],
        event["account"]["version"],
        event["account"]["debt"],
    )
    for sent in found:
        was = (sent.customer_code, sent.amount, sent.method, sent.version, sent.debt)
        if was != expected:
            yield _named(rule, case, f"{what}: sent {was}, signed {expected}")


_RECEIVED_NEAR = timedelta(hours=25)
"""Older versions kept the time that the phone stated."""

_SIGNED_NEAR = timedelta(minutes=1)
"""A receipt is signed and written in one transaction; the clocks of service and database differ by little."""

RULES: tuple[Rule, ...] = (
    payment_as_signed,
    claims_as_event,
    bills_as_signed,
    cleared_as_signed,
    clearing_recomputed,
    method_fits,
    collector_of_device,
    device_could_act,
    collector_was_active,
    own_shift,
    shift_was_open,
    times_in_order,
    reversal_as_signed,
    number_as_noted,
    visit_of_collector,
    printed_where_taken,
)
"""What holds at any moment."""

RULES_WHEN_SETTLED: tuple[Rule, ...] = (announced_to_phones,)
"""What holds once the events that are under way have arrived."""

RULES_OF_CHANGES: tuple[Rule, ...] = (has_its_receipts,)
"""What holds then, too; a complete audit has it from comparing all payments with all receipts."""


def _signed_anew(case: PaymentCase) -> bool:
    """Whether the receipt was written after it had been queued: issued again behind a gap of lost numbers.

    By the database's clock, not by the one that signed.
    """
    written_at = case.signed.written_at if case.signed else None
    return written_at is not None and case.job is not None and written_at > case.job.created_at + SKEW


def _left_the_box(reversal: RecordedReversal | None) -> datetime | None:
    return reversal.reversed_at if reversal is not None and reversal.shift_id is not None else None


def _same(signed: Any, recorded: Any) -> bool:
    if isinstance(recorded, datetime):
        return signed is None or moment_of(signed) == recorded
    if isinstance(recorded, UUID):
        return bool(signed == str(recorded))
    return bool((signed or None) == (recorded or None))


def _named(rule: str, case: PaymentCase, detail: str) -> AuditViolation:
    return AuditViolation("between", rule, str(case.payment.payment_id), detail)
