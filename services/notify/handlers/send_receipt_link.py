from services.notify.delivery.circumstances import circumstances_of
from services.notify.domain.kinds import Kind
from services.notify.domain.receipt_links import ReceiptVoided, check_numbers
from services.notify.domain.reminders import unit_of
from services.notify.domain.verdict import Limits, check_reminder
from services.notify.store.receipt_links import links_of_receipt
from services.notify.store.reminders import add_reminder, wake_senders
from services.notify.store.reversed_payments import is_reversed, lock_payment
from services.notify.texts.reminder_texts import ReminderTexts
from shared.clock import Clock
from shared.contracts.notify import ReceiptLinkReply, ReminderState, SendReceiptLink
from shared.idempotency import same_id_other_content
from shared.messaging import UnitOfWork


async def send_receipt_link(
    request: SendReceiptLink, work: UnitOfWork, *, texts: ReminderTexts, limits: Limits, clock: Clock
) -> ReceiptLinkReply:
    """Schedule the SMS with a receipt's link; a number that it went to before gets no other. The links are locked."""
    known = await links_of_receipt(work.connection, request.receipt_id)
    for link in known:
        if link.phone == request.phone:
            return ReceiptLinkReply(link=link, repeated=True)
    check_numbers(request.phone, known)
    await lock_payment(work.connection, request.payment_id)
    if await is_reversed(work.connection, request.payment_id):
        raise ReceiptVoided
    moment = clock()
    rule = limits.rule(Kind.RECEIPT, unit_of(request.customer_code), moment)
    message = texts.receipt_link(request, moment, rule)
    circumstances = await circumstances_of(work.connection, message, None, moment)
    message = message.under(check_reminder(circumstances, limits))
    if not await add_reminder(work.connection, message):
        raise same_id_other_content(request.link_id)
    if message.state is ReminderState.SCHEDULED:
        await wake_senders(work.connection)
    links = await links_of_receipt(work.connection, request.receipt_id)
    return ReceiptLinkReply(link=next(link for link in links if link.link_id == request.link_id))
