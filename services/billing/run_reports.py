"""What a computed bill run changes, made once by whichever copy is free; and the drafts of discarded runs dropped.

Both take longer than a person or a message may wait: of a million customers the comparison reads two million rows, and
the drafts of a run that is being computed cannot be dropped before the last one who is at them has ended.
"""

import asyncio
from uuid import UUID

import structlog
from asyncpg import LockNotAvailableError, Pool

from services.billing.rehearsals.vat_switch import VatSwitch, vat_switch
from services.billing.runs.changes import Change, Charged
from services.billing.runs.rules import RunState
from services.billing.store import bill_run_changes, bill_run_reports, bill_runs
from services.billing.store.bill_run_changes import Changes
from services.billing.store.bill_runs import StoredRun
from services.billing.tariffs.models import Tariffs
from shared.clock import Clock, business_day
from shared.contracts.billing import (
    ChangeCause,
    ChargedAmounts,
    RunChange,
    RunComparison,
    RunReport,
    RunVatSwitch,
)
from shared.db import Connection

_LOOK_EVERY = 2.0

log = structlog.get_logger(__name__)


async def look_after_runs(pool: Pool, tariffs: Tariffs, clock: Clock) -> None:
    """Make reports of runs and drop the drafts of discarded ones, again and again, for ever."""
    while True:
        try:
            async with pool.acquire() as connection:
                await make_next_report(connection, tariffs, clock)
                await drop_left_drafts(connection)
        except Exception:
            log.exception("bill_runs_not_looked_after")
        await asyncio.sleep(_LOOK_EVERY)


async def make_next_report(connection: Connection, tariffs: Tariffs, clock: Clock) -> bool:
    """Make the report of a computed run that has none; return whether there was one."""
    run_id = await bill_run_reports.next_without(connection)
    if run_id is None:
        return False
    async with connection.transaction():
        if not await bill_run_reports.try_lock(connection):
            return False
        run = await bill_runs.find(connection, run_id)
        if run is None:
            return False
        report = await _report(connection, run, tariffs, clock)
        # Drafts are dropped in the transaction that ends a release, and that waits for whoever has begun to read them:
        # what has not ended now was there when it was read.
        if await bill_runs.state_of(connection, run_id) not in (RunState.COMPUTED, RunState.RELEASING):
            return False
        await bill_run_reports.add(connection, run_id, report, clock())
    return True


async def drop_left_drafts(connection: Connection) -> bool:
    """Drop the drafts of a run that has ended; return whether there were any, and nobody was at them any more."""
    run_id = await bill_run_reports.next_with_left_drafts(connection)
    if run_id is None:
        return False
    try:
        await bill_runs.drop_drafts(connection, run_id)
    except LockNotAvailableError:
        return False  # Somebody still computes a part or reads them: the next time.
    return True


async def changes_of(connection: Connection, run: StoredRun) -> dict[UUID | None, Changes]:
    """Compare a computed run with the month before (None) and with the last run over the same (its id)."""
    found: dict[UUID | None, Changes] = {None: await bill_run_changes.against_month_before(connection, run.run_id)}
    if other := await bill_run_changes.run_before(connection, run.run_id, run.scope):
        found[other] = await bill_run_changes.against_run(connection, run.run_id, other)
    return found


async def vat_switch_of(connection: Connection, run: StoredRun, tariffs: Tariffs, clock: Clock) -> VatSwitch | None:
    """Return what of a run's VAT hangs on the day that decides; None where all days have one rate."""
    today = business_day(clock())
    days = [period_to for period_to, _ in await bill_runs.vat_rates(connection, run.run_id)]
    if len({tariffs.vat_percent_on(day) for day in [*days, today]}) == 1:
        return None
    found = vat_switch((), tariffs)
    async for bases in bill_runs.vat_bases(connection, run.run_id, today):
        found += vat_switch(bases, tariffs)
    return found


async def _report(connection: Connection, run: StoredRun, tariffs: Tariffs, clock: Clock) -> RunReport:
    switch = await vat_switch_of(connection, run, tariffs, clock)
    return RunReport(
        comparisons=[_comparison(other, found) for other, found in (await changes_of(connection, run)).items()],
        vat_switch=None
        if switch is None
        else RunVatSwitch(
            by_period=switch.by_day["period_to"],
            by_invoice=switch.by_day["invoice_date"],
            differing=switch.differing,
            differing_pre_vat=switch.differing_pre_vat,
        ),
    )


def _comparison(beside: UUID | None, found: Changes) -> RunComparison:
    return RunComparison(
        beside=beside,
        more=found.more,
        less=found.less,
        same=found.same,
        new=found.new,
        gone=found.gone,
        difference=found.difference,
        largest=[_change(each) for each in found.largest],
    )


def _change(change: Change) -> RunChange:
    return RunChange(
        customer_code=change.customer_code,
        bill_number=change.bill_number,
        before=_amounts(change.before),
        after=_amounts(change.after),
        difference=change.difference,
        causes=[ChangeCause(cause.replace(" ", "_")) for cause in change.causes],
    )


def _amounts(charged: Charged | None) -> ChargedAmounts | None:
    return None if charged is None else ChargedAmounts(kwh=charged.kwh, days=charged.days, total=charged.total)
