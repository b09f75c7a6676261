"""The one way in which money becomes a payment: stored with what it clears, and told to everybody."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.billing.ledger import refresh_account
from services.billing.payments.rules import ReferenceAlreadyRecorded, clear
from services.billing.store import bills, collection_points, payments
from services.billing.store.accounts import OpenAccount
from shared.contracts.billing import Allocation, Bill, Payment, PaymentRecorded, PaymentReply, RecordPayment
from shared.contracts.common import AccountState, CustomerFacts
from shared.db import Connection
from shared.idempotency import same_id_other_content
from shared.messaging.unit_of_work import UnitOfWork


async def record(
    request: RecordPayment,
    work: UnitOfWork,
    account: OpenAccount,
    clears: Sequence[Bill],
    *,
    moment: datetime,
    shift_id: UUID | None = None,
) -> PaymentReply:
    """Record money for a locked account and clear bills with it, in their order; what is left becomes credit.

    Whether it may be taken was decided before.
    """
    connection = work.connection
    assert account.facts is not None  # noqa: S101 - facts came before the account
    cleared, credit = clear(request.amount, [bills.debt_of(bill) for bill in clears])
    payment = Payment(
        payment_id=request.payment_id,
        customer_code=request.customer_code,
        amount=request.amount,
        method=request.method,
        received_at=moment,
        stated_at=request.received_at,
        collector_code=request.collector_code,
        collection_point_code=request.collection_point_code,
        reference=request.reference,
        transfer_content=request.transfer_content,
        shift_id=shift_id,
        allocations=[Allocation(bill_id=part.bill_id, vat=part.vat, principal=part.principal) for part in cleared],
        credit=credit,
    )
    if not await payments.add(
        connection,
        payment,
        recorded_at=moment,
        visit_id=request.visit_id,
        device_id=request.device_id,
        actor=work.actor,
    ):
        # Another customer's payment with this reference was recorded at the same time, or one with this id.
        await refuse_known_reference(connection, request)
        raise same_id_other_content(request.payment_id)
    await bills.clear(connection, cleared)
    state = await refresh_account(connection, request.customer_code)
    await _emit_recorded(work, request, payment, account.facts, clears, state)
    return PaymentReply(payment=payment, account=state)


async def refuse_known_reference(connection: Connection, request: RecordPayment) -> None:
    """Refuse a bank's or partner's transaction that is recorded as another payment: it is the same money."""
    if not request.reference:
        return
    recorded = await payments.with_reference(
        connection, request.method, request.collection_point_code, request.reference
    )
    if recorded is not None:
        payment_id, customer_code = recorded
        whose = "" if customer_code == request.customer_code else f" cho khách hàng {customer_code}"
        raise ReferenceAlreadyRecorded(
            f"Giao dịch này đã được ghi nhận trước đó{whose}.",
            facts={"payment_id": str(payment_id), "customer_code": customer_code},
        )


async def _emit_recorded(
    work: UnitOfWork,
    request: RecordPayment,
    payment: Payment,
    facts: CustomerFacts,
    clears: Sequence[Bill],
    account: AccountState,
) -> None:
    connection = work.connection
    cleared = {part.bill_id for part in payment.allocations}
    code = payment.collection_point_code
    await work.emit(
        PaymentRecorded(
            payment=payment,
            customer=facts,
            bills=[bill for bill in clears if bill.bill_id in cleared],
            collection_point=None if code is None else await collection_points.find(connection, code),
            account=account,
            actor=work.actor,
            visit_id=request.visit_id,
            device_id=request.device_id,
        ),
        aggregate=payment.customer_code,
    )
