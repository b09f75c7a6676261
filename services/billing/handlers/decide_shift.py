"""A supervisor's decision over the difference of a shift."""

from collections.abc import Sequence

from services.billing.commissions.rules import CommissionRule
from services.billing.paid_commissions import pay_commission
from services.billing.shifts.rules import ShiftNotDifferent, existing, require_other_device
from services.billing.store import shifts
from shared.clock import Clock
from shared.contracts.billing import DecideShift, GetShifts, ShiftDecided, ShiftReply, ShiftState
from shared.messaging.unit_of_work import UnitOfWork


async def decide_shift(
    request: DecideShift, work: UnitOfWork, *, clock: Clock, commission_rules: Sequence[CommissionRule]
) -> ShiftReply:
    """Keep what becomes of a difference above the limit, once a cashier has counted. The shift is locked.

    The commission of its receipts is settled with it.
    """
    connection = work.connection
    shift = existing(await shifts.lock(connection, request.shift_id))
    if shift.state is not ShiftState.DIFFERENT or shift.confirmation is None:
        raise ShiftNotDifferent(
            "Ca thu tiền này không có chênh lệch đã kiểm đếm cần quyết định.", facts={"state": shift.state}
        )
    require_other_device(
        work.actor.device_id or request.device_id, await shifts.devices_of_settlement(connection, request.shift_id)
    )
    moment = max(clock(), shift.confirmation.confirmed_at)
    await shifts.decide(connection, request, moment, work.actor)
    await pay_commission(connection, request.shift_id, shift.collector_code, commission_rules, moment)
    (listed,) = await shifts.listed(connection, GetShifts(shift_id=request.shift_id))
    await work.emit(
        ShiftDecided(shift=listed.shift, device_id=request.device_id, actor=work.actor),
        aggregate=listed.shift.collector_code,
    )
    return ShiftReply(shift=listed.shift)
