"""Rules of bills, payments, credit, shifts and notices; no input or output. Amounts are whole đồng."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from shared.clock import VIETNAM
from shared.contracts.billing import NoticeKind
from shared.contracts.common import NextStep, Outcome, PaymentMethod
from shared.money import format_dong
from shared.problems import Conflict, InvalidRequest

NAMESPACE = UUID("6f1f8a0e-7c39-4b52-9d57-3d1c0b6e2a41")
"""Names ids that follow from what they are for, so that doing it again gives the same id."""


class AlreadyPaid(Conflict):
    """Cash for what is already paid: the first payment's facts are in ``facts``."""

    slug = "already-paid"
    title = "Already paid"


class NothingToPay(Conflict):
    """Cash from a customer who owes nothing and has paid nothing."""

    slug = "nothing-to-pay"
    title = "Nothing to pay"


class NoOpenShift(Conflict):
    """Cash without an open shift of the collector."""

    slug = "no-open-shift"
    title = "The collector has no open shift"


class CashCeilingReached(Conflict):
    """The cash box would hold more than the ceiling."""

    slug = "cash-ceiling-reached"
    title = "Too much cash in hand"


class ReferenceAlreadyRecorded(Conflict):
    """A partner's or bank's transaction that is already recorded as another payment."""

    slug = "reference-already-recorded"
    title = "This transaction is already recorded"


class AlreadyReversed(Conflict):
    """A payment can be taken back once."""

    slug = "already-reversed"
    title = "Already reversed"


class ShiftAlreadyOpen(Conflict):
    """The collector has another open shift."""

    slug = "shift-already-open"
    title = "Another shift is open"


class ShiftAlreadyClosed(Conflict):
    """The shift is closed."""

    slug = "shift-already-closed"
    title = "The shift is closed"


@dataclass(frozen=True, slots=True)
class Debt:
    """What is open of one bill."""

    bill_id: UUID
    vat: int
    principal: int


@dataclass(frozen=True, slots=True)
class Cleared:
    """The part of a bill that money has cleared."""

    bill_id: UUID
    vat: int
    principal: int


@dataclass(frozen=True, slots=True)
class Credit:
    """What is left of a payment."""

    payment_id: UUID
    amount: int


@dataclass(frozen=True, slots=True)
class CreditUse:
    """Credit of one payment that cleared a bill."""

    payment_id: UUID
    cleared: Cleared


def clear(amount: int, debts: Sequence[Debt]) -> tuple[list[Cleared], int]:
    """Clear ``debts`` with ``amount``, in their order (the oldest first), VAT before principal within a bill.

    Returns what was cleared and what is left. No đồng appears or disappears.
    """
    cleared = []
    for debt in debts:
        vat = min(amount, debt.vat)
        principal = min(amount - vat, debt.principal)
        if vat + principal:
            cleared.append(Cleared(debt.bill_id, vat, principal))
            amount -= vat + principal
    return cleared, amount


def use_credit(available: Sequence[Credit], debts: Sequence[Debt]) -> list[CreditUse]:
    """Clear ``debts`` with credit, both in their order."""
    uses: list[CreditUse] = []
    open_debts = {debt.bill_id: debt for debt in debts}
    for credit in available:
        cleared, _ = clear(credit.amount, list(open_debts.values()))
        for part in cleared:
            debt = open_debts[part.bill_id]
            open_debts[part.bill_id] = replace(debt, vat=debt.vat - part.vat, principal=debt.principal - part.principal)
            uses.append(CreditUse(credit.payment_id, part))
    return uses


def bill_number(customer_code: str, year: int, month: int, cycle: int) -> str:
    """Return the number of a bill: customer, month, cycle. Letters and digits only, so that it fits a bank transfer."""
    return f"{customer_code}T{month:02d}{year}K{cycle}"


def notice_id(visit_id: UUID, kind: NoticeKind) -> UUID:
    """Return the id of the notice of a visit: one of each kind, however often the visit is told."""
    return uuid5(NAMESPACE, f"notice {visit_id} {kind.value}")


def notice_kind(outcome: Outcome, next_step: NextStep, *, has_notice: bool) -> NoticeKind | None:
    """Return which notice a visit puts on paper; None when the customer already holds the right one.

    A customer who was met got a notice to check; who then cannot pay keeps it, unless the way leads to a collection
    point: that notice names the nearest ones. What counts is whether the visit has a notice: a customer who owed
    nothing when met got none.
    """
    if outcome is Outcome.CANNOT_PAY and next_step is NextStep.COLLECTION_POINT:
        return NoticeKind.COLLECTION_POINT
    if has_notice:
        return None
    if outcome is Outcome.AWAY:
        return NoticeKind.AWAY
    return NoticeKind.CANNOT_PAY if outcome is Outcome.CANNOT_PAY else NoticeKind.CHECK


@dataclass(frozen=True, slots=True)
class FirstPayment:
    """The facts of the payment that was first, for whoever wants to pay again."""

    payment_id: UUID
    amount: int
    method: PaymentMethod
    received_at: datetime
    collector_code: str | None
    collector_name: str | None
    collection_point_code: str | None
    collection_point_name: str | None
    receipt_number: str | None

    def facts(self) -> dict[str, str | int | None]:
        """Return the facts as a problem carries them."""
        return {
            "payment_id": str(self.payment_id),
            "amount": self.amount,
            "method": self.method.value,
            "received_at": self.received_at.isoformat(),
            "collector_code": self.collector_code,
            "collector_name": self.collector_name,
            "collection_point_code": self.collection_point_code,
            "collection_point_name": self.collection_point_name,
            "receipt_number": self.receipt_number,
        }

    def sentence(self) -> str:
        """Return who took how much, how and when, in Vietnamese."""
        who = {
            PaymentMethod.CASH: f"thu ngân {self.collector_name or self.collector_code} thu tiền mặt",
            PaymentMethod.TRANSFER: "chuyển khoản",
            PaymentMethod.COLLECTION_POINT: f"thu tại {self.collection_point_name or self.collection_point_code}",
        }[self.method]
        when = self.received_at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
        receipt = f", biên nhận {self.receipt_number}" if self.receipt_number else ""
        return f"Đã thanh toán {format_dong(self.amount)} ({who} lúc {when}{receipt})."


def already_paid(first: FirstPayment) -> AlreadyPaid:
    """Return the refusal of cash for something that another payment has cleared."""
    return AlreadyPaid(f"{first.sentence()} Không thu tiền lần nữa.", facts=first.facts())


def check_payer(method: PaymentMethod, collector_code: str | None, collection_point_code: str | None) -> None:
    """Raise :class:`InvalidRequest` for a payment that does not say who took it."""
    if method is PaymentMethod.CASH and collector_code is None:
        raise InvalidRequest("Tiền mặt phải có mã thu ngân.", slug="collector-missing")
    if method is PaymentMethod.COLLECTION_POINT and collection_point_code is None:
        raise InvalidRequest("Thiếu mã điểm thu.", slug="collection-point-missing")


def check_ceiling(cash_in_hand: int, amount: int, ceiling: int) -> None:
    """Raise :class:`CashCeilingReached` when ``amount`` more would exceed the ceiling."""
    if cash_in_hand + amount > ceiling:
        raise CashCeilingReached(
            f"Đang giữ {format_dong(cash_in_hand)}, thu thêm {format_dong(amount)} sẽ vượt hạn mức "
            f"{format_dong(ceiling)}. Hãy nộp bớt tiền và quyết toán ca.",
            facts={"cash_in_hand": cash_in_hand, "amount": amount, "cash_ceiling": ceiling},
        )


def cash_difference(cash_in_hand: int, counted_cash: int, denominations: Mapping[str, int], explanation: str) -> int:
    """Return counted cash less cash in hand; raise :class:`InvalidRequest` where the count needs another look.

    Denominations, when given, must add up to the counted cash, and a difference must be explained.
    """
    if denominations:
        if any(not note.isdecimal() or int(note) == 0 or pieces < 0 for note, pieces in denominations.items()):
            raise InvalidRequest("Mệnh giá và số tờ phải là số nguyên không âm.", slug="bad-denominations")
        added_up = sum(int(note) * pieces for note, pieces in denominations.items())
        if added_up != counted_cash:
            raise InvalidRequest(
                f"Các mệnh giá cộng lại là {format_dong(added_up)}, khác số tiền đếm {format_dong(counted_cash)}.",
                slug="denominations-do-not-add-up",
                facts={"denominations_total": added_up, "counted_cash": counted_cash},
            )
    difference = counted_cash - cash_in_hand
    if difference and not explanation.strip():
        side = "thừa" if difference > 0 else "thiếu"
        raise InvalidRequest(
            f"Tiền đếm được {side} {format_dong(abs(difference))} so với sổ. Hãy ghi lý do chênh lệch.",
            slug="difference-not-explained",
            facts={"cash_in_hand": cash_in_hand, "counted_cash": counted_cash, "difference": difference},
        )
    return difference
