from services.notify.dunning.orders import Orders
from services.notify.store.agreements import cancel_reminders_of, keep_agreement, pays_in_parts
from services.notify.store.complaints import lock_account
from shared.contracts.billing import AgreementChanged
from shared.messaging import UnitOfWork


async def note_agreement(event: AgreementChanged, work: UnitOfWork, *, orders: Orders) -> None:
    """Remind nobody and cut nobody off who pays in parts, as long as the agreement is in force.

    What it cancelled of campaigns and warnings is planned again once it has ended.
    """
    connection, customer_code = work.connection, event.agreement.customer_code
    await lock_account(connection, customer_code)
    await keep_agreement(connection, event)
    if await pays_in_parts(connection, customer_code):
        await cancel_reminders_of(connection, customer_code)
    await orders.follow(work, [customer_code])
