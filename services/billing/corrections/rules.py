"""What becomes of a wrong bill, and of the money on it; no input or output. Amounts are whole đồng.

A bill and its adjustments are one chain. A difference upwards is a further bill; a difference downwards takes from the
chain, the latest bill first, so that what is taken from each is VAT and principal of that bill, and never more than
stands on it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.billing.payments.rules import Cleared
from services.billing.second_person import ESTIMATES_RULE, is_same_name
from shared.contracts.billing import CorrectionKind
from shared.money import format_dong
from shared.problems import Conflict, InvalidRequest, NotAllowed


class BillReplaced(Conflict):
    """Another bill has taken this one's place, and is the one to be corrected: ``facts.bill_number``."""

    slug = "bill-replaced"
    title = "Another bill has taken its place"


class MethodFixed(Conflict):
    """A bill that was adjusted is adjusted again, one that was replaced is replaced again (TT 91/2026 art. 10)."""

    slug = "correction-method-fixed"
    title = "The first method of correction is kept"


class NothingToCorrect(Conflict):
    """Computed anew, the bill comes to the same amounts."""

    slug = "nothing-to-correct"
    title = "The bill comes to the same"
    usual_detail = "Tính lại vẫn ra đúng số tiền của hóa đơn: không có gì để điều chỉnh."


class DifferenceChanged(Conflict):
    """The difference is not the one that was asked for and approved: ``facts`` have both."""

    slug = "difference-changed"
    title = "The difference is another one now"


class RateChanged(Conflict):
    """The bill computed anew has another VAT rate: it has no difference at one rate, and can only be replaced."""

    slug = "vat-rate-changed"
    title = "Another VAT rate: replace the bill"
    usual_detail = "Thuế suất GTGT khác với hóa đơn cũ: hãy lập hóa đơn thay thế."


class SamePersonTwice(NotAllowed):
    """Who asked for a correction cannot approve it."""

    slug = "second-person-needed"
    title = "Who asked cannot approve"
    usual_detail = "Việc này phải do người khác duyệt."


class CannotBeBilled(InvalidRequest):
    """No bill can be computed from the corrected readings and facts."""

    slug = "cannot-be-billed"
    title = "No bill can be computed from this"


@dataclass(frozen=True, slots=True)
class Amounts:
    """VAT and what is before it."""

    vat: int
    principal: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.vat + self.principal

    def less(self, other: "Amounts") -> "Amounts":
        """Return what is left without ``other``."""
        return Amounts(self.vat - other.vat, self.principal - other.principal)


NOTHING = Amounts(0, 0)


@dataclass(frozen=True, slots=True)
class StandingBill:
    """A bill of a chain with what stands of it: its amounts less what earlier corrections took off."""

    bill_id: UUID
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Reduction:
    """What a correction takes off a bill."""

    bill_id: UUID
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class StandingPart:
    """What money clears of a bill, as one allocation."""

    allocation_id: int
    payment_id: UUID
    bill_id: UUID
    vat: int
    principal: int

    @property
    def cleared(self) -> Cleared:
        """What it cleared."""
        return Cleared(self.bill_id, self.vat, self.principal)


@dataclass(frozen=True, slots=True)
class CorrectionPlan:
    """What a correction does to bills."""

    before: Amounts
    after: Amounts
    reductions: tuple[Reduction, ...]
    further: Amounts | None
    """Of the bill that is issued; None where none is."""

    @property
    def difference(self) -> int:
        """By how much more is owed, đồng; negative for less."""
        return self.after.total - self.before.total


def check_people(asked_by: str, approved_by: str) -> None:
    """Raise :class:`SamePersonTwice` where one person asked and approved, or no person did."""
    if is_same_name(asked_by, approved_by) or any(is_same_name(one, ESTIMATES_RULE) for one in (asked_by, approved_by)):
        raise SamePersonTwice


def check_method(kind: CorrectionKind, first: CorrectionKind | None) -> None:
    """Raise :class:`MethodFixed` for another method than that of the first correction."""
    if first is not None and kind is not first:
        named = {CorrectionKind.ADJUSTMENT: "điều chỉnh", CorrectionKind.REPLACEMENT: "thay thế"}
        raise MethodFixed(
            f"Hóa đơn này đã được {named[first]}: lần sau cũng phải {named[first]}.", facts={"method": first.value}
        )


def check_difference(plan: CorrectionPlan, expected: int | None) -> None:
    """Raise :class:`DifferenceChanged` where another difference was asked for."""
    if expected is not None and expected != plan.difference:
        raise DifferenceChanged(
            f"Chênh lệch nay là {format_dong(plan.difference)}, không phải {format_dong(expected)} như đã đề nghị. "
            "Hãy xem lại rồi đề nghị lại.",
            facts={"difference": plan.difference, "expected": expected},
        )


def plan_correction(kind: CorrectionKind, chain: Sequence[StandingBill], after: Amounts) -> CorrectionPlan:
    """Return what becomes of a chain of bills (the first one issued first) that should have come to ``after``.

    Raises :class:`NothingToCorrect`. What stands of all bills changes by exactly ``after`` less what stood.
    """
    before = _sum(bill.amounts for bill in chain)
    if after == before:
        raise NothingToCorrect
    if kind is CorrectionKind.REPLACEMENT:
        taken = tuple(Reduction(bill.bill_id, bill.amounts) for bill in chain if bill.amounts.total)
        return CorrectionPlan(before, after, taken, after)
    more = after.less(before)
    if more.vat >= 0 and more.principal >= 0:
        return CorrectionPlan(before, after, (), more)
    return CorrectionPlan(before, after, tuple(_take(chain, before.less(after))), None)


def _take(chain: Sequence[StandingBill], amounts: Amounts) -> Iterable[Reduction]:
    """Take amounts off a chain, the latest bill first; at one rate there is enough VAT where there is principal."""
    left = amounts
    for bill in reversed(chain):
        taken = Amounts(min(left.vat, bill.amounts.vat), min(left.principal, bill.amounts.principal))
        if taken.total:
            yield Reduction(bill.bill_id, taken)
        left = left.less(taken)


def parts_to_release(
    bills: Sequence[StandingBill], reductions: Sequence[Reduction], parts: Sequence[StandingPart]
) -> list[StandingPart]:
    """Return which allocations no longer fit their bills once those are reduced, the latest ones of each bill.

    ``parts`` in the order of clearing. What is open of a bill goes first: an allocation is released as a whole only
    where it and the earlier ones are more than is left of the bill's VAT or principal. The money is credit then, and
    clears what is open.
    """
    stands = {bill.bill_id: bill.amounts for bill in bills}
    released = []
    for reduction in reductions:
        limit = stands[reduction.bill_id].less(reduction.amounts)
        kept, fits = NOTHING, True
        for part in parts:
            if part.bill_id != reduction.bill_id:
                continue
            kept = Amounts(kept.vat + part.vat, kept.principal + part.principal)
            fits = fits and kept.vat <= limit.vat and kept.principal <= limit.principal
            if not fits:
                released.append(part)
    return released


def _sum(amounts: Iterable[Amounts]) -> Amounts:
    vat = principal = 0
    for each in amounts:
        vat += each.vat
        principal += each.principal
    return Amounts(vat, principal)
