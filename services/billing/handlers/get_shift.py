from services.billing.shifts.rules import existing
from services.billing.store import shifts
from shared.contracts.billing import GetShift, ShiftReply
from shared.messaging.unit_of_work import UnitOfWork


async def get_shift(request: GetShift, work: UnitOfWork) -> ShiftReply:
    """Return a shift with its totals up to now."""
    return ShiftReply(shift=existing(await shifts.find(work.connection, request.collector_code, request.shift_id)))
