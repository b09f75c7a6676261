"""Whoever visits, takes back, notes, corrects or imports is in the row, in the event and in the customer's acts."""

from shared.contracts.actor import Actor, ActorKind, Proof
from shared.contracts.common import Outcome
from shared.contracts.customer import (
    AddVisitNote,
    CorrectPhone,
    CustomerChanged,
    GetCustomerActs,
    RecordVisit,
    VisitRecorded,
    VisitWithdrawn,
    WithdrawVisit,
)
from shared.ids import new_id
from shared.messaging import correlated
from tests.integration.customer.accounts import billed
from tests.integration.customer.customer_service import NOW, Service

PHONE = Actor(kind=ActorKind.DEVICE, id="d-1", reference="collector:TN1", proven_by=Proof.TOKEN)
OTHER = Actor(kind=ActorKind.DEVICE, id="d-2", reference="collector:TN1", proven_by=Proof.TOKEN)
OPERATOR = Actor(kind=ActorKind.COMMAND_LINE, id="lan@office", proven_by=Proof.LOGIN)
CUSTOMER = "PB14010000001"


async def test_everything_done_at_the_door_names_the_phone(service: Service) -> None:
    await service.consume(billed(CUSTOMER, 1))
    visit_id = new_id()
    visit = RecordVisit(
        visit_id=visit_id, customer_code=CUSTOMER, collector_code="TN1", outcome=Outcome.AWAY, visited_at=NOW
    )
    with correlated("ours", external_correlation_id="theirs", actor=PHONE):
        await service.ask(visit)
        await service.ask(AddVisitNote(note_id=new_id(), visit_id=visit_id, collector_code="TN1", note="Có chó"))
        await service.ask(
            CorrectPhone(
                correction_id=new_id(), customer_code=CUSTOMER, collector_code="TN1", phone="0912345678", reason="Mới"
            )
        )
    with correlated(actor=OTHER):
        await service.ask(visit)
        await service.ask(WithdrawVisit(withdrawal_id=new_id(), visit_id=visit_id, collector_code="TN1", reason="Nhầm"))

    acts = (await service.ask(GetCustomerActs(customer_code=CUSTOMER))).acts
    assert {act.what: act.actor for act in acts} == {
        "visit.recorded": PHONE,
        "visit.noted": PHONE,
        "phone.corrected": PHONE,
        "visit.withdrawn": OTHER,
    }
    assert all(act.answered_to == act.actor for act in acts)
    recorded = next(act for act in acts if act.what == "visit.recorded")
    assert (recorded.correlation_id, recorded.external_correlation_id) == ("ours", "theirs")
    assert await service.pool.fetchval("SELECT actor->>'id' FROM visits") == PHONE.id
    assert [event.actor for event in await service.emitted(VisitRecorded)] == [PHONE]
    assert [event.actor for event in await service.emitted(VisitWithdrawn)] == [OTHER]
    assert (await service.emitted(CustomerChanged))[-1].actor == PHONE


async def test_an_import_names_the_operator_and_the_files(empty_service: Service) -> None:
    with correlated(actor=OPERATOR):
        assert (await empty_service.import_town()).ok
    act = await empty_service.pool.fetchrow(
        "SELECT what, actor->>'id' AS by, facts->'customers.csv'->>'added' AS added FROM acts"
    )
    assert act is not None
    assert dict(act) == {"what": "lists.imported", "by": OPERATOR.id, "added": "4"}
    assert {event.actor for event in await empty_service.emitted(CustomerChanged)} == {OPERATOR}
