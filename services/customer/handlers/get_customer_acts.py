from services.customer.store.acts import records_of
from shared.act_records import as_acts
from shared.contracts.acts import Acts
from shared.contracts.customer import GetCustomerActs
from shared.messaging.unit_of_work import UnitOfWork


async def get_customer_acts(request: GetCustomerActs, work: UnitOfWork) -> Acts:
    """Return what was done at and for a customer, in the order of time."""
    return Acts(acts=await as_acts(work.connection, await records_of(work.connection, request.customer_code)))
