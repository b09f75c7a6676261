"""Rules of a collector's cash box; no input or output. Amounts are whole đồng."""

from collections.abc import Mapping

from shared.contracts.billing import Shift
from shared.money import format_dong
from shared.problems import Conflict, InvalidRequest, NotFound


class NoOpenShift(Conflict):
    """Cash without an open shift of the collector."""

    slug = "no-open-shift"
    title = "The collector has no open shift"


class CashCeilingReached(Conflict):
    """The cash box would hold more than the ceiling."""

    slug = "cash-ceiling-reached"
    title = "Too much cash in hand"


class ShiftAlreadyOpen(Conflict):
    """The collector has another open shift."""

    slug = "shift-already-open"
    title = "Another shift is open"


class ShiftAlreadyClosed(Conflict):
    """The shift is closed."""

    slug = "shift-already-closed"
    title = "The shift is closed"


def existing(shift: Shift | None) -> Shift:
    """Return the shift; raise :class:`NotFound` where there is none."""
    if shift is None:
        raise NotFound("Không có ca thu tiền đang mở.")
    return shift


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
