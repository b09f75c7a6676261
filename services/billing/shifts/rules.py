"""Rules of a collector's cash box; no input or output. Amounts are whole đồng."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from shared.clock import VIETNAM
from shared.contracts.billing import Shift, ShiftState, TakenBackPayment
from shared.contracts.common import CollectorCode
from shared.dated_rules import DatedRule, rule_in_force
from shared.money import format_dong
from shared.problems import Conflict, InvalidRequest, NotAllowed, NotFound


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


class FloatTooHigh(Conflict):
    """The change at the beginning is more than the unit allows: ``facts.largest_float``."""

    slug = "float-too-high"
    title = "More change than the unit allows"


class ShiftBlocked(Conflict):
    """A difference of an earlier shift waits for a supervisor's decision."""

    slug = "shift-blocked"
    title = "An earlier shift differs from the books"


class CashNotHandedIn(Conflict):
    """The cash of earlier shifts that no cashier has counted leaves no room for another shift."""

    slug = "cash-not-handed-in"
    title = "Cash of earlier shifts is not handed in"


class ShiftNotDeclared(Conflict):
    """The shift is open: its collector, or the office, closes it first."""

    slug = "shift-not-declared"
    title = "The shift is open"


class ShiftAlreadyConfirmed(Conflict):
    """A second person has counted already, or the shift was closed before there was a second count."""

    slug = "shift-already-confirmed"
    title = "The shift is confirmed"


class ShiftNotDifferent(Conflict):
    """There is no difference to decide over, or no cashier has counted yet."""

    slug = "shift-not-different"
    title = "No confirmed difference above the limit"


class CashSettled(Conflict):
    """Cash that was given back is in a settlement already, or the office has given it back."""

    slug = "cash-settled"
    title = "The cash is in a settlement, or somebody else has given it back"


class SecondPersonNeeded(NotAllowed):
    """Who declared cannot confirm, and who did either cannot decide."""

    slug = "second-person-needed"
    title = "Another person has to do this"
    usual_detail = "Ca này phải do người khác, trên máy khác, kiểm đếm hoặc quyết định."


NAMED_PAYMENTS = 1_000
"""So many payments of a shift are named when it is closed: a message has its limit, and a shift has none."""

UNSETTLED = [ShiftState.DECLARED, ShiftState.DIFFERENT]
"""Closed shifts over which two people do not agree yet."""


class OverLimit(StrEnum):
    """What a difference above the limit does to the collector's next shift."""

    BLOCK = "block"
    LOWER_CEILING = "lower_ceiling"


class CashBoxRule(DatedRule):
    """What bounds a cash box, and when a difference needs a supervisor. Amounts in đồng."""

    collectors: frozenset[CollectorCode] = frozenset()
    """The collectors that it is for; empty: all that have none of their own."""
    largest_float: int = Field(ge=0, le=10**12)
    cash_ceiling: int | None = Field(default=None, gt=0, le=10**12)
    """None: the service's setting."""
    difference_limit: int = Field(ge=0, le=10**12)
    over_limit: OverLimit = OverLimit.BLOCK
    lowered_ceiling: int | None = Field(default=None, ge=0, le=10**12)

    def scopes(self) -> set[str]:
        """Return for whom it is, so that two rules of one day for the same are refused."""
        units = super().scopes()
        return {f"{collector} {unit}" for collector in self.collectors or {"all"} for unit in units}

    @model_validator(mode="after")
    def _names_the_lowered_ceiling(self) -> Self:
        if (self.over_limit is OverLimit.LOWER_CEILING) != (self.lowered_ceiling is not None):
            raise ValueError("lowered_ceiling goes with over_limit: lower_ceiling")
        return self


UNBOUNDED = CashBoxRule(in_force_from=date.min, largest_float=10**12, difference_limit=0)


def cash_box_rule(rules: Sequence[CashBoxRule], collector_code: str, unit_code: str, day: date) -> CashBoxRule:
    """Return the rule of a collector of a unit on a day: the collector's own before that of the unit."""
    own = [rule for rule in rules if collector_code in rule.collectors]
    for_all = [rule for rule in rules if not rule.collectors]
    general = rule_in_force(for_all, unit_code, day, default=UNBOUNDED)
    return rule_in_force(own, unit_code, day, default=general)


def check_float(opening_float: int, rule: CashBoxRule) -> None:
    """Raise :class:`FloatTooHigh` for more change than the unit allows."""
    if opening_float > rule.largest_float:
        raise FloatTooHigh(
            f"Tiền lẻ đầu ca nhiều nhất là {format_dong(rule.largest_float)}.",
            facts={"opening_float": opening_float, "largest_float": rule.largest_float},
        )


def next_ceiling(
    rule: CashBoxRule, usual_ceiling: int, unsettled: Sequence[Shift], opening_float: int = 0, *, unproven: int = 0
) -> int:
    """Return the ceiling of a collector's next shift, given those that are not settled.

    What no cashier has counted may still be in the collector's hand, whatever the collector counted; so may deposits at
    banks that nobody has confirmed (``unproven``, đồng). Raises :class:`ShiftBlocked` and :class:`CashNotHandedIn`.
    """
    ceiling = rule.cash_ceiling or usual_ceiling
    different = [shift for shift in unsettled if shift.state is ShiftState.DIFFERENT]
    if different and rule.over_limit is OverLimit.BLOCK:
        raise _blocked(different[-1])
    if different and rule.lowered_ceiling is not None:
        ceiling = min(ceiling, rule.lowered_ceiling)
    held = unproven + sum(max(shift.cash_in_hand, 0) for shift in unsettled if shift.confirmation is None)
    if ceiling - held <= opening_float:
        raise CashNotHandedIn(
            f"Còn {format_dong(held)} của ca trước chưa nộp cho thủ quỹ. Hãy nộp tiền rồi mở ca mới.",
            facts={"not_handed_in": held, "cash_ceiling": ceiling, "shift_ids": [str(s.shift_id) for s in unsettled]},
        )
    return ceiling - held


def _blocked(shift: Shift) -> ShiftBlocked:
    count = shift.confirmation or shift
    difference = count.difference or 0
    side = "thừa" if difference > 0 else "thiếu"
    day = f"{shift.opened_at.astimezone(VIETNAM):%d/%m/%Y}"
    waits = "chờ thủ quỹ kiểm đếm" if shift.confirmation is None else "chờ người quản lý quyết định"
    return ShiftBlocked(
        f"Ca ngày {day} {side} {format_dong(abs(difference))}, {waits}. Chưa mở được ca mới.",
        facts={
            "shift_id": str(shift.shift_id),
            "difference": difference,
            "difference_limit": shift.difference_limit,
            "confirmed": shift.confirmation is not None,
        },
    )


def require_other_device(device_id: UUID, earlier: Sequence[UUID | None]) -> None:
    """Raise :class:`SecondPersonNeeded` where the device has done an earlier step of the same settlement."""
    if device_id in earlier:
        raise SecondPersonNeeded


def existing(shift: Shift | None) -> Shift:
    """Return the shift; raise :class:`NotFound` where there is none."""
    if shift is None:
        raise NotFound("Không có ca thu tiền đang mở.")
    return shift


def known_reversal(reversal: TakenBackPayment | None) -> TakenBackPayment:
    """Return the reversal; raise :class:`NotFound` where there is none."""
    if reversal is None:
        raise NotFound("Không có lần hủy thu này.")
    return reversal


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
    check_denominations(counted_cash, denominations)
    difference = counted_cash - cash_in_hand
    if difference and not explanation.strip():
        side = "thừa" if difference > 0 else "thiếu"
        raise InvalidRequest(
            f"Tiền đếm được {side} {format_dong(abs(difference))} so với sổ. Hãy ghi lý do chênh lệch.",
            slug="difference-not-explained",
            facts={"cash_in_hand": cash_in_hand, "counted_cash": counted_cash, "difference": difference},
        )
    return difference


def check_second_count(declared_cash: int, counted_cash: int, denominations: Mapping[str, int], note: str) -> None:
    """Raise :class:`InvalidRequest` where a cashier's count differs from the collector's without a note."""
    check_denominations(counted_cash, denominations)
    if counted_cash != declared_cash and not note.strip():
        raise InvalidRequest(
            f"Thu ngân kê khai {format_dong(declared_cash)}, đếm được {format_dong(counted_cash)}. Hãy ghi chú.",
            slug="difference-not-explained",
            facts={"declared_cash": declared_cash, "counted_cash": counted_cash},
        )


def check_denominations(counted_cash: int, denominations: Mapping[str, int]) -> None:
    """Raise :class:`InvalidRequest` where notes are given that do not add up to the counted cash."""
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
