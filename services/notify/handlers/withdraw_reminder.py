from services.notify.store.accounts import withdraw_promise
from services.notify.store.reminders import cancel_of_visit
from shared.contracts.customer import VisitWithdrawn
from shared.messaging import UnitOfWork


async def withdraw_reminder(event: VisitWithdrawn, work: UnitOfWork) -> None:
    """Cancel the reminder of a visit that was taken back, where it has not left, and forget what was agreed."""
    await withdraw_promise(work.connection, event.visit.customer_code, event.visit.visit_id)
    await cancel_of_visit(work.connection, event.visit.visit_id)
