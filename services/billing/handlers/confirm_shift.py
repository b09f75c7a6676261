"""The second count of a closed shift."""

from collections.abc import Sequence

from services.billing.commissions.rules import CommissionRule
from services.billing.paid_commissions import pay_commission
from services.billing.shifts.rules import (
    ShiftAlreadyConfirmed,
    ShiftNotDeclared,
    check_second_count,
    existing,
    require_other_device,
)
from services.billing.store import reversals, shifts
from shared.clock import Clock
from shared.contracts.billing import ConfirmShift, GetShifts, ShiftConfirmed, ShiftReply, ShiftState
from shared.messaging.unit_of_work import UnitOfWork


async def confirm_shift(
    request: ConfirmShift, work: UnitOfWork, *, clock: Clock, commission_rules: Sequence[CommissionRule]
) -> ShiftReply:
    """Keep what a cashier counted of a closed shift, by another device than the one that closed it. Locked.

    What whoever counts has given back to customers since the count before is settled with it, and where nobody has to
    decide, so is the commission of the receipts.
    """
    connection = work.connection
    shift = existing(await shifts.lock(connection, request.shift_id))
    if shift.closed_at is None or shift.counted_cash is None:
        raise ShiftNotDeclared("Ca thu tiền này chưa kết. Hãy kết ca rồi kiểm đếm.")
    if shift.confirmation is not None or shift.state is ShiftState.SETTLED:
        raise ShiftAlreadyConfirmed("Ca thu tiền này đã được kiểm đếm.")
    require_other_device(
        work.actor.device_id or request.device_id, await shifts.devices_of_settlement(connection, request.shift_id)
    )
    check_second_count(shift.counted_cash, request.counted_cash, request.denominations, request.note)
    # Clocks of several copies differ by a little; nobody counts before the shift is closed.
    moment = max(clock(), shift.closed_at)
    await shifts.confirm(connection, request, request.counted_cash - shift.cash_in_hand, moment, work.actor)
    office_id = work.actor.device_id or request.device_id
    await reversals.take_into_count(connection, request.shift_id, office_id, moment)
    (listed,) = await shifts.listed(connection, GetShifts(shift_id=request.shift_id))
    if listed.shift.state is ShiftState.SETTLED:
        await pay_commission(connection, request.shift_id, listed.shift.collector_code, commission_rules, moment)
    await work.emit(
        ShiftConfirmed(shift=listed.shift, device_id=request.device_id, actor=work.actor),
        aggregate=listed.shift.collector_code,
    )
    return ShiftReply(shift=listed.shift)
