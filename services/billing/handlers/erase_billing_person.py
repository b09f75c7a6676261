from services.billing.store.personal_data import remove_person
from shared.clock import Clock
from shared.contracts.billing import EraseBillingPerson
from shared.contracts.personal_data import PersonErased
from shared.messaging import UnitOfWork


async def erase_billing_person(request: EraseBillingPerson, work: UnitOfWork, *, clock: Clock) -> PersonErased:
    """Delete what payers wrote on transfers of a customer that are settled. The account is locked."""
    return await remove_person(work.connection, request.customer_code, clock())
