"""Open the cash box of a collector."""

from services.billing.shifts.rules import ShiftAlreadyOpen, existing
from services.billing.store import answers, shifts
from shared.contracts.billing import OpenShift, ShiftReply
from shared.messaging.unit_of_work import UnitOfWork


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
    reply = ShiftReply(shift=existing(await shifts.find(connection, request.collector_code, request.shift_id)))
    await answers.keep(connection, request, request.shift_id, mark, reply)
    return reply
