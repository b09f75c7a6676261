"""Settles estimates that were too high: the bill of the estimate is adjusted, and the true reading goes on from there.

Each in a transaction of its own, after the import that brought the true reading: whatever ends in between, the reading
is held, and the next import of readings settles it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid5

import asyncpg
import structlog

from services.billing.bill_run import WorkFactory
from services.billing.corrected_bill import put_right
from services.billing.errors import BillingError
from services.billing.imports.readings import require_billable
from services.billing.judgement.rules import JudgementRule, judgement_in_force
from services.billing.judgement.settlement import settlement_of
from services.billing.judgements import judge_followers, judged
from services.billing.ledger import lock_account
from services.billing.second_person import ESTIMATES_RULE
from services.billing.store import accounts, bills, corrections, held_readings, metered_periods
from services.billing.store.held_readings import ReadingAct
from services.billing.store.metered_periods import NewPeriod
from services.billing.tariffs.models import Tariffs
from shared.clock import Clock
from shared.contracts.billing import CorrectBill, CorrectedBillReading, CorrectionKind
from shared.ids import new_id
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import Problem

_AT_ONCE = 100

log = structlog.get_logger(__name__)


class _NotSettledError(Exception):
    """Undoes the transaction: a person has to look."""


async def settle_estimates(
    new_work: WorkFactory, tariffs: Tariffs, judgement: Sequence[JudgementRule], clock: Clock
) -> list[UUID]:
    """Settle what can be settled of what is held below an estimate; return the periods that are held no more.

    While another import works, nothing is: it does this when it ends.
    """
    settled: list[UUID] = []
    after: UUID | None = None
    while True:
        async with new_work() as work:
            found = await held_readings.below_estimates(work.connection, after, _AT_ONCE)
        for period_id in found:
            try:
                async with new_work() as work:
                    await _settle(work, period_id, tariffs, judgement, clock)
            except (_NotSettledError, Problem):
                continue
            except (TimeoutError, asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError):
                log.warning("estimates_left_to_the_next_import", settled=len(settled))
                return settled
            settled.append(period_id)
        if len(found) < _AT_ONCE:
            return settled
        after = found[-1]


async def _settle(
    work: UnitOfWork, period_id: UUID, tariffs: Tariffs, judgement: Sequence[JudgementRule], clock: Clock
) -> None:
    connection = work.connection
    await metered_periods.lock_imports(connection)
    stored = await held_readings.lock(connection, period_id)
    if stored is None or not stored.doubts or stored.bill_id or stored.superseded_by or stored.sent_back_at:
        raise _NotSettledError
    period = stored.period
    code = period.customer_code
    facts = await accounts.facts_of(connection, [code])
    before = await metered_periods.billed_until(connection, code, period.period_from - timedelta(days=1))
    if code not in facts or before is None:
        raise _NotSettledError
    if not judgement_in_force(judgement, facts[code].unit.unit_code, period.period_to).settles_estimates:
        raise _NotSettledError
    await lock_account(connection, code)
    bill_id, estimated = before
    # What was put right by people since is theirs.
    settlement = None if await corrections.facts_of(connection, bill_id) else settlement_of(estimated, period)
    bill = (await bills.by_id(connection, [bill_id]))[bill_id]
    if settlement is None:
        raise _NotSettledError
    right = replace(period, readings=settlement.true)
    try:
        require_billable(right, facts[code], tariffs)
    except BillingError:
        raise _NotSettledError from None
    reason = f"Chỉ số thực tế kỳ {period.month:02d}/{period.year} thấp hơn chỉ số tạm tính"
    correction_id = uuid5(period_id, "estimate")
    request = CorrectBill(
        correction_id=correction_id,
        bill_number=bill.bill_number,
        kind=CorrectionKind.ADJUSTMENT,
        readings=[
            CorrectedBillReading(
                meter_number=one.meter_number,
                meter_register=one.meter_register,
                old_reading=one.old_reading,
                new_reading=one.new_reading,
                multiplier=one.multiplier,
                digits=one.digits,
            )
            for one in settlement.estimated
        ],
        reason=reason,
        asked_by=str(work.actor)[:100],
        approved_by=ESTIMATES_RULE,
    )
    done = await put_right(request, work, tariffs=tariffs, clock=clock, judgement_rules=judgement)
    if done.correction.after.total >= done.correction.before.total:
        raise _NotSettledError
    # By the fingerprint of what was imported: the same file again changes nothing.
    new = NewPeriod(new_id(), right, await held_readings.fingerprint_of(connection, period_id))
    await held_readings.supersede(connection, {period_id: new.period_id})
    [new] = await judged(connection, [new], facts, judgement)
    if new.doubts:
        raise _NotSettledError
    await metered_periods.add(connection, [new], correction_id)
    moment = clock()
    acts = [ReadingAct(period_id, "corrected", stored.doubts, reason, new.period_id)]
    await held_readings.note(connection, acts, moment, work.actor)
    await judge_followers(connection, right, judgement, reason=reason, moment=moment, actor=work.actor)
