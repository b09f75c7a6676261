from services.billing.store import collectors
from shared.contracts.customer import CollectorChanged
from shared.messaging.unit_of_work import UnitOfWork


async def keep_collector(event: CollectorChanged, work: UnitOfWork) -> None:
    """Keep billing's own copy of a collector: the unit's rules bound the cash box, and the office sees who has left."""
    await collectors.save(work.connection, event)
