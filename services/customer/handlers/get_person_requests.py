from services.customer.store.person_requests import requests_of
from shared.contracts.customer import GetPersonRequests, PersonRequests
from shared.messaging import UnitOfWork


async def get_person_requests(request: GetPersonRequests, work: UnitOfWork) -> PersonRequests:
    """Return requests of the register, that which is due first before others."""
    return PersonRequests(requests=await requests_of(work.connection, request))
