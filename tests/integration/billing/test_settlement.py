"""Settlement by two: a collector declares, a cashier counts, a supervisor decides over a difference above the limit."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.billing.audit import audit_facts
from services.billing.shifts.rules import CashBoxRule, OverLimit
from services.billing.store.early_signs import early_signs
from shared.contracts.actor import Actor, ActorKind, Proof
from shared.contracts.billing import ShiftDecision, ShiftReply, ShiftState
from shared.ids import new_id
from shared.messaging import correlated
from shared.problems import NotFound, Problem, SameIdOtherContent
from tests.integration.billing.billing_handlers import CASHIER, COLLECTOR, NOW, SUPERVISOR, BillingHandlers

PHONE = UUID(int=9)


async def declared(billing: BillingHandlers, counted: int = 100_000, **others: Any) -> UUID:
    """Open a shift with 100,000 đồng and close it with a count."""
    shift_id = (await billing.open_shift(opening_float=100_000)).shift.shift_id
    explanation = "" if counted == 100_000 else "Đánh rơi ví"
    values: dict[str, Any] = {
        "explanation": explanation,
        "declared_by": f"collector:{COLLECTOR}",
        "declaring_device_id": PHONE,
    }
    await billing.close_shift(shift_id, counted, **values | others)
    return shift_id


async def state(billing: BillingHandlers, shift_id: UUID) -> ShiftState | None:
    return (await billing.shift(shift_id)).shift.state


async def refusal(outcome: object) -> Problem:
    with pytest.raises(Problem) as caught:
        await outcome  # type: ignore[misc]
    return caught.value


async def test_a_declared_shift_is_settled_by_a_second_count_that_fits(billing: BillingHandlers) -> None:
    shift_id = await declared(billing)
    assert await state(billing, shift_id) is ShiftState.DECLARED
    confirmed = await billing.confirm_shift(shift_id, 100_000, denominations={"100000": 1})
    assert confirmed.shift.state is ShiftState.SETTLED
    assert confirmed.shift.confirmation is not None
    assert (confirmed.shift.confirmation.difference, confirmed.shift.confirmation.confirmed_by) == (0, "cashier:1")
    assert confirmed.shift.declared_by == f"collector:{COLLECTOR}"
    assert await billing.confirm_shift(shift_id, 100_000, denominations={"100000": 1}) == confirmed
    [event] = await billing.emitted("shift.confirmed")
    assert event["shift"] == confirmed.shift.model_dump(mode="json")
    with pytest.raises(SameIdOtherContent):
        await billing.confirm_shift(shift_id, 99_000, note="?")


async def test_whoever_declared_cannot_confirm_and_whoever_did_either_cannot_decide(billing: BillingHandlers) -> None:
    shift_id = await declared(billing, 0, declared_by="cashier:1", declaring_device_id=CASHIER)
    problem = await refusal(billing.confirm_shift(shift_id, 0))
    assert (problem.slug, problem.status) == ("second-person-needed", 403)
    await billing.confirm_shift(shift_id, 0, device_id=SUPERVISOR)
    for device in (CASHIER, SUPERVISOR):
        assert (await refusal(billing.decide_shift(shift_id, device_id=device))).slug == "second-person-needed"
    decided = await billing.decide_shift(shift_id, device_id=new_id())
    assert decided.shift.state is ShiftState.SETTLED


async def test_a_lost_wallet_blocks_the_next_shift_until_a_supervisor_has_decided(billing: BillingHandlers) -> None:
    shift_id = await declared(billing, 0)
    assert await state(billing, shift_id) is ShiftState.DIFFERENT
    problem = await refusal(billing.open_shift())
    assert (problem.slug, problem.status) == ("shift-blocked", 409)
    assert problem.facts == {
        "shift_id": str(shift_id),
        "difference": -100_000,
        "difference_limit": 50_000,
        "confirmed": False,
    }
    waiting = await billing.next_shift()
    assert (waiting.refusal, waiting.detail) == ("shift-blocked", problem.detail)
    assert [shift.shift_id for shift in waiting.unsettled] == [shift_id]
    assert (await refusal(billing.decide_shift(shift_id))).slug == "shift-not-different", "a cashier counts first"
    await billing.confirm_shift(shift_id, 0)
    assert (await refusal(billing.open_shift())).facts["confirmed"] is True
    decided = await billing.decide_shift(shift_id, decision=ShiftDecision.CHARGED)
    assert decided.shift.ruling is not None
    assert (decided.shift.ruling.decision, decided.shift.ruling.reason) == (ShiftDecision.CHARGED, "Đã đối chiếu")
    [event] = await billing.emitted("shift.decided")
    assert event["shift"]["ruling"]["decided_by"] == "supervisor:1"
    assert (await billing.next_shift()).refusal is None
    await billing.open_shift()
    assert await billing.decide_shift(shift_id) == decided
    with pytest.raises(SameIdOtherContent):
        await billing.decide_shift(shift_id, decision=ShiftDecision.WRITTEN_OFF)


async def test_money_that_a_cashier_finds_missing_blocks_and_what_is_found_again_frees(
    billing: BillingHandlers,
) -> None:
    missing = await declared(billing)
    assert (await refusal(billing.confirm_shift(missing, 20_000))).slug == "difference-not-explained"
    confirmed = await billing.confirm_shift(missing, 20_000, note="Thiếu 80.000")
    assert confirmed.shift.state is ShiftState.DIFFERENT
    assert (await refusal(billing.open_shift())).slug == "shift-blocked"
    await billing.decide_shift(missing)
    found = await declared(billing, 10_000)
    assert await state(billing, found) is ShiftState.DIFFERENT
    await billing.confirm_shift(found, 100_000, note="Đếm lại đủ")
    assert await state(billing, found) is ShiftState.SETTLED


async def test_a_difference_within_the_limit_is_settled_by_the_second_count(billing: BillingHandlers) -> None:
    shift_id = await declared(billing, 51_000)
    assert await state(billing, shift_id) is ShiftState.DECLARED
    confirmed = await billing.confirm_shift(shift_id, 50_000, note="Thiếu 50.000")
    assert confirmed.shift.state is ShiftState.SETTLED
    assert (await refusal(billing.decide_shift(shift_id))).slug == "shift-not-different"


async def test_cash_that_nobody_has_counted_lowers_the_ceiling_of_the_next_shift(billing: BillingHandlers) -> None:
    billing.cash_ceiling = 350_000
    first = await declared(billing)
    second = (await billing.open_shift(opening_float=100_000)).shift
    assert second.cash_ceiling == 250_000
    await billing.close_shift(second.shift_id, 60_000, explanation="Thiếu")
    assert (await billing.next_shift()).cash_ceiling == 150_000, "what the books say counts, not what was declared"
    problem = await refusal(billing.open_shift(opening_float=150_000))
    assert (problem.slug, problem.facts["not_handed_in"]) == ("cash-not-handed-in", 200_000)
    await billing.confirm_shift(first, 100_000)
    await billing.confirm_shift(second.shift_id, 100_000, note="Đủ")
    assert (await billing.open_shift(opening_float=150_000)).shift.cash_ceiling == 350_000


@pytest.mark.parametrize("whose", [{"units": frozenset({"PB1402"})}, {"collectors": frozenset({COLLECTOR})}])
async def test_float_ceiling_and_limit_are_those_of_the_collector_or_the_unit(
    billing: BillingHandlers, whose: dict[str, Any]
) -> None:
    billing.cash_box_rules = [
        *billing.cash_box_rules,
        CashBoxRule(
            in_force_from=date(2026, 1, 1),
            **whose,
            largest_float=200_000,
            cash_ceiling=1_000_000,
            difference_limit=1_000,
            over_limit=OverLimit.LOWER_CEILING,
            lowered_ceiling=300_000,
        ),
    ]
    await billing.collector(unit_code="PB1402")
    problem = await refusal(billing.open_shift(opening_float=200_001))
    assert (problem.slug, problem.facts["largest_float"]) == ("float-too-high", 200_000)
    first = (await billing.open_shift(opening_float=200_000)).shift
    assert first.cash_ceiling == 1_000_000
    closed = await billing.close_shift(first.shift_id, 198_000, explanation="Thối nhầm")
    assert (closed.shift.state, closed.shift.difference_limit) == (ShiftState.DIFFERENT, 1_000)
    await billing.confirm_shift(first.shift_id, 198_000)
    lowered = (await billing.open_shift()).shift
    assert lowered.cash_ceiling == 300_000, "the rule lowers the ceiling instead of blocking"
    await billing.close_shift(lowered.shift_id, 0)
    await billing.confirm_shift(lowered.shift_id, 0)
    await billing.decide_shift(first.shift_id, decision=ShiftDecision.WRITTEN_OFF)
    assert (await billing.next_shift()).cash_ceiling == 1_000_000


async def test_a_shift_closed_before_there_was_a_second_count_is_settled(billing: BillingHandlers) -> None:
    shift_id = await declared(billing, 0)
    await billing.pool.execute("UPDATE shifts SET settled_before = true, difference_limit = NULL, declared_by = ''")
    assert await state(billing, shift_id) is ShiftState.SETTLED
    assert (await refusal(billing.confirm_shift(shift_id, 0))).slug == "shift-already-confirmed"
    assert (await billing.open_shift()).shift.cash_ceiling == billing.cash_ceiling


async def test_an_open_shift_is_neither_confirmed_nor_decided(billing: BillingHandlers) -> None:
    shift_id = (await billing.open_shift()).shift.shift_id
    assert (await refusal(billing.confirm_shift(shift_id, 0))).slug == "shift-not-declared"
    assert (await refusal(billing.decide_shift(shift_id))).slug == "shift-not-different"
    with pytest.raises(NotFound):
        await billing.confirm_shift(new_id(), 0)


async def test_of_two_cashiers_at_once_one_counts(billing: BillingHandlers) -> None:
    shift_id = await declared(billing)
    outcomes = await asyncio.gather(
        *(billing.confirm_shift(shift_id, 100_000, device_id=new_id()) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(outcome, ShiftReply) for outcome in outcomes) == 1
    assert len(await billing.emitted("shift.confirmed")) == 1


async def test_the_office_lists_shifts_by_state_collector_and_unit_and_those_of_leavers(
    billing: BillingHandlers,
) -> None:
    await billing.collector(unit_code="PB1402")
    waiting = await declared(billing)
    open_id = (await billing.open_shift(collector="TN02")).shift.shift_id
    listed = await billing.shifts()
    assert {one.shift.shift_id: one.shift.state for one in listed} == {
        waiting: ShiftState.DECLARED,
        open_id: ShiftState.OPEN,
    }
    [one] = await billing.shifts(states=[ShiftState.DECLARED])
    assert (one.shift.shift_id, one.collector_name, one.unit_code) == (waiting, "Trần Văn Thu", "PB1402")
    assert one.shift == (await billing.shift(waiting)).shift
    assert [one.shift.shift_id for one in await billing.shifts(collector_code="TN02")] == [open_id]
    assert [one.shift.shift_id for one in await billing.shifts(unit_code="PB1402")] == [waiting]
    assert [one.shift.shift_id for one in await billing.shifts(unit_codes=["PB1402", "PB9999"])] == [waiting]
    assert await billing.shifts(unit_codes=["PB9999"]) == []
    assert [one.shift.shift_id for one in await billing.shifts(shift_id=open_id)] == [open_id]
    assert await billing.shifts(of_leavers=True) == []
    await billing.collector(code="TN02", active=False)
    [left] = await billing.shifts(of_leavers=True, states=[ShiftState.OPEN])
    assert (left.shift.shift_id, left.collector_active) == (open_id, False)


async def test_the_audit_names_a_second_count_that_does_not_add_up_and_one_of_the_same_device(
    billing: BillingHandlers,
) -> None:
    shift_id = await declared(billing)
    await billing.confirm_shift(shift_id, 100_000)
    async with billing.pool.acquire() as connection:
        assert (await audit_facts(connection)).violations == []
        await connection.execute("UPDATE shift_confirmations SET difference = 5, device_id = $1", PHONE)
        found = {violation.rule for violation in (await audit_facts(connection)).violations}
    assert found == {
        "a second count's difference is the counted cash less float and cash",
        "a shift is declared, confirmed and decided on different devices",
    }


async def test_early_signs_count_shortages_corrections_and_reversals_per_collector_and_desk(
    billing: BillingHandlers,
) -> None:
    await billing.customer()
    await billing.bill(320)
    shift_id = (await billing.open_shift(opening_float=100_000)).shift.shift_id
    kept = await billing.cash(100_000)
    await billing.reverse((await billing.cash(50_000)).payment.payment_id, reversed_by="Quầy 1")
    await billing.close_shift(shift_id, 200_000)
    desk = Actor(kind=ActorKind.DEVICE, id=str(UUID(int=0xAB12)), reference="cashier", proven_by=Proof.TOKEN)
    with correlated(actor=desk):
        await billing.confirm_shift(shift_id, 170_000, note="Thiếu 30.000")
    await billing.pay(10_000, reference="FT1", transfer_content="tien dien")
    await billing.pay(10_000, reference="FT2", transfer_content=f"TD {kept.payment.customer_code} X")
    with correlated(actor=desk):
        await billing.pay(20_000, reference="FT3", transfer_content="")
    person = Actor(kind=ActorKind.PERSON, id=str(UUID(int=0xCD)), reference="staff:lan.tran", proven_by=Proof.TOKEN)
    with correlated(actor=person):
        own = await billing.pay(30_000, reference="FT4", transfer_content=f"{kept.payment.customer_code}")
        await billing.reverse(own.payment.payment_id)
    async with billing.pool.acquire() as connection:
        found = await early_signs(connection, NOW - timedelta(days=1), NOW + timedelta(days=1))
        assert await early_signs(connection, NOW - timedelta(days=9), NOW - timedelta(days=8)) == []
    assert {(one.sign, one.subject): (one.count, one.among, one.amount) for one in found} == {
        ("cash of the collector reversed", COLLECTOR): (1, 2, 50_000),
        ("reversals made", "Quầy 1"): (1, 2, 50_000),
        ("reversals made", "staff:lan.tran"): (1, 2, 30_000),
        ("transfers taken back by who recorded them", "staff:lan.tran"): (1, 1, 30_000),
        ("shifts short of cash", COLLECTOR): (1, 1, -30_000),
        ("counts that the cashier found otherwise", COLLECTOR): (1, 1, -30_000),
        ("counts that the cashier found otherwise, by cashier", "cashier (00ab12)"): (1, 1, -30_000),
        ("transfers whose text from the bank names no customer", "PB1401"): (1, 2, 10_000),
        ("transfers whose text from the bank names no customer", "cashier (00ab12)"): (1, 1, 20_000),
    }
