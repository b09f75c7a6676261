from services.customer.domain.refusals import require_readable, unknown_customer
from services.customer.earlier_answers import earlier_fingerprint
from services.customer.store.customers import announce
from services.customer.store.phone_corrections import phone_of, save_correction
from services.customer.store.routes import is_on_route
from shared.clock import Clock
from shared.contracts.customer import CorrectPhone, CustomerChanged, PhoneCorrected
from shared.idempotency import same_id_other_content
from shared.messaging import UnitOfWork
from shared.phones import InvalidPhoneError, normalise
from shared.problems import InvalidRequest


async def correct_phone(request: CorrectPhone, work: UnitOfWork, *, clock: Clock) -> PhoneCorrected:
    """Correct a customer's number, and keep who did it, when and why. The customer is locked."""
    require_readable("reason", request.reason)
    connection = work.connection
    if not await is_on_route(connection, request.customer_code, request.collector_code):
        raise unknown_customer(request.customer_code)
    try:
        phone = normalise(request.phone)
    except InvalidPhoneError as error:
        detail = "Số điện thoại không đúng. Hãy nhập số di động hoặc số cố định ở Việt Nam."
        if error.readings:
            detail = f"Số điện thoại có thể là {' hoặc '.join(error.readings)}. Hãy nhập một số."
        raise InvalidRequest(
            detail,
            slug="invalid-phone",
            title="Not a Vietnamese phone number",
            facts={"reason": str(error)},
        ) from None
    moment = clock()
    corrected = PhoneCorrected(
        correction_id=request.correction_id,
        customer_code=request.customer_code,
        old_phone=await phone_of(connection, request.customer_code),
        new_phone=phone,
    )
    kept = await save_correction(
        connection,
        corrected,
        collector_code=request.collector_code,
        reason=request.reason,
        fingerprint=earlier_fingerprint(request),
        moment=moment,
        actor=work.actor,
    )
    if not kept:
        raise same_id_other_content(request.correction_id)
    for facts in await announce(connection, [request.customer_code], moment):
        await work.emit(
            CustomerChanged(customer=facts, changed_at=moment, actor=work.actor), aggregate=facts.customer_code
        )
    return corrected
