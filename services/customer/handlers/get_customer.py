from services.customer.domain.refusals import unknown_customer
from services.customer.store.customers import details
from shared.contracts.customer import CustomerDetails, GetCustomer
from shared.messaging import UnitOfWork

VISITS_SHOWN = 20


async def get_customer(request: GetCustomer, work: UnitOfWork) -> CustomerDetails:
    """Return everything that is known of a customer."""
    found = await details(work.connection, request.customer_code, request.collector_code, VISITS_SHOWN)
    if found is None:
        raise unknown_customer(request.customer_code)
    return found
