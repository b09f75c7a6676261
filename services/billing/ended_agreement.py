"""The one way in which an instalment agreement ends, and the loop that sees which are kept and which are broken."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from uuid import UUID

import structlog
from asyncpg import Pool

from services.billing.arrears.instalments import AgreementNotInForce, late_part
from services.billing.ledger import lock_account
from services.billing.store import agreements
from shared.clock import Clock, business_day
from shared.contracts.billing import AgreementChanged, AgreementState, InstalmentAgreement
from shared.messaging.unit_of_work import UnitOfWork
from shared.money import format_dong

_LOOK_EVERY = 60.0
_AT_ONCE = 200

log = structlog.get_logger(__name__)


async def end_agreement_as(
    agreement: InstalmentAgreement, state: AgreementState, reason: str, work: UnitOfWork, moment: datetime
) -> InstalmentAgreement:
    """End an agreement that is in force, and tell of it. The account is locked."""
    if agreement.state is not AgreementState.IN_FORCE:
        raise AgreementNotInForce(facts={"state": agreement.state.value})
    await agreements.end(work.connection, agreement.agreement_id, state, moment, reason, work.actor)
    ended = await agreements.find(work.connection, agreement.agreement_id)
    assert ended is not None  # noqa: S101 - it is locked
    await work.emit(
        AgreementChanged(agreement=ended, changed_at=moment, actor=work.actor), aggregate=agreement.customer_code
    )
    return ended


async def judge_agreement(agreement_id: UUID, customer_code: str, work: UnitOfWork, moment: datetime) -> bool:
    """End an agreement of which nothing is open, or of which a part is late by more than was agreed."""
    await lock_account(work.connection, customer_code)
    agreement = await agreements.find(work.connection, agreement_id)
    if agreement is None or agreement.state is not AgreementState.IN_FORCE:
        return False
    if agreement.paid == agreement.amount:
        await end_agreement_as(agreement, AgreementState.KEPT, "Đã trả đủ", work, moment)
        return True
    late = late_part(agreement.parts, agreement.late_days, business_day(moment))
    if late is None:
        return False
    reason = (
        f"Đợt ngày {late.due_on:%d/%m/%Y} mới trả {format_dong(late.paid)} trên {format_dong(late.amount)}, "
        f"trễ quá {agreement.late_days} ngày"
    )
    await end_agreement_as(agreement, AgreementState.BROKEN, reason, work, moment)
    return True


async def judge_agreements(
    pool: Pool, new_work: Callable[[], AbstractAsyncContextManager[UnitOfWork]], clock: Clock
) -> int:
    """End the agreements that are kept or broken now; return how many, at most some."""
    async with pool.acquire() as connection:
        found = await agreements.to_judge(connection, business_day(clock()), _AT_ONCE)
    ended = 0
    for agreement_id, customer_code in found:
        async with new_work() as work:
            ended += await judge_agreement(agreement_id, customer_code, work, clock())
    return ended


async def watch_agreements(
    pool: Pool, new_work: Callable[[], AbstractAsyncContextManager[UnitOfWork]], clock: Clock
) -> None:
    """End agreements that are kept or broken, again and again, for ever."""
    while True:
        try:
            while await judge_agreements(pool, new_work, clock) == _AT_ONCE:
                pass
        except Exception:
            log.exception("agreements_not_judged")
        await asyncio.sleep(_LOOK_EVERY)
