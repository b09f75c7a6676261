"""Rules of cash that is handed in while the shift is open; no input or output. Amounts are whole đồng."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from services.billing.bank_credits.rules import squeezed
from services.billing.shifts.rules import check_denominations
from shared.contracts.billing import HandIn, HandInPlace, HandInState
from shared.money import format_dong
from shared.problems import Conflict, InvalidRequest, NotFound
from shared.text import plain_signs, without_accents

LEAST_SLIP, MOST_SLIP = 6, 30
"""Letters and digits of a slip number: shorter ones stand in other texts by chance."""
DEPOSIT_LASTS = timedelta(days=10)
"""So far a bank credit may be from the moment at which its deposit was stated: banks take days over holidays, and short
slip numbers come again."""


class HandInWaits(Conflict):
    """Another hand-in of the shift waits for a cashier: ``facts.hand_in_id``."""

    slug = "hand-in-waits"
    title = "Another hand-in waits for a cashier"


class HandInTooLarge(Conflict):
    """More than the box holds by the books: ``facts.cash_in_hand``."""

    slug = "hand-in-too-large"
    title = "More than the cash box holds"


class SlipAlreadyStated(Conflict):
    """The deposit slip is another hand-in's: ``facts.hand_in_id``."""

    slug = "slip-already-stated"
    title = "The deposit slip is another hand-in's"


class HandInCounted(Conflict):
    """Somebody has counted or confirmed it."""

    slug = "hand-in-counted"
    title = "The hand-in is counted"


class CreditNotOfHandIn(Conflict):
    """A bank credit can be named of a deposit only, and it must have come in."""

    slug = "credit-not-of-hand-in"
    title = "The bank credit cannot be this hand-in"


def existing_hand_in(hand_in: HandIn | None) -> HandIn:
    """Return the hand-in; raise :class:`NotFound` where there is none."""
    if hand_in is None:
        raise NotFound("Không có lần nộp tiền này.")
    return hand_in


def slip_number_of(place: HandInPlace, text: str) -> str:
    """Return the letters and digits of a deposit slip's number; empty for a cashier.

    Raises :class:`InvalidRequest` (``bad-slip-number``) where a deposit has none that a bank's text can be found by.
    """
    number = squeezed(text)
    if (place is HandInPlace.BANK) != bool(number) or (number and not LEAST_SLIP <= len(number) <= MOST_SLIP):
        raise InvalidRequest(
            f"Nộp tại ngân hàng phải có số giấy nộp tiền từ {LEAST_SLIP} đến {MOST_SLIP} chữ số.",
            slug="bad-slip-number",
            facts={"least": LEAST_SLIP, "most": MOST_SLIP},
        )
    return number


def check_stated(amount: int, denominations: Mapping[str, int], cash_in_hand: int) -> None:
    """Refuse a hand-in whose notes do not add up, or of more than the box holds by the books."""
    check_denominations(amount, denominations)
    if amount > cash_in_hand:
        raise HandInTooLarge(
            f"Trong ca chỉ còn {format_dong(max(cash_in_hand, 0))}, không nộp được {format_dong(amount)}.",
            facts={"cash_in_hand": cash_in_hand, "amount": amount},
        )


def require_uncounted(hand_in: HandIn) -> None:
    """Refuse what is counted already. Raises :class:`HandInCounted`."""
    if hand_in.state is HandInState.COUNTED:
        raise HandInCounted("Lần nộp tiền này đã được kiểm đếm.", facts={"hand_in_id": str(hand_in.hand_in_id)})


def check_count(hand_in: HandIn, counted_cash: int, denominations: Mapping[str, int], reason: str) -> int:
    """Return counted less stated.

    Raises :class:`InvalidRequest` where notes do not add up, or a difference has no reason.
    """
    check_denominations(counted_cash, denominations)
    if counted_cash != hand_in.amount and not reason.strip():
        raise InvalidRequest(
            f"Thu ngân nói nộp {format_dong(hand_in.amount)}, đếm được {format_dong(counted_cash)}. Hãy ghi lý do.",
            slug="difference-not-explained",
            facts={"stated": hand_in.amount, "counted_cash": counted_cash},
        )
    return counted_cash - hand_in.amount


def tells_of(slip_number: str, stated_at: datetime, *, content: str, reference: str, transacted_at: datetime) -> bool:
    """Whether what a bank tells of a credit names a deposit slip by itself, near the time at which it was stated."""
    if abs(transacted_at - stated_at) > DEPOSIT_LASTS:
        return False
    plain = without_accents(plain_signs(content)).upper()
    named = re.search(rf"(?<![0-9A-Z]){re.escape(slip_number)}(?![0-9A-Z])", plain) is not None
    return named or squeezed(reference) == slip_number
