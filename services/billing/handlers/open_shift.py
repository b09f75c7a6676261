"""Open the cash box of a collector."""

from services.billing.shifts.rules import ShiftAlreadyOpen, existing
from services.billing.store import shifts
from shared.client_times import AT_THE_DOOR
from shared.clock import Clock
from shared.contracts.billing import OpenShift, ShiftReply
from shared.idempotency import same_id_other_content
from shared.messaging.unit_of_work import UnitOfWork


async def open_shift(request: OpenShift, work: UnitOfWork, *, clock: Clock, cash_ceiling: int) -> ShiftReply:
    """Open a shift; a collector has one at a time. The collector's cash box is locked."""
    connection = work.connection
    moment = clock()
    AT_THE_DOOR.require("opened_at", request.opened_at, moment)
    if not await shifts.add(connection, request, moment, cash_ceiling, work.actor):
        other = await shifts.find(connection, request.collector_code, None)
        if other is None or other.shift_id == request.shift_id:
            raise same_id_other_content(request.shift_id)
        raise ShiftAlreadyOpen(
            "Thu ngân đang có một ca chưa quyết toán.",
            facts={"shift_id": str(other.shift_id), "opened_at": other.opened_at.isoformat()},
        )
    return ShiftReply(shift=existing(await shifts.find(connection, request.collector_code, request.shift_id)))
