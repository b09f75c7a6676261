"""Opening, reading and closing a collector's shift."""

from services.billing.domain import ShiftAlreadyClosed, ShiftAlreadyOpen, cash_difference
from services.billing.store import accounts, answers, shifts
from shared.contracts.billing import CloseShift, GetShift, OpenShift, Shift, ShiftClosed, ShiftReply
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import NotFound


async def open_shift(request: OpenShift, work: UnitOfWork, *, cash_ceiling: int) -> ShiftReply:
    """Open a shift; a collector has one at a time. Repeatable."""
    connection = work.connection
    mark = answers.fingerprint(request)
    if repeated := await answers.find(connection, request, request.shift_id, mark, ShiftReply):
        return repeated
    if not await shifts.add(connection, request, cash_ceiling):
        # The same request may have been answered while the insert waited for it.
        if repeated := await answers.find(connection, request, request.shift_id, mark, ShiftReply):
            return repeated
        other = await shifts.find(connection, request.collector_code, None)
        if other is None or other.shift_id == request.shift_id:
            raise answers.other_content()
        raise ShiftAlreadyOpen(
            "Thu ngân đang có một ca chưa quyết toán.",
            facts={"shift_id": str(other.shift_id), "opened_at": other.opened_at.isoformat()},
        )
    reply = ShiftReply(shift=_found(await shifts.find(connection, request.collector_code, request.shift_id)))
    await answers.keep(connection, request, request.shift_id, mark, reply)
    return reply


async def get_shift(request: GetShift, work: UnitOfWork) -> ShiftReply:
    """Return a shift with its totals up to now."""
    return ShiftReply(shift=_found(await shifts.find(work.connection, request.collector_code, request.shift_id)))


async def close_shift(request: CloseShift, work: UnitOfWork) -> ShiftReply:
    """Close a shift with the counted cash. Cash that arrives meanwhile is in it, or refused: never half."""
    connection = work.connection
    shift = await shifts.lock(connection, request.shift_id)
    if shift is None or shift.collector_code != request.collector_code:
        raise NotFound("Không có ca thu tiền này.")
    mark = answers.fingerprint(request, without={"device_id"})
    if repeated := await answers.find(connection, request, request.shift_id, mark, ShiftReply):
        return repeated
    if shift.closed_at is not None:
        raise ShiftAlreadyClosed("Ca thu tiền này đã quyết toán.", facts={"closed_at": shift.closed_at.isoformat()})
    difference = cash_difference(shift.cash_in_hand, request.counted_cash, request.denominations, request.explanation)
    await shifts.close(connection, request, difference)
    closed = _found(await shifts.find(connection, request.collector_code, request.shift_id))
    name = await accounts.collector_name(connection, request.collector_code)
    await work.emit(
        ShiftClosed(
            shift=closed,
            payment_ids=await shifts.payments_standing(connection, request.shift_id),
            collector_name=name or request.collector_code,
            device_id=request.device_id,
        ),
        aggregate=request.collector_code,
    )
    reply = ShiftReply(shift=closed)
    await answers.keep(connection, request, request.shift_id, mark, reply)
    return reply


def _found(shift: Shift | None) -> Shift:
    if shift is None:
        raise NotFound("Không có ca thu tiền đang mở.")
    return shift
