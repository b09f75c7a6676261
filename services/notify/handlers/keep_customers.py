from services.notify.dunning.orders import Orders
from services.notify.store.accounts import keep_contacts
from shared.contracts.customer import CustomersChanged
from shared.messaging import UnitOfWork


async def keep_customers(event: CustomersChanged, work: UnitOfWork, *, orders: Orders) -> None:
    """Keep whom the messages of many customers name, who were imported together, and the numbers that they go to."""
    await keep_contacts(work.connection, event.customers)
    await orders.follow(work, [customer.customer_code for customer in event.customers])
