"""A bill run makes drafts that nobody sees; a second person makes them bills, whatever dies meanwhile."""

import unicodedata
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.billing.audit import audit_facts
from services.billing.bill_run import confirm_run, discard_run, do_part, start_run
from services.billing.handlers import do_bill_run_step as module_of_steps
from services.billing.handlers.do_bill_run_step import do_bill_run_step
from services.billing.rehearsals.vat_switch import vat_switch
from services.billing.runs.rules import (
    RunNotReady,
    RunOutOfDate,
    RunOverlaps,
    RunScope,
    RunState,
    SecondPersonNeeded,
    TotalsDiffer,
    bill_id_of,
)
from services.billing.store import bill_run_changes, bill_runs
from services.billing.store.bill_runs import StoredRun
from shared.contracts.actor import Actor, ActorKind, Proof
from shared.contracts.billing import BillRunStep, SendReadingsBack
from shared.ids import new_id
from shared.messaging.context import correlated
from tests.integration.billing.billing_handlers import CODE, TARIFFS, BillingHandlers, reading

CODES = [f"PB140100000{n:02d}" for n in range(6)]
LAN, HOA = (
    Actor(kind=ActorKind.COMMAND_LINE, id="office@host", reference=name, proven_by=Proof.LOGIN)
    for name in ("Lan", "Hoa")
)


class PowerCut(Exception):
    """Everything stops."""


async def town(billing: BillingHandlers, *months: int) -> None:
    for code in CODES:
        await billing.customer(code)
    lines = [reading(100 + n, month, code=code) for n, code in enumerate(CODES) for month in months or (10,)]
    assert (await billing.import_readings(*lines)).ok


async def start(
    billing: BillingHandlers, scope: RunScope | None = None, *, by: Actor = LAN, is_trial: bool = False
) -> UUID:
    with correlated(actor=by):
        async with billing.new_work() as work:
            run = await start_run(
                work, new_id(), scope or RunScope(), billing.clock(), is_trial=is_trial, customers_of_a_part=2
            )
    return run.run_id


async def do_all(billing: BillingHandlers, run_id: UUID) -> StoredRun:
    """Do the parts of the state in which a run is."""
    before = (await stored(billing, run_id)).state
    while (await stored(billing, run_id)).state is before:
        async with billing.new_work() as work:
            if await do_part(work, run_id, TARIFFS, billing.clock) is None:
                break
    return await stored(billing, run_id)


async def stored(billing: BillingHandlers, run_id: UUID) -> StoredRun:
    async with billing.reading() as work:
        found = await bill_runs.find(work.connection, run_id)
    assert found is not None
    return found


async def confirm(billing: BillingHandlers, run: StoredRun, *, by: Actor = HOA, more: int = 0) -> StoredRun:
    with correlated(actor=by):
        async with billing.new_work() as work:
            return await confirm_run(
                work, run.run_id, run.totals.bills, run.totals.total + more, TARIFFS, billing.clock()
            )


async def do_part_and_die(billing: BillingHandlers, run_id: UUID) -> None:
    async with billing.new_work() as work:
        assert await do_part(work, run_id, TARIFFS, billing.clock) is not None
        raise PowerCut


async def drafts(billing: BillingHandlers) -> int:
    count: int = await billing.pool.fetchval("SELECT count(*) FROM draft_bills")
    return count


async def test_drafts_are_seen_by_nobody_and_become_bills_when_another_person_confirms_their_totals(
    billing: BillingHandlers,
) -> None:
    await town(billing)
    run = await do_all(billing, await start(billing))
    assert (run.state, run.totals.bills, await drafts(billing)) == (RunState.COMPUTED, 6, 6)
    assert [(await billing.account(code)).bills for code in CODES] == [[]] * 6
    assert await billing.emitted("bill") == []
    with pytest.raises(SecondPersonNeeded):
        await confirm(billing, run, by=LAN)
    with pytest.raises(TotalsDiffer) as differ:
        await confirm(billing, run, more=1)
    assert (differ.value.facts["total"], differ.value.facts["confirmed_total"]) == (
        run.totals.total,
        run.totals.total + 1,
    )

    await confirm(billing, run)
    run = await do_all(billing, run.run_id)
    assert (run.state, run.released_bills, run.released_total) == (RunState.RELEASED, 6, run.totals.total)
    assert sum([(await billing.state(code)).debt for code in CODES]) == run.totals.total
    again = await confirm(billing, run)
    assert (again.state, await do_part_of(billing, run)) == (RunState.RELEASED, None)
    assert await billing.pool.fetchval("SELECT DISTINCT actor ->> 'reference' FROM bills") == "Hoa"
    assert await billing.pool.fetchval("SELECT to_regclass(drafts_of($1)) IS NULL", run.run_id)
    async with billing.reading() as work:
        assert (await audit_facts(work.connection)).violations == []


async def do_part_of(billing: BillingHandlers, run: StoredRun) -> object:
    async with billing.new_work() as work:
        return await do_part(work, run.run_id, TARIFFS, billing.clock)


async def test_a_run_that_dies_in_every_part_comes_to_the_same_bills(billing: BillingHandlers) -> None:
    await town(billing, 9, 10)
    await billing.pay(5_000_000, code=CODES[3])
    run_id = await start(billing)
    for state in (RunState.COMPUTING, RunState.RELEASING):
        while (await stored(billing, run_id)).state is state:
            with pytest.raises(PowerCut):
                await do_part_and_die(billing, run_id)
            assert await do_part_of(billing, await stored(billing, run_id)) is not None
        if state is RunState.COMPUTING:
            await confirm(billing, await stored(billing, run_id))
    run = await stored(billing, run_id)
    assert (run.state, run.totals.bills, run.released_bills) == (RunState.RELEASED, 12, 12)
    rows = await billing.pool.fetch("SELECT period_id, bill_id FROM metered_periods")
    assert {row["bill_id"] for row in rows} == {bill_id_of(row["period_id"]) for row in rows}
    states = [await billing.state(code) for code in CODES]
    assert sum(state.debt - state.credit for state in states) == run.totals.total - 5_000_000
    assert [bill["bill_id"] for event in await billing.emitted("bills.released") for bill in event["bills"]] == [
        str(row["bill_id"])
        for row in await billing.pool.fetch("SELECT bill_id FROM bills ORDER BY customer_code, month")
    ]


async def test_runs_over_the_same_readings_exclude_each_other_until_one_has_ended(billing: BillingHandlers) -> None:
    await town(billing)
    run_id = await start(billing, RunScope("PB1401", 2026, 10))
    for scope in (RunScope(), RunScope("PB14"), RunScope("PB1401", 2026, 10)):
        with pytest.raises(RunOverlaps):
            await start(billing, scope)
    await start(billing, RunScope("PB1401", 2026, 9))
    await start(billing, RunScope("PB1402"))
    await do_all(billing, run_id)
    assert (await discard_run(billing.new_work, run_id, billing.clock)).state is RunState.DISCARDED
    assert (await discard_run(billing.new_work, run_id, billing.clock)).state is RunState.DISCARDED
    assert await drafts(billing) == 0
    with pytest.raises(RunNotReady):
        await confirm(billing, await stored(billing, run_id))
    again = await do_all(billing, await start(billing, RunScope("PB1401", 2026, 10)))
    assert again.totals.bills == 6


async def test_readings_that_are_held_meanwhile_are_not_billed_and_their_sum_is_kept(billing: BillingHandlers) -> None:
    await town(billing)
    hold = """UPDATE metered_periods SET held = '[{"rule": "jump"}]' WHERE customer_code = $1"""
    run = await do_all(billing, await start(billing))
    await billing.pool.execute(hold, CODES[0])
    with pytest.raises(RunOutOfDate):
        await confirm(billing, run)
    await billing.pool.execute("UPDATE metered_periods SET held = NULL")
    await confirm(billing, run)
    which = "SELECT period_id FROM metered_periods WHERE customer_code = $1"
    period_id = await billing.pool.fetchval(which, CODES[5])
    await billing.ask(SendReadingsBack(sending_id=new_id(), period_id=period_id, reason="Xem lại"))
    run = await do_all(billing, run.run_id)
    assert (run.state, run.released_bills, run.left_out_bills) == (RunState.RELEASED, 5, 1)
    assert run.released_total + run.left_out_total == run.totals.total
    assert (await billing.account(CODES[5])).bills == []
    async with billing.reading() as work:
        assert (await audit_facts(work.connection)).violations == []
    # What nobody held was lost on the way.
    await billing.pool.execute("DELETE FROM reading_acts")
    async with billing.reading() as work:
        [found] = (await audit_facts(work.connection)).violations
    assert found.rule == "what a bill run left out was held or replaced meanwhile"


async def test_a_dry_run_says_what_changes_and_why_and_leaves_nothing(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(100, 9)
    await billing.customer(version=2, households="2")
    assert (await billing.import_readings(reading(250, 10, old=1100))).ok
    run = await do_all(billing, await start(billing, is_trial=True))
    async with billing.new_work() as work:
        changes = await bill_run_changes.against_month_before(work.connection, run.run_id)
        assert await bill_run_changes.run_before(work.connection, run.run_id, run.scope) is None
        assert (await bill_run_changes.against_run(work.connection, run.run_id, run.run_id)).same == 1
    assert (changes.more, changes.less, changes.same, changes.new) == (1, 0, 0, 0)
    [change] = changes.largest
    assert change.before is not None
    assert change.after is not None
    assert (change.customer_code, change.before.kwh, change.after.kwh) == (CODE, 100, 250)
    assert change.causes == ("kwh", "days", "households")
    assert change.difference == changes.difference == change.after.total - change.before.total
    with pytest.raises(RunNotReady):
        await confirm(billing, run)
    await discard_run(billing.new_work, run.run_id, billing.clock)
    assert await billing.pool.fetchval("SELECT count(*) FROM metered_periods WHERE bill_id IS NULL") == 1
    assert (await billing.run()).bills == 1


async def test_what_the_vat_of_drafts_hangs_on_is_seen_before_they_are_released(billing: BillingHandlers) -> None:
    await town(billing, 12)
    run = await do_all(billing, await start(billing))
    async with billing.new_work() as work:
        [bases] = [some async for some in bill_runs.vat_bases(work.connection, run.run_id, date(2027, 1, 3))]
    found = vat_switch(bases, TARIFFS)
    assert (found.bills, found.differing, found.differing_pre_vat) == (6, 6, run.totals.pre_vat)
    assert found.by_day["period_to"] == run.totals.vat
    assert found.difference > 0


async def test_a_run_over_contracts_that_have_changed_since_is_not_released(billing: BillingHandlers) -> None:
    await town(billing)
    run = await do_all(billing, await start(billing))
    await billing.customer(CODES[3], version=9, households="3")
    with pytest.raises(RunOutOfDate) as refused:
        await confirm(billing, run)
    assert refused.value.facts == {"contracts": 1}
    await billing.customer(CODES[3], version=10)
    assert (await confirm(billing, run)).state is RunState.RELEASING


async def test_a_run_is_not_released_under_other_prices_than_it_was_computed_by(billing: BillingHandlers) -> None:
    await town(billing)
    other = replace(TARIFFS, decisions=TARIFFS.decisions[:-1])
    run_id = await start(billing)
    async with billing.new_work() as work:
        await do_part(work, run_id, other, billing.clock)
    run = await do_all(billing, run_id)
    for tariffs in (TARIFFS, other):
        with pytest.raises(RunOutOfDate) as refused, correlated(actor=HOA):
            async with billing.new_work() as work:
                await confirm_run(work, run_id, run.totals.bills, run.totals.total, tariffs, billing.clock())
        assert refused.value.facts == {"tariffs": "several"}


@pytest.mark.parametrize(
    ("asked_by", "confirmed_by"),
    [
        (("office@host", "Lan"), ("office@host", "L\u0061n")),
        (("office@host", "Nguyễn An"), ("office@other", unicodedata.normalize("NFD", "Nguyễn An"))),
        (("office@host", "Lan"), ("office@other", "Lan.\u200b")),
        (("office@host", ""), ("office@host", "Lan")),
        (("office@host", "Lan"), ("office@other", "")),
        (("lan@host", ""), ("lan@other", "")),
        (("lan@host", ""), ("office@host", "Lan")),
    ],
)
async def test_one_person_by_two_spellings_or_machines_does_not_release_the_own_run(
    billing: BillingHandlers, asked_by: tuple[str, str], confirmed_by: tuple[str, str]
) -> None:
    await town(billing)
    asking, confirming = (
        Actor(kind=ActorKind.COMMAND_LINE, id=login, reference=name, proven_by=Proof.LOGIN)
        for login, name in (asked_by, confirmed_by)
    )
    run = await do_all(billing, await start(billing, by=asking))
    with pytest.raises(SecondPersonNeeded):
        await confirm(billing, run, by=confirming)


async def test_a_part_that_is_done_emits_a_message_for_this_copy_and_one_for_another(billing: BillingHandlers) -> None:
    await town(billing)
    run_id, at_work = await start(billing), set[UUID]()
    await step(billing, run_id, at_work)
    assert (await stored(billing, run_id)).computed_parts == 1
    assert len(await billing.emitted("bill_run.step")) == 2
    assert at_work == set()


async def test_a_copy_that_is_at_a_part_of_a_run_lets_further_messages_of_it_go_and_does_those_of_others(
    billing: BillingHandlers,
) -> None:
    await town(billing)
    run_id = await start(billing)
    await step(billing, run_id, {run_id})
    assert (await stored(billing, run_id)).computed_parts == 0
    assert await billing.emitted("bill_run.step") == []
    await step(billing, run_id, {new_id()})
    assert (await stored(billing, run_id)).computed_parts == 1


async def test_a_copy_whose_part_has_failed_is_free_for_the_next_message(
    billing: BillingHandlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town(billing)
    run_id, at_work = await start(billing), set[UUID]()

    async def dies(*_: object) -> None:
        raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr(module_of_steps, "do_part", dies)
        with pytest.raises(PowerCut):
            await step(billing, run_id, at_work)
    await step(billing, run_id, at_work)
    assert (await stored(billing, run_id)).computed_parts == 1


async def step(billing: BillingHandlers, run_id: UUID, at_work: set[UUID]) -> None:
    async with billing.new_work() as work:
        await do_bill_run_step(
            BillRunStep(run_id=run_id), work, clock=billing.clock, tariffs=TARIFFS, runs_at_work=at_work
        )


async def test_all_accounts_of_a_page_change_in_one_transaction_without_an_entry_in_an_index(
    billing: BillingHandlers,
) -> None:
    async with billing.new_work() as work:
        await work.connection.execute(
            "INSERT INTO accounts (customer_code) SELECT format('PB1401%s', 1000000 + n) FROM generate_series(1, 500) n"
        )
    async with billing.new_work() as work:
        await work.connection.execute("UPDATE accounts SET version = version + 1")
        without = await work.connection.fetchval("SELECT pg_stat_get_xact_tuples_hot_updated('accounts'::regclass)")
    assert without == 500
