"""Fees by bills of their own: once for each id, as much as the unit's rule says, paid and counted as any bill."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.billing.arrears.rules import FeeRule
from services.billing.audit import audit_facts
from services.billing.corrections.rules import CannotBeBilled, NothingToCorrect, SamePersonTwice
from services.billing.handlers.charge_reconnection import charge_reconnection
from shared.clock import VIETNAM
from shared.contracts.billing import (
    BillState,
    ChargeFee,
    ChargeKind,
    ChargeReply,
    CorrectBill,
    CorrectedBillReading,
    CorrectionKind,
    CorrectionPreview,
    CorrectionReply,
    GetUsage,
    PreviewCorrection,
)
from shared.contracts.notify import CutOrder, CutOrderChanged, CutOrderKind, CutOrderState
from shared.contracts.uses import Uses
from shared.ids import new_id
from shared.problems import InvalidRequest, NotFound, Problem, SameIdOtherContent
from tests.integration.billing.billing_handlers import CODE, BillingHandlers

DAY = date(2026, 11, 22)
FEES = (
    FeeRule(in_force_from=date(2018, 1, 1), reconnection_household=0, reconnection_other=0, basis=""),
    FeeRule(
        in_force_from=date(2026, 1, 1),
        units=frozenset({"PB1401"}),
        reconnection_household=98_000,
        reconnection_other=120_500,
        basis="TT 23/2020/TT-BCT",
    ),
)


def fee(charge_id: UUID | None = None, **others: Any) -> ChargeFee:
    values = {"customer_code": CODE, "occurred_on": DAY, "reason": "Đóng điện trở lại"} | others
    return ChargeFee.model_validate({"charge_id": charge_id or new_id(), **values})


async def violations(billing: BillingHandlers) -> set[str]:
    async with billing.pool.acquire() as connection:
        return {violation.rule for violation in (await audit_facts(connection)).violations}


async def test_a_fee_is_a_bill_of_its_own_with_vat_that_is_told_of_and_paid_as_others(billing: BillingHandlers) -> None:
    billing.fee_rules = FEES
    await billing.customer()
    await billing.bill(100)
    debt = (await billing.state()).debt
    reply: ChargeReply = await billing.ask(fee())
    assert reply.bill is not None
    bill = reply.bill
    assert (bill.pre_vat, bill.vat_rate, bill.vat, bill.total) == (98_000, "8", 7_840, 105_840)
    assert (bill.charge, bill.kwh, bill.readings, bill.cycle) == (ChargeKind.RECONNECTION_FEE, 0, [], 0)
    assert bill.bill_number == f"{CODE}T112026P1"
    assert bill.due_date == DAY + timedelta(days=10)
    assert reply.account.debt == debt + 105_840
    [event] = await billing.emitted("bill.issued")
    assert (event["bill"]["bill_number"], event["account"]["debt"]) == (bill.bill_number, debt + 105_840)
    assert [one.charge for one in (await billing.account()).bills] == [None, ChargeKind.RECONNECTION_FEE]
    paid = await billing.pay(debt + 105_840)
    assert [part.principal for part in paid.payment.allocations if part.bill_id == bill.bill_id] == [98_000]
    assert await violations(billing) == set()


async def test_one_order_is_charged_once_and_another_one_again(billing: BillingHandlers) -> None:
    billing.fee_rules = FEES
    await billing.customer()
    order = fee()
    first: ChargeReply = await billing.ask(order)
    assert await billing.ask(order) == first
    with pytest.raises(SameIdOtherContent):
        await billing.ask(fee(order.charge_id, reason="Lý do khác"))
    second: ChargeReply = await billing.ask(fee())
    assert second.bill is not None
    assert second.bill.bill_number == f"{CODE}T112026P2"
    assert second.account.debt == 2 * 105_840


async def test_a_unit_without_a_fee_charges_nothing(billing: BillingHandlers) -> None:
    await billing.customer()
    reply: ChargeReply = await billing.ask(fee())
    assert (reply.bill, reply.account.debt) == (None, 0)
    assert await billing.emitted("bill.issued") == []


async def test_the_fee_is_that_of_the_day_and_the_price_group(billing: BillingHandlers) -> None:
    billing.fee_rules = FEES
    await billing.customer(price_group="production_lt6kv")
    other: ChargeReply = await billing.ask(fee())
    assert other.bill is not None
    assert other.bill.pre_vat == 120_500
    before: ChargeReply = await billing.ask(fee(occurred_on=date(2025, 12, 31)))
    assert before.bill is None


async def test_credit_clears_a_fee_at_once(billing: BillingHandlers) -> None:
    billing.fee_rules = FEES
    await billing.customer()
    await billing.pay(200_000)
    reply: ChargeReply = await billing.ask(fee())
    assert reply.bill is not None
    assert (reply.bill.state, reply.account.debt, reply.account.credit) == (BillState.PAID, 0, 94_160)
    assert await violations(billing) == set()


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ({"kind": ChargeKind.LATE_INTEREST}, InvalidRequest),
        ({"occurred_on": DAY + timedelta(days=1)}, InvalidRequest),
        ({"customer_code": "PB14010099999"}, NotFound),
    ],
)
async def test_what_is_no_fee_and_what_has_not_happened_is_not_charged(
    billing: BillingHandlers, asked: dict[str, Any], refused: type[Problem]
) -> None:
    billing.fee_rules = FEES
    await billing.customer()
    with pytest.raises(refused):
        await billing.ask(fee(**asked))
    assert (await billing.state()).debt == 0


def take_back(number: str, **others: Any) -> CorrectBill:
    values: dict[str, Any] = {"correction_id": new_id(), "kind": CorrectionKind.ADJUSTMENT, "reason": "Thu nhầm"}
    people = {"asked_by": "Lê Thị Tính", "approved_by": "Phạm Văn Duyệt"}
    return CorrectBill(bill_number=number, **values | people | others)


async def test_a_fee_that_was_paid_is_taken_back_whole_and_its_money_is_credit(billing: BillingHandlers) -> None:
    billing.fee_rules = FEES
    await billing.customer()
    order = fee()
    charged: ChargeReply = await billing.ask(order)
    assert charged.bill is not None
    await billing.pay(105_840)
    number = charged.bill.bill_number
    preview: CorrectionPreview = await billing.look(
        PreviewCorrection(bill_number=number, kind=CorrectionKind.ADJUSTMENT)
    )
    assert (preview.difference, preview.released, preview.new_bill_total) == (-105_840, 105_840, None)
    request = take_back(number, expected_difference=-105_840)
    reply: CorrectionReply = await billing.ask(request)
    assert await billing.ask(request) == reply
    assert (reply.new_bill, reply.account.debt, reply.account.credit) == (None, 0, 105_840)
    assert not reply.bill.stands
    [event] = await billing.emitted("bill.corrected")
    assert (event["bill"]["charge"], event["account"]["credit"]) == ("reconnection_fee", 105_840)
    with pytest.raises(NothingToCorrect):
        await billing.ask(take_back(number))
    assert await billing.ask(order) == charged, "the order is not charged anew"
    assert await violations(billing) == set()


@pytest.mark.parametrize("turn", range(3))
async def test_of_a_payment_and_a_taking_back_at_once_every_dong_has_its_place(
    billing: BillingHandlers, turn: int
) -> None:
    billing.fee_rules = FEES
    await billing.customer()
    charged: ChargeReply = await billing.ask(fee())
    assert charged.bill is not None
    one, other = take_back(charged.bill.bill_number), take_back(charged.bill.bill_number)
    acts = [billing.ask(one), billing.ask(other), billing.pay(105_840)]
    done = await asyncio.gather(*(acts if turn % 2 else reversed(acts)), return_exceptions=True)
    assert [type(each) for each in done if isinstance(each, BaseException)] == [NothingToCorrect]
    state = await billing.state()
    assert (state.debt, state.credit) == (0, 105_840)
    assert await violations(billing) == set()


@pytest.mark.parametrize(
    "others",
    [
        {"kind": CorrectionKind.REPLACEMENT},
        {"readings": [CorrectedBillReading(meter_number="1", old_reading=1, new_reading=2)]},
        {"price_group": Uses("household")},
    ],
)
async def test_a_charge_is_taken_back_by_nothing_else_than_an_adjustment_to_nothing(
    billing: BillingHandlers, others: dict[str, Any]
) -> None:
    billing.fee_rules = FEES
    await billing.customer()
    charged: ChargeReply = await billing.ask(fee())
    assert charged.bill is not None
    with pytest.raises(CannotBeBilled):
        await billing.ask(take_back(charged.bill.bill_number, **others))
    with pytest.raises(SamePersonTwice):
        await billing.ask(take_back(charged.bill.bill_number, approved_by="LÊ THỊ TÍNH"))
    assert (await billing.state()).debt == 105_840


async def test_the_audit_finds_a_charge_that_was_taken_back_in_part(billing: BillingHandlers) -> None:
    billing.fee_rules = FEES
    await billing.customer()
    charged: ChargeReply = await billing.ask(fee())
    assert charged.bill is not None
    await billing.ask(take_back(charged.bill.bill_number))
    async with billing.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute("UPDATE bill_corrections SET period_id = gen_random_uuid()")
    assert "only a charge is corrected without readings, and it is taken back whole" in await violations(billing)


async def test_a_fee_is_no_month_of_use_and_has_no_readings_to_correct(billing: BillingHandlers) -> None:
    billing.fee_rules = FEES
    await billing.customer()
    await billing.bill(100)
    reply: ChargeReply = await billing.ask(fee())
    assert reply.bill is not None
    usage = await billing.look(GetUsage(customer_code=CODE))
    assert [(one.month, one.kwh) for one in usage.months] == [(10, 100)]
    with pytest.raises(InvalidRequest) as refused:
        await billing.ask(
            CorrectBill(
                correction_id=new_id(),
                bill_number=reply.bill.bill_number,
                kind=CorrectionKind.ADJUSTMENT,
                households="2",
                reason="thử",
                asked_by="Lê Thị Tính",
                approved_by="Phạm Văn Duyệt",
            )
        )
    assert refused.value.slug == "cannot-be-billed"


async def test_the_audit_finds_a_charge_that_is_no_longer_known(billing: BillingHandlers) -> None:
    billing.fee_rules = FEES
    await billing.customer()
    await billing.ask(fee())
    async with billing.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute("DELETE FROM charges")
    assert "a bill of a charge has no electricity, and no other bill is without a cycle" in await violations(billing)


def reconnection(**changes: Any) -> CutOrderChanged:
    moment = datetime(2026, 11, 22, 10, tzinfo=VIETNAM)
    members: dict[str, Any] = {
        "order_id": new_id(),
        "kind": CutOrderKind.RECONNECT,
        "customer_code": CODE,
        "unit_code": "PB1401",
        "collector_code": "TN01",
        "list_id": None,
        "cut_order_id": new_id(),
        "ordered_at": moment,
        "cut_from": None,
        "due_by": moment,
        "state": CutOrderState.DONE,
        "cause": "paid",
        "ended_at": moment,
    }
    return CutOrderChanged(order=CutOrder(**members | changes), changed_at=moment)


async def follow(billing: BillingHandlers, event: CutOrderChanged) -> None:
    async with billing.new_work() as work:
        await charge_reconnection(
            event, work, clock=billing.clock, fee_rules=billing.fee_rules, tariffs=billing.tariffs
        )


async def test_a_reconnection_that_was_carried_out_is_charged_under_the_id_of_its_order(
    billing: BillingHandlers,
) -> None:
    billing.fee_rules = FEES
    await billing.customer()
    event = reconnection()
    await follow(billing, event)
    charged = await billing.pool.fetchval("SELECT charge_id FROM charges")
    assert charged == event.order.order_id
    assert (await billing.state()).debt == 105_840


@pytest.mark.parametrize(
    "changes",
    [
        {"state": CutOrderState.OPEN, "ended_at": None},
        {"kind": CutOrderKind.CUT, "cut_order_id": None},
        {"cause": "cut_after_withdrawal"},
    ],
)
async def test_nobody_is_charged_for_what_is_no_reconnection_or_should_not_have_been_needed(
    billing: BillingHandlers, changes: dict[str, Any]
) -> None:
    billing.fee_rules = FEES
    await billing.customer()
    await follow(billing, reconnection(**changes))
    assert (await billing.state()).debt == 0
