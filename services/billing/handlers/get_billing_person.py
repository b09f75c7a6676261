from services.billing.store.personal_data import HELD
from shared.contracts.billing import GetBillingPerson
from shared.contracts.personal_data import PersonHeld
from shared.messaging import UnitOfWork
from shared.personal_data.held import read_held


async def get_billing_person(request: GetBillingPerson, work: UnitOfWork) -> PersonHeld:
    """Return what is held of a customer as a person."""
    return await read_held(work.connection, HELD, request.customer_code)
