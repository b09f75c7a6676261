from services.notify.store.personal_data import remove_person
from shared.clock import Clock
from shared.contracts.notify import EraseNotifyPerson
from shared.contracts.personal_data import PersonErased
from shared.messaging import UnitOfWork


async def erase_notify_person(request: EraseNotifyPerson, work: UnitOfWork, *, clock: Clock) -> PersonErased:
    """Remove numbers and texts of a customer; what waits is not sent. The account is locked."""
    return await remove_person(work.connection, request.customer_code, clock())
