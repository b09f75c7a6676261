from services.customer.domain.refusals import unknown_collector
from services.customer.store.routes import collector
from shared.contracts.customer import CollectorDetails, GetCollector
from shared.messaging import UnitOfWork


async def get_collector(request: GetCollector, work: UnitOfWork) -> CollectorDetails:
    """Return a collector."""
    found = await collector(work.connection, request.collector_code)
    if found is None:
        raise unknown_collector(request.collector_code)
    return found
