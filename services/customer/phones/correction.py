"""A number is corrected: what both who may do it have in common."""

from services.customer.domain.refusals import require_readable
from services.customer.earlier_answers import earlier_fingerprint
from services.customer.store.customers import announce
from services.customer.store.phone_corrections import phone_of, save_correction
from shared.clock import Clock
from shared.contracts.customer import CorrectPhone, CorrectPhoneAtDesk, CustomerChanged, PhoneCorrected
from shared.idempotency import same_id_other_content
from shared.messaging import UnitOfWork
from shared.phones import InvalidPhoneError, normalise
from shared.problems import InvalidRequest


async def record(
    request: CorrectPhone | CorrectPhoneAtDesk, collector_code: str | None, work: UnitOfWork, clock: Clock
) -> PhoneCorrected:
    """Store the new number, and who did it, when and why; ``collector_code`` is None for the office.

    The customer is locked. Raises InvalidRequest for what is no number.
    """
    connection = work.connection
    require_readable("reason", request.reason)
    phone = _normalised(request.phone)
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
        collector_code=collector_code,
        reason=request.reason,
        fingerprint=earlier_fingerprint(request) if isinstance(request, CorrectPhone) else "",
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


def _normalised(typed: str) -> str:
    try:
        return normalise(typed)
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
