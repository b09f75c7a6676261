"""The one way in which a payment is taken back."""

from datetime import datetime
from uuid import UUID

from services.billing.booked_credit import reopen
from services.billing.ledger import refresh_account, use_credit_on_open_bills
from services.billing.payments.rules import Cleared
from services.billing.store import accounts, bills, payments, reversals, shifts
from services.billing.store.payments import StoredPayment
from shared.contracts.billing import PaymentReply, PaymentReversed
from shared.idempotency import same_id_other_content
from shared.messaging.unit_of_work import UnitOfWork


async def take_back(
    stored: StoredPayment,
    work: UnitOfWork,
    *,
    reversal_id: UUID,
    reason: str,
    reversed_by: str,
    moment: datetime,
    device_id: UUID | None = None,
    paper_returned: bool | None = None,
    given_back_by: UUID | None = None,
) -> PaymentReply:
    """Take back a payment that stands: everything that it cleared is open again, as credit on later bills too.

    Credit that other payments left clears what was reopened. Cash leaves the box of its shift while that is open;
    a closed shift stays as it was counted, and the cash is an item of the next settlement of whoever gives it back. A
    bank credit waits for a person again. The account is locked.
    """
    connection, payment_id, customer_code = work.connection, stored.payment.payment_id, stored.payment.customer_code
    shift = await shifts.lock(connection, stored.payment.shift_id) if stored.payment.shift_id else None
    from_box = shift is not None and shift.closed_at is None and given_back_by is None
    if not await payments.reverse(
        connection,
        payment_id,
        reversal_id=reversal_id,
        reason=reason,
        reversed_by=reversed_by,
        reversed_at=moment,
        device_id=device_id,
        shift_id=shift.shift_id if shift is not None and from_box else None,
        actor=work.actor,
    ):
        raise same_id_other_content(reversal_id)
    if shift is not None and not from_box:
        await _settle_later(reversal_id, given_back_by, shift.collector_code, work, moment)
    if paper_returned is not None:
        await reversals.ask_for_paper(connection, reversal_id, moment, returned=paper_returned, actor=work.actor)
    await reopen(payment_id, work, moment)
    released = [Cleared(part.bill_id, part.vat, part.principal) for part in stored.payment.allocations]
    await bills.reopen(connection, released)
    await use_credit_on_open_bills(connection, customer_code, moment)
    account = await refresh_account(connection, customer_code)

    payment = stored.payment.model_copy(update={"reversed_at": moment})
    facts = await accounts.facts_of(connection, [customer_code])
    await work.emit(
        PaymentReversed(
            reversal_id=reversal_id,
            payment=payment,
            customer=facts[customer_code],
            reason=reason,
            reversed_by=reversed_by,
            reversed_at=moment,
            account=account,
            device_id=device_id,
            actor=work.actor,
            to_give_back=payment.amount if shift is not None and given_back_by is None else 0,
            paper_missing=paper_returned is False,
        ),
        aggregate=customer_code,
    )
    return PaymentReply(payment=payment, account=account)


async def _settle_later(
    reversal_id: UUID, given_back_by: UUID | None, collector_code: str, work: UnitOfWork, moment: datetime
) -> None:
    """Make cash that leaves no open box an item of the next settlement.

    The collector's open shift is locked after the one that the payment is in.
    """
    if given_back_by is not None:
        await reversals.give_back_at_office(work.connection, reversal_id, given_back_by)
        return
    current = await shifts.lock_open(work.connection, collector_code)
    if current is not None:
        await reversals.take_into_shift(work.connection, current.shift_id, collector_code, moment)
