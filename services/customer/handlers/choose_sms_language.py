from services.customer.domain.refusals import unknown_customer
from services.customer.store.customers import announce
from services.customer.store.sms_languages import keep_choice, set_sms_language
from shared.clock import Clock
from shared.contracts.customer import ChooseSmsLanguage, CustomerChanged, SmsLanguageChosen
from shared.idempotency import same_id_other_content
from shared.messaging import UnitOfWork


async def choose_sms_language(request: ChooseSmsLanguage, work: UnitOfWork, *, clock: Clock) -> SmsLanguageChosen:
    """Keep in which language a customer wants SMS. The customer is locked."""
    connection, moment = work.connection, clock()
    if not await set_sms_language(connection, request):
        raise unknown_customer(request.customer_code)
    if not await keep_choice(connection, request, moment):
        raise same_id_other_content(request.choice_id)
    for facts in await announce(connection, [request.customer_code], moment):
        await work.emit(
            CustomerChanged(customer=facts, changed_at=moment, actor=work.actor), aggregate=facts.customer_code
        )
    return SmsLanguageChosen(
        choice_id=request.choice_id, customer_code=request.customer_code, language=request.language
    )
