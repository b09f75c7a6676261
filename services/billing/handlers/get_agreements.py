from services.billing.store import agreements
from shared.contracts.billing import Agreements, GetAgreements
from shared.messaging.unit_of_work import UnitOfWork


async def get_agreements(request: GetAgreements, work: UnitOfWork) -> Agreements:
    """Return instalment agreements with what is paid of them."""
    return Agreements(agreements=await agreements.listed(work.connection, request))
