from services.billing.shifts.rules import existing
from services.billing.store import hand_ins, shifts
from shared.contracts.billing import GetHandover, GetShifts, HandoverReply
from shared.messaging.unit_of_work import UnitOfWork


async def get_handover(request: GetHandover, work: UnitOfWork) -> HandoverReply:
    """Return a shift with what is handed over."""
    found = await shifts.listed(work.connection, GetShifts(shift_id=request.shift_id))
    listed = found[0] if found else None
    shift = existing(None if listed is None else listed.shift)
    assert listed is not None  # noqa: S101 - the shift is its
    return HandoverReply(
        shift=shift,
        collector_name=listed.collector_name,
        unit_code=listed.unit_code,
        handover=await hand_ins.handover_of(work.connection, request.shift_id),
    )
