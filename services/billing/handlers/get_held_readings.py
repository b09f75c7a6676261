from services.billing.store import held_readings
from shared.contracts.billing import GetHeldReadings, HeldReadingsPage
from shared.messaging.unit_of_work import UnitOfWork


async def get_held_readings(request: GetHeldReadings, work: UnitOfWork) -> HeldReadingsPage:
    """Return a page of the readings that wait for a person."""
    held = await held_readings.listed(work.connection, request)
    return HeldReadingsPage(held=held, next=held[-1].period_id if len(held) == request.limit else None)
