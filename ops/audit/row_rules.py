"""What rows of several databases that have one key must agree in. Pure: each rule looks at the rows of one key."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from ops.audit.actor_rules import actor_of
from services.billing.audit import ActOfTwo, BilledBill, PaymentFact, VisitNotices
from services.customer.audit import RecordedVisit
from services.gateway.audit import ApprovedAct, ReceiptJobs
from services.invoice.audit import InvoicedBill, IssuedFact
from services.notify.audit import OrderedAccount, ReminderFact
from services.notify.domain.causes import Cause
from services.receipt.audit import CountedPrints, ReceiptFact, ToldInvoice
from shared.audit import AuditViolation
from shared.contracts.receipt import ReceiptKind

_NOTICE_OUTCOMES = frozenset({"met", "away", "cannot_pay"})


def receipts_of_payment(
    payment_id: UUID, payments: Sequence[PaymentFact], receipts: Sequence[ReceiptFact]
) -> Iterator[AuditViolation]:
    """Each payment has one receipt over its amount, each reversed payment a voided one, and no receipt is alone."""
    originals = [receipt for receipt in receipts if receipt.kind is ReceiptKind.ORIGINAL]
    if not payments and originals:
        yield _between("a receipt has a payment", payment_id, "billing has never recorded it")
    for payment in payments:
        if not originals:
            yield _between("a payment has a receipt", payment_id, f"{payment.amount} đồng without one")
            continue
        receipt = originals[0]
        if receipt.total != payment.amount:
            yield _between(
                "a receipt is over its payment's amount",
                payment_id,
                f"receipt {receipt.total}, payment {payment.amount}",
            )
        if receipt.voided != payment.reversed:
            yield _between(
                "a receipt is void exactly when its payment is reversed",
                payment_id,
                f"voided: {receipt.voided}, reversed: {payment.reversed}",
            )
        if payment.receipt_id not in (None, receipt.receipt_id):
            yield _between("billing names the receipt that exists", payment_id, f"names {payment.receipt_id}")


def receipt_is_known(payment_id: UUID, payments: Sequence[PaymentFact]) -> Iterator[AuditViolation]:
    """Billing knows each payment's receipt; once events under way have arrived."""
    for payment in payments:
        if payment.receipt_id is None:
            yield _between("billing knows each payment's receipt", payment_id, "no receipt")


def jobs_of_receipt(receipt_id: UUID, *, registered: bool, jobs: int) -> Iterator[AuditViolation]:
    """A receipt is queued for printing once, and what is queued is in the register."""
    if jobs > 1:
        yield _between("a receipt is queued for printing once", receipt_id, f"{jobs} jobs")
    if jobs and not registered:
        yield _between("a receipt on paper is in the register", receipt_id, "it is not")


def prints_are_counted(receipt_id: UUID, counted: CountedPrints, queued: ReceiptJobs) -> Iterator[AuditViolation]:
    """The register has counted each attempt that may have come out; once events under way have arrived.

    It may have counted more: what was unconfirmed, and of which a person said later that nothing came out.
    """
    if counted.since is not None and queued.created_at >= counted.since and counted.prints < queued.prints:
        detail = f"{queued.prints} may have come out, {counted.prints} counted"
        yield _between("each print of a receipt is counted", receipt_id, detail)


def payment_is_printed(payments: Sequence[tuple[UUID, UUID | None]], jobs: int) -> Iterator[AuditViolation]:
    """The receipt of a payment on a phone is queued there; once events under way have arrived."""
    for payment_id, device_id in payments:
        if device_id is not None and not jobs:
            yield _between("a payment on a phone has its receipt queued there", payment_id, "no job")


def what_a_visit_led_to(
    visit_id: UUID,
    kinds: Sequence[str] | None,
    reminders: Sequence[ReminderFact],
    visits: Sequence[RecordedVisit],
    jobs: int,
    payments: Sequence[tuple[UUID, str]],
) -> Iterator[AuditViolation]:
    """An away visit that caused a notice has exactly one reminder, and no other visit has one; a notice has a visit.

    ``kinds`` of its notices, None: billing has issued none. ``visits``: its records, the last one last.
    """
    if kinds is not None:
        expected = 1 if "away" in kinds else 0
        if len(reminders) != expected:
            yield _between(
                "an away visit has one reminder", visit_id, f"{len(reminders)} reminders, {expected} expected"
            )
        if not visits:
            yield _between("a notice has a visit", visit_id, "customer has never recorded it")
    elif reminders:
        yield _between("a reminder has a notice", visit_id, "billing has issued none")
    if jobs > len(kinds or ()):
        yield _between("a notice is queued for printing once", visit_id, f"{jobs} jobs, {len(kinds or ())} notices")
    for payment_id, customer_code in payments:
        if not visits or visits[-1].customer_code != customer_code:
            found = visits[-1].customer_code if visits else "nobody"
            yield _between(
                "a payment names a visit of its customer",
                payment_id,
                f"paid for {customer_code}, the visit {visit_id} is of {found}",
            )


def notices_name_who_visited(
    visit_id: UUID, notices: VisitNotices | None, visits: Sequence[RecordedVisit]
) -> Iterator[AuditViolation]:
    """A notice names who recorded its visit; the record of a version before names nobody."""
    recorded_by = {visit.actor for visit in visits}
    if notices is None or not visits or None in recorded_by:
        return
    for kind, stored in zip(notices.kinds, notices.actors, strict=True):
        if stored is None or stored in recorded_by or actor_of(stored) in map(actor_of, recorded_by):
            continue
        others = ", ".join(sorted(str(actor_of(each)) for each in recorded_by))
        detail = f"notice {kind} by {actor_of(stored)}, visit by {others}"
        yield _between("a notice names who recorded its visit", visit_id, detail)


def visit_is_followed(
    visit_id: UUID,
    kinds: Sequence[str] | None,
    reminders: Sequence[ReminderFact],
    visits: Sequence[RecordedVisit],
    jobs: int,
) -> Iterator[AuditViolation]:
    """What a visit leads to has come, and no reminder was cancelled without a reason; once events have arrived."""
    if not visits:
        return
    visit = visits[-1]
    if kinds is None:
        if visit.outcome in _NOTICE_OUTCOMES and not visit.cleared_since:
            yield _between("a visit to somebody who owes has a notice", visit_id, visit.outcome)
    elif visit.device_id and jobs < len(kinds):
        yield _between("a notice of a visit is queued on its phone", visit_id, f"{jobs} jobs, {len(kinds)} notices")
    for reminder in reminders:
        # That there was a complaint or an agreement is seen in the database of notify itself.
        has_reason = reminder.cause in (Cause.COMPLAINT, Cause.INSTALMENTS)
        if reminder.state == "cancelled" and not has_reason and not visit.cleared_since:
            yield _between("a reminder is cancelled only when nothing is owed", visit_id, "it was owed")


def complaint_is_noted(
    complaint_id: UUID, is_open: bool | None, is_noted_open: bool | None
) -> Iterator[AuditViolation]:
    """Notify knows each complaint about a bill, and whether it is open; once events have arrived."""
    if is_open is not None and is_noted_open is not is_open:
        states = {True: "open", False: "settled", None: "unknown"}
        detail = f"{states[is_open]}, at notify {states[is_noted_open]}"
        yield _between("notify knows the complaints that are open", complaint_id, detail)


def dispute_is_known(complaint_id: UUID, is_open: bool | None, is_billed_open: bool | None) -> Iterator[AuditViolation]:
    """Billing knows whether a complaint is open; once events have arrived.

    It does not know those from before it was told: they stop all reminders of their customers until they are answered.
    """
    if is_open is not None and is_billed_open is not None and is_billed_open is not is_open:
        detail = "answered, at billing open" if is_billed_open else "open, at billing answered"
        yield _between("billing knows the complaints that are open", complaint_id, detail)


def act_is_approved(approval_id: UUID, act: ActOfTwo | None, approved: ApprovedAct | None) -> Iterator[AuditViolation]:
    """What needs two people was approved as it was done: to whom, by how much, asked and approved by whom."""
    if act is None:
        return
    rule = "what a person of the office approves was asked for and approved as it is done"
    if approved is None:
        yield _between(rule, approval_id, f"{act.kind} of {act.customer_code} over {act.amount}: no approval")
    elif act != approved[:-1]:
        yield _between(rule, approval_id, f"approved {tuple(approved[:-1])}, done {tuple(act)}")


def what_was_approved_is_done(
    approval_id: UUID, act: ActOfTwo | None, approved: ApprovedAct | None
) -> Iterator[AuditViolation]:
    """What is kept as done was done; once events have arrived."""
    if approved is not None and approved.outcome == "done" and act is None:
        detail = f"{approved.kind} of {approved.customer_code} over {approved.amount}"
        yield _between("what was approved and is kept as done was done", approval_id, detail)


def invoice_is_the_bill(
    bill_id: UUID, billed: BilledBill | None, invoiced: InvoicedBill | None
) -> Iterator[AuditViolation]:
    """An invoice comes to what its bill comes to, to the đồng; nothing is invoiced that was never billed."""
    if invoiced is None or (invoiced.own_total is None and not invoiced.taken_off):
        return
    if billed is None:
        yield _between("an invoice has a bill", bill_id, "billing has never issued it")
    elif invoiced.own_total not in {None, billed.total}:
        detail = f"the bill {billed.total}, its invoice {invoiced.own_total}"
        yield _between("an invoice comes to its bill", billed.bill_number, detail)
    elif invoiced.taken_off > billed.adjusted:
        detail = f"the bill by {billed.adjusted}, its invoice by {invoiced.taken_off}"
        yield _between("an invoice is adjusted by what its bill is", billed.bill_number, detail)
    elif invoiced.own_total is not None and billed.corrects not in {None, invoiced.corrects}:
        detail = f"the bill corrects {billed.corrects}, its invoice {invoiced.corrects or 'nothing'}"
        yield _between("an invoice corrects that of the bill which its bill corrects", billed.bill_number, detail)


def bill_is_invoiced(
    billed: BilledBill | None, invoiced: InvoicedBill | None, since: datetime | None
) -> Iterator[AuditViolation]:
    """A bill has its invoice, or is on its way to it; once events have arrived. Earlier bills have none here."""
    if billed is None or since is None or billed.issued_at < since:
        return
    if invoiced is None or (invoiced.own_total is None and not invoiced.is_noted):
        yield _between("a bill has an invoice", billed.bill_number, f"{billed.total} đồng without one")
    elif not invoiced.is_noted and invoiced.taken_off != billed.adjusted:
        detail = f"the bill by {billed.adjusted}, its invoice by {invoiced.taken_off}"
        yield _between("an adjusted bill has an adjusted invoice", billed.bill_number, detail)


def quotes_are_invoices(
    invoice_id: UUID, issued: IssuedFact | None, told: ToldInvoice | None
) -> Iterator[AuditViolation]:
    """Receipts quote invoices that are signed, as they are."""
    if told is None:
        return
    if issued is None:
        yield _between("an invoice that receipts quote was issued", f"{told.symbol} {told.number}", str(invoice_id))
    elif tuple(told) != tuple(issued)[: len(told)]:
        detail = f"quoted as {told.symbol} {told.number} of {told.made_on} for {told.bill_id}"
        yield _between("receipts quote invoices as they are", f"{issued.symbol} {issued.number}", detail)


def invoice_is_told(issued: IssuedFact | None, told: ToldInvoice | None) -> Iterator[AuditViolation]:
    """A signed invoice can be quoted; once events have arrived. Earlier ones were not told of."""
    if issued is not None and issued.is_chained and told is None:
        yield _between("receipt knows a signed invoice", f"{issued.symbol} {issued.number}", "it was not told of it")


def copies_of_customer(
    customer_code: str,
    account: tuple[int, int] | None,
    copied_account: tuple[int, int] | None,
    announced: int | None,
    copied: int | None,
) -> Iterator[AuditViolation]:
    """What other services keep of accounts and contracts is what their owner has; once events have arrived.

    Accounts are version and debt, contracts their version.
    """
    if account is not None and account[0] and copied_account != account:
        yield _between(
            "customer knows what is owed",
            customer_code,
            f"billing (version, debt) {account}, customer {copied_account}",
        )
    if announced is not None and copied != announced:
        yield _between("billing knows each customer", customer_code, f"version {announced}, billing has {copied}")


def order_follows_the_account(
    customer_code: str, account: tuple[int, int] | None, ordered: OrderedAccount | None
) -> Iterator[AuditViolation]:
    """Whoever is to be cut off, or is cut off, is so by the account that billing has; once events have arrived.

    With this, what notify keeps to itself (nobody is cut off who has paid) holds for what billing knows, too.
    """
    if ordered is not None and account is not None and ordered != account:
        rule = "whoever is to be cut off, or is, owes by the account that billing has"
        yield _between(rule, customer_code, f"billing (version, debt) {account}, notify {tuple(ordered)}")


def _between(rule: str, subject: UUID | str, detail: str) -> AuditViolation:
    return AuditViolation("between", rule, str(subject), detail)
