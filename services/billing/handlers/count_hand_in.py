"""Count what a collector hands in while the shift is open, or confirm a deposit at a bank."""

from uuid import UUID

from services.billing.bank_credits.rules import require_waiting
from services.billing.proven_deposits import settle_credit
from services.billing.shifts.hand_ins import CreditNotOfHandIn, check_count, existing_hand_in, require_uncounted
from services.billing.shifts.rules import ShiftAlreadyClosed, existing, require_other_device
from services.billing.store import bank_credits, hand_ins, shifts
from services.billing.store.bank_credits import StoredCredit
from shared.clock import Clock
from shared.contracts.billing import CountHandIn, HandIn, HandInPlace, HandInReply
from shared.messaging.unit_of_work import UnitOfWork


async def count_hand_in(request: CountHandIn, work: UnitOfWork, *, clock: Clock) -> HandInReply:
    """Keep what another person counted, on another device. Credit, hand-in and shift are locked.

    A cashier's count leaves the box, whatever the collector has said. A deposit has left it when it was stated.
    """
    connection = work.connection
    hand_in = existing_hand_in(await hand_ins.find(connection, request.hand_in_id))
    require_uncounted(hand_in)
    shift = existing(await shifts.lock(connection, hand_in.shift_id))
    if hand_in.place is HandInPlace.CASHIER and shift.closed_at is not None:
        raise ShiftAlreadyClosed("Ca đã kết, tiền nằm trong lần đếm của ca.", facts={"shift_id": str(shift.shift_id)})
    device_id = work.actor.device_id or request.device_id
    require_other_device(device_id, [await hand_ins.stated_on(connection, request.hand_in_id)])
    difference = check_count(hand_in, request.counted_cash, request.denominations, request.reason)
    # Clocks of several copies differ by a little; nobody counts before it is stated.
    moment = max(clock(), hand_in.stated_at)
    if request.credit_id is not None:
        credit = await _locked_credit(request.credit_id, request.counted_cash, hand_in, work)
        await settle_credit(credit, request.hand_in_id, work, moment)
    await hand_ins.count(connection, request, difference, moment, device_id, work.actor)
    return HandInReply(
        hand_in=existing_hand_in(await hand_ins.find(connection, request.hand_in_id)),
        shift=existing(await shifts.find(connection, hand_in.collector_code, hand_in.shift_id)),
    )


async def _locked_credit(credit_id: UUID, counted_cash: int, hand_in: HandIn, work: UnitOfWork) -> StoredCredit:
    credit = await bank_credits.lock_one(work.connection, credit_id)
    if credit is None or credit.outgoing or hand_in.place is not HandInPlace.BANK:
        raise CreditNotOfHandIn("Khoản báo có này không phải của lần nộp tiền.")
    require_waiting(credit.state)
    if credit.amount != counted_cash:
        raise CreditNotOfHandIn(
            "Số tiền của khoản báo có khác số xác nhận.",
            facts={"credit_amount": credit.amount, "counted_cash": counted_cash},
        )
    return credit
