"""Warnings, lists and orders on a real database: nobody is cut off who has paid, is blocked or was not warned."""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from services.notify.domain.delivery_reports import DeliveryReport, DeliveryState
from services.notify.domain.kinds import Kind
from services.notify.dunning.order_rules import (
    CutListEnded,
    CutOrderEnded,
    NobodyToCutOff,
    NoDayOfCut,
    ReadingMissing,
    SecondPersonNeeded,
    WarningOver,
)
from services.notify.dunning.rules import Dunning
from services.notify.dunning.warnings import Warnings
from services.notify.handlers.approve_cut_list import approve_cut_list
from services.notify.handlers.discard_cut_list import discard_cut_list
from services.notify.handlers.get_cut_list import get_cut_list
from services.notify.handlers.get_cut_orders import get_cut_orders
from services.notify.handlers.get_cut_tasks import get_cut_tasks
from services.notify.handlers.get_dunning_case import get_dunning_case
from services.notify.handlers.get_order_photo import get_order_photo
from services.notify.handlers.make_cut_list import make_cut_list
from services.notify.handlers.note_visit import note_visit
from services.notify.handlers.print_warning import print_warning
from services.notify.handlers.record_warning_delivery import record_warning_delivery
from services.notify.handlers.report_cut_order import report_cut_order
from services.notify.locks import lock_order_of_report
from services.notify.periodic_tasks import Retention
from shared.clock import VIETNAM
from shared.contracts.actor import Actor, ActorKind, Proof
from shared.contracts.billing import AgreementState, BankCreditWaiting
from shared.contracts.customer import ComplaintKind, ComplaintRecorded, VisitRecorded, VisitWithdrawn
from shared.contracts.notify import (
    ApproveCutList,
    CutListReply,
    CutOrder,
    CutOrderKind,
    CutOrderReported,
    CutOrderState,
    CutTasks,
    DiscardCutList,
    DunningCase,
    GetCutList,
    GetCutOrders,
    GetCutTasks,
    GetDunning,
    GetOrderPhoto,
    MakeCutList,
    OrderOutcome,
    PrintWarning,
    RecordWarningDelivery,
    ReportCutOrder,
    WarningPrintAsked,
    WayOfDelivery,
)
from shared.ids import new_id
from shared.messaging.context import acting
from shared.problems import InvalidRequest, NotFound
from shared.testing.builders import COLLECTOR, agreement_changed, customer
from tests.integration.notify.notices import CODE, Clock, Operator
from tests.integration.notify.notify_handlers import Notify
from tests.integration.notify.test_campaigns import DUE, is_customer, limits, owes, pays, promise, takes_back
from tests.integration.notify.test_dunning import visited
from tests.unit.notify.test_dunning import RULE

PoolFor = Callable[..., Awaitable[asyncpg.Pool]]

EIGHT = datetime(2026, 11, 22, 8, tzinfo=VIETNAM)
WARNED_AT = datetime(2026, 11, 30, 9, tzinfo=VIETNAM)
CUT_FROM = datetime(2026, 12, 7, 8, tzinfo=VIETNAM)
"""The first Monday fifteen days after the first notice."""
DAY = date(2026, 12, 7)
DUNNING = Dunning((RULE,))
JPEG = bytes.fromhex("ffd8ffc0000b080001000101011100ffda0008010100003f00d2ffd9")
LAN = Actor(kind=ActorKind.PERSON, id=str(UUID(int=1)), reference="staff:lan", proven_by=Proof.TOKEN)
HUNG = Actor(kind=ActorKind.PERSON, id=str(UUID(int=2)), reference="staff:hung", proven_by=Proof.TOKEN)


class CuttingOff(Notify):
    """Notify with what happens up to cutting off."""

    def given(self, *names: str) -> dict[str, Any]:
        known = {"dunning": self.dunning, "clock": self.clock, "orders": self.orders}
        return {name: known[name] for name in names}

    async def reported_delivered(self) -> None:
        reference = f"operator-{len(self.providers[0].sent)}"  # type: ignore[attr-defined]
        await self.sender.record_report(DeliveryReport("operator", reference, None, DeliveryState.DELIVERED))

    async def make_warnings(self) -> int:
        return await Warnings(self.new_work, self.texts, self.limits, self.dunning, clock=self.clock).make()

    async def case(self, code: str = CODE) -> DunningCase:
        async with self.new_work() as work:
            reply = await get_dunning_case(GetDunning(customer_code=code), work, **self.given("dunning", "clock"))
        assert reply.case is not None
        return reply.case

    async def deliver_paper(self, code: str = CODE) -> bool:
        case = await self.case(code)
        assert case.warning_id is not None
        async with self.new_work() as work:
            request = RecordWarningDelivery(
                delivery_id=new_id(),
                warning_id=case.warning_id,
                customer_code=code,
                way=WayOfDelivery.HANDED_OVER,
                delivered_by="collector:TN001",
            )
            return (await record_warning_delivery(request, work, **self.given("dunning", "clock"))).in_time

    async def make_list(self, day: date = DAY, by: Actor = LAN) -> CutListReply:
        with acting(by):
            async with self.new_work() as work:
                request = MakeCutList(list_id=new_id(), unit_code="PB1401", day=day)
                return await make_cut_list(request, work, **self.given("dunning", "clock"))

    async def approve(self, made: CutListReply, by: Actor = HUNG) -> CutListReply:
        with acting(by):
            async with self.new_work() as work:
                request = ApproveCutList(list_id=made.cut_list.list_id)
                return await approve_cut_list(request, work, **self.given("dunning", "clock"))

    async def the_list(self, made: CutListReply) -> CutListReply:
        async with self.new_work() as work:
            request = GetCutList(list_id=made.cut_list.list_id)
            return await get_cut_list(request, work, **self.given("dunning", "clock"))

    async def all_orders(self) -> list[CutOrder]:
        async with self.new_work() as work:
            return (await get_cut_orders(GetCutOrders(), work)).orders

    async def tasks(self) -> CutTasks:
        async with self.new_work() as work:
            request = GetCutTasks(collector_code=COLLECTOR.collector_code)
            return await get_cut_tasks(request, work, **self.given("clock"))

    async def report(self, order: CutOrder, **changes: Any) -> CutOrderReported:
        members: dict[str, Any] = {
            "report_id": new_id(),
            "order_id": order.order_id,
            "collector_code": COLLECTOR.collector_code,
            "outcome": OrderOutcome.DONE,
            "meter_reading": 1240,
            "stated_at": self.clock(),
        }
        request = ReportCutOrder(**members | changes)
        async with self.new_work() as work:
            await lock_order_of_report(request, work.connection)
            return await report_cut_order(request, work, **self.given("orders", "clock"))

    async def print_warning(self, code: str = CODE, warning_id: UUID | None = None) -> WarningPrintAsked:
        request = PrintWarning(
            print_id=new_id(),
            warning_id=warning_id or (await self.case()).warning_id or new_id(),
            customer=customer(code),
            device_id=new_id(),
        )
        async with self.new_work() as work:
            return await print_warning(request, work, **self.given("dunning", "clock"))

    async def photo(self, order_id: UUID, *unit_codes: str) -> bytes:
        async with self.new_work() as work:
            request = GetOrderPhoto(order_id=order_id, unit_codes=list(unit_codes))
            return b64decode((await get_order_photo(request, work)).jpeg)

    async def wanted_on_paper(self) -> list[dict[str, Any]]:
        """Return what was told of warnings that are wanted on paper."""
        return [body for key, body in await self.emitted() if key.startswith("cut_warning.wanted")]

    async def told(self) -> list[tuple[str, str]]:
        """Return what was told of orders: kind and state."""
        bodies = [body for key, body in await self.emitted() if key.startswith("cut_order.changed")]
        return [(body["order"]["kind"], body["order"]["state"]) for body in bodies]


@pytest.fixture
def clock() -> Clock:
    return Clock(EIGHT)


@pytest_asyncio.fixture
async def notify(pool_for: PoolFor, clock: Clock) -> CuttingOff:
    """Give notify with a customer who got the first notice and was visited."""
    found = CuttingOff(await pool_for("notify"), [Operator()], clock, limits(), dunning=DUNNING)
    await found.consume(is_customer(), owes())
    await found.pool.execute("""
        INSERT INTO reminders (reminder_id, customer_code, template, template_version, language, parameters, text,
            segments, state, issued_at, due_at, debt_due_on)
        SELECT gen_random_uuid(), customer_code, 'overdue', 1, 'vi', '{}', '', 1, 'scheduled', '2026-11-22 08:00+07',
            '2026-11-22 08:00+07', oldest_due_date FROM accounts
    """)
    await found.pool.execute("UPDATE reminders SET phone = (SELECT phone FROM accounts)")
    assert await found.sender.send_due() == 1
    await found.reported_delivered()
    async with found.new_work() as work:
        event = VisitRecorded(visit=visited(), first_record=True, device_id=None)
        await note_visit(event, work, **found.given("dunning", "clock"))
    return found


def waiting() -> BankCreditWaiting:
    return BankCreditWaiting(credit_id=new_id(), is_waiting=True, customer_codes=[CODE], changed_at=WARNED_AT)


async def warn(notify: CuttingOff, clock: Clock) -> None:
    clock.moment = WARNED_AT
    assert await notify.make_warnings() == 1
    assert await notify.sender.send_due() == 1
    await notify.reported_delivered()
    assert await notify.deliver_paper()


async def order_to_cut(notify: CuttingOff, clock: Clock) -> CutOrder:
    await warn(notify, clock)
    await notify.approve(await notify.make_list())
    [order] = await notify.all_orders()
    clock.moment = CUT_FROM
    return order


async def test_a_warning_names_its_hour_by_sms_and_is_made_once(notify: CuttingOff, clock: Clock) -> None:
    assert await notify.make_warnings() == 0, "its day has not come"
    clock.moment = WARNED_AT
    assert await notify.make_warnings() == 1
    assert await notify.make_warnings() == 0
    await notify.sender.send_due()
    sms = notify.providers[0].sent[-1]  # type: ignore[attr-defined]
    assert (sms.template, "07/12 08:00" in sms.text) == (Kind.CUT_WARNING, True)
    assert (await notify.case()).cut_from == CUT_FROM
    assert [task.cut_from for task in (await notify.tasks()).warnings] == [CUT_FROM]


async def test_a_warning_that_is_on_paper_too_late_lets_nobody_be_cut_off(notify: CuttingOff, clock: Clock) -> None:
    clock.moment = WARNED_AT
    await notify.make_warnings()
    await notify.sender.send_due()
    await notify.reported_delivered()
    clock.moment = CUT_FROM - timedelta(hours=23)
    case = await notify.case()
    assert case.warning_id is None, "it does not count any more"
    with pytest.raises(NobodyToCutOff):
        await notify.make_list()
    assert await notify.make_warnings() == 1, "another one, on paper alone: an SMS of this debt has gone"
    assert await notify.pool.fetchval("SELECT count(*) FROM cut_warnings WHERE reminder_id IS NULL") == 1


async def test_a_list_is_approved_by_another_person_and_gives_orders(notify: CuttingOff, clock: Clock) -> None:
    await warn(notify, clock)
    with pytest.raises(NoDayOfCut):
        await notify.make_list(date(2026, 12, 6))
    made = await notify.make_list()
    assert [(entry.customer_code, entry.is_on) for entry in made.entries] == [(CODE, True)]
    with pytest.raises(SecondPersonNeeded):
        await notify.approve(made, by=LAN)
    approved = await notify.approve(made)
    [entry] = approved.entries
    assert entry.order is not None
    assert entry.order.due_by == datetime(2026, 12, 7, 15, tzinfo=VIETNAM)
    assert await notify.told() == [("cut", "open")]
    assert [order.order_id for order in (await notify.tasks()).orders] == [entry.order.order_id]
    with pytest.raises(CutListEnded):
        await notify.approve(made)
    async with notify.new_work() as work:
        request = DiscardCutList(list_id=made.cut_list.list_id)
        with pytest.raises(CutListEnded):
            await discard_cut_list(request, work, **notify.given("dunning", "clock"))
    assert await notify.violations() == []


async def test_whoever_pays_before_the_approval_gets_no_order(notify: CuttingOff, clock: Clock) -> None:
    await warn(notify, clock)
    made = await notify.make_list()
    await notify.consume(pays())
    [entry] = (await notify.the_list(made)).entries
    assert (entry.is_on, entry.why) == (False, ["paid"])
    assert [entry.order for entry in (await notify.approve(made)).entries] == [None]
    assert await notify.all_orders() == []


@pytest.mark.parametrize(
    "what", ["paid", "promise", "complaint", "protected", "inactive", "unidentified_transfer", "instalments"]
)
async def test_an_order_is_withdrawn_with_its_cause_at_once(notify: CuttingOff, clock: Clock, what: str) -> None:
    await order_to_cut(notify, clock)
    complaint = ComplaintRecorded(
        complaint_id=new_id(), customer_code=CODE, kind=ComplaintKind.AMOUNT, bill_number="PB14010012345T102026K1",
        answer_by=DAY, recorded_at=clock(),
    )  # fmt: skip
    events = {
        "paid": pays(),
        "promise": promise(CUT_FROM + timedelta(days=1), CODE),
        "complaint": complaint,
        "protected": is_customer(version=2, protected=True),
        "inactive": is_customer(version=2, active=False),
        "unidentified_transfer": waiting(),
        "instalments": agreement_changed(),
    }
    await notify.consume(events[what])
    [order] = await notify.all_orders()
    assert (order.state, order.cause) == (CutOrderState.WITHDRAWN, what)
    assert await notify.told() == [("cut", "open"), ("cut", "withdrawn")]
    assert (await notify.tasks()).orders == []
    assert await notify.violations() == []


async def test_an_order_is_withdrawn_when_a_payment_is_taken_back_and_an_older_bill_is_owed_again(
    notify: CuttingOff, clock: Clock
) -> None:
    await order_to_cut(notify, clock)
    await notify.consume(takes_back(due=DUE - timedelta(days=31)))
    [order] = await notify.all_orders()
    # Nobody was warned for the bill that is the oldest now.
    assert (order.state, order.cause) == (CutOrderState.WITHDRAWN, "not_due")
    assert await notify.told() == [("cut", "open"), ("cut", "withdrawn")]
    assert await notify.violations() == []


async def test_a_bank_credit_blocks_until_a_person_has_settled_it_in_whatever_order_that_is_told(
    notify: CuttingOff, clock: Clock
) -> None:
    await warn(notify, clock)
    credit = waiting()
    await notify.consume(credit)
    with pytest.raises(NobodyToCutOff):
        await notify.make_list()
    settled = credit.model_copy(
        update={"is_waiting": False, "customer_codes": [], "changed_at": credit.changed_at + timedelta(minutes=1)}
    )
    await notify.consume(settled, credit)
    assert [entry.is_on for entry in (await notify.make_list()).entries] == [True]


@pytest.mark.parametrize("end", [AgreementState.BROKEN, AgreementState.ENDED])
async def test_an_agreement_blocks_until_it_is_broken_or_ended_in_whatever_order_that_is_told(
    notify: CuttingOff, clock: Clock, end: AgreementState
) -> None:
    await warn(notify, clock)
    begun = agreement_changed()
    await notify.consume(begun, begun)
    assert [blocker.value for blocker in (await notify.case()).steps[-1].why] == ["instalments"]
    with pytest.raises(NobodyToCutOff):
        await notify.make_list()
    await notify.consume(agreement_changed(agreement_id=begun.agreement.agreement_id, state=end), begun)
    assert [entry.is_on for entry in (await notify.make_list()).entries] == [True]


async def test_an_order_is_withdrawn_when_the_visit_is_taken_back_at_which_its_notice_was_delivered(
    notify: CuttingOff, clock: Clock
) -> None:
    order = await order_to_cut(notify, clock)
    visit = visited().model_copy(update={"visit_id": await notify.pool.fetchval("SELECT visit_id FROM notice_visits")})
    await notify.consume(VisitWithdrawn(visit=visit, withdrawal_id=new_id(), reason="Bấm nhầm", withdrawn_at=clock()))
    [withdrawn] = await notify.all_orders()
    assert (withdrawn.order_id, withdrawn.state, withdrawn.cause) == (
        order.order_id,
        CutOrderState.WITHDRAWN,
        "not_due",
    )


async def test_whoever_agrees_to_pay_in_parts_before_the_approval_gets_no_order(
    notify: CuttingOff, clock: Clock
) -> None:
    await warn(notify, clock)
    made = await notify.make_list()
    await notify.consume(agreement_changed())
    [entry] = (await notify.the_list(made)).entries
    assert (entry.is_on, entry.why) == (False, ["instalments"])
    assert [entry.order for entry in (await notify.approve(made)).entries] == [None]


async def test_who_was_cut_off_and_agrees_to_pay_in_parts_has_supply_back(notify: CuttingOff, clock: Clock) -> None:
    await notify.report(await order_to_cut(notify, clock))
    await notify.consume(agreement_changed())
    assert [(order.kind, order.cause) for order in (await notify.tasks()).orders] == [
        (CutOrderKind.RECONNECT, "instalments")
    ]
    assert await notify.violations() == []


async def test_a_warning_by_sms_that_has_not_left_is_cancelled_by_an_agreement_and_none_is_made(
    notify: CuttingOff, clock: Clock
) -> None:
    clock.moment = WARNED_AT
    assert await notify.make_warnings() == 1
    await notify.consume(agreement_changed())
    assert await notify.sender.send_due() == 0
    assert await notify.pool.fetchval("SELECT cause FROM reminders WHERE template = 'cut_warning'") == "instalments"
    clock.moment = CUT_FROM
    assert await notify.make_warnings() == 0
    assert await notify.violations() == []


async def test_a_warning_is_printed_once_for_each_time_that_it_is_wanted(notify: CuttingOff, clock: Clock) -> None:
    clock.moment = WARNED_AT
    await notify.make_warnings()
    asked = await notify.print_warning()
    [wanted] = await notify.wanted_on_paper()
    assert (wanted["print_id"], wanted["debt"], wanted["reconnection_hours"]) == (str(asked.print_id), 871_020, 24)
    assert datetime.fromisoformat(wanted["cut_from"]) == CUT_FROM
    assert datetime.fromisoformat(wanted["not_after"]) == CUT_FROM - timedelta(hours=24)
    assert wanted["account_version"] == 1
    with pytest.raises(NotFound):
        await notify.print_warning("PB14010099999")


@pytest.mark.parametrize("what", ["paid", "promised", "too late"])
async def test_a_warning_that_does_not_count_any_more_is_not_printed(
    notify: CuttingOff, clock: Clock, what: str
) -> None:
    clock.moment = WARNED_AT
    await notify.make_warnings()
    warning_id = (await notify.case()).warning_id
    if what == "paid":
        await notify.consume(pays())
    elif what == "promised":
        await notify.consume(promise(CUT_FROM, CODE))
    else:
        clock.moment = CUT_FROM - timedelta(hours=23)
    with pytest.raises(WarningOver):
        await notify.print_warning(warning_id=warning_id)
    assert await notify.wanted_on_paper() == []


async def test_an_order_whose_day_is_over_is_withdrawn(notify: CuttingOff, clock: Clock) -> None:
    await order_to_cut(notify, clock)
    clock.moment = CUT_FROM + timedelta(hours=8)
    await notify.make_warnings()
    [order] = await notify.all_orders()
    assert (order.state, order.cause) == (CutOrderState.WITHDRAWN, "lapsed")


async def test_who_was_cut_off_and_pays_has_supply_back_within_a_day(notify: CuttingOff, clock: Clock) -> None:
    order = await order_to_cut(notify, clock)
    with pytest.raises(ReadingMissing):
        await notify.report(order, meter_reading=None)
    with pytest.raises(NotFound):
        await notify.report(order, collector_code="TN999")
    assert (await notify.report(order)).order.meter_reading == 1240
    with pytest.raises(CutOrderEnded):
        await notify.report(order)
    assert [blocker.value for blocker in (await notify.case()).steps[-1].why] == ["cut_off"]
    clock.advance(days=2)
    await notify.consume(pays())
    [back] = (await notify.tasks()).orders
    assert (back.kind, back.cause, back.due_by) == (CutOrderKind.RECONNECT, "paid", clock() + timedelta(hours=24))
    await notify.report(back, outcome=OrderOutcome.NOT_POSSIBLE, meter_reading=None)
    assert (await notify.tasks()).orders == [back], "it has to be done all the same"
    await notify.report(back, meter_reading=1241)
    assert (await notify.tasks()).orders == []
    assert await notify.violations() == []


async def test_the_office_reports_an_order_of_its_units_that_no_phone_can(notify: CuttingOff, clock: Clock) -> None:
    order = await order_to_cut(notify, clock)
    office: dict[str, Any] = {"collector_code": None, "note": "Thợ điện gọi báo"}
    with pytest.raises(NotFound):
        await notify.report(order, **office, unit_codes=["PB1499"])
    with pytest.raises(NotFound):
        await notify.report(order, collector_code="TN999")
    assert (await notify.report(order, **office, unit_codes=["PB1499", order.unit_code])).order.state == "done"
    assert await notify.violations() == []


async def test_a_part_of_what_was_overdue_brings_no_supply_back(notify: CuttingOff, clock: Clock) -> None:
    await notify.report(await order_to_cut(notify, clock))
    await notify.consume(pays(debt=200_000, due=date(2026, 11, 25)))
    assert (await notify.tasks()).orders == []
    await notify.consume(pays(debt=100_000, due=date(2026, 12, 20), version=3))
    assert [order.kind for order in (await notify.tasks()).orders] == [CutOrderKind.RECONNECT]


async def test_supply_that_was_cut_without_signal_after_the_payment_is_ordered_back_since_the_payment(
    notify: CuttingOff, clock: Clock
) -> None:
    order = await order_to_cut(notify, clock)
    await notify.consume(pays())
    paid_at = clock()
    clock.advance(hours=3)
    reported = await notify.report(order, stated_at=paid_at + timedelta(minutes=1))
    assert reported.order.is_late
    assert reported.further is not None
    assert reported.further.due_by == paid_at + timedelta(hours=24)
    assert await notify.told() == [("cut", "open"), ("cut", "withdrawn"), ("cut", "done"), ("reconnect", "open")]
    await notify.consume(owes(version=3))
    await notify.consume(pays(version=4))
    assert len(await notify.all_orders()) == 2, "supply is ordered back once"
    assert await notify.violations() == []


@pytest.mark.parametrize("turn", range(2))
@pytest.mark.parametrize("what", ["paid", "unidentified_transfer", "instalments", "protected"])
async def test_of_an_approval_and_what_keeps_from_the_cut_at_once_no_order_is_left(
    notify: CuttingOff, clock: Clock, turn: int, what: str
) -> None:
    await warn(notify, clock)
    made = await notify.make_list()
    events = {
        "paid": pays(),
        "unidentified_transfer": waiting(),
        "instalments": agreement_changed(),
        "protected": is_customer(version=2, protected=True),
    }
    acts = [notify.consume(events[what]), notify.approve(made)]
    await asyncio.gather(*(acts if turn % 2 else reversed(acts)))
    assert (await notify.tasks()).orders == []
    assert await notify.violations() == []


@pytest.mark.parametrize("turn", range(3))
async def test_of_a_payment_and_a_cut_at_once_supply_is_ordered_back_once(
    notify: CuttingOff, clock: Clock, turn: int
) -> None:
    order = await order_to_cut(notify, clock)
    acts = [notify.consume(pays()), notify.report(order)]
    await asyncio.gather(*(acts if turn % 2 else reversed(acts)))
    cut, back = sorted(await notify.all_orders(), key=lambda one: one.kind)
    assert (cut.state, back.kind) == (CutOrderState.DONE, CutOrderKind.RECONNECT)
    assert back.due_by == CUT_FROM + timedelta(hours=24)
    assert await notify.violations() == []


@pytest.mark.parametrize("turn", range(2))
async def test_of_a_payment_that_is_taken_back_and_a_reconnection_at_once_supply_is_back_once(
    notify: CuttingOff, clock: Clock, turn: int
) -> None:
    await notify.report(await order_to_cut(notify, clock))
    await notify.consume(pays())
    [back] = (await notify.tasks()).orders
    acts = [notify.consume(takes_back()), notify.report(back, meter_reading=1241)]
    await asyncio.gather(*(acts if turn % 2 else reversed(acts)))
    assert [(one.kind, one.state) for one in sorted(await notify.all_orders(), key=lambda one: one.kind)] == [
        (CutOrderKind.CUT, CutOrderState.DONE),
        (CutOrderKind.RECONNECT, CutOrderState.DONE),
    ]
    assert await notify.violations() == []


async def test_a_photo_of_the_meter_goes_with_the_report_and_is_deleted_after_its_time(
    notify: CuttingOff, clock: Clock
) -> None:
    order = await order_to_cut(notify, clock)
    with pytest.raises(InvalidRequest):
        await notify.report(order, photo="AAAA")
    await notify.report(order, photo=b64encode(JPEG).decode())
    [done] = await notify.all_orders()
    assert (done.state, done.has_photo) == (CutOrderState.DONE, True)
    assert await notify.photo(order.order_id, "PB1401") == JPEG
    with pytest.raises(NotFound):
        await notify.photo(order.order_id, "PB1402")
    retention = Retention(notify.pool, clock=clock)
    clock.advance(days=180)
    assert await retention.delete() == 0
    clock.advance(days=1)
    assert await retention.delete() == 1
    with pytest.raises(NotFound):
        await notify.photo(order.order_id)
    assert [one.state for one in await notify.all_orders()] == [CutOrderState.DONE]


async def test_a_cut_that_is_not_possible_ends_the_order(notify: CuttingOff, clock: Clock) -> None:
    order = await order_to_cut(notify, clock)
    ended = await notify.report(order, outcome=OrderOutcome.NOT_POSSIBLE, meter_reading=None, note="Nhà khóa cửa")
    assert (ended.order.state, ended.order.cause) == (CutOrderState.WITHDRAWN, "not_possible")


async def test_the_audit_names_who_was_to_be_cut_off_and_should_not_be(notify: CuttingOff, clock: Clock) -> None:
    await order_to_cut(notify, clock)
    await notify.pool.execute("UPDATE accounts SET debt = 0, oldest_due_date = NULL")
    await notify.pool.execute("UPDATE cut_orders SET warned_at = cut_from")
    assert {violation.rule for violation in await notify.violations()} >= {
        "nobody is ordered to be cut off who has paid, is blocked or must not be cut off",
        "whoever is ordered to be cut off was warned a day before the hour of the warning",
    }
