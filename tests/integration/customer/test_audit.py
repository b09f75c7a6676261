"""The audit lists what was recorded and finds what does not follow from it."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.customer.audit import VisitFacts, accounts_in_order, audit_facts, versions_in_order, visits_in_order
from shared.audit import AuditViolation
from shared.clock import now
from shared.contracts.common import NextStep, Outcome
from shared.contracts.customer import RecordVisit, VisitRecorded
from shared.db.partitions import drop_partitions
from shared.ids import new_id
from shared.testing import wait_until
from tests.integration.customer.accounts import billed, paid
from tests.integration.customer.customer_service import Service

HANH, HANG = "PB14010000001", "PB14010000002"


async def audited(service: Service) -> VisitFacts:
    async with service.pool.acquire() as connection:
        return await audit_facts(connection)


async def work_a_day(service: Service) -> RecordVisit:
    await service.consume(billed(HANH, 1), billed(HANG, 1))
    met = RecordVisit(
        visit_id=new_id(),
        customer_code=HANH,
        collector_code="TN1",
        device_id=new_id(),
        outcome=Outcome.MET,
        visited_at=service.clock(),
    )
    await service.ask(met)
    service.clock.moment -= timedelta(minutes=1)  # of the copy that answers next
    await service.ask(met.model_copy(update={"outcome": Outcome.CANNOT_PAY}))
    await service.ask(met.model_copy(update={"visit_id": new_id(), "customer_code": HANG, "outcome": Outcome.AWAY}))
    await service.consume(paid(HANG, 2))
    return met


async def test_a_day_of_visits_is_audited_without_violations(service: Service) -> None:
    met = await work_a_day(service)
    assert (await audited(service)).violations == []
    async with service.pool.acquire() as connection, connection.transaction():
        visits = [visit async for _, visit in visits_in_order(connection)]
        accounts = dict([row async for row in accounts_in_order(connection)])
        versions = dict([row async for row in versions_in_order(connection)])
    visits.sort(key=lambda visit: visit.visit_id != met.visit_id)
    assert [(visit.customer_code, visit.outcome, visit.first) for visit in visits] == [
        (HANH, Outcome.MET, True),
        (HANH, Outcome.CANNOT_PAY, False),
        (HANG, Outcome.AWAY, True),
    ]
    assert [visit.next_step for visit in visits] == [NextStep.DUE, NextStep.REVISIT, NextStep.REVISIT]
    assert visits[0].device_id == met.device_id
    assert accounts == {HANH: (1, 216_000), HANG: (2, 0)}
    assert versions[HANH] == 1


async def test_a_standing_that_does_not_follow_from_the_visits_is_found(service: Service) -> None:
    await work_a_day(service)
    await service.pool.execute("UPDATE standings SET step = 'settled' WHERE customer_code = $1", HANH)
    await service.pool.execute("UPDATE standings SET misses = 7, debt = 5 WHERE customer_code = $1", HANG)
    violations = (await audited(service)).violations
    assert [violation.subject for violation in violations] == [HANH, HANG]


def emitted(visit_id: UUID, *, times: int) -> AuditViolation:
    rule = "each record of a visit is emitted once"
    return AuditViolation("customer", rule, str(visit_id), f"met: emitted {times} times")


async def everything_is_published(service: Service) -> bool:
    return bool(await service.pool.fetchval("SELECT bool_and(published_at IS NOT NULL) FROM outbox"))


async def forget_event(service: Service, visit_id: UUID, outcome: Outcome) -> None:
    """Delete the event of one record from the outbox: it was never emitted, or was pruned."""
    await service.pool.execute(
        "DELETE FROM outbox WHERE body::jsonb->'visit'->>'visit_id' = $1 AND body::jsonb->'visit'->>'outcome' = $2",
        str(visit_id),
        outcome,
    )


@pytest.mark.parametrize("days", [-2000, -1, 0, 1, 4000])
async def test_a_visit_that_was_never_emitted_is_found_whatever_the_services_clock_says(
    service: Service, days: int
) -> None:
    service.clock.moment = now() + timedelta(days=days)
    met = await work_a_day(service)
    await forget_event(service, met.visit_id, Outcome.MET)
    assert (await audited(service)).violations == [emitted(met.visit_id, times=0)]


async def test_a_visit_that_was_emitted_twice_is_found(service: Service) -> None:
    met = await work_a_day(service)
    await service.pool.execute(
        "INSERT INTO outbox (message_id, routing_key, correlation_id, body)"
        " SELECT $1, routing_key, correlation_id, body FROM outbox"
        " WHERE body::jsonb->'visit'->>'visit_id' = $2 AND body::jsonb->'visit'->>'outcome' = 'met'",
        new_id(),
        str(met.visit_id),
    )
    assert (await audited(service)).violations == [emitted(met.visit_id, times=2)]


async def test_a_visit_whose_event_was_pruned_is_no_violation_though_an_older_event_still_waits(
    service: Service,
) -> None:
    await work_a_day(service)
    await wait_until(lambda: everything_is_published(service))
    older = "make_interval(days => 31)"
    await service.pool.execute(f"UPDATE visit_records SET written_at = written_at - {older}")
    await service.pool.execute("SELECT make_partitions('outbox', now() - make_interval(days => 32))")
    await service.pool.execute(
        f"UPDATE outbox SET created_at = created_at - {older}, published_at = published_at - {older}"
    )
    await service.pool.execute(
        "INSERT INTO outbox (message_id, routing_key, correlation_id, body, created_at, not_before)"
        " VALUES ($1, 'nobody.takes_it', 'c', '{}', clock_timestamp() - make_interval(days => 90), 'infinity')",
        new_id(),
    )
    async with service.pool.acquire() as connection:
        assert len(await drop_partitions(connection, "outbox", None)) > 0
    assert await service.emitted(VisitRecorded) == []
    assert (await audited(service)).violations == []


async def test_a_visit_recorded_by_an_older_version_is_audited_by_the_services_clock(service: Service) -> None:
    service.clock.moment = now()
    met = await work_a_day(service)
    await service.pool.execute("UPDATE visit_records SET written_at = NULL")
    assert (await audited(service)).violations == []
    await forget_event(service, met.visit_id, Outcome.MET)
    assert (await audited(service)).violations == [emitted(met.visit_id, times=0)]
    await service.pool.execute("UPDATE visit_records SET recorded_at = recorded_at - make_interval(days => 31)")
    assert (await audited(service)).violations == []
