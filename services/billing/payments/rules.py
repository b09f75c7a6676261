"""Rules of payments and credit; no input or output. Amounts are whole đồng."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from shared.clock import VIETNAM
from shared.contracts.billing import Bill
from shared.contracts.common import PaymentMethod
from shared.dated_rules import DatedRule, rule_in_force
from shared.money import format_dong
from shared.problems import Conflict, InvalidRequest


class AlreadyPaid(Conflict):
    """Cash for what is already paid: the first payment's facts are in ``facts``."""

    slug = "already-paid"
    title = "Already paid"


class BillCorrectedSince(Conflict):
    """Cash for a bill of which nothing is owed any more, because it was put right: ``facts`` name it."""

    slug = "bill-corrected"
    title = "The bill was corrected"


class NothingToPay(Conflict):
    """Cash from a customer who owes nothing and has paid nothing."""

    slug = "nothing-to-pay"
    title = "Nothing to pay"


class ReferenceAlreadyRecorded(Conflict):
    """A partner's or bank's transaction that is already recorded as another payment."""

    slug = "reference-already-recorded"
    title = "This transaction is already recorded"


class AmountImplausible(Conflict):
    """More money than anybody pays in advance: ``facts`` have the amount, the debt and the most that is recorded."""

    slug = "amount-implausible"
    title = "The amount is too far above what is owed"


class PlausibleAmountRule(DatedRule):
    """How much more than is owed one payment may bring."""

    above_debt: int = Field(ge=0, le=10_000_000_000)
    """đồng."""


USUAL_AMOUNTS = PlausibleAmountRule(in_force_from=date.min, above_debt=500_000_000)


def check_amount(amount: int, debt: int, rules: Sequence[PlausibleAmountRule], unit_code: str, day: date) -> None:
    """Refuse an amount that is too far above the debt. Raises :class:`AmountImplausible`.

    It is no rule of money: what lies at the bank is recorded, but a mistyped amount is none.
    """
    most = debt + rule_in_force(rules, unit_code, day, default=USUAL_AMOUNTS).above_debt
    if amount > most:
        raise AmountImplausible(
            f"Số tiền {format_dong(amount)} lớn hơn nợ {format_dong(debt)} quá nhiều (tối đa {format_dong(most)}). "
            "Hãy kiểm tra lại số tiền và mã khách hàng.",
            facts={"amount": amount, "debt": debt, "most": most},
        )


class AlreadyReversed(Conflict):
    """A payment can be reversed once."""

    slug = "already-reversed"
    title = "Already reversed"


class AlreadyReported(Conflict):
    """A payment is reported once."""

    slug = "already-reported"
    title = "Already reported as taken by mistake"


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


@dataclass(frozen=True, slots=True)
class FirstPayment:
    """The facts of the payment that was first, for the refusal of a second one."""

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


def refuse_corrected(closed: Sequence[Bill]) -> None:
    """Raise :class:`BillCorrectedSince` where a bill that the payer saw stands no more, whether money came or not."""
    for bill in closed:
        if bill.corrected_by and not bill.stands:
            new = bill.corrected_by[-1].new_bill
            instead = f" Hóa đơn thay thế: {new.bill_number}." if new is not None else ""
            raise BillCorrectedSince(
                f"Hóa đơn {bill.bill_number} đã được điều chỉnh, không còn phải trả.{instead} "
                "Hãy xem lại số nợ rồi thu.",
                facts={
                    "bill_number": bill.bill_number,
                    "new_bill_number": new.bill_number if new is not None else None,
                },
            )


def check_payer(method: PaymentMethod, collector_code: str | None, collection_point_code: str | None) -> None:
    """Raise :class:`InvalidRequest` for a payment without the one who received it."""
    if method is PaymentMethod.CASH and collector_code is None:
        raise InvalidRequest("Tiền mặt phải có mã thu ngân.", slug="collector-missing")
    if method is PaymentMethod.COLLECTION_POINT and collection_point_code is None:
        raise InvalidRequest("Thiếu mã điểm thu.", slug="collection-point-missing")
