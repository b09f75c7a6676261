from services.notify.store.receipt_links import links_of_customer
from services.notify.store.reminders import campaigns_of, reminders_of
from shared.contracts.notify import GetReminders, ReminderHistory
from shared.messaging import UnitOfWork


async def get_reminders(request: GetReminders, work: UnitOfWork) -> ReminderHistory:
    """Return a customer's reminders, campaign messages and links of receipts, the latest first."""
    return ReminderHistory(
        reminders=await reminders_of(work.connection, request.customer_code, request.limit),
        campaigns=await campaigns_of(work.connection, request.customer_code, request.limit),
        receipt_links=await links_of_customer(work.connection, request.customer_code, request.limit),
    )
