"""Open the cash box of a collector."""

from collections.abc import Sequence

from services.billing.shifts.rules import (
    UNSETTLED,
    CashBoxRule,
    ShiftAlreadyOpen,
    cash_box_rule,
    check_float,
    existing,
    next_ceiling,
)
from services.billing.store import collectors, hand_ins, reversals, shifts
from shared.client_times import AT_THE_DOOR
from shared.clock import Clock, business_day
from shared.contracts.billing import GetShifts, OpenShift, ShiftReply
from shared.idempotency import same_id_other_content
from shared.messaging.unit_of_work import UnitOfWork


async def open_shift(
    request: OpenShift, work: UnitOfWork, *, clock: Clock, cash_ceiling: int, cash_box_rules: Sequence[CashBoxRule]
) -> ShiftReply:
    """Open a shift; a collector has one at a time. The collector's cash box is locked.

    Refused while an earlier shift's difference waits for a decision, where the unit's rule says so, and while the cash
    of earlier shifts that nobody has counted leaves no room. Cash of closed shifts that the collector was told to give
    back leaves this box.
    """
    connection, code = work.connection, request.collector_code
    moment = clock()
    AT_THE_DOOR.require("opened_at", request.opened_at, moment)
    other = await shifts.find(connection, code, None)
    if other is not None and other.shift_id != request.shift_id:
        raise ShiftAlreadyOpen(
            "Thu ngân đang có một ca chưa quyết toán.",
            facts={"shift_id": str(other.shift_id), "opened_at": other.opened_at.isoformat()},
        )
    unit_code = await collectors.unit_of(connection, code)
    rule = cash_box_rule(cash_box_rules, code, unit_code, business_day(moment))
    check_float(request.opening_float, rule)
    found = await shifts.listed(connection, GetShifts(states=UNSETTLED, collector_code=code))
    unproven = await hand_ins.unproven_of(connection, code)
    ceiling = next_ceiling(rule, cash_ceiling, [one.shift for one in found], request.opening_float, unproven=unproven)
    if not await shifts.add(connection, request, moment, work.actor, cash_ceiling=ceiling, unit_code=unit_code):
        raise same_id_other_content(request.shift_id)
    await reversals.take_into_shift(connection, request.shift_id, code, moment)
    return ShiftReply(shift=existing(await shifts.find(connection, code, request.shift_id)))
