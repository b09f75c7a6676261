from services.billing.store import bill_runs
from shared.contracts.billing import GetWaitingReadings, ReadingsWaiting
from shared.messaging.unit_of_work import UnitOfWork


async def get_waiting_readings(request: GetWaitingReadings, work: UnitOfWork) -> ReadingsWaiting:
    """Return over what a bill run could be started."""
    return ReadingsWaiting(waiting=await bill_runs.waiting_by_unit(work.connection, request.unit_codes))
