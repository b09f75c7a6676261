"""Close the cash box of a collector."""

from collections.abc import Sequence

from services.billing.shifts.rules import (
    NAMED_PAYMENTS,
    CashBoxRule,
    ShiftAlreadyClosed,
    cash_box_rule,
    cash_difference,
    existing,
)
from services.billing.store import accounts, collectors, hand_ins, reversals, shifts
from shared.client_times import AT_THE_DOOR
from shared.clock import Clock, business_day
from shared.contracts.billing import CloseShift, ShiftClosed, ShiftReply
from shared.messaging.unit_of_work import UnitOfWork


async def close_shift(
    request: CloseShift, work: UnitOfWork, *, clock: Clock, cash_box_rules: Sequence[CashBoxRule]
) -> ShiftReply:
    """Close a shift with the counted cash: a declaration, until a second person has counted.

    Cash that arrives meanwhile is in it, or refused: never half.

    The shift is locked.
    """
    connection = work.connection
    shift = existing(await shifts.find(connection, request.collector_code, request.shift_id))
    if shift.closed_at is not None:
        raise ShiftAlreadyClosed("Ca thu tiền này đã quyết toán.", facts={"closed_at": shift.closed_at.isoformat()})
    moment = clock()
    AT_THE_DOOR.require("closed_at", request.closed_at, moment)
    # What waits since an opening by a version before, or since one that did not see it yet.
    await reversals.take_into_shift(connection, request.shift_id, request.collector_code, moment)
    shift = existing(await shifts.find(connection, request.collector_code, request.shift_id))
    difference = cash_difference(shift.cash_in_hand, request.counted_cash, request.denominations, request.explanation)
    unit_code = await collectors.unit_of(connection, request.collector_code)
    rule = cash_box_rule(cash_box_rules, request.collector_code, unit_code, business_day(moment))
    # Clocks of several copies differ by a little; no shift closes before it opened.
    await shifts.close(connection, request, max(moment, shift.opened_at), difference, rule.difference_limit, work.actor)
    closed = existing(await shifts.find(connection, request.collector_code, request.shift_id))
    name = await accounts.collector_name(connection, request.collector_code)
    are_named = closed.totals.payments <= NAMED_PAYMENTS
    await work.emit(
        ShiftClosed(
            shift=closed,
            payment_ids=await shifts.payments_standing(connection, request.shift_id) if are_named else [],
            collector_name=name or request.collector_code,
            device_id=request.device_id,
            actor=work.actor,
            handover=await hand_ins.handover_of(connection, request.shift_id, request.device_id),
        ),
        aggregate=request.collector_code,
    )
    return ShiftReply(shift=closed)
