from services.notify.delivery.circumstances import circumstances_of
from services.notify.domain.kinds import Kind
from services.notify.domain.verdict import Limits, check_reminder
from services.notify.store.accounts import recipient_of
from services.notify.store.reminders import add_reminder, wake_senders
from services.notify.store.reversed_payments import is_reversed, lock_payment
from services.notify.texts.reminder_texts import ReminderTexts
from shared.clock import Clock
from shared.contracts.notify import ReminderState
from shared.contracts.receipt import ReceiptIssued, ReceiptKind
from shared.messaging import UnitOfWork


async def thank_for_payment(
    event: ReceiptIssued, work: UnitOfWork, *, texts: ReminderTexts, limits: Limits, clock: Clock
) -> None:
    """Schedule the thanks with the link of a receipt, where the unit sends them and the customer has a number.

    Whoever paid when nothing was owed is told that the money is kept, in place of that. Nothing is sent for a payment
    that was reversed before its receipt was reported.
    """
    receipt, moment = event.receipt, clock()
    kinds = (Kind.CREDITED, Kind.PAID) if _cleared_nothing(event) else (Kind.PAID,)
    if receipt.kind is not ReceiptKind.ORIGINAL or receipt.voided_at is not None or not limits.has(*kinds):
        return
    recipient = await recipient_of(work.connection, receipt.customer_code)
    if recipient is None or recipient.phone is None:
        return
    wanted = [(kind, limits.rule(kind, recipient.unit_code, moment)) for kind in kinds]
    kind, rule = next(((kind, rule) for kind, rule in wanted if rule.switched_on), wanted[-1])
    if not rule.switched_on or receipt.total < rule.least_debt:
        return
    await lock_payment(work.connection, receipt.payment_id)
    if await is_reversed(work.connection, receipt.payment_id):
        return
    message = texts.thanks(event, kind, recipient.unit_name, recipient.unit_code, recipient.phone, moment, rule)
    message = message.under(check_reminder(await circumstances_of(work.connection, message, None, moment), limits))
    # The link may have gone to this number already, where somebody asked for it.
    if await add_reminder(work.connection, message) and message.state is ReminderState.SCHEDULED:
        await wake_senders(work.connection)


def _cleared_nothing(event: ReceiptIssued) -> bool:
    # A version before named no bills: there VAT tells that there was one.
    return not event.bill_ids and event.receipt.vat == 0
