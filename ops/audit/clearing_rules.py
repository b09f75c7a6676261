"""The ledger of one customer, replayed: which bill was cleared when, with what. Pure.

A bug that clears the wrong bill, or money that an administrator has moved from one bill to another, leaves every sum
right; the order does not come right.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from ops.audit.moments import SKEW, shown
from services.billing.audit import ClearedPart, IssuedBill, RecordedReduction
from shared.audit import AuditViolation


def check_clearing(
    bills: Sequence[IssuedBill], parts: Sequence[ClearedPart], reductions: Sequence[RecordedReduction] = ()
) -> Iterator[AuditViolation]:
    """Yield what is wrong with the order of clearing; ``bills`` by period, ``parts`` in the order of clearing.

    ``reductions``: what corrections took off bills, and when; from then on it has not to be cleared.
    """
    known = {bill.bill_id: bill for bill in bills}
    taken: dict[UUID, list[RecordedReduction]] = defaultdict(list)
    for each in reductions:
        taken[each.bill_id].append(each)
    before: dict[UUID, list[ClearedPart]] = defaultdict(list)
    # Without those that parts which were never released have cleared: nothing later finds them open.
    open_bills = list(bills)
    for part in parts:
        bill = known.get(part.bill_id)
        if bill is None:
            yield _named("a payment clears bills of its own customer", str(part.payment_id), f"bill {part.bill_id}")
            continue
        if part.made_at < bill.issued_at - SKEW:
            yield _named(
                "a bill is cleared after it was issued",
                bill.bill_number,
                f"cleared {shown(part.made_at)}, issued {shown(bill.issued_at)}",
            )
        # Which bills a partner's payment has to name is for a rule of its own.
        if not part.is_named:
            yield from _oldest_first(part, bill, open_bills, before, taken)
        yield from _vat_first(part, bill, before[part.bill_id], taken[part.bill_id])
        before[part.bill_id].append(part)
        kept = sum(each.vat + each.principal for each in before[part.bill_id] if each.released_at is None)
        if kept >= bill.total and bill in open_bills:
            open_bills.remove(bill)


def _oldest_first(
    part: ClearedPart,
    bill: IssuedBill,
    bills: Sequence[IssuedBill],
    before: dict[UUID, list[ClearedPart]],
    taken: dict[UUID, list[RecordedReduction]],
) -> Iterator[AuditViolation]:
    for older in bills:
        if older.period >= bill.period:
            return
        if older.issued_at > part.made_at - SKEW:
            continue  # it may not have been there yet
        open_then = older.total - sum(
            each.vat + each.principal for each in before[older.bill_id] if _stood(each, part.made_at)
        )
        open_then -= sum(each.vat + each.principal for each in taken[older.bill_id] if _was_taken(each, part.made_at))
        if open_then > 0:
            yield _named(
                "the oldest bill is cleared first",
                str(part.payment_id),
                f"{bill.bill_number} was cleared while {open_then} of the older {older.bill_number} was open",
            )


def _vat_first(
    part: ClearedPart, bill: IssuedBill, before: Sequence[ClearedPart], taken: Sequence[RecordedReduction]
) -> Iterator[AuditViolation]:
    if not part.principal:
        return
    vat = part.vat + sum(each.vat for each in before if _stood(each, part.made_at))
    vat += sum(each.vat for each in taken if _was_taken(each, part.made_at))
    if vat < bill.vat:
        yield _named(
            "VAT of a bill is cleared before its principal",
            str(part.payment_id),
            f"{bill.bill_number}: {part.principal} of the principal while {bill.vat - vat} of the VAT was open",
        )


def _stood(part: ClearedPart, at: datetime) -> bool:
    """Whether an earlier part stood at a moment; what was released about then may have."""
    return part.released_at is None or part.released_at > at - SKEW


def _was_taken(reduction: RecordedReduction, at: datetime) -> bool:
    """Whether a correction had taken off its part at a moment; about then it may have."""
    return reduction.corrected_at < at + SKEW


def _named(rule: str, subject: str, detail: str) -> AuditViolation:
    return AuditViolation("billing", rule, subject, detail)
