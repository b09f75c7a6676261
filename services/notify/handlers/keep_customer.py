from services.notify.dunning.orders import Orders
from services.notify.store.accounts import keep_contact
from shared.contracts.customer import CustomerChanged
from shared.messaging import UnitOfWork


async def keep_customer(event: CustomerChanged, work: UnitOfWork, *, orders: Orders) -> None:
    """Keep whom a customer's messages name, and the number that they go to."""
    await keep_contact(work.connection, event.customer)
    await orders.follow(work, [event.customer.customer_code])
