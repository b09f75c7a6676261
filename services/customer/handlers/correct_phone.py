from services.customer.domain.refusals import require_readable, unknown_customer
from services.customer.phones import correction
from services.customer.store.routes import is_on_route
from shared.clock import Clock
from shared.contracts.customer import CorrectPhone, PhoneCorrected
from shared.messaging import UnitOfWork


async def correct_phone(request: CorrectPhone, work: UnitOfWork, *, clock: Clock) -> PhoneCorrected:
    """Correct a customer's number at the door, and keep who did it, when and why. The customer is locked."""
    require_readable("reason", request.reason)
    if not await is_on_route(work.connection, request.customer_code, request.collector_code):
        raise unknown_customer(request.customer_code)
    return await correction.record(request, request.collector_code, work, clock)
