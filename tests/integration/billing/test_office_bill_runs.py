"""Bill runs asked for by others over the bus: units, repetitions, the report, and what is left of discarded runs."""

import pytest

from services.billing.run_reports import drop_left_drafts, make_next_report
from services.billing.runs.rules import RunNotReady, RunOverlaps, SecondPersonNeeded
from shared.contracts.actor import Actor, ActorKind, Proof
from shared.contracts.billing import (
    BillRun,
    BillRunDetails,
    BillRunState,
    BillRunStep,
    ChangeCause,
    DiscardBillRun,
    GetBillRun,
    GetBillRuns,
    GetWaitingReadings,
    ReadingsWaiting,
    ReleaseBillRun,
    StartBillRun,
)
from shared.ids import new_id
from shared.messaging.context import correlated
from shared.problems import NotFound
from tests.integration.billing.billing_handlers import TARIFFS, BillingHandlers, reading
from tests.integration.billing.test_releases import do_all, start

HOA, LAN = (
    Actor(kind=ActorKind.PERSON, id=str(new_id()), reference=f"staff:{name}", proven_by=Proof.TOKEN)
    for name in ("hoa", "lan")
)
CODES = ["PB14010000001", "PB14010000002"]
UNIT = "PB1401"


async def town(billing: BillingHandlers, month: int = 10, kwh: int = 100) -> None:
    for code in CODES:
        await billing.customer(code)
    lines = [reading(kwh + n, month, code=code, old=1000 * month) for n, code in enumerate(CODES)]
    assert (await billing.import_readings(*lines)).ok


async def begin(billing: BillingHandlers, request: StartBillRun | None = None) -> BillRun:
    with correlated(actor=HOA):
        run: BillRun = (await billing.ask(request or StartBillRun(run_id=new_id(), unit_prefix=UNIT))).run
    return run


async def details(billing: BillingHandlers, run: BillRun, *units: str) -> BillRunDetails:
    found: BillRunDetails = await billing.look(GetBillRun(run_id=run.run_id, unit_codes=list(units)))
    return found


async def computed(billing: BillingHandlers) -> BillRun:
    run = await begin(billing)
    await do_all(billing, run.run_id)
    return (await details(billing, run)).run


async def report(billing: BillingHandlers) -> bool:
    async with billing.pool.acquire() as connection:
        return await make_next_report(connection, TARIFFS, billing.clock)


def release_of(run: BillRun) -> ReleaseBillRun:
    return ReleaseBillRun(run_id=run.run_id, bills=run.bills, total=run.total)


async def test_a_run_is_begun_once_however_often_it_is_asked_for(billing: BillingHandlers) -> None:
    await town(billing)
    request = StartBillRun(run_id=new_id(), unit_prefix=UNIT, year=2026, month=10)
    first = await begin(billing, request)
    assert (first.state, first.parts, first.asked_by) == (BillRunState.COMPUTING, 1, HOA)
    steps = await billing.emitted(BillRunStep.message_name)
    assert len(steps) > 0
    assert await begin(billing, request) == first
    assert await billing.emitted(BillRunStep.message_name) == steps
    with pytest.raises(RunOverlaps):
        await begin(billing)


async def test_a_run_that_has_nothing_to_bill_leaves_no_drafts_when_it_is_released(billing: BillingHandlers) -> None:
    run = await begin(billing)
    assert run.state is BillRunState.COMPUTED
    with correlated(actor=LAN):
        released: BillRun = (await billing.ask(release_of(run))).run
    assert released.state is BillRunState.RELEASED
    assert await billing.pool.fetchval("SELECT to_regclass(drafts_of($1)) IS NULL", run.run_id)


async def test_what_waits_is_counted_by_unit_and_month(billing: BillingHandlers) -> None:
    await town(billing)
    await town(billing, month=11)
    found: ReadingsWaiting = await billing.look(GetWaitingReadings())
    assert [(one.unit_code, one.month, one.periods) for one in found.waiting] == [(UNIT, 10, 2), (UNIT, 11, 2)]
    assert (await billing.look(GetWaitingReadings(unit_codes=["PB1402"]))).waiting == []


async def test_who_works_for_some_units_sees_and_begins_runs_over_one_of_them_alone(billing: BillingHandlers) -> None:
    await town(billing)
    for prefix in ("", "PB", "PB1402"):
        with pytest.raises(NotFound):
            await begin(billing, StartBillRun(run_id=new_id(), unit_prefix=prefix, unit_codes=[UNIT]))
    everything = await begin(billing, StartBillRun(run_id=new_id()))
    for request in (
        ReleaseBillRun(run_id=everything.run_id, bills=0, total=0, unit_codes=[UNIT]),
        DiscardBillRun(run_id=everything.run_id, unit_codes=[UNIT]),
    ):
        with pytest.raises(NotFound):
            await billing.ask(request)
    with pytest.raises(NotFound):
        await details(billing, everything, UNIT)
    assert (await billing.look(GetBillRuns(unit_codes=[UNIT]))).runs == []
    await billing.ask(DiscardBillRun(run_id=everything.run_id))
    own = await begin(billing, StartBillRun(run_id=new_id(), unit_prefix=UNIT, unit_codes=[UNIT]))
    assert (await details(billing, own, UNIT)).run == own
    assert [one.run_id for one in (await billing.look(GetBillRuns(unit_codes=[UNIT]))).runs] == [own.run_id]


async def test_another_person_releases_it_and_repeating_that_changes_nothing(billing: BillingHandlers) -> None:
    await town(billing)
    run = await computed(billing)
    with correlated(actor=HOA), pytest.raises(SecondPersonNeeded):
        await billing.ask(release_of(run))
    with correlated(actor=LAN):
        first = (await billing.ask(release_of(run))).run
        assert (first.state, first.confirmed_by) == (BillRunState.RELEASING, LAN)
        await do_all(billing, run.run_id)
        assert (await billing.ask(release_of(run))).run == first
    ended = (await details(billing, run)).run
    assert (ended.state, ended.released_bills, ended.released_total) == (BillRunState.RELEASED, 2, run.total)
    with pytest.raises(RunNotReady):
        await billing.ask(DiscardBillRun(run_id=run.run_id))


async def test_the_report_is_made_once_and_stays_when_the_drafts_are_gone(billing: BillingHandlers) -> None:
    await town(billing)
    await billing.run()
    await town(billing, month=11, kwh=200)
    run = await begin(billing)
    assert not await report(billing)
    await do_all(billing, run.run_id)
    assert (await details(billing, run)).report is None
    assert await report(billing)
    assert not await report(billing)
    made = (await details(billing, run)).report
    assert made is not None
    (beside,) = made.comparisons
    assert (beside.beside, beside.more, beside.less, beside.new, beside.gone) == (None, 2, 0, 0, 0)
    assert sum(one.difference for one in beside.largest) == beside.difference > 0
    assert {cause for one in beside.largest for cause in one.causes} == {ChangeCause.KWH, ChangeCause.DAYS}
    with correlated(actor=LAN):
        await billing.ask(release_of((await details(billing, run)).run))
    await do_all(billing, run.run_id)
    assert (await details(billing, run)).report == made


async def test_a_dry_run_has_no_report_of_its_own(billing: BillingHandlers) -> None:
    await town(billing)
    await do_all(billing, await start(billing, is_trial=True))
    assert not await report(billing)


async def test_drafts_that_somebody_still_reads_are_dropped_later(billing: BillingHandlers) -> None:
    await town(billing)
    run = await computed(billing)
    await billing.ask(DiscardBillRun(run_id=run.run_id))
    async with billing.pool.acquire() as reader, billing.pool.acquire() as connection:
        async with reader.transaction():
            await reader.fetchval("SELECT count(*) FROM draft_bills")
            await connection.execute("SET lock_timeout = '50ms'")
            assert not await drop_left_drafts(connection)
        assert await drop_left_drafts(connection)


async def test_the_drafts_of_a_discarded_run_are_dropped_and_its_readings_wait_again(billing: BillingHandlers) -> None:
    await town(billing)
    run = await computed(billing)
    discarded = (await billing.ask(DiscardBillRun(run_id=run.run_id))).run
    assert discarded.state is BillRunState.DISCARDED
    assert (await billing.ask(DiscardBillRun(run_id=run.run_id))).run == discarded
    async with billing.pool.acquire() as connection:
        assert await drop_left_drafts(connection)
        assert not await drop_left_drafts(connection)
    assert await billing.pool.fetchval("SELECT count(*) FROM draft_bills") == 0
    assert not await report(billing)
    assert sum(one.periods for one in (await billing.look(GetWaitingReadings())).waiting) == 2


async def test_what_cannot_be_billed_and_what_is_held_is_named_beside_the_run(billing: BillingHandlers) -> None:
    await town(billing)
    await billing.pool.execute(
        "UPDATE customers SET facts = jsonb_set(facts::jsonb, '{price_group}', '\"castle\"') WHERE customer_code = $1",
        CODES[0],
    )
    run = await computed(billing)
    found = await details(billing, run)
    assert (found.run.set_aside, found.held) == (1, 0)
    (problem,) = found.problems
    assert (problem.customer_code, problem.period) == (CODES[0], "10/2026/1")
    assert "castle" in problem.problem
