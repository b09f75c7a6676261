"""Which bills a partner's payment may clear, and when the partner may take it back. Pure."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.billing.payments.rules import AlreadyReversed
from shared.clock import VIETNAM
from shared.contracts.billing import Bill, BillChoice
from shared.money import format_dong
from shared.problems import Conflict, NotFound


class BillNotOpen(Conflict):
    """A bill that a partner's payment names is paid, was corrected, or is no bill of this customer."""

    slug = "bill-not-open"
    title = "A bill of the payment is not open"


class BillsNotAllowed(Conflict):
    """A partner's payment leaves out bills that have to be paid with, or before, those that it names."""

    slug = "bills-not-allowed"
    title = "These bills may not be paid apart from others"


class AmountDiffers(Conflict):
    """A partner's payment is not what its bills come to."""

    slug = "amount-differs"
    title = "The amount is not what the bills come to"


class PartnerCeilingReached(Conflict):
    """The partner would hold more of the utility's money of one day than was agreed."""

    slug = "partner-ceiling-reached"
    title = "The partner's daily ceiling is reached"


class PartnerPaymentCancelled(Conflict):
    """The partner has cancelled this id, before or after a payment was recorded under it."""

    slug = "payment-cancelled"
    title = "The payment was cancelled"


class CancellationTooLate(Conflict):
    """A partner takes back what is not of today, or after the agreed hour."""

    slug = "cancellation-too-late"
    title = "The payment can no longer be cancelled by the partner"


class UnknownPartner(NotFound):
    """Billing has no such partner."""

    slug = "unknown-partner"
    title = "No such partner"


class NotPartnersPoint(Conflict):
    """The collection point is not this partner's."""

    slug = "not-partners-point"
    title = "The collection point is not the partner's"


def chosen_bills(open_bills: Sequence[Bill], bill_ids: Sequence[UUID], choice: BillChoice, amount: int) -> list[Bill]:
    """Return the bills that a payment clears, whole, in the order of their age.

    Raises :class:`BillNotOpen`, :class:`BillsNotAllowed` and :class:`AmountDiffers`.
    """
    wanted = set(bill_ids)
    chosen = [bill for bill in open_bills if bill.bill_id in wanted]
    if len(chosen) < len(wanted):
        closed = wanted - {bill.bill_id for bill in chosen}
        raise BillNotOpen(
            "Có hóa đơn không còn nợ. Hãy truy vấn lại và trả lại tiền cho khách hàng.",
            facts={"bill_ids": sorted(map(str, closed))},
        )
    expected = list(open_bills) if choice is BillChoice.ALL else list(open_bills[: len(chosen)])
    if choice is not BillChoice.ANY and chosen != expected:
        raise BillsNotAllowed(
            "Phải thanh toán tất cả hóa đơn còn nợ." if choice is BillChoice.ALL else "Phải trả hóa đơn cũ nhất trước.",
            facts={"bill_choice": choice.value, "bill_ids": [str(bill.bill_id) for bill in expected]},
        )
    due = sum(open_amount(bill) for bill in chosen)
    if due != amount:
        raise AmountDiffers(
            f"Số tiền {format_dong(amount)} khác tổng các hóa đơn {format_dong(due)}.",
            facts={"amount": amount, "bills": due},
        )
    return chosen


def open_amount(bill: Bill) -> int:
    """Return what is open of a bill, in đồng."""
    return bill.open_principal + bill.open_vat


def require_cancellable(until: datetime, moment: datetime, *, reversed_at: datetime | None) -> None:
    """Refuse to take back what the utility has taken back already, or too late.

    Raises :class:`~services.billing.payments.rules.AlreadyReversed` and :class:`CancellationTooLate`.
    """
    if reversed_at is not None:
        raise AlreadyReversed("Điện lực đã hủy khoản thanh toán này.")
    if moment >= until:
        raise CancellationTooLate(
            f"Chỉ được hủy trước {until.astimezone(VIETNAM):%H:%M %d/%m/%Y}. Hãy liên hệ điện lực.",
            facts={"until": until.isoformat()},
        )


def shown_name(name: str) -> str:
    """Return a name as a partner shows it to the payer: initials, and the last word in full (``N. T. Hạnh``)."""
    words = name.split()
    return " ".join([*(f"{word[0]}." for word in words[:-1]), *words[-1:]])


class DifferenceSettled(Conflict):
    """A difference between a partner's books and the register is settled once."""

    slug = "difference-settled"
    title = "The difference is settled already"
