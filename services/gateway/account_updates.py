"""Account updates: what a collector's phones are sent when an account or a customer of the route has changed."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from services.gateway.dependencies import StreamNotifier
from services.gateway.store import feeds
from services.gateway.stream.frames import AccountUpdate, CustomerUpdate, CutOrderUpdate, PaymentSummary, Refresh
from shared.contracts.billing import CollectionPoint, Payment
from shared.contracts.common import AccountState, PaymentMethod
from shared.messaging import UnitOfWork


async def append(
    collector_code: str,
    update: AccountUpdate | CustomerUpdate | CutOrderUpdate,
    work: UnitOfWork,
    notifier: StreamNotifier,
    moment: datetime,
) -> None:
    """Append an update to a collector's feed, and wake the collector's phones after the commit."""
    exclude: Any = {"seq"}
    entry = update.model_dump_json(exclude=exclude, exclude_none=True)
    appended = await feeds.append(work.connection, collector_code, entry, moment)
    work.after_commit(lambda: notifier.account_update(collector_code, appended))


def append_last(
    collector_code: str, update: AccountUpdate, work: UnitOfWork, notifier: StreamNotifier, moment: datetime
) -> None:
    """Do the same as the last thing that an event does."""
    exclude: Any = {"seq"}
    entry = update.model_dump_json(exclude=exclude, exclude_none=True)
    appended: list[feeds.Appended] = []
    work.write(
        feeds.APPEND, collector_code, entry, moment, then=lambda row: appended.append(feeds.appended(row, entry))
    )
    work.after_commit(lambda: notifier.account_update(collector_code, appended[0]))


async def append_refresh(
    collector_code: str, cause: UUID, work: UnitOfWork, notifier: StreamNotifier, moment: datetime
) -> None:
    """Let a collector's phones read route and accounts afresh, once for each ``cause``: what changes much at a time."""
    entry = Refresh(seq=0).model_dump_json(exclude={"seq"})
    appended = await feeds.append_once(work.connection, collector_code, entry, cause, moment)
    if appended is not None:
        work.after_commit(lambda: notifier.account_update(collector_code, appended))


def of_account(
    what: Literal["payment.recorded", "payment.reversed", "bill.issued", "bill.corrected"],
    account: AccountState,
    customer_code: str,
    *,
    payment: PaymentSummary | None = None,
    bill_id: UUID | None = None,
    reason: str | None = None,
    to_give_back: int | None = None,
    paper_missing: bool | None = None,
) -> AccountUpdate:
    """Return the update of an account; its number is known once it has been appended."""
    return AccountUpdate(
        seq=0,
        what=what,
        customer_code=customer_code,
        version=account.version,
        debt=account.debt,
        credit=account.credit,
        open_bills=account.open_bills,
        payment=payment,
        bill_id=bill_id,
        reason=reason,
        to_give_back=to_give_back,
        paper_missing=paper_missing,
    )


def summary(payment: Payment, collection_point: CollectionPoint | None) -> PaymentSummary:
    """Return where, when and how a payment was made."""
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
