"""Messages by date rules on a real database: chosen in bulk, cancelled with the debt, checked again when they leave."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from services.notify.campaigns.planner import Planner
from services.notify.domain.causes import Cause
from services.notify.domain.kinds import Kind, KindRule, MessageRule
from services.notify.domain.opt_outs import UnknownKind
from services.notify.domain.reminders import Priority
from services.notify.domain.verdict import Limits
from services.notify.handlers.change_opt_out import change_opt_out
from services.notify.handlers.get_opt_outs import get_opt_outs
from services.notify.handlers.get_reminders import get_reminders
from services.notify.handlers.note_released_bills import note_released_bills
from services.notify.store.reminders import claim_due
from shared.clock import VIETNAM
from shared.contracts.billing import AgreementState, BillIssued, NoticeKind
from shared.contracts.common import DisputedBills
from shared.contracts.customer import ComplaintKind, ComplaintRecorded, CustomerChanged
from shared.contracts.notify import ChangeOptOut, GetOptOuts, GetReminders
from shared.contracts.receipt import Receipt, ReceiptIssued, ReceiptKind
from shared.ids import new_id
from shared.metrics import REGISTRY
from shared.testing.builders import (
    UNIT,
    account,
    agreement_changed,
    bill,
    bills_released,
    customer,
    dispute_changed,
    notice_issued,
    payment,
    payment_recorded,
    payment_reversed,
)
from shared.testing.conditions import wait_until
from tests.integration.notify.notices import CODE, PHONE, Clock, Operator, notice
from tests.integration.notify.notify_handlers import Consumed, Notify

PoolFor = Callable[..., Awaitable[asyncpg.Pool]]

MORNING = datetime(2026, 11, 22, 6, tzinfo=VIETNAM)
EIGHT = datetime(2026, 11, 22, 8, tzinfo=VIETNAM)
DUE = date(2026, 11, 21)

KINDS = {
    Kind.AWAY: KindRule(switched_on=True),
    Kind.RECEIPT: KindRule(switched_on=True),
    Kind.PROMISED: KindRule(switched_on=True, at=time(7, 30)),
    Kind.PAID: KindRule(switched_on=True),
    Kind.DUE_SOON: KindRule(switched_on=True, days=-3, within_days=1),
    Kind.OVERDUE: KindRule(switched_on=True, days=1, within_days=2),
    Kind.SECOND_NOTICE: KindRule(switched_on=True, days=5, after=Kind.OVERDUE),
    Kind.CUT_WARNING: KindRule(switched_on=True, days=8, after=Kind.SECOND_NOTICE, required_by_law=True),
}


def limits(**changes: KindRule) -> Limits:
    kinds = KINDS | {Kind(kind): rule for kind, rule in changes.items()}
    return Limits(rules=(MessageRule(in_force_from=date.min, kinds=kinds),))


def owes(code: str = CODE, *, debt: int = 871_020, due: date | None = DUE, version: int = 1) -> BillIssued:
    """Return the event of a bill after which a customer owes."""
    return BillIssued(bill=bill(code), account=account(code, debt=debt, version=version, oldest_due_date=due))


def is_customer(code: str = CODE, **changes: Any) -> CustomerChanged:
    return CustomerChanged(customer=customer(code, **changes), changed_at=MORNING)


def pays(code: str = CODE, *, debt: int = 0, due: date | None = None, version: int = 2) -> Consumed:
    return payment_recorded(code, account=account(code, debt=debt, version=version, oldest_due_date=due))


def takes_back(code: str = CODE, *, debt: int = 871_020, due: date = DUE, version: int = 3) -> Consumed:
    return payment_reversed(code, account=account(code, debt=debt, version=version, oldest_due_date=due))


@pytest_asyncio.fixture
async def pool(pool_for: PoolFor) -> asyncpg.Pool:
    return await pool_for("notify")


@pytest.fixture
def operator() -> Operator:
    return Operator()


@pytest.fixture
def clock() -> Clock:
    return Clock(MORNING)


@pytest.fixture
def notify(pool: asyncpg.Pool, operator: Operator, clock: Clock) -> Notify:
    return Notify(pool, [operator], clock, limits())


def planner(notify: Notify, *, batch: int = 5_000) -> Planner:
    return Planner(notify.new_work, notify.texts, notify.limits, batch=batch, clock=notify.clock)


async def rows(pool: asyncpg.Pool) -> list[tuple[str, str, str]]:
    found = await pool.fetch("SELECT template, state, cause FROM reminders ORDER BY issued_at, template")
    return [tuple(row) for row in found]


async def test_a_customer_whose_bill_is_overdue_gets_the_message_at_eight(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    await notify.consume(is_customer(), owes())
    assert await planner(notify).plan() == 1
    assert await notify.sender.send_due() == 0
    clock.moment = EIGHT
    assert await notify.sender.send_due() == 1
    [sms] = operator.sent
    assert (sms.phone, sms.template, sms.segments) == (PHONE, "overdue", 1)
    for words in (CODE, "871.020d", "21/11", "19001006"):
        assert words in sms.text


async def test_nobody_is_reminded_who_pays_in_parts_until_the_agreement_is_broken(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    await notify.consume(is_customer(), owes())
    assert await planner(notify).plan() == 1
    begun = agreement_changed()
    await notify.consume(begun)
    assert await rows(notify.pool) == [("overdue", "cancelled", "instalments")]
    kept_up = planner(notify)
    assert await kept_up.plan() == 0
    await notify.consume(notice())
    clock.moment = EIGHT
    assert await notify.sender.send_due() == 0, "nor after a visit"
    broken = agreement_changed(agreement_id=begun.agreement.agreement_id, state=AgreementState.BROKEN)
    await notify.consume(broken)
    assert await kept_up.plan() == 1
    assert await notify.sender.send_due() == 1
    assert [sms.template for sms in operator.sent] == ["overdue"]
    assert await notify.violations() == []


async def test_planning_again_in_any_copy_adds_nothing(notify: Notify, operator: Operator, clock: Clock) -> None:
    codes = [f"PB1401{number:07d}" for number in range(25)]
    await notify.consume(
        *(is_customer(code, phone=f"+849610{code[-5:]}") for code in codes), *(owes(code) for code in codes)
    )
    added = await asyncio.gather(*(planner(notify, batch=4).plan() for _ in range(3)))
    again = await planner(notify, batch=4).plan()
    assert sum(added) + again == 25
    clock.moment = EIGHT
    await notify.sender.send_due()
    assert await planner(notify, batch=4).plan() == 0
    assert len({sms.client_reference for sms in operator.sent}) == 25 == len(operator.sent)
    assert await notify.violations() == []


async def test_planning_again_looks_at_what_has_changed_since(notify: Notify, pool: asyncpg.Pool, clock: Clock) -> None:
    same, now_due, third = "PB14010000001", "PB14010000002", "PB14010000003"
    await notify.consume(*(is_customer(code) for code in (same, now_due)), owes(same))
    plans = planner(notify)
    assert await plans.plan() == 1
    assert await plans.plan() == 0
    await notify.consume(owes(now_due))
    assert await plans.plan() == 1, "a bill"
    await notify.consume(owes(third))
    assert await plans.plan() == 0
    await notify.consume(is_customer(third))
    assert await plans.plan() == 1, "a customer's number"
    fourth = "PB14010000004"
    await notify.consume(is_customer(fourth), owes(fourth), promise(MORNING + timedelta(minutes=5), fourth))
    assert await plans.plan() == 0
    await pool.execute("UPDATE accounts SET changed_at = now() - interval '1 day'")
    clock.moment = MORNING + timedelta(minutes=10)
    assert await plans.plan() == 1, "a promise that was not kept"


async def test_what_no_change_of_an_account_shows_is_planned_within_the_hour(
    notify: Notify, pool: asyncpg.Pool, clock: Clock
) -> None:
    plans = planner(notify)
    await notify.consume(is_customer(), owes())
    await pool.execute("UPDATE accounts SET active = false, changed_at = now() - interval '1 day'")
    assert await plans.plan() == 0
    await pool.execute("UPDATE accounts SET active = true")
    assert await plans.plan() == 0
    clock.moment = MORNING + timedelta(hours=1)
    assert await plans.plan() == 1


async def test_nobody_gets_what_the_unit_has_not_switched_on(notify: Notify, pool: asyncpg.Pool) -> None:
    notify.limits = Limits()
    await notify.consume(is_customer(), owes())
    assert await planner(notify).plan() == 0


@pytest.mark.parametrize(
    "reason",
    [
        {"customer": {"phone": None}},
        {"customer": {"active": False}},
        {"owes": {"debt": 0, "due": None}},
        {"owes": {"due": date(2026, 11, 22)}},
        {"owes": {"due": date(2026, 11, 18)}},
    ],
)
async def test_who_owes_nothing_or_on_another_day_or_cannot_be_reached_is_left_out(
    notify: Notify, reason: dict[str, dict[str, Any]]
) -> None:
    await notify.consume(is_customer(**reason.get("customer", {})), owes(**reason.get("owes", {})))
    assert await planner(notify).plan() == 0


async def test_a_payment_cancels_and_its_reversal_restores(
    notify: Notify, operator: Operator, pool: asyncpg.Pool, clock: Clock
) -> None:
    await notify.consume(is_customer(), owes())
    await planner(notify).plan()
    await notify.consume(pays())
    assert await rows(pool) == [("overdue", "cancelled", "paid")]
    assert await planner(notify).plan() == 0
    clock.moment = EIGHT + timedelta(hours=1)
    await notify.consume(takes_back())
    assert await rows(pool) == [("overdue", "scheduled", "")]
    await notify.sender.send_due()
    assert [sms.template for sms in operator.sent] == ["overdue"]


async def test_a_payment_of_the_oldest_bill_cancels_and_the_next_bill_is_looked_at_by_itself(
    notify: Notify, operator: Operator, pool: asyncpg.Pool, clock: Clock
) -> None:
    await notify.consume(is_customer(), owes())
    await planner(notify).plan()
    await notify.consume(pays(debt=300_000, due=date(2026, 11, 25)))
    assert await planner(notify).plan() == 1
    clock.moment = EIGHT
    await notify.sender.send_due()
    [sms] = operator.sent
    assert sms.template == "due_soon"
    assert "300.000d" in sms.text
    assert "25/11" in sms.text


async def test_a_batch_of_a_bill_run_is_known_of_each_customer_and_cancels_what_credit_has_paid(
    notify: Notify, pool: asyncpg.Pool
) -> None:
    other = "PB14010000099"
    await notify.consume(is_customer(), is_customer(other), owes())
    await planner(notify).plan()
    async with notify.new_work() as work:
        batch = bills_released(account(CODE, version=2), account(other, debt=5, version=1, oldest_due_date=DUE))
        await note_released_bills(batch, work, orders=notify.orders)
    assert [row[1:] for row in await rows(pool)] == [("cancelled", "paid")]
    known = await pool.fetch("SELECT debt, oldest_due_date FROM accounts ORDER BY debt")
    assert [tuple(row) for row in known] == [(0, None), (5, DUE)]


async def test_a_payment_of_a_part_of_the_oldest_bill_leaves_the_message_with_what_is_owed(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    await notify.consume(is_customer(), owes())
    await planner(notify).plan()
    await notify.consume(pays(debt=100_500, due=DUE))
    clock.moment = EIGHT
    await notify.sender.send_due()
    assert "100.500d" in operator.sent[0].text


async def test_a_corrected_number_gets_what_waits(notify: Notify, operator: Operator, clock: Clock) -> None:
    await notify.consume(is_customer(), owes(), notice(issued_at=MORNING))
    await planner(notify).plan()
    await notify.consume(is_customer(phone="+84961234567", version=2))
    clock.moment = EIGHT
    await notify.sender.send_due()
    assert {sms.phone for sms in operator.sent} == {"+84961234567"}
    assert len(operator.sent) == 2


async def test_a_number_that_somebody_withdrew_gets_nothing(
    notify: Notify, operator: Operator, pool: asyncpg.Pool, clock: Clock
) -> None:
    await notify.consume(is_customer(), owes())
    await planner(notify).plan()
    await notify.consume(is_customer(phone=None, version=2))
    clock.moment = EIGHT
    await notify.sender.send_due()
    assert operator.sent == []
    assert await rows(pool) == [("overdue", "failed", "no_phone")]


async def test_an_opt_out_of_one_kind_leaves_the_others(
    notify: Notify, operator: Operator, pool: asyncpg.Pool, clock: Clock
) -> None:
    await notify.consume(is_customer(), owes(), notice(issued_at=EIGHT))
    await planner(notify).plan()
    await notify.opt_out(PHONE, Kind.OVERDUE)
    clock.moment = EIGHT
    await notify.sender.send_due()
    assert [sms.template for sms in operator.sent] == ["away"]
    assert ("overdue", "failed", "opted_out") in await rows(pool)


@pytest.mark.parametrize(("cause", "sent"), [(Cause.OPTED_OUT, ["cut_warning"]), (Cause.WRONG_NUMBER, [])])
async def test_an_opt_out_does_not_stop_what_the_law_demands_and_a_wrong_number_does(
    pool: asyncpg.Pool, operator: Operator, clock: Clock, cause: Cause, sent: list[str]
) -> None:
    warned = KindRule(switched_on=True, days=1, required_by_law=True)
    notify = Notify(pool, [operator], clock, limits(cut_warning=warned))
    await notify.consume(is_customer(), owes())
    await planner(notify).plan()
    await notify.block(PHONE, cause)
    clock.moment = EIGHT
    await notify.sender.send_due()
    assert [sms.template for sms in operator.sent] == sent


@pytest.mark.parametrize(
    "causes", [(Cause.OPTED_OUT, Cause.WRONG_NUMBER), (Cause.WRONG_NUMBER, Cause.OPTED_OUT)], ids=["later", "before"]
)
async def test_a_wrong_number_that_opts_out_as_well_gets_nothing_at_all(
    pool: asyncpg.Pool, operator: Operator, clock: Clock, causes: tuple[Cause, Cause]
) -> None:
    warned = KindRule(switched_on=True, days=1, required_by_law=True)
    notify = Notify(pool, [operator], clock, limits(cut_warning=warned))
    await notify.consume(is_customer(), owes())
    await planner(notify).plan()
    for cause in causes:
        await notify.block(PHONE, cause)
    clock.moment = EIGHT
    await notify.sender.send_due()
    assert operator.sent == []


async def test_a_cut_warning_follows_the_notices_and_names_an_hour_at_least_a_day_away(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    await notify.consume(is_customer(), owes())
    for day in range(12):
        clock.moment = MORNING + timedelta(days=day)
        await planner(notify).plan()
        clock.moment = EIGHT + timedelta(days=day)
        await notify.sender.send_due()
    assert [sms.template for sms in operator.sent] == ["overdue", "second_notice", "cut_warning"]
    assert "Se ngung cap dien tu 01/12 08:00" in operator.sent[-1].text
    assert operator.sent[-1].segments == 1


async def test_a_cut_warning_that_would_come_less_than_a_day_before_the_cut_is_not_sent(
    pool: asyncpg.Pool, operator: Operator, clock: Clock
) -> None:
    warned = KindRule(switched_on=True, days=1, hours_to_cut=30)
    notify = Notify(pool, [operator], clock, limits(cut_warning=warned, overdue=KindRule()))
    await notify.consume(is_customer(), owes())
    assert await planner(notify).plan() == 1
    clock.moment = EIGHT + timedelta(hours=6, minutes=1)
    await notify.sender.send_due()
    assert operator.sent == []
    assert await rows(pool) == [("cut_warning", "failed", "expired")]


async def test_whoever_promised_to_pay_gets_no_notice_before_and_a_reminder_that_morning(
    notify: Notify, operator: Operator, pool: asyncpg.Pool, clock: Clock
) -> None:
    await notify.consume(is_customer(), owes())
    await planner(notify).plan()
    appointment = datetime(2026, 11, 23, 15, tzinfo=VIETNAM)
    await notify.consume(promise(appointment))
    assert ("overdue", "cancelled", "promised") in await rows(pool)
    assert await planner(notify).plan() == 0
    clock.moment = datetime(2026, 11, 23, 7, 30, tzinfo=VIETNAM)
    await notify.sender.send_due()
    [sms] = operator.sent
    assert sms.template == "promised"
    assert "23/11 15:00" in sms.text
    clock.moment = datetime(2026, 11, 24, 6, tzinfo=VIETNAM)
    assert await planner(notify).plan() == 1, "the promise was not kept"


async def test_a_promise_is_reminded_of_only_where_the_debt_is_still_there(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    await notify.consume(is_customer(), owes(), promise(datetime(2026, 11, 23, 15, tzinfo=VIETNAM)), pays())
    clock.moment = datetime(2026, 11, 23, 8, tzinfo=VIETNAM)
    await notify.sender.send_due()
    assert operator.sent == []


def promise(appointment: datetime, code: str = CODE) -> Consumed:
    return notice_issued(
        code,
        kind=NoticeKind.CANNOT_PAY,
        account=account(code, debt=871_020, version=1, oldest_due_date=DUE),
        appointment=appointment,
        issued_at=MORNING,
    )


async def test_a_payment_is_thanked_for_with_the_link_of_its_receipt_once(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    clock.moment = EIGHT
    issued = ReceiptIssued(receipt=receipt())
    await notify.consume(is_customer(), issued, issued)
    await notify.sender.send_due()
    [sms] = operator.sent
    assert (sms.template, sms.segments) == ("paid", 1)
    assert "https://tn.vn/r/ABCD" in sms.text


@pytest.mark.parametrize("switched_on", [True, False])
async def test_whose_money_came_when_nothing_was_owed_is_told_that_it_is_kept(
    notify: Notify, operator: Operator, clock: Clock, switched_on: bool
) -> None:
    clock.moment = EIGHT
    notify.limits = limits(credited=KindRule(switched_on=switched_on))
    kept = ReceiptIssued(receipt=receipt(vat=0))
    await notify.consume(is_customer(), kept, kept)
    await notify.another_sender().send_due()
    [sms] = operator.sent
    assert (sms.template, sms.segments) == ("credited" if switched_on else "paid", 1)
    assert ("tru ky sau" in sms.text or "tru vao ky sau" in sms.text) is switched_on
    assert "https://tn.vn/r/ABCD" in sms.text


async def test_whose_payment_cleared_a_bill_without_vat_is_not_told_that_it_is_kept(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    clock.moment = EIGHT
    notify.limits = limits(credited=KindRule(switched_on=True), paid=KindRule())
    await notify.consume(is_customer(), ReceiptIssued(receipt=receipt(vat=0), bill_ids=[new_id()]))
    await notify.consume(ReceiptIssued(receipt=receipt()))
    await notify.another_sender().send_due()
    assert operator.sent == []


async def test_a_void_receipt_is_not_thanked_for(notify: Notify, operator: Operator, clock: Clock) -> None:
    clock.moment = EIGHT
    await notify.consume(is_customer(), ReceiptIssued(receipt=receipt(kind=ReceiptKind.VOID)))
    await notify.sender.send_due()
    assert operator.sent == []


async def test_the_link_is_not_sent_for_a_payment_that_was_reversed_meanwhile(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    clock.moment = MORNING
    issued = receipt()
    await notify.consume(is_customer(), ReceiptIssued(receipt=issued))
    reversed_payment = payment(CODE, payment_id=issued.payment_id)
    await notify.consume(payment_reversed(CODE, payment=reversed_payment))
    clock.moment = EIGHT
    await notify.sender.send_due()
    assert operator.sent == []


async def test_a_receipt_that_comes_after_its_payments_reversal_is_not_thanked_for(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    clock.moment = EIGHT
    issued = receipt()
    reversal = payment_reversed(CODE, payment=payment(CODE, payment_id=issued.payment_id))
    await notify.consume(is_customer(), reversal, reversal, ReceiptIssued(receipt=issued))
    await notify.sender.send_due()
    assert operator.sent == []


async def test_a_receipt_and_its_payments_reversal_at_the_same_time_are_not_thanked_for(
    notify: Notify, pool: asyncpg.Pool, clock: Clock
) -> None:
    clock.moment = EIGHT
    issued = receipt()
    await notify.consume(is_customer())
    async with notify.new_work() as first:
        await notify.handle(payment_reversed(CODE, payment=payment(CODE, payment_id=issued.payment_id)), first)
        receipted = asyncio.create_task(notify.consume(ReceiptIssued(receipt=issued)))
        await wait_until(lambda: waits_for_a_lock(pool))
    await receipted
    assert await pool.fetchval("SELECT count(*) FROM reminders WHERE template = 'paid' AND state = 'scheduled'") == 0


async def waits_for_a_lock(pool: asyncpg.Pool) -> bool:
    waiting: bool = await pool.fetchval(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database()))"
    )
    return waiting


def receipt(**changes: Any) -> Receipt:
    facts: dict[str, Any] = {
        "receipt_id": new_id(),
        "kind": ReceiptKind.ORIGINAL,
        "series": "BN26-AA",
        "number": 123,
        "year": 2026,
        "payment_id": new_id(),
        "voids_receipt_id": None,
        "customer_code": CODE,
        "collector_code": None,
        "total": 871_020,
        "vat": 64_520,
        "issued_at": MORNING,
        "token": "ABC",
        "url": "https://tn.vn/R/LONG",
        "short_url": "https://tn.vn/r/ABCD",
    }
    return Receipt(**facts | changes)


async def test_the_reminders_of_visits_leave_before_those_in_bulk(
    notify: Notify, pool: asyncpg.Pool, clock: Clock
) -> None:
    codes = [f"PB1401{number:07d}" for number in range(30)]
    await notify.consume(*(is_customer(code) for code in codes), *(owes(code) for code in codes))
    await planner(notify).plan()
    clock.moment = EIGHT + timedelta(hours=1)
    await notify.consume(notice(issued_at=clock.moment, code="PB14010099999"))
    async with notify.new_work() as work:
        claimed = await claim_due(work.connection, clock.moment, 10)
        async with notify.new_work() as another:
            rest = await claim_due(another.connection, clock.moment, 100)
    assert [one.priority for one in claimed] == [Priority.SOMEBODY_WAITS, *[Priority.BULK] * 9]
    assert len(rest) == 21, "what one copy has locked the other one skips"
    assert not {one.reminder_id for one in claimed} & {one.reminder_id for one in rest}


async def test_who_owes_without_a_due_date_is_counted_as_left_out(notify: Notify, clock: Clock) -> None:
    await notify.consume(is_customer())
    await notify.consume(owes(due=None))
    planning = planner(notify)

    await planning.plan()
    assert REGISTRY.get_sample_value("thungan_sms_customers_left_out") == 1

    await notify.consume(owes(version=2))
    clock.advance(hours=1)
    await planning.plan()
    assert REGISTRY.get_sample_value("thungan_sms_customers_left_out") == 0


async def test_a_unit_has_its_own_rules(pool: asyncpg.Pool, operator: Operator, clock: Clock) -> None:
    own = MessageRule(in_force_from=date.min, units=frozenset({"PB1402"}), kinds={Kind.AWAY: KINDS[Kind.AWAY]})
    notify = Notify(pool, [operator], clock, Limits(rules=(*limits().rules, own)))
    other = UNIT.model_copy(update={"unit_code": "PB1402"})
    await notify.consume(is_customer(), owes(), is_customer("PB14020012345", unit=other), owes("PB14020012345"))
    assert await planner(notify).plan() == 1
    clock.moment = EIGHT
    await notify.sender.send_due()
    assert [CODE in sms.text for sms in operator.sent] == [True]


async def test_what_a_unit_switches_off_does_not_leave_any_more(
    notify: Notify, operator: Operator, pool: asyncpg.Pool, clock: Clock
) -> None:
    await notify.consume(is_customer(), owes())
    await planner(notify).plan()
    notify.limits = Limits()
    clock.moment = EIGHT
    await notify.another_sender().send_due()
    assert operator.sent == []
    assert await rows(pool) == [("overdue", "cancelled", "switched_off")]


async def test_with_accents_where_the_unit_wants_them(pool: asyncpg.Pool, operator: Operator, clock: Clock) -> None:
    notify = Notify(pool, [operator], clock, limits(overdue=KindRule(switched_on=True, days=1, accents=True)))
    await notify.consume(is_customer(), owes())
    await planner(notify).plan()
    clock.moment = EIGHT
    await notify.sender.send_due()
    [sms] = operator.sent
    assert "còn nợ tiền điện 871.020d, quá hạn từ 21/11" in sms.text
    assert sms.segments == 2


async def test_the_history_has_what_date_rules_scheduled(notify: Notify, clock: Clock) -> None:
    await notify.consume(is_customer(), owes())
    await planner(notify).plan()
    async with notify.new_work() as work:
        [waiting] = (await get_reminders(GetReminders(customer_code=CODE), work)).campaigns
    assert (waiting.template, waiting.state, waiting.debt_due_on, waiting.text) == ("overdue", "scheduled", DUE, "")
    clock.moment = EIGHT
    await notify.sender.send_due()
    async with notify.new_work() as work:
        [sent] = (await get_reminders(GetReminders(customer_code=CODE), work)).campaigns
    assert sent.state == "sent"
    assert "871.020d" in sent.text


def change(*, opted_out: bool = True, kind: str | None = None, wrong_number: bool = False) -> ChangeOptOut:
    return ChangeOptOut(
        change_id=new_id(),
        phone=PHONE,
        kind=kind,
        opted_out=opted_out,
        wrong_number=wrong_number,
        requested_by="cashier:1",
    )


async def test_a_counter_opts_a_number_out_of_a_kind_and_of_all_and_in_again(notify: Notify) -> None:
    async with notify.new_work() as work:
        one = await change_opt_out(change(kind="due_soon"), work, clock=notify.clock)
        assert (one.everything, one.wrong_number, one.kinds) == (False, False, ["due_soon"])
        everything = await change_opt_out(change(), work, clock=notify.clock)
        assert (everything.everything, everything.kinds) == (True, ["due_soon"])
        await change_opt_out(change(opted_out=False), work, clock=notify.clock)
        await change_opt_out(change(opted_out=False, kind="due_soon"), work, clock=notify.clock)
        nothing = await get_opt_outs(GetOptOuts(phone=PHONE), work)
        assert (nothing.everything, nothing.wrong_number, nothing.kinds) == (False, False, [])
        wrong = await change_opt_out(change(wrong_number=True), work, clock=notify.clock)
        assert wrong.wrong_number
        with pytest.raises(UnknownKind):
            await change_opt_out(change(kind="nonsense"), work, clock=notify.clock)
        with pytest.raises(UnknownKind):
            await change_opt_out(change(kind="due_soon", wrong_number=True), work, clock=notify.clock)


async def test_a_campaign_asks_for_the_oldest_bill_that_nobody_complains_about(
    pool: asyncpg.Pool, notify: Notify, operator: Operator, clock: Clock
) -> None:
    bills = DisputedBills(bill_numbers=["HD-9"], debt=300_000, other_due_date=DUE)
    owed = account(CODE, debt=871_020, version=2, oldest_due_date=DUE - timedelta(days=20), disputed=bills)
    complaint = ComplaintRecorded(
        complaint_id=new_id(),
        customer_code=CODE,
        kind=ComplaintKind.AMOUNT,
        bill_number="HD-9",
        answer_by=DUE,
        recorded_at=MORNING,
    )
    await notify.consume(is_customer(), owes(due=DUE - timedelta(days=20)), complaint)
    assert await planner(notify).plan() == 0
    await notify.consume(dispute_changed(owed))
    assert await planner(notify).plan() == 1
    clock.moment = EIGHT
    await notify.sender.send_due()
    [sms] = operator.sent
    assert "571.020d" in sms.text
    assert f"{DUE:%d/%m}" in sms.text
    assert await notify.violations() == []
