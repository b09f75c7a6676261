"""Visits are recorded once, lead to the next step of the procedure, and are emitted."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.customer.domain.visits import VisitRules
from services.customer.handlers.apply_released_bills import apply_released_bills
from shared.contracts.common import NextStep, Outcome
from shared.contracts.customer import (
    GetCollectors,
    GetCustomer,
    GetDayOfRoutes,
    GetRoute,
    RecordVisit,
    VisitRecorded,
    VisitWithdrawn,
    WithdrawVisit,
)
from shared.ids import new_id
from shared.problems import Problem
from shared.testing import wait_until
from shared.testing.builders import account, bills_released
from tests.integration.customer.accounts import billed, corrected_bill, paid, reversed_payment
from tests.integration.customer.customer_service import NOW, Service

HANH, HANG, UT, OTHERS = (f"PB1401000000{number}" for number in (1, 2, 3, 4))


def record(outcome: Outcome, customer_code: str = HANH, **others: Any) -> RecordVisit:
    values = {"visit_id": new_id(), "collector_code": "TN1", "visited_at": NOW, **others}
    return RecordVisit(customer_code=customer_code, outcome=outcome, **values)


async def refusal(service: Service, request: RecordVisit) -> Problem:
    with pytest.raises(Problem) as refused:
        await service.ask(request)
    return refused.value


async def test_a_customer_who_cannot_pay_twice_is_sent_to_a_collection_point(service: Service) -> None:
    await service.consume(billed(HANH, 1))
    met = record(Outcome.MET)
    first = (await service.ask(met)).visit
    assert (first.next_step, first.misses) == (NextStep.DUE, 0)

    promised = NOW + timedelta(days=5)
    cannot = met.model_copy(update={"outcome": Outcome.CANNOT_PAY, "appointment": promised})
    second = (await service.ask(cannot)).visit
    assert (second.next_step, second.misses, second.appointment) == (NextStep.REVISIT, 1, promised)

    today = date(NOW.year, NOW.month, NOW.day)
    collectors = (await service.ask(GetCollectors())).collectors
    assert {one.collector_code: one.routes for one in collectors}["TN1"] == ["R1", "R2"]
    assert not (await service.ask(GetCollectors(after=collectors[-1].collector_code))).collectors
    routes = (await service.ask(GetDayOfRoutes(day=today))).routes
    [own] = [route for route in routes if route.route_code == "R1"]
    assert (own.due, own.visited, own.promised, own.away, own.owing, own.owed) == (1, 1, 1, 0, 1, 216_000)
    assert not (await service.ask(GetDayOfRoutes(day=today, after=routes[-1].route_code))).routes
    assert not (await service.ask(GetDayOfRoutes(day=today, unit_codes=["PB9999"]))).routes

    service.clock.pass_days(5)
    third = (await service.ask(record(Outcome.CANNOT_PAY, visited_at=service.clock()))).visit
    assert (third.next_step, third.misses, third.appointment) == (NextStep.COLLECTION_POINT, 2, None)

    details = await service.ask(GetCustomer(customer_code=HANH, collector_code="TN1"))
    assert (details.step, details.misses, details.debt) == (NextStep.COLLECTION_POINT, 2, 216_000)
    assert [visit.visit_id for visit in details.visits] == [third.visit_id, met.visit_id]

    emitted = await service.emitted(VisitRecorded)
    assert [(event.visit.outcome, event.first_record) for event in emitted] == [
        (Outcome.MET, True),
        (Outcome.CANNOT_PAY, False),
        (Outcome.CANNOT_PAY, True),
    ]
    await wait_until(lambda: [event for event in service.received if isinstance(event, VisitRecorded)] == emitted)


async def test_a_second_entry_of_the_same_day_corrects_the_appointment_and_leads_nowhere_else(service: Service) -> None:
    await service.consume(billed(HANH, 1))
    await service.ask(record(Outcome.CANNOT_PAY, appointment=NOW + timedelta(days=9)))
    details = await service.ask(GetCustomer(customer_code=HANH))
    assert details.collection_point_from == NOW.replace(hour=17)  # midnight in Vietnam
    for minutes, says in ((0, NOW), (2, NOW - timedelta(hours=20)), (4, NOW + timedelta(minutes=3))):
        service.clock.moment = NOW + timedelta(minutes=minutes)
        appointment = NOW + timedelta(days=4, minutes=minutes)
        again = (await service.ask(record(Outcome.CANNOT_PAY, visited_at=says, appointment=appointment))).visit
        assert (again.next_step, again.appointment) == (NextStep.REVISIT, appointment)
    service.clock.pass_days(1)
    third = (await service.ask(record(Outcome.CANNOT_PAY, visited_at=service.clock()))).visit
    assert third.next_step is NextStep.COLLECTION_POINT
    assert (await service.ask(GetCustomer(customer_code=HANH))).collection_point_from is None


async def test_the_last_visit_is_taken_back_by_its_collector_on_the_same_day_with_a_trail(service: Service) -> None:
    await service.consume(billed(HANH, 1))
    first = (await service.ask(record(Outcome.CANNOT_PAY, appointment=NOW + timedelta(days=9)))).visit
    service.clock.moment = NOW + timedelta(minutes=2)
    request = WithdrawVisit(withdrawal_id=new_id(), visit_id=first.visit_id, collector_code="TN1", reason="Nhầm ngày")
    replies = [await service.ask(request), await service.ask(request.model_copy(update={"device_id": new_id()}))]
    assert replies[0] == replies[1]
    assert (replies[0].step, replies[0].appointment, replies[0].visit.withdrawn_at) == (
        NextStep.DUE,
        None,
        service.clock(),
    )
    details = await service.ask(GetCustomer(customer_code=HANH))
    assert (details.step, details.misses, details.collection_point_from) == (NextStep.DUE, 0, None)
    assert [visit.withdrawn_at for visit in details.visits] == [service.clock()]
    assert await stops(service) == [(HANH, NextStep.DUE, False, False, False, None)]
    (emitted,) = await service.emitted(VisitWithdrawn)
    assert (emitted.visit.visit_id, emitted.reason) == (first.visit_id, "Nhầm ngày")
    rows = await service.pool.fetch("SELECT collector_code, reason FROM visit_withdrawals")
    assert [tuple(row) for row in rows] == [("TN1", "Nhầm ngày")]

    again = request.model_copy(update={"withdrawal_id": new_id()})
    assert await why_not(service, again) == "withdrawn"
    gone = record(Outcome.CANNOT_PAY, visit_id=first.visit_id)
    assert (await refusal(service, gone)).status == 409

    corrected = (await service.ask(record(Outcome.CANNOT_PAY, appointment=NOW + timedelta(days=4)))).visit
    assert (corrected.next_step, corrected.misses) == (NextStep.REVISIT, 1)


async def test_a_visit_is_not_taken_back_later_than_its_day_nor_after_another_one_nor_by_others(
    service: Service,
) -> None:
    await service.consume(billed(HANH, 1), billed(HANG, 1))
    first = (await service.ask(record(Outcome.AWAY))).visit
    second = (await service.ask(record(Outcome.AWAY))).visit
    request = WithdrawVisit(withdrawal_id=new_id(), visit_id=first.visit_id, collector_code="TN1", reason="Nhầm")
    last = request.model_copy(update={"visit_id": second.visit_id})
    if await why_not(service, request) != "not-the-last":
        request, last = last, request
    with pytest.raises(Problem, match="not-found"):
        await service.ask(last.model_copy(update={"collector_code": "TN2"}))
    with pytest.raises(Problem, match="not-found"):
        await service.ask(last.model_copy(update={"visit_id": new_id()}))
    service.clock.pass_days(1)
    assert await why_not(service, last) == "another-day"
    other = (await service.ask(record(Outcome.MET, HANG, visited_at=service.clock()))).visit
    await service.consume(paid(HANG, 2))
    assert await why_not(service, request.model_copy(update={"visit_id": other.visit_id})) == "paid"


async def why_not(service: Service, request: WithdrawVisit) -> str:
    with pytest.raises(Problem) as refused:
        await service.ask(request)
    assert refused.value.slug == "visit-not-withdrawable"
    return str(refused.value.facts["reason"])


async def test_a_customer_who_is_away_comes_back_in_the_route(service: Service) -> None:
    await service.consume(billed(HANH, 1))
    device = new_id()
    visit = (await service.ask(record(Outcome.AWAY, device_id=device, note="cổng khóa"))).visit
    assert (visit.next_step, visit.misses, visit.appointment) == (NextStep.REVISIT, 1, None)
    (emitted,) = await service.emitted(VisitRecorded)
    assert (emitted.device_id, emitted.visit.note) == (device, "cổng khóa")


async def test_an_appointment_is_proposed_when_none_was_agreed(service: Service) -> None:
    await service.consume(billed(HANH, 1))
    visit = (await service.ask(record(Outcome.CANNOT_PAY))).visit
    assert visit.appointment == NOW + timedelta(days=3)


async def test_a_repeated_visit_gets_the_first_answer_and_is_emitted_once(service: Service) -> None:
    await service.consume(billed(HANH, 1))
    request = record(Outcome.CANNOT_PAY)
    answers = await asyncio.gather(*(service.ask(request) for _ in range(5)))
    service.clock.pass_days(1)
    await service.consume(paid(HANH, 2))
    answers.append(await service.ask(request))
    assert all(answer == answers[0] for answer in answers)
    assert len(await service.emitted(VisitRecorded)) == 1


async def test_a_repeated_met_gets_its_own_answer_even_after_cannot_pay(service: Service) -> None:
    await service.consume(billed(HANH, 1))
    met = record(Outcome.MET)
    answer = await service.ask(met)
    await service.ask(met.model_copy(update={"outcome": Outcome.CANNOT_PAY}))
    assert await service.ask(met) == answer
    assert len(await service.emitted(VisitRecorded)) == 2


@pytest.mark.parametrize(
    "change", [{"note": "khác"}, {"customer_code": HANG}, {"visited_at": NOW - timedelta(hours=1)}]
)
async def test_the_same_visit_with_other_content_is_refused(service: Service, change: dict[str, Any]) -> None:
    await service.consume(billed(HANH, 1), billed(HANG, 1))
    request = record(Outcome.AWAY)
    await service.ask(request)
    problem = await refusal(service, request.model_copy(update=change))
    assert (problem.slug, problem.status) == ("same-id-other-content", 409)


@pytest.mark.parametrize(
    ("first", "then"),
    [(Outcome.AWAY, Outcome.MET), (Outcome.CANNOT_PAY, Outcome.MET), (Outcome.MET, Outcome.AWAY)],
)
async def test_a_visit_has_one_outcome(service: Service, first: Outcome, then: Outcome) -> None:
    await service.consume(billed(HANH, 1))
    request = record(first)
    await service.ask(request)
    problem = await refusal(service, request.model_copy(update={"outcome": then}))
    assert (problem.slug, problem.status) == ("visit-already-recorded", 409)


async def test_a_visit_cannot_pass_to_another_customer(service: Service) -> None:
    await service.consume(billed(HANH, 1), billed(HANG, 1))
    met = record(Outcome.MET)
    await service.ask(met)
    other = met.model_copy(update={"outcome": Outcome.CANNOT_PAY, "customer_code": HANG})
    assert (await refusal(service, other)).slug == "same-id-other-content"
    assert (await service.ask(GetCustomer(customer_code=HANG))).misses == 0


async def test_two_customers_cannot_share_a_visit_made_at_the_same_time(service: Service) -> None:
    await service.consume(billed(HANH, 1), billed(HANG, 1))
    one = record(Outcome.AWAY)
    other = one.model_copy(update={"customer_code": HANG})
    answers = await asyncio.gather(service.ask(one), service.ask(other), return_exceptions=True)
    assert sorted(isinstance(answer, Problem) for answer in answers) == [False, True]
    assert len(await service.emitted(VisitRecorded)) == 1


@pytest.mark.parametrize("outcome", Outcome)
async def test_nothing_is_recorded_of_a_customer_who_owes_nothing(service: Service, outcome: Outcome) -> None:
    await service.consume(billed(HANH, 1), paid(HANH, 2))
    problem = await refusal(service, record(outcome))
    assert (problem.slug, problem.status) == ("nothing-owed", 409)
    assert problem.facts["cleared_at"] == NOW.isoformat()
    assert await service.emitted(VisitRecorded) == []


async def test_who_has_paid_meanwhile_cannot_turn_out_unable_to_pay(service: Service) -> None:
    await service.consume(billed(HANH, 1))
    met = record(Outcome.MET)
    await service.ask(met)
    await service.consume(paid(HANH, 2))
    problem = await refusal(service, met.model_copy(update={"outcome": Outcome.CANNOT_PAY}))
    assert problem.slug == "nothing-owed"


@pytest.mark.parametrize("customer_code", [OTHERS, "PB14019999999"])
async def test_a_collector_records_visits_on_own_routes_only(service: Service, customer_code: str) -> None:
    await service.consume(billed(OTHERS, 1))
    problem = await refusal(service, record(Outcome.MET, customer_code))
    assert (problem.slug, problem.status) == ("not-found", 404)


async def test_a_phone_whose_clock_is_ahead_records_now_and_one_days_ahead_is_refused(service: Service) -> None:
    await service.consume(billed(HANH, 1))
    visit = (await service.ask(record(Outcome.AWAY, visited_at=NOW + timedelta(hours=20)))).visit
    assert visit.visited_at == NOW
    problem = await refusal(service, record(Outcome.AWAY, visited_at=NOW + timedelta(days=3)))
    assert (problem.slug, problem.status) == ("clock-wrong", 422)


@pytest.mark.parametrize(
    "visited_at", [datetime.min.replace(tzinfo=UTC), datetime(1950, 1, 1, tzinfo=UTC), NOW - timedelta(days=8)]
)
async def test_a_visit_of_long_ago_is_refused_and_the_customer_stays_readable(
    service: Service, visited_at: datetime
) -> None:
    await service.consume(billed(HANH, 1))
    assert (await refusal(service, record(Outcome.CANNOT_PAY, visited_at=visited_at))).slug == "clock-wrong"
    assert (await service.ask(GetCustomer(customer_code=HANH, collector_code="TN1"))).visits == []


async def test_a_visit_that_a_phone_without_signal_kept_for_days_keeps_its_time(service: Service) -> None:
    await service.consume(billed(HANH, 1))
    days_ago = NOW - timedelta(days=3)
    assert (await service.ask(record(Outcome.AWAY, visited_at=days_ago))).visit.visited_at == days_ago
    assert await service.pool.fetchval("SELECT recorded_at FROM visits") == NOW


async def test_a_visit_that_cannot_be_read_hides_neither_the_customer_nor_the_other_visits(service: Service) -> None:
    await service.consume(billed(HANH, 1))
    unreadable, sound = [(await service.ask(record(Outcome.AWAY))).visit.visit_id for _ in range(2)]
    await service.pool.execute("UPDATE visits SET outcome = 'asleep' WHERE visit_id = $1", unreadable)
    details = await service.ask(GetCustomer(customer_code=HANH, collector_code="TN1"))
    assert [visit.visit_id for visit in details.visits] == [sound]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE visits SET visited_at = '-infinity'",
        "UPDATE visits SET visited_at = '1950-01-01'",
        "UPDATE visits SET visited_at = recorded_at + interval '2 days'",
        "UPDATE visits SET appointment = 'infinity'",
        "UPDATE standings SET cleared_at = '-infinity'",
        "UPDATE standings SET appointment = 'infinity'",
    ],
)
async def test_the_database_itself_refuses_times_that_cannot_be(service: Service, change: str) -> None:
    await service.consume(billed(HANH, 1))
    await service.ask(record(Outcome.CANNOT_PAY))
    with pytest.raises(asyncpg.CheckViolationError):
        await service.pool.execute(change)


@pytest.mark.parametrize("stated", [datetime.min.replace(tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)])
async def test_a_payment_of_an_earlier_version_with_a_time_that_cannot_be_settles_the_customer_now(
    service: Service, stated: datetime
) -> None:
    await service.consume(billed(HANH, 1), paid(HANH, 2, received_at=stated))
    assert await service.pool.fetchval("SELECT cleared_at FROM standings WHERE customer_code = $1", HANH) == NOW


async def test_an_appointment_in_the_past_and_a_note_with_control_bytes_are_refused(service: Service) -> None:
    await service.consume(billed(HANH, 1))
    early = record(Outcome.CANNOT_PAY, appointment=NOW - timedelta(days=1))
    assert (await refusal(service, early)).slug == "invalid-appointment"
    assert (await refusal(service, record(Outcome.AWAY, note="a\x00b"))).slug == "invalid-text"
    assert await service.emitted(VisitRecorded) == []


async def test_a_payment_that_clears_the_debt_ends_its_visits_and_a_reversal_starts_new_ones(service: Service) -> None:
    await service.consume(billed(HANH, 1))
    await service.ask(record(Outcome.CANNOT_PAY))
    await service.consume(paid(HANH, 2))
    details = await service.ask(GetCustomer(customer_code=HANH))
    assert (details.step, details.misses, details.debt, details.appointment) == (NextStep.SETTLED, 0, 0, None)
    await service.consume(reversed_payment(HANH, 3))
    details = await service.ask(GetCustomer(customer_code=HANH))
    assert (details.step, details.misses, details.debt) == (NextStep.DUE, 0, 216_000)


async def test_a_correction_makes_a_customer_due_or_not_any_more_and_an_older_one_changes_nothing(
    service: Service,
) -> None:
    await service.consume(billed(HANH, 1))
    await service.ask(record(Outcome.CANNOT_PAY))
    gone = corrected_bill(HANH, 3, 0)
    await service.consume(gone, gone, corrected_bill(HANH, 2, 100_000))
    details = await service.ask(GetCustomer(customer_code=HANH))
    assert (details.step, details.debt) == (NextStep.SETTLED, 0)
    await service.consume(corrected_bill(HANH, 4, 216_000))
    details = await service.ask(GetCustomer(customer_code=HANH))
    assert (details.step, details.debt) == (NextStep.DUE, 216_000)


async def test_late_and_repeated_events_leave_the_newest_account(service: Service) -> None:
    newest = billed(HANH, 3, debt=90_000)
    await service.consume(newest)
    await service.ask(record(Outcome.CANNOT_PAY))
    await service.consume(billed(HANH, 1), paid(HANH, 2), billed(HANH, 1), newest)
    details = await service.ask(GetCustomer(customer_code=HANH))
    # The payment that came late belongs to an earlier debt: the visit was for this one, and still counts.
    assert (details.debt, details.step, details.misses) == (90_000, NextStep.REVISIT, 1)


async def test_news_of_an_account_that_is_not_known_yet_waits_for_its_customer(service: Service) -> None:
    await service.consume(billed("PB14010000099", 1))
    lines = ["PB14010000099,Huỳnh Mới,1 Lê Lợi,,,PB1401,R1,9,household,1,true"]
    assert (await service.import_town(customers=lines, meters=[])).ok
    assert (await service.ask(GetCustomer(customer_code="PB14010000099"))).step is NextStep.DUE


Stop = tuple[str, NextStep, bool, bool, bool, Outcome | None]


async def stops(service: Service, day_offset: int = 0) -> list[Stop]:
    day = (NOW + timedelta(days=day_offset)).date()
    route = await service.ask(GetRoute(collector_code="TN1", day=day))
    assert route.total_stops == len(route.stops)
    return [
        (
            stop.customer.customer_code,
            stop.customer.step,
            stop.visited_today,
            stop.done_today,
            stop.promised_today,
            stop.last_outcome,
        )
        for stop in route.stops
    ]


async def test_a_route_shows_who_owes_in_the_order_of_walking(service: Service) -> None:
    assert await stops(service) == []
    await service.consume(billed(UT, 1), billed(HANG, 1), billed(HANH, 1), billed(OTHERS, 1))
    due = [(code, NextStep.DUE, False, False, False, None) for code in (HANH, HANG, UT)]
    assert await stops(service) == due


async def test_a_stop_is_done_when_settled_and_visited_when_somebody_was_there(service: Service) -> None:
    await service.consume(billed(HANH, 1), billed(HANG, 1), billed(UT, 1))
    await service.ask(record(Outcome.AWAY))
    await service.consume(paid(HANG, 2))
    assert await stops(service) == [
        (HANH, NextStep.REVISIT, True, False, False, Outcome.AWAY),
        (HANG, NextStep.SETTLED, False, True, False, None),
        (UT, NextStep.DUE, False, False, False, None),
    ]
    # The next morning the one comes back, and the other is nobody's stop any more.
    assert await stops(service, day_offset=1) == [
        (HANH, NextStep.REVISIT, False, False, False, Outcome.AWAY),
        (UT, NextStep.DUE, False, False, False, None),
    ]


async def test_a_promise_is_flagged_on_its_day_only(service: Service) -> None:
    await service.consume(billed(HANH, 1))
    # Half past one in the night of the 26th in Vietnam is still the 25th in UTC.
    promised = NOW.replace(day=25, hour=18, minute=30)
    await service.ask(record(Outcome.CANNOT_PAY, appointment=promised))
    assert [stop[4] for offset in range(5) for stop in await stops(service, offset)] == [
        False,
        False,
        False,
        True,
        False,
    ]


async def test_the_outcome_for_an_earlier_debt_is_not_shown_for_the_present_one(service: Service) -> None:
    await service.consume(billed(HANH, 1))
    await service.ask(record(Outcome.AWAY))
    await service.consume(paid(HANH, 2), billed(HANH, 3))
    assert await stops(service, day_offset=1) == [(HANH, NextStep.DUE, False, False, False, None)]


async def test_a_long_route_comes_in_parts(service: Service) -> None:
    codes = [f"PB1401{number:07d}" for number in range(100, 1300)]
    lines = [
        f"{code},{'Nguyễn ' * 5} Thị {place},Số {place} đường Nguyễn Tất Thành,,,PB1401,R2,{place},household,1,true"
        for place, code in enumerate(codes)
    ]
    assert (await service.import_town(customers=lines, meters=[])).ok
    await service.pool.execute(
        "INSERT INTO standings (customer_code, account_version, debt, step) SELECT unnest($1::text[]), 1, 1000, 'due'",
        codes,
    )
    seen: list[str] = []
    while True:
        route = await service.ask(GetRoute(collector_code="TN1", day=NOW.date(), skip=len(seen)))
        assert route.total_stops == len(codes)
        seen += [stop.customer.customer_code for stop in route.stops]
        if len(seen) >= route.total_stops:
            break
    assert seen == codes


async def test_the_route_of_an_unknown_collector_is_not_found(service: Service) -> None:
    with pytest.raises(Problem, match="not-found"):
        await service.ask(GetRoute(collector_code="TN99", day=NOW.date()))


async def test_reading_a_customer_shows_the_facts_and_hides_other_collectors_customers(service: Service) -> None:
    details = await service.ask(GetCustomer(customer_code=OTHERS))
    assert details.facts.meter is not None
    assert (details.facts.name, details.facts.collector.name, details.facts.meter.multiplier) == (
        "Nguyễn Thành Hạnh",
        "Trần Thị Ngân",
        20,
    )
    assert (details.step, details.visits) == (NextStep.SETTLED, [])
    with pytest.raises(Problem, match="not-found"):
        await service.ask(GetCustomer(customer_code=OTHERS, collector_code="TN1"))


async def test_a_visit_keeps_its_id(service: Service) -> None:
    await service.consume(billed(HANH, 1))
    visit_id: UUID = new_id()
    assert (await service.ask(record(Outcome.MET, visit_id=visit_id))).visit.visit_id == visit_id


async def test_a_batch_of_a_bill_run_leads_each_customer_where_a_bill_of_its_own_would(service: Service) -> None:
    await service.consume(billed(HANH, 1), billed(HANG, 7, debt=5))
    await service.ask(record(Outcome.AWAY))
    accounts = [
        account(HANH, debt=432_000, version=2),
        account(HANG, debt=1, version=6),
        account(UT, debt=3, version=1),
    ]
    for _ in range(2):
        async with service.customer_bus.work() as work:
            await apply_released_bills(bills_released(*accounts), work, rules=VisitRules())
    found = [await service.ask(GetCustomer(customer_code=code)) for code in (HANH, HANG, UT)]
    assert [(each.debt, each.step, each.misses) for each in found] == [
        (432_000, NextStep.REVISIT, 1),
        (5, NextStep.DUE, 0),
        (3, NextStep.DUE, 0),
    ]
