from services.customer.domain.refusals import unknown_customer
from services.customer.store.customers import facts
from services.customer.store.routes import is_on_route
from services.customer.store.standings import standing
from services.customer.store.visits import visits_of
from shared.contracts.customer import CustomerDetails, GetCustomer
from shared.messaging import UnitOfWork

VISITS_SHOWN = 20


async def get_customer(request: GetCustomer, work: UnitOfWork) -> CustomerDetails:
    """Return everything that is known of a customer."""
    connection, customer_code, collector_code = work.connection, request.customer_code, request.collector_code
    if collector_code is not None and not await is_on_route(connection, customer_code, collector_code):
        raise unknown_customer(customer_code)
    known = await facts(connection, customer_code)
    if known is None:
        raise unknown_customer(customer_code)
    account, stands = await standing(connection, customer_code)
    return CustomerDetails(
        facts=known,
        step=stands.step,
        debt=account.debt,
        appointment=stands.appointment,
        misses=stands.misses,
        visits=await visits_of(connection, customer_code, VISITS_SHOWN),
    )
