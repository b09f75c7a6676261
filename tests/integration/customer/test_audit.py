"""The audit says what was recorded and finds what does not follow from it."""

from services.customer.audit import CustomerAudit, audit_facts
from shared.contracts.common import NextStep, Outcome
from shared.contracts.customer import RecordVisit
from shared.ids import new_id
from tests.integration.customer.accounts import billed, paid
from tests.integration.customer.town import NOW, Service

HANH, HANG = "PB14010000001", "PB14010000002"


async def audited(service: Service) -> CustomerAudit:
    async with service.pool.acquire() as connection:
        return await audit_facts(connection)


async def work_a_day(service: Service) -> RecordVisit:
    await service.tell(billed(HANH, 1), billed(HANG, 1))
    met = RecordVisit(
        visit_id=new_id(),
        customer_code=HANH,
        collector_code="TN1",
        device_id=new_id(),
        outcome=Outcome.MET,
        visited_at=NOW,
    )
    await service.ask(met)
    await service.ask(met.model_copy(update={"outcome": Outcome.CANNOT_PAY}))
    await service.ask(met.model_copy(update={"visit_id": new_id(), "customer_code": HANG, "outcome": Outcome.AWAY}))
    await service.tell(paid(HANG, 2))
    return met


async def test_a_day_of_visits_is_audited_without_violations(service: Service) -> None:
    met = await work_a_day(service)
    result = await audited(service)
    assert result.violations == []
    assert [(visit.customer_code, visit.outcome, visit.first) for visit in result.visits] == [
        (HANH, Outcome.MET, True),
        (HANH, Outcome.CANNOT_PAY, False),
        (HANG, Outcome.AWAY, True),
    ]
    assert [visit.next_step for visit in result.visits] == [NextStep.DUE, NextStep.REVISIT, NextStep.REVISIT]
    assert result.visits[0].device_id == met.device_id
    assert result.accounts == {HANH: (1, 216_000), HANG: (2, 0)}
    assert result.versions[HANH] == 1


async def test_a_standing_that_does_not_follow_from_the_visits_is_found(service: Service) -> None:
    await work_a_day(service)
    await service.pool.execute("UPDATE standings SET step = 'settled' WHERE customer_code = $1", HANH)
    await service.pool.execute("UPDATE standings SET misses = 7, debt = 5 WHERE customer_code = $1", HANG)
    violations = (await audited(service)).violations
    assert len(violations) == 2
    assert HANH in violations[0]
    assert HANG in violations[1]


async def test_a_visit_that_was_never_told_of_is_found(service: Service) -> None:
    met = await work_a_day(service)
    await service.pool.execute(
        "DELETE FROM outbox WHERE body::jsonb->'visit'->>'visit_id' = $1 AND body::jsonb->'visit'->>'outcome' = 'met'",
        str(met.visit_id),
    )
    assert (await audited(service)).violations == [f"visit {met.visit_id} (met) was told of 0 times"]
