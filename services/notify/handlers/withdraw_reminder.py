from services.notify.dunning.orders import Orders
from services.notify.dunning.store import withdraw_visit
from services.notify.store.accounts import withdraw_promise
from services.notify.store.cut_warnings import lock_accounts
from services.notify.store.reminders import cancel_of_visit
from shared.contracts.customer import VisitWithdrawn
from shared.messaging import UnitOfWork


async def withdraw_reminder(event: VisitWithdrawn, work: UnitOfWork, *, orders: Orders) -> None:
    """Cancel the reminder of a visit that was taken back, where it has not left, and forget what was agreed.

    No notice counts as delivered at it, whichever is known first, and nobody is cut off by it.
    """
    visit = event.visit
    await lock_accounts(work.connection, [visit.customer_code])
    await withdraw_visit(
        work.connection, visit.visit_id, visit.customer_code, visit.outcome, visit.visited_at, event.withdrawn_at
    )
    await withdraw_promise(work.connection, event.visit.customer_code, event.visit.visit_id)
    await cancel_of_visit(work.connection, event.visit.visit_id)
    await orders.follow(work, [visit.customer_code])
