"""A bank credit becomes a payment, by the way that every payment takes."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.billing.bank_credits.rules import Decision, read_text
from services.billing.payments.rules import AmountImplausible, ReferenceAlreadyRecorded
from services.billing.store import bank_credits, payments
from services.billing.store.bank_credits import StoredCredit
from shared.client_times import ELSEWHERE
from shared.contracts.billing import (
    BankCreditReason,
    BankCreditState,
    BankCreditWaiting,
    Payment,
    PaymentReply,
    RecordPayment,
)
from shared.contracts.common import PaymentMethod
from shared.ids import new_id
from shared.messaging.unit_of_work import UnitOfWork

REFERENCE_LASTS = timedelta(days=31)
"""So long a payment that was typed by hand under a bank's reference is the credit with this reference: short ones come
again."""
Record = Callable[[RecordPayment], Awaitable[PaymentReply]]
"""Records a payment, under the lock of the customer's account."""


def payment_request(credit: StoredCredit, decision: Decision, moment: datetime) -> RecordPayment:
    """Return the payment that a credit is: of what the payer wrote it keeps only what names the customer."""
    assert decision.customer_code is not None  # noqa: S101 - only what is decided is booked
    return RecordPayment(
        payment_id=new_id(),
        customer_code=decision.customer_code,
        amount=credit.amount,
        method=PaymentMethod.TRANSFER,
        received_at=ELSEWHERE.near(credit.transacted_at, moment),
        reference=credit.reference or _own_reference(credit),
        transfer_content=decision.reference,
        device_id=decision.device_id,
    )


def _own_reference(credit: StoredCredit) -> str:
    return f"BANK-{credit.credit_id}"


async def _is_other_money(credit: StoredCredit, payment: Payment, work: UnitOfWork) -> bool:
    """Whether a payment under the credit's reference is another credit's, or too old to be this one, typed by hand."""
    if abs(credit.transacted_at - (payment.stated_at or payment.received_at)) > REFERENCE_LASTS:
        return True
    return await bank_credits.lock_of_payment(work.connection, payment.payment_id) is not None


async def book(
    credit: StoredCredit, decision: Decision, work: UnitOfWork, record: Record, moment: datetime, *, reason: str = ""
) -> None:
    """Record a locked credit as a payment of a customer whose account is locked, once.

    What a cashier has recorded by hand under the bank's reference is that payment, and none is added. A reference that
    the bank has given to another credit, or months ago, stands for other money: a person may book this one beside it.
    Raises :class:`AmountImplausible`, and :class:`ReferenceAlreadyRecorded` where the reference stands for other money.
    """
    request = payment_request(credit, decision, moment)
    payment_id, matched_by = request.payment_id, decision.matched_by
    try:
        await record(request)
    except ReferenceAlreadyRecorded as known:
        found = await payments.with_reference(work.connection, PaymentMethod.TRANSFER, None, request.reference)
        stored = None if found is None else await payments.find(work.connection, found[0])
        if stored is None:
            raise known from None
        payment = stored.payment
        if await _is_other_money(credit, payment, work):
            if decision.matched_by != "person":
                raise known from None
            await record(request.model_copy(update={"reference": _own_reference(credit)}))
        elif (payment.customer_code, payment.amount) == (decision.customer_code, credit.amount):
            payment_id, matched_by = payment.payment_id, "payment"
        else:
            raise known from None
    await bank_credits.settle(
        work.connection,
        credit.credit_id,
        BankCreditState.BOOKED,
        moment,
        customer_code=decision.customer_code,
        payment_id=payment_id,
        matched_by=matched_by,
    )
    if credit.state is BankCreditState.UNMATCHED:
        await tell_settled(work, credit.credit_id, moment)
    await bank_credits.note(
        work.connection,
        credit.credit_id,
        "booked",
        moment,
        work.actor,
        customer_code=decision.customer_code,
        payment_id=payment_id,
        reason=reason or matched_by,
    )


async def leave(credit: StoredCredit, reason: BankCreditReason, work: UnitOfWork, moment: datetime) -> None:
    """Put a locked credit on the worklist."""
    await bank_credits.settle(work.connection, credit.credit_id, BankCreditState.UNMATCHED, moment, reason=reason)
    await bank_credits.note(work.connection, credit.credit_id, "left", moment, work.actor, reason=reason.value)
    named = await bank_credits.named(work.connection, read_text(credit.content))
    await tell_waiting(work, credit.credit_id, named, moment)


async def reopen(payment_id: UUID, work: UnitOfWork, moment: datetime) -> None:
    """Put the bank credit of a reversed payment back on the worklist, where it is of one: the money is there."""
    connection, reason = work.connection, BankCreditReason.REVERSED
    credit_id = await bank_credits.lock_of_payment(connection, payment_id)
    if credit_id is None:
        return
    found = await bank_credits.find(connection, credit_id)
    await bank_credits.settle(connection, credit_id, BankCreditState.UNMATCHED, moment, reason=reason)
    named = [] if found is None or found.customer_code is None else [found.customer_code]
    await tell_waiting(work, credit_id, named, moment)
    await bank_credits.note(connection, credit_id, "reopened", moment, work.actor, payment_id=payment_id)


async def tell_waiting(work: UnitOfWork, credit_id: UUID, named: Sequence[str], moment: datetime) -> None:
    """Tell that a credit waits for a person: nobody whom it names is to be cut off meanwhile."""
    event = BankCreditWaiting(credit_id=credit_id, is_waiting=True, customer_codes=list(named), changed_at=moment)
    await work.emit(event, aggregate=str(credit_id))


async def tell_settled(work: UnitOfWork, credit_id: UUID, moment: datetime) -> None:
    """Tell that a person has settled a credit that waited."""
    event = BankCreditWaiting(credit_id=credit_id, is_waiting=False, customer_codes=[], changed_at=moment)
    await work.emit(event, aggregate=str(credit_id))


REFUSED = {
    AmountImplausible: BankCreditReason.AMOUNT_IMPLAUSIBLE,
    ReferenceAlreadyRecorded: BankCreditReason.REFERENCE_RECORDED,
}
"""What keeps a credit from being booked by itself, as the worklist names it."""
