"""What the gateway does about events: one short function each."""

from typing import Any

import structlog

from services.gateway.gateway import Waker
from services.gateway.store import feeds, print_jobs
from services.gateway.stream.frames import AccountUpdate, CustomerUpdate, PaymentSummary
from shared import clock
from shared.clock import Clock
from shared.contracts.billing import BillIssued, CollectionPoint, Payment, PaymentRecorded, PaymentReversed
from shared.contracts.common import PaymentMethod
from shared.contracts.customer import CustomerChanged
from shared.contracts.receipt import DocumentReady
from shared.messaging import UnitOfWork, tracing

log = structlog.get_logger()


async def document_ready(event: DocumentReady, work: UnitOfWork, *, waker: Waker, now: Clock = clock.now) -> None:
    """Put a paper into the queue of the phone that prints it; where the phone has room for it, as offered already."""
    device_id, moment = event.device_id, now()
    if device_id is None:
        return
    stale = event.not_after is not None and moment > event.not_after
    # With a trace, the time in the queue is told apart from the time of the offer.
    offered = not stale and not tracing.is_on() and waker.reserve(device_id, event.document_id)
    paper = await print_jobs.add(work.connection, event, moment, work.traceparent, offered=offered)
    if paper is None:
        log.info("paper_not_queued", document_id=str(event.document_id), device_id=str(device_id))
    elif offered:
        work.after_commit(lambda: waker.offer(paper))
    else:
        work.after_commit(lambda: waker.papers([device_id]))


async def payment_recorded(event: PaymentRecorded, work: UnitOfWork, *, waker: Waker, now: Clock = clock.now) -> None:
    """Tell the collector's phones that a customer has paid, and where."""
    await _tell(
        event.customer.collector.collector_code,
        AccountUpdate(
            seq=0,
            what="payment.recorded",
            customer_code=event.customer.customer_code,
            version=event.account.version,
            debt=event.account.debt,
            credit=event.account.credit,
            open_bills=event.account.open_bills,
            payment=_summary(event.payment, event.collection_point),
        ),
        work,
        waker,
        now,
    )


async def payment_reversed(event: PaymentReversed, work: UnitOfWork, *, waker: Waker, now: Clock = clock.now) -> None:
    """Tell the collector's phones that a payment was taken back."""
    await _tell(
        event.customer.collector.collector_code,
        AccountUpdate(
            seq=0,
            what="payment.reversed",
            customer_code=event.customer.customer_code,
            version=event.account.version,
            debt=event.account.debt,
            credit=event.account.credit,
            open_bills=event.account.open_bills,
            payment=_summary(event.payment, None),
        ),
        work,
        waker,
        now,
    )


async def bill_issued(event: BillIssued, work: UnitOfWork, *, waker: Waker, now: Clock = clock.now) -> None:
    """Tell the collector's phones of a new bill."""
    collector_code = await feeds.collector_of(work.connection, event.bill.customer_code)
    if collector_code is None:
        # Its customer.changed has not come yet; when it does, the phone reads the account anyway.
        return
    await _tell(
        collector_code,
        AccountUpdate(
            seq=0,
            what="bill.issued",
            customer_code=event.bill.customer_code,
            version=event.account.version,
            debt=event.account.debt,
            credit=event.account.credit,
            open_bills=event.account.open_bills,
            bill_id=event.bill.bill_id,
        ),
        work,
        waker,
        now,
    )


async def customer_changed(event: CustomerChanged, work: UnitOfWork, *, waker: Waker, now: Clock = clock.now) -> None:
    """Note whose route a customer is on; tell the phones of changes, not of first imports."""
    customer = event.customer
    collector_code = customer.collector.collector_code
    before = await feeds.set_collector(work.connection, customer.customer_code, collector_code, customer.version)
    if before is None:
        return
    for code in sorted({before, collector_code}):
        update = CustomerUpdate(
            seq=0,
            customer_code=customer.customer_code,
            version=customer.version,
            on_route=code == collector_code and customer.active,
        )
        await _tell(code, update, work, waker, now)


async def _tell(
    collector_code: str, update: AccountUpdate | CustomerUpdate, work: UnitOfWork, waker: Waker, now: Clock
) -> None:
    exclude: Any = {"seq"}
    entry = update.model_dump_json(exclude=exclude, exclude_none=True)
    appended = await feeds.append(work.connection, collector_code, entry, now())
    work.after_commit(lambda: waker.update(collector_code, appended))


def _summary(payment: Payment, collection_point: CollectionPoint | None) -> PaymentSummary:
    if collection_point is not None:
        where = collection_point.name
    elif payment.method is PaymentMethod.TRANSFER:
        where = "Chuyển khoản"
    elif payment.collector_code is not None:
        where = f"Thu ngân viên {payment.collector_code}"
    else:
        where = payment.collection_point_code or ""
    return PaymentSummary(
        payment_id=payment.payment_id,
        amount=payment.amount,
        method=payment.method,
        received_at=payment.received_at,
        collector_code=payment.collector_code,
        collection_point_code=payment.collection_point_code,
        where=where,
    )
