from services.customer.domain.refusals import unknown_customer
from services.customer.phones import correction
from services.customer.store.routes import is_known
from shared.clock import Clock
from shared.contracts.customer import CorrectPhoneAtDesk, PhoneCorrected
from shared.messaging import UnitOfWork


async def correct_phone_at_desk(request: CorrectPhoneAtDesk, work: UnitOfWork, *, clock: Clock) -> PhoneCorrected:
    """Correct a customer's number in the office, and keep who did it, when and why. The customer is locked."""
    if not await is_known(work.connection, request.customer_code):
        raise unknown_customer(request.customer_code)
    return await correction.record(request, None, work, clock)
