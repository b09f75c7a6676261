from services.notify.store.reminders import cancel_of_visit
from shared.contracts.customer import VisitWithdrawn
from shared.messaging import UnitOfWork


async def withdraw_reminder(event: VisitWithdrawn, work: UnitOfWork) -> None:
    """Cancel the reminder of a visit that was taken back, where it has not left."""
    await cancel_of_visit(work.connection, event.visit.visit_id)
