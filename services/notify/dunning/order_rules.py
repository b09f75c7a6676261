"""Who may approve a cut-off list, and what becomes of an order to cut when something changes. Pure."""

from datetime import date, datetime

from services.notify.domain.causes import Cause
from services.notify.dunning.rules import Case, DunningRule, Standing, blockers_of, is_notified, standing
from shared.clock import VIETNAM, business_day
from shared.contracts.actor import Actor
from shared.contracts.notify import Blocker, CutList, CutListState, CutOrder, CutOrderKind, CutOrderState
from shared.problems import Conflict, NotAllowed
from shared.second_person import is_same_person

LAPSED = "lapsed"
"""Why an order was withdrawn: its day is over."""
NOT_POSSIBLE = "not_possible"
NOT_DUE = "not_due"
"""A notice or the warning counts no more: taken back with its visit, too old, or an older bill is owed again."""
CUT_ANYWAY = "cut_after_withdrawal"
"""Why a reconnection was ordered: supply was cut after the order had been withdrawn."""
MOST_ON_LIST = 500
"""Customers of one list: more are no day's work of a unit."""


class NoDayOfCut(Conflict):
    """Supply is not cut in the unit on this day, or the day is over."""

    slug = "no-day-of-cut"
    title = "Supply is not cut on this day"
    usual_detail = "Điện lực không ngừng cấp điện vào ngày này."


class NobodyToCutOff(Conflict):
    """Nobody of the unit may be cut off on this day."""

    slug = "nobody-to-cut-off"
    title = "Nobody may be cut off on this day"
    usual_detail = "Không có khách hàng nào đủ điều kiện ngừng cấp điện vào ngày này."


class CutListEnded(Conflict):
    """The list was approved or discarded, or its day is over; ``facts`` have its state."""

    slug = "cut-list-ended"
    title = "The cut-off list has ended"
    usual_detail = "Danh sách ngừng cấp điện này đã kết thúc."


class SecondPersonNeeded(NotAllowed):
    """Who made a list cannot approve it."""

    slug = "second-person-needed"
    title = "Another person has to approve the cut-off list"
    usual_detail = "Danh sách ngừng cấp điện phải do người khác với người lập duyệt."


class CutOrderEnded(Conflict):
    """Somebody else has reported the order; ``facts`` have its state."""

    slug = "cut-order-ended"
    title = "The order has ended"
    usual_detail = "Lệnh này đã được báo kết quả."


class WarningOver(Conflict):
    """The warning does not count any more; ``facts.why`` says what blocks it, where something does."""

    slug = "warning-over"
    title = "The warning does not count any more"
    usual_detail = "Thông báo ngừng cấp điện này không còn hiệu lực."


class ReadingMissing(Conflict):
    """What was done at a meter comes with what the meter shows."""

    slug = "reading-missing"
    title = "The meter's reading is missing"
    usual_detail = "Hãy nhập chỉ số công tơ."


def require_may_approve(cut_list: CutList, approver: Actor, today: date) -> None:
    """Refuse a list that has ended, and whoever made it. Raises :class:`CutListEnded`, :class:`SecondPersonNeeded`."""
    require_asked(cut_list)
    if cut_list.day < today:
        raise CutListEnded(facts={"state": cut_list.state.value, "day": cut_list.day.isoformat()})
    if is_same_person(cut_list.made_by, approver):
        raise SecondPersonNeeded


def require_asked(cut_list: CutList) -> None:
    """Refuse a list that was approved or discarded. Raises :class:`CutListEnded`."""
    if cut_list.state is not CutListState.ASKED:
        raise CutListEnded(facts={"state": cut_list.state.value})


def moment_on(rule: DunningRule, day: date, moment: datetime) -> datetime:
    """Return at which moment it is asked who may be cut off on a day: its first hour, or now if that has passed."""
    return max(datetime.combine(day, rule.cut.opens, VIETNAM), moment)


def on_list(rule: DunningRule, case: Case, day: date, moment: datetime) -> Standing | None:
    """Return where a customer stands who may be cut off on a day, as far as is known now; None for whoever may not."""
    # A promise for tomorrow blocks a list for the day after: whoever keeps it has paid by then.
    found = standing(rule, case, moment_on(rule, day, moment))
    return found if found.is_cut_due else None


def withdrawal_cause(
    order: CutOrder, debt_due_on: date, case: Case | None, nothing_left: Cause, rule: DunningRule
) -> str | None:
    """Return why an open order to cut is withdrawn; None where it stays. ``debt_due_on``: of the debt it is for."""
    if order.kind is not CutOrderKind.CUT or order.state is not CutOrderState.OPEN:
        return None
    if case is None or case.debt_due_on > debt_due_on:
        return nothing_left.value
    if case.debt_due_on < debt_due_on:
        # A payment was taken back: of the older bill that is owed again nobody was told.
        return NOT_DUE
    blockers = blockers_of(rule, case) - {Blocker.CUT_OFF}
    if blockers:
        return min(blockers).value
    return None if is_notified(rule, case) else NOT_DUE


def reconnection_cause(order: CutOrder, case: Case | None, nothing_left: Cause, rule: DunningRule) -> str | None:
    """Return why supply that was cut is to come back; None where it does not.

    All that was overdue when it was cut has to be paid. Instalments that were agreed, and a customer who must not be
    cut off, bring it back, too.
    """
    if order.kind is not CutOrderKind.CUT or order.state is not CutOrderState.DONE or order.ended_at is None:
        return None
    if case is None:
        return nothing_left.value
    if case.debt_due_on >= business_day(order.ended_at):
        return Cause.PAID.value
    back = blockers_of(rule, case) & {Blocker.INSTALMENTS, Blocker.PROTECTED}
    return min(back).value if back else None
