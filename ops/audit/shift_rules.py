"""Shifts recomputed from the cash that moved in them. Pure."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ops.audit.moments import SKEW, shown
from services.billing.audit import CashMovement, RecordedShift
from shared.audit import AuditViolation


def one_shift_at_a_time(shifts: Sequence[RecordedShift]) -> Iterator[AuditViolation]:
    """A collector has one shift at a time; ``shifts`` by collector and opening."""
    for before, after in pairwise(shifts):
        if before.collector_code != after.collector_code:
            continue
        if before.closed_at is None or after.opened_at < before.closed_at - SKEW:
            yield _named(
                "a collector has one shift at a time",
                after,
                f"opened {shown(after.opened_at)}, shift {before.shift_id} closed {shown(before.closed_at)}",
            )


def within_ceiling(shifts: Sequence[RecordedShift], cash: Sequence[CashMovement]) -> Iterator[AuditViolation]:
    """The box never held more than its ceiling; ``cash`` by shift and moment."""
    known = {shift.shift_id: shift for shift in shifts}
    held: dict[object, int] = {}
    for moved in cash:
        shift = known.get(moved.shift_id)
        if shift is None:
            continue
        now = held.get(moved.shift_id, shift.opening_float) + moved.amount
        held[moved.shift_id] = now
        if moved.amount > 0 and now > shift.cash_ceiling:
            yield _named(
                "a cash box holds no more than its ceiling",
                shift,
                f"{now} of {shift.cash_ceiling} with payment {moved.payment_id}",
            )


def _named(rule: str, shift: RecordedShift, detail: str) -> AuditViolation:
    return AuditViolation("billing", rule, str(shift.shift_id), detail)
