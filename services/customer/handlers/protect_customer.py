from services.customer.domain.refusals import unknown_customer
from services.customer.store.customers import announce
from services.customer.store.protections import keep_protection, set_protected
from shared.clock import Clock
from shared.contracts.customer import CustomerChanged, CustomerProtected, ProtectCustomer
from shared.idempotency import same_id_other_content
from shared.messaging import UnitOfWork


async def protect_customer(request: ProtectCustomer, work: UnitOfWork, *, clock: Clock) -> CustomerProtected:
    """Keep that a customer must not be cut off, or may be again. The customer is locked."""
    connection, moment = work.connection, clock()
    if not await set_protected(connection, request):
        raise unknown_customer(request.customer_code)
    if not await keep_protection(connection, request, moment, work.actor):
        raise same_id_other_content(request.protection_id)
    for facts in await announce(connection, [request.customer_code], moment):
        await work.emit(
            CustomerChanged(customer=facts, changed_at=moment, actor=work.actor), aggregate=facts.customer_code
        )
    return CustomerProtected(
        protection_id=request.protection_id, customer_code=request.customer_code, protected=request.protected
    )
