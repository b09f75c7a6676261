"""A collector says that cash of the open shift is handed in."""

from services.billing.proven_deposits import prove_by_known
from services.billing.shifts.hand_ins import (
    HandInWaits,
    SlipAlreadyStated,
    check_stated,
    existing_hand_in,
    slip_number_of,
)
from services.billing.shifts.rules import ShiftAlreadyClosed, existing
from services.billing.store import bank_credits, hand_ins, shifts
from services.billing.store.hand_ins import Deposit
from shared.clock import Clock
from shared.contracts.billing import HandInPlace, HandInReply, StateHandIn
from shared.messaging.unit_of_work import UnitOfWork
from shared.photos import read_photo


async def state_hand_in(request: StateHandIn, work: UnitOfWork, *, clock: Clock) -> HandInReply:
    """Keep what is handed in: to a cashier, who counts it then, or at a bank. The shift is locked.

    A deposit leaves the box now: nobody counts it at the closing. Until the bank or the office confirms it, it counts
    to the ceiling. Its credit may have come before, and was locked before the shift.
    """
    connection = work.connection
    shift = existing(await shifts.lock(connection, request.shift_id))
    if shift.closed_at is not None:
        raise ShiftAlreadyClosed("Ca thu tiền này đã quyết toán.", facts={"closed_at": shift.closed_at.isoformat()})
    slip_number = slip_number_of(request.place, request.slip_number)
    check_stated(request.amount, request.denominations, shift.cash_in_hand)
    # Clocks of several copies differ by a little; nothing is handed in before the shift is opened.
    moment = max(clock(), shift.opened_at)
    if request.place is HandInPlace.CASHIER:
        other = await hand_ins.waiting_for_cashier(connection, request.shift_id)
        if other is not None:
            raise HandInWaits(
                "Lần nộp tiền trước chưa được thủ quỹ kiểm đếm.", facts={"hand_in_id": str(other.hand_in_id)}
            )
    jpeg = read_photo(request.photo) if request.photo else None
    device_id = work.actor.device_id or request.device_id
    if not await hand_ins.add(connection, request, slip_number, moment, device_id, work.actor):
        known = await hand_ins.of_slip(connection, slip_number)
        raise SlipAlreadyStated("Giấy nộp tiền này đã được khai báo.", facts={"hand_in_id": str(known)})
    if jpeg is not None:
        await hand_ins.keep_photo(connection, request.hand_in_id, jpeg, moment)
    if request.place is HandInPlace.BANK:
        deposit = Deposit(request.hand_in_id, slip_number, request.amount, moment)
        waiting = await bank_credits.lock_waiting_of(connection, request.amount, is_again=True)
        await prove_by_known(deposit, waiting, work, moment)
    hand_in = existing_hand_in(await hand_ins.find(connection, request.hand_in_id))
    return HandInReply(
        hand_in=hand_in, shift=existing(await shifts.find(connection, request.collector_code, request.shift_id))
    )
