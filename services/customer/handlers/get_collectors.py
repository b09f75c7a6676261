from services.customer.store.routes import collectors
from shared.contracts.customer import Collectors, GetCollectors
from shared.messaging import UnitOfWork

MOST_COLLECTORS = 500


async def get_collectors(request: GetCollectors, work: UnitOfWork) -> Collectors:
    """Return collectors, as many as fit into one answer."""
    found = await collectors(work.connection, request.unit_codes, request.after, MOST_COLLECTORS)
    return Collectors(collectors=found)
