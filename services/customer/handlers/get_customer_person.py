from services.customer.store.personal_data import HELD
from shared.contracts.customer import GetCustomerPerson
from shared.contracts.personal_data import PersonHeld
from shared.messaging import UnitOfWork
from shared.personal_data.held import read_held


async def get_customer_person(request: GetCustomerPerson, work: UnitOfWork) -> PersonHeld:
    """Return what is held of a customer as a person; nothing of one who is not known."""
    return await read_held(work.connection, HELD, request.customer_code)
