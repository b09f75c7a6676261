from services.notify.store.reminders import reminders_of
from shared.contracts.notify import GetReminders, ReminderHistory
from shared.messaging import UnitOfWork


async def get_reminders(request: GetReminders, work: UnitOfWork) -> ReminderHistory:
    """Return a customer's reminders, the latest first."""
    return ReminderHistory(reminders=await reminders_of(work.connection, request.customer_code, request.limit))
