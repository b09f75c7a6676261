from services.billing.store import accounts
from shared.contracts.customer import CustomerChanged
from shared.messaging.unit_of_work import UnitOfWork


async def keep_customer(event: CustomerChanged, work: UnitOfWork) -> None:
    """Keep billing's own copy of the contract facts, so that bills are made with customer switched off."""
    await accounts.save_customer(work.connection, event.customer)
