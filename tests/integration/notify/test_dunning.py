"""Dunning on a real database: steps follow delivery reports and visits, and say why they wait."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import asyncpg
import pytest
import pytest_asyncio

from services.notify.campaigns.planner import Planner
from services.notify.domain.delivery_reports import DeliveryReport, DeliveryState
from services.notify.dunning.rules import Dunning
from services.notify.handlers.get_dunning_case import get_dunning_case
from services.notify.handlers.get_dunning_cases import get_dunning_cases
from services.notify.handlers.note_visit import note_visit
from shared.clock import VIETNAM
from shared.contracts.common import NextStep, Outcome
from shared.contracts.customer import Visit, VisitRecorded, VisitWithdrawn
from shared.contracts.notify import DunningCase, GetDunning, GetDunningCases
from shared.ids import new_id
from tests.integration.notify.notices import CODE, Clock, Operator
from tests.integration.notify.notify_handlers import Notify
from tests.integration.notify.test_campaigns import is_customer, limits, owes, pays, promise
from tests.unit.notify.test_dunning import RULE

PoolFor = Callable[..., Awaitable[asyncpg.Pool]]

EIGHT = datetime(2026, 11, 22, 8, tzinfo=VIETNAM)
DUNNING = Dunning((RULE,))


@pytest.fixture
def operator() -> Operator:
    return Operator()


@pytest.fixture
def clock() -> Clock:
    return Clock(EIGHT)


@pytest_asyncio.fixture
async def notify(pool_for: PoolFor, operator: Operator, clock: Clock) -> Notify:
    return Notify(await pool_for("notify"), [operator], clock, limits())


async def case_of(notify: Notify, code: str = CODE) -> DunningCase | None:
    async with notify.new_work() as work:
        reply = await get_dunning_case(GetDunning(customer_code=code), work, dunning=DUNNING, clock=notify.clock)
    return reply.case


async def states(notify: Notify) -> list[str]:
    case = await case_of(notify)
    assert case is not None
    return [step.state.value for step in case.steps]


async def why(notify: Notify) -> list[str]:
    case = await case_of(notify)
    assert case is not None
    return [blocker.value for blocker in case.steps[-1].why]


def visited(outcome: Outcome = Outcome.MET) -> Visit:
    return Visit(
        visit_id=new_id(),
        customer_code=CODE,
        collector_code="TN01",
        outcome=outcome,
        visited_at=EIGHT,
        appointment=None,
        note="",
        next_step=NextStep.REVISIT,
        misses=1,
    )


async def record(notify: Notify, visit: Visit) -> None:
    async with notify.new_work() as work:
        event = VisitRecorded(visit=visit, first_record=True, device_id=None)
        await note_visit(event, work, dunning=DUNNING, clock=notify.clock)


async def send_first_notice(notify: Notify) -> None:
    await notify.consume(is_customer(), owes())
    await Planner(notify.new_work, notify.texts, notify.limits, dunning=DUNNING, clock=notify.clock).plan()
    assert await notify.sender.send_due() == 1


def delivered() -> DeliveryReport:
    return DeliveryReport("operator", "operator-1", None, DeliveryState.DELIVERED)


async def test_an_sms_counts_once_its_delivery_is_reported_and_not_before(notify: Notify) -> None:
    await send_first_notice(notify)
    assert (await states(notify))[0] == "due", "handed over is not delivered"
    await notify.sender.record_report(delivered())
    assert (await states(notify))[:2] == ["done", "waiting"]


async def test_a_visit_counts_until_it_is_taken_back_whichever_is_known_first(notify: Notify) -> None:
    await send_first_notice(notify)
    await notify.sender.record_report(delivered())
    for order in (True, False):
        visit = visited()
        withdrawal = VisitWithdrawn(visit=visit, withdrawal_id=new_id(), reason="Bấm nhầm", withdrawn_at=EIGHT)
        if order:
            await record(notify, visit)
            assert (await states(notify))[1] == "done"
        await notify.consume(withdrawal)
        await record(notify, visit)
        assert (await states(notify))[1] != "done"


async def test_a_visit_without_the_notice_in_hand_counts_once_it_is_met(notify: Notify) -> None:
    await notify.consume(is_customer(), owes())
    visit = visited(Outcome.AWAY)
    await record(notify, visit)
    assert (await states(notify))[1] == "waiting"
    await record(notify, visited())
    assert (await states(notify))[1] == "done"


async def test_every_reason_is_named(notify: Notify, clock: Clock) -> None:
    await notify.consume(is_customer(protected=True), owes(debt=10_000))
    await notify.consume(promise(clock() + timedelta(days=1), CODE))
    assert await why(notify) == ["promise", "protected", "small_debt"]
    await notify.consume(is_customer(version=2, protected=False), owes(version=2))
    assert await why(notify) == ["promise"]


async def test_who_has_paid_has_no_case_and_a_unit_lists_who_is_overdue(notify: Notify) -> None:
    codes = [f"PB1401{number:07d}" for number in range(3)]
    await notify.consume(*(is_customer(code) for code in codes), *(owes(code) for code in codes), pays(codes[1]))
    assert await case_of(notify, codes[1]) is None
    async with notify.new_work() as work:
        request = GetDunningCases(unit_code="PB1401", limit=1)
        first = await get_dunning_cases(request, work, dunning=DUNNING, clock=notify.clock)
        rest = await get_dunning_cases(
            GetDunningCases(unit_code="PB1401", after=first.next), work, dunning=DUNNING, clock=notify.clock
        )
    assert [case.customer_code for case in (*first.cases, *rest.cases)] == [codes[0], codes[2]]
    assert rest.next is None


async def test_a_unit_that_duns_by_delivery_sends_no_cut_warning_by_date(notify: Notify, clock: Clock) -> None:
    await notify.consume(is_customer(), owes())
    for day in range(12):
        clock.moment = EIGHT + timedelta(days=day)
        await Planner(notify.new_work, notify.texts, notify.limits, dunning=DUNNING, clock=clock).plan()
        await notify.sender.send_due()
    rows = await notify.pool.fetch("SELECT template FROM reminders ORDER BY issued_at")
    assert [row["template"] for row in rows] == ["overdue", "second_notice"]
