from services.customer.domain.refusals import require_readable, require_same, same_id, unknown_customer
from services.customer.fingerprint import fingerprint
from services.customer.store.customers import announce, lock_customers
from services.customer.store.phone_corrections import phone_of, recorded_correction, save_correction
from services.customer.store.routes import is_on_route
from shared.clock import Clock
from shared.contracts.customer import CorrectPhone, CustomerChanged, PhoneCorrected
from shared.messaging import UnitOfWork
from shared.phones import InvalidPhoneError, normalise
from shared.problems import InvalidRequest


async def correct_phone(request: CorrectPhone, work: UnitOfWork, *, clock: Clock) -> PhoneCorrected:
    """Correct a customer's number, and keep who did it, when and why; a repetition gets the first answer."""
    require_readable("reason", request.reason)
    connection, digest = work.connection, fingerprint(request)
    await lock_customers(connection, [request.customer_code])
    if known := await recorded_correction(connection, request.correction_id):
        require_same(known.fingerprint, digest, request.correction_id)
        return PhoneCorrected.model_validate(known.answer)
    if not await is_on_route(connection, request.customer_code, request.collector_code):
        raise unknown_customer(request.customer_code)
    try:
        phone = normalise(request.phone)
    except InvalidPhoneError as error:
        raise InvalidRequest(
            "Số điện thoại không đúng. Hãy nhập số di động hoặc số cố định ở Việt Nam.",
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
        fingerprint=digest,
        moment=moment,
    )
    if not kept:
        raise same_id(request.correction_id)
    for facts in await announce(connection, [request.customer_code], moment):
        await work.emit(CustomerChanged(customer=facts, changed_at=moment), aggregate=facts.customer_code)
    return corrected
