"""The bill run: what waits is computed as drafts, and becomes bills when somebody has confirmed what they come to.

A run has parts of some hundred customers, each computed in one transaction and released in another. Whoever takes a
part (this process, or any copy of the service that gets ``bill_run.step``) locks it; what died on the way is taken
again. The id of a bill follows from its period, and a period makes one bill, so a run that is repeated at any point
comes to the same.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from services.billing.bills.bill import bill_values
from services.billing.errors import BillingError
from services.billing.payments.rules import Debt, use_credit
from services.billing.runs.rules import (
    RunNotReady,
    RunOutOfDate,
    RunOverlaps,
    RunScope,
    RunState,
    RunTotals,
    bill_id_of,
    check_second_person,
    check_totals,
)
from services.billing.store import accounts, bill_runs, bills, metered_periods, months, payments
from services.billing.store.bill_runs import Draft, StoredRun, WaitingPeriod
from services.billing.tariffs.models import Tariffs
from shared.clock import Clock, business_day
from shared.contracts.actor import Actor
from shared.contracts.billing import BillRunStep, BillsReleased
from shared.db import Connection
from shared.db.compression import compress_fast
from shared.ids import new_id
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import NotFound

PART = 1000
"""Customers in one transaction: enough to be fast, few enough that a payment does not wait long for its account."""

MESSAGES = 8
"""How many messages a run begins with: so many copies of the service are at it soon, each at one part. Each emits the
next ones, so what else waits in the queue of the service never stands behind a whole run."""

_ROWS_OF_AN_EVENT = 500
_TURN = 5
"""Bills computed before other work of the process has its turn: less than half a millisecond. A payment that is
recorded meanwhile waits for such a turn after each of its statements."""

WorkFactory = Callable[[], AbstractAsyncContextManager[UnitOfWork]]
Progress = Callable[["BillRun"], Awaitable[None] | None]


@dataclass(frozen=True, slots=True)
class BillRun:
    """What a run has done: number of bills, their total in đồng, and periods that could not be billed."""

    bills: int = 0
    total: int = 0
    problems: tuple[str, ...] = ()

    def __add__(self, other: "BillRun") -> "BillRun":
        return BillRun(self.bills + other.bills, self.total + other.total, self.problems + other.problems)


# --- the steps that a person takes


async def start_run(
    work: UnitOfWork,
    run_id: UUID,
    scope: RunScope,
    now: datetime,
    *,
    is_trial: bool = False,
    is_at_once: bool = False,
    customers_of_a_part: int = PART,
) -> StoredRun:
    """Begin a run over what waits; nothing is computed yet. Raises :class:`RunOverlaps`."""
    await bill_runs.lock_runs(work.connection)
    for other in await bill_runs.unfinished(work.connection):
        if not is_trial and not other.is_trial and other.scope.overlaps(scope):
            raise RunOverlaps(
                f"Đợt lập hóa đơn {other.run_id} ({other.scope}) chưa phát hành và chưa hủy.",
                facts={"run_id": str(other.run_id), "state": other.state.value},
            )
    parts = await bill_runs.add(
        work.connection,
        run_id,
        scope,
        is_trial=is_trial,
        is_at_once=is_at_once,
        asked_by=work.actor,
        now=now,
        customers_of_a_part=customers_of_a_part,
    )
    await work.act("bill_run.asked", str(run_id), scope=str(scope), is_trial=is_trial, parts=parts)
    # At the end, because readers of details wait for it.
    await months.make(work.connection, await months.without_a_bill(work.connection, scope.year, scope.month))
    if parts == 0:
        await bill_runs.computed_empty(work.connection, run_id, now)
    return await _known(work.connection, run_id)


async def confirm_run(
    work: UnitOfWork, run_id: UUID, bills_: int, total: int, tariffs: Tariffs, now: datetime
) -> StoredRun:
    """Confirm what a computed run comes to: from here on it is released. Repeating it changes nothing.

    Raises :class:`RunNotReady`, ``SecondPersonNeeded``, ``TotalsDiffer`` and :class:`RunOutOfDate`.
    """
    run = await _known(work.connection, run_id, lock=True)
    if not run.is_at_once:
        check_second_person(run.asked_by, work.actor)
    if run.state in (RunState.RELEASING, RunState.RELEASED):
        check_totals(run.totals, bills_, total)
        return run
    if run.state is not RunState.COMPUTED or run.is_trial:
        raise _not_ready(run)
    check_totals(run.totals, bills_, total)
    await _require_up_to_date(work.connection, run, tariffs, now)
    await bill_runs.confirm(work.connection, run_id, work.actor, now)
    if run.parts == 0:
        # Else the last part that is released drops them.
        await bill_runs.drop_drafts(work.connection, run_id)
    await work.act("bill_run.confirmed", str(run_id), bills=bills_, total=total)
    return await _known(work.connection, run_id)


async def _require_up_to_date(connection: Connection, run: StoredRun, tariffs: Tariffs, now: datetime) -> None:
    """Refuse a run whose bills would be others if they were computed now."""
    if changed := await bill_runs.out_of_date(connection, run.run_id):
        raise RunOutOfDate(
            f"{changed} chỉ số đã bị giữ lại hoặc thay thế sau khi tính: hãy hủy đợt này và tính lại.",
            facts={"changed": changed},
        )
    if contracts := await bill_runs.other_contracts(connection, run.run_id):
        raise RunOutOfDate(
            f"Hợp đồng của {contracts} hóa đơn đã thay đổi (giá bán, số hộ) sau khi tính: hãy hủy đợt này và tính lại.",
            facts={"contracts": contracts},
        )
    if run.tariffs is not None and run.tariffs != tariffs.digest():
        raise RunOutOfDate(
            "Giá điện hoặc thuế của đợt này không phải giá đang có hiệu lực: hãy kiểm tra thư mục quyết định giá, "
            "hủy đợt này và tính lại.",
            facts={"tariffs": run.tariffs},
        )
    for period_to, vat_rate in await bill_runs.vat_rates(connection, run.run_id):
        if str(tariffs.vat_percent(period_to, business_day(now))) != vat_rate:
            raise RunOutOfDate(
                f"Thuế suất GTGT của kỳ đến {period_to:%d/%m/%Y} hôm nay không còn là {vat_rate} %: "
                "hãy hủy đợt này và tính lại.",
                facts={"period_to": period_to.isoformat(), "vat_rate": vat_rate},
            )


async def discard_run(new_work: WorkFactory, run_id: UUID, clock: Clock) -> StoredRun:
    """End a run that has released nothing, without bills. Repeating it changes nothing."""
    async with new_work() as work:
        await end_without_bills(work, run_id, clock())
    # Apart, because it waits for whoever is still computing a part, and they count up the run's row at their end.
    async with new_work() as work:
        await bill_runs.drop_drafts(work.connection, run_id)
        return await _known(work.connection, run_id)


async def end_without_bills(work: UnitOfWork, run_id: UUID, now: datetime) -> None:
    """End a run that has released nothing; its drafts are still there. Repeating it changes nothing.

    Raises :class:`RunNotReady`.
    """
    run = await _known(work.connection, run_id, lock=True)
    if run.state in (RunState.COMPUTING, RunState.COMPUTED):
        await bill_runs.discard(work.connection, run_id, now)
        await work.act("bill_run.discarded", str(run_id))
    elif run.state is not RunState.DISCARDED:
        raise _not_ready(run)


async def known_run(connection: Connection, run_id: UUID, unit_codes: Sequence[str] = ()) -> StoredRun:
    """Return a run over one of some units (any where none is named). Raises :class:`~shared.problems.NotFound`."""
    run = await _known(connection, run_id)
    if unit_codes and run.scope.unit_prefix not in unit_codes:
        raise _no_such_run()
    return run


async def emit_steps(work: UnitOfWork, run_id: UUID, messages: int = MESSAGES) -> None:
    """Have the copies of the service go on with a run; more messages than needed do no harm."""
    for _ in range(messages):
        await work.emit(BillRunStep(run_id=run_id))


# --- what is done part by part


async def do_part(
    work: UnitOfWork, run_id: UUID, tariffs: Tariffs, clock: Clock, *, waits: bool = False
) -> BillRun | None:
    """Compute or release the next part of a run, whichever its state asks for.

    Returns what was released (nothing of a part that was computed); None where nothing is left to do. ``waits``: also
    for parts that others are at, and that they may fail to finish.
    """
    match await bill_runs.state_of(work.connection, run_id):
        case RunState.COMPUTING:
            return await _compute_part(work, run_id, tariffs, clock, waits=waits)
        case RunState.RELEASING:
            return await _release_part(work, run_id, clock, waits=waits)
    return None


async def _compute_part(
    work: UnitOfWork, run_id: UUID, tariffs: Tariffs, clock: Clock, *, waits: bool
) -> BillRun | None:
    connection = work.connection
    part = await bill_runs.take_part(connection, run_id, "computed_at", waits=waits)
    if part is None:
        return None
    run = await _known(connection, run_id)
    waiting = await bill_runs.waiting_of(connection, run.scope, part)
    rows: list[tuple[Any, ...]] = []
    problems: dict[UUID, str] = {}
    found: list[dict[str, str]] = []
    totals = [0, 0, 0, 0, 0]
    for number, item in enumerate(waiting):
        if number % _TURN == _TURN - 1:
            await asyncio.sleep(0)
        try:
            values = _values(item, tariffs, business_day(run.asked_at))
        except BillingError as error:
            period = item.period
            problems[item.period_id] = error.message
            found.append(
                {
                    "customer_code": period.customer_code,
                    "period": f"{period.month:02d}/{period.year}/{period.cycle}",
                    "problem": error.message,
                }
            )
            continue
        rows.append(bill_runs.draft_row(run_id, part.part, item.period_id, bill_id_of(item.period_id), values))
        for place, amount in enumerate((1, values["kwh"], values["pre_vat"], values["vat"], values["total"])):
            totals[place] += amount
    await bill_runs.copy_drafts(connection, rows)
    if not run.is_trial:
        await metered_periods.set_aside(connection, problems)
    await bill_runs.computed_part(connection, run_id, part.part, RunTotals(*totals), found, clock(), tariffs.digest())
    return BillRun()


def _values(item: WaitingPeriod, tariffs: Tariffs, invoice_date: date) -> dict[str, Any]:
    if item.price_group is None or item.households is None:
        raise BillingError("unknown-customer", "the customer's contract facts are not known")
    return bill_values(item.period, item.price_group, item.households, tariffs, invoice_date)


async def _release_part(work: UnitOfWork, run_id: UUID, clock: Clock, *, waits: bool) -> BillRun | None:
    connection = work.connection
    part = await bill_runs.take_part(connection, run_id, "released_at", waits=waits)
    if part is None:
        return None
    run = await _known(connection, run_id)
    actor = run.confirmed_by or work.actor
    await compress_fast(connection)
    drafts = await bill_runs.drafts_of_part(connection, run_id, part.part)
    await accounts.lock(connection, list(dict.fromkeys(draft.customer_code for draft in drafts)), within=part.codes)
    now = clock()
    # All bills of a run are of the moment at which it was confirmed, whenever their batch has its turn.
    left_out = await bill_runs.release(connection, run, part, run.confirmed_at or now, actor)
    issued = [each for each in drafts if each.period_id not in left_out]
    await _use_credit(connection, issued, now)
    states = await accounts.refresh_within(
        connection, list(dict.fromkeys(each.customer_code for each in issued)), *part.codes
    )
    await _emit_released(work, run_id, issued, states, now, actor)
    done = BillRun(len(issued), sum(each.total for each in issued))
    await bill_runs.released_part(connection, run, part.part, drafts, done.bills, done.total, now)
    return done


async def _use_credit(connection: Connection, new: Sequence[Draft], now: datetime) -> None:
    """Clear new bills with credit. Who has credit has no other open bill."""
    available = await payments.credits_of(connection, list({each.customer_code for each in new}))
    if not available:
        return
    debts: dict[str, list[Debt]] = {}
    for each in new:
        if each.customer_code in available:
            debts.setdefault(each.customer_code, []).append(Debt(each.bill_id, each.vat, each.pre_vat))
    uses = [use for code, owed in debts.items() for use in use_credit(available[code], owed)]
    await payments.use_credit(connection, uses, now)
    await bills.clear(connection, [use.cleared for use in uses])


async def _emit_released(
    work: UnitOfWork,
    run_id: UUID,
    issued: Sequence[Draft],
    states: Mapping[str, Mapping[str, Any]],
    now: datetime,
    actor: Actor,
) -> None:
    """Emit one event for the batch; several where its customers have many bills, each customer in one of them."""
    of_customer: dict[str, list[Draft]] = {}
    for each in issued:
        of_customer.setdefault(each.customer_code, []).append(each)
    batch: list[str] = []
    size = 0
    for code, theirs in of_customer.items():
        if batch and size + len(theirs) > _ROWS_OF_AN_EVENT:
            await work.emit_encoded(BillsReleased, _event(run_id, batch, of_customer, states, now, actor))
            batch, size = [], 0
        batch.append(code)
        size += len(theirs)
    if batch:
        await work.emit_encoded(BillsReleased, _event(run_id, batch, of_customer, states, now, actor))


def _event(
    run_id: UUID,
    codes: Sequence[str],
    of_customer: dict[str, list[Draft]],
    states: Mapping[str, Mapping[str, Any]],
    now: datetime,
    actor: Actor,
) -> bytes:
    """Return the event as it travels. Its bills are rows of the database: a model of each would only be written again.

    A test reads it as what it is.
    """
    return to_json(
        {
            "run_id": run_id,
            "released_at": now,
            "bills": [each.released() for code in codes for each in of_customer[code]],
            "accounts": [states[code] for code in sorted(codes)],
            "actor": actor.model_dump(),
        }
    )


# --- both in one go, in this process


async def run_bills(
    new_work: WorkFactory,
    tariffs: Tariffs,
    clock: Clock,
    *,
    batch: int = PART,
    again: bool = False,
    progress: Progress | None = None,
) -> BillRun:
    """Compute and release everything that waits, without a second person; return what was done.

    For samples and tests. A run of this kind that was stopped is gone on with, one that others are at is shared.
    ``again`` includes what earlier runs have set aside, for when its cause was corrected. ``progress`` is called after
    each part that was released.
    """
    async with new_work() as work:
        if again:
            await metered_periods.take_up_again(work.connection)
        run_id = await _at_once(work, clock(), batch)
    if run_id is None:
        return BillRun()
    await _do_parts(new_work, run_id, tariffs, clock, RunState.COMPUTING)
    async with new_work() as work:
        run = await _known(work.connection, run_id)
        if run.state is RunState.COMPUTED:
            await confirm_run(work, run_id, run.totals.bills, run.totals.total, tariffs, clock())
        problems = tuple(await bill_runs.problems_of(work.connection, run_id))
    done = await _do_parts(new_work, run_id, tariffs, clock, RunState.RELEASING, progress)
    return BillRun(done.bills, done.total, problems)


async def _at_once(work: UnitOfWork, now: datetime, batch: int) -> UUID | None:
    await bill_runs.lock_runs(work.connection)
    for run in await bill_runs.unfinished(work.connection):
        if run.is_at_once:
            return run.run_id
    if not await metered_periods.any_waiting(work.connection):
        return None
    return (await start_run(work, new_id(), RunScope(), now, is_at_once=True, customers_of_a_part=batch)).run_id


async def _do_parts(
    new_work: WorkFactory,
    run_id: UUID,
    tariffs: Tariffs,
    clock: Clock,
    during: RunState,
    progress: Progress | None = None,
) -> BillRun:
    """Do parts until the run has left a state, beside whoever else does."""
    done = BillRun()
    while True:
        async with new_work() as work:
            if await bill_runs.state_of(work.connection, run_id) is not during:
                return done
            released = await do_part(work, run_id, tariffs, clock, waits=True)
        if released is None:
            return done
        done += released
        if progress is not None and (awaitable := progress(done)) is not None:
            await awaitable


async def _known(connection: Connection, run_id: UUID, *, lock: bool = False) -> StoredRun:
    run = await bill_runs.find(connection, run_id, lock=lock)
    if run is None:
        raise _no_such_run()
    return run


def _no_such_run() -> NotFound:
    return NotFound("Không có đợt lập hóa đơn này.")


def _not_ready(run: StoredRun) -> RunNotReady:
    return RunNotReady(
        f"Đợt lập hóa đơn đang ở trạng thái {run.state.value}.",
        facts={"run_id": str(run.run_id), "state": run.state.value, "is_trial": run.is_trial},
    )
