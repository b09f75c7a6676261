from services.billing.store import accounts
from shared.contracts.customer import CustomersChanged
from shared.messaging.unit_of_work import UnitOfWork


async def keep_customers(event: CustomersChanged, work: UnitOfWork) -> None:
    """Keep billing's own copy of the contract facts of many customers that were imported together."""
    await accounts.save_customers(work.connection, event.customers)
