"""What people ask for about their data stands in a register, and what no law keeps is erased."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.customer import metrics
from services.customer.periodic_tasks import Retention
from services.customer.store.personal_data import ERASED
from shared.contracts.common import Outcome
from shared.contracts.customer import (
    AddVisitNote,
    ComplaintFinding,
    CorrectPhoneAtDesk,
    CustomerChanged,
    EraseCustomerPerson,
    GetCustomer,
    GetCustomerPerson,
    GetPersonRequests,
    GetReadingComplaints,
    NotePersonRequest,
    OpenPersonRequest,
    PersonRequestKind,
    PersonRequestStep,
    ProtectCustomer,
    SettleReadingComplaint,
)
from shared.ids import new_id
from shared.problems import Problem
from tests.integration.customer.accounts import billed
from tests.integration.customer.customer_service import TOWN, Service
from tests.integration.customer.test_notes_and_complaints import complaint
from tests.integration.customer.test_visits import HANH, record

CORRECTED = CorrectPhoneAtDesk(
    correction_id=new_id(), customer_code=HANH, phone="0953 000 777", reason="Số mới là số của con gái"
)
TRACES = ("953000101", "953000777", "con gái", "Chó dữ", "Gọi cửa sau", "Máy thở", "Ghi sai")
"""What must not be found any more."""


def opened(service: Service, kind: PersonRequestKind = PersonRequestKind.ERASE, **others: Any) -> OpenPersonRequest:
    values = {"customer_code": HANH, "note": "Đến quầy", "received_at": service.clock()}
    return OpenPersonRequest(request_id=new_id(), kind=kind, **{**values, **others})


def noted(request_id: UUID, step: PersonRequestStep) -> NotePersonRequest:
    return NotePersonRequest(act_id=new_id(), request_id=request_id, step=step, note="Đã gọi")


async def erased(service: Service) -> dict[str, int]:
    request = opened(service)
    await service.ask(request)
    removed = (await service.ask(EraseCustomerPerson(request_id=request.request_id, customer_code=HANH))).removed
    return {one.kind: one.rows for one in removed}


async def traces(service: Service) -> list[tuple[str, str]]:
    """Return the tables in which something of the person is found; events end after their time by themselves."""
    tables = await service.pool.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    )
    found = []
    for table in tables:
        for trace in TRACES:
            statement = f"SELECT count(*) FROM {table['relname']} AS one WHERE one::text LIKE '%' || $1 || '%'"
            if await service.pool.fetchval(statement, trace):
                found.append((table["relname"], trace))
    return found


async def filled(service: Service) -> None:
    """Have the customer leave traces wherever one can."""
    await service.consume(billed(HANH, 1))
    visit = (await service.ask(record(Outcome.AWAY, note="Chó dữ"))).visit
    await service.ask(AddVisitNote(note_id=new_id(), visit_id=visit.visit_id, collector_code="TN1", note="Gọi cửa sau"))
    await service.ask(CORRECTED)
    for protected in (True, False):
        await service.ask(
            ProtectCustomer(protection_id=new_id(), customer_code=HANH, protected=protected, reason="Máy thở")
        )
    settled = complaint(service, note="Ghi sai")
    await service.ask(settled)
    await service.ask(
        SettleReadingComplaint(
            settlement_id=new_id(),
            complaint_id=settled.complaint_id,
            finding=ComplaintFinding.READING_RIGHT,
            note="Ghi sai? Không",
            settled_by="Lan",
        )
    )


async def test_nothing_that_no_law_keeps_is_found_in_any_table_after_a_person_was_erased(service: Service) -> None:
    await filled(service)
    await service.ask(complaint(service, note="Đang chờ trả lời"))
    assert {table for table, _ in await traces(service)} >= {"customers", "visits", "recorded_answers", "protections"}
    assert set(await erased(service)) == {
        *("customer.contract", "customer.phone_corrections", "customer.visits"),
        *("customer.protection", "customer.complaints"),
    }
    assert await traces(service) == []
    details = await service.ask(GetCustomer(customer_code=HANH))
    assert (details.facts.phone, details.facts.name) == (None, "Nguyễn Thị Hạnh")
    [visit] = details.visits
    assert (visit.outcome, visit.note, visit.later_notes) == (Outcome.AWAY, "", [""])
    assert [event.customer.phone for event in await service.emitted(CustomerChanged)][-1] is None
    [waiting] = (await service.ask(GetReadingComplaints(customer_code=HANH))).complaints
    assert waiting.note == "Đang chờ trả lời"


async def test_a_request_that_is_repeated_after_the_erasure_is_answered_and_brings_nothing_back(
    service: Service,
) -> None:
    await filled(service)
    request = opened(service)
    await service.ask(request)
    order = EraseCustomerPerson(request_id=request.request_id, customer_code=HANH)
    first = await service.ask(order)
    assert (await service.ask(CORRECTED)).old_phone is None
    assert await service.ask(order) == first
    assert await traces(service) == []


async def test_a_list_does_not_give_the_number_back_and_the_person_may(service: Service) -> None:
    await erased(service)
    report = await service.import_town()
    assert report.customers_announced == 0
    assert (await service.import_town(dry_run=True)).customers_announced == 0
    assert (await service.ask(GetCustomer(customer_code=HANH))).facts.phone is None
    await service.ask(CORRECTED.model_copy(update={"correction_id": new_id()}))
    await service.import_town()
    assert (await service.ask(GetCustomer(customer_code=HANH))).facts.phone == "+84953000777"


async def test_name_and_address_go_once_supply_has_ended_and_nothing_is_owed(service: Service) -> None:
    ended = [TOWN["customers.csv"][0].removesuffix("true") + "false", *TOWN["customers.csv"][1:]]
    await service.import_town(customers=ended)
    await service.consume(billed(HANH, 1))
    assert "customer.contract" in await erased(service)
    assert (await service.ask(GetCustomer(customer_code=HANH))).facts.name == "Nguyễn Thị Hạnh"
    await service.consume(billed(HANH, 2, debt=0))
    await erased(service)
    assert (await service.ask(GetCustomer(customer_code=HANH))).facts.name == ERASED
    await service.import_town(customers=ended)
    facts = (await service.ask(GetCustomer(customer_code=HANH))).facts
    assert (facts.name, facts.address, facts.phone) == (ERASED, ERASED, None)
    await service.import_town()  # supplied again
    assert (await service.ask(GetCustomer(customer_code=HANH))).facts.name == "Nguyễn Thị Hạnh"


async def test_only_an_open_request_to_erase_of_this_customer_erases(service: Service) -> None:
    see, ended = opened(service, PersonRequestKind.SEE), opened(service)
    for request in (see, ended):
        await service.ask(request)
    await service.ask(noted(ended.request_id, PersonRequestStep.REFUSE))
    refusals = []
    for request_id in (see.request_id, ended.request_id, new_id()):
        with pytest.raises(Problem) as caught:
            await service.ask(EraseCustomerPerson(request_id=request_id, customer_code=HANH))
        refusals.append(caught.value.slug)
    assert refusals == ["not-to-erase", "not-found", "not-found"]
    assert (await service.ask(GetCustomer(customer_code=HANH))).facts.phone == "+84953000101"


async def test_the_register_shows_what_is_due_first_and_takes_no_step_after_the_end(service: Service) -> None:
    erase, copy = opened(service), opened(service, PersonRequestKind.COPY)
    for request in (erase, erase, copy):
        await service.ask(request)
    assert [one.kind for one in (await service.ask(GetPersonRequests())).requests] == ["copy", "erase"]
    await service.ask(noted(copy.request_id, PersonRequestStep.ACKNOWLEDGE))
    before = (await service.ask(GetPersonRequests(request_id=copy.request_id))).requests[0]
    extended = await service.ask(noted(copy.request_id, PersonRequestStep.EXTEND))
    assert extended.due_at - before.due_at == timedelta(days=10)
    for step, slug in (
        (PersonRequestStep.EXTEND, "extended-already"),
        (PersonRequestStep.DONE, None),
        (PersonRequestStep.DONE, "request-ended"),
    ):
        if slug is None:
            assert (await service.ask(noted(copy.request_id, step))).ended_at is not None
            continue
        with pytest.raises(Problem, match=slug):
            await service.ask(noted(copy.request_id, step))
    [still_open] = (await service.ask(GetPersonRequests())).requests
    assert still_open.request_id == erase.request_id
    with pytest.raises(Problem, match="in-the-future"):
        await service.ask(opened(service, received_at=service.clock() + timedelta(days=1)))


async def test_the_metrics_say_of_how_many_requests_a_clock_has_run_out(service: Service) -> None:
    request = opened(service)
    await service.ask(request)
    for days, late in ((0, 0), (5, 1)):
        service.clock.pass_days(days)
        await metrics.measure(service.pool, service.clock)
        assert metrics.LATE.labels("erase")._value.get() == late
    await service.ask(noted(request.request_id, PersonRequestStep.ACKNOWLEDGE))
    await metrics.measure(service.pool, service.clock)
    assert (metrics.OPEN.labels("erase")._value.get(), metrics.LATE.labels("erase")._value.get()) == (1, 0)


async def test_what_is_held_of_a_person_is_shown_whole(service: Service) -> None:
    await filled(service)
    held = {one.kind: one.rows for one in (await service.ask(GetCustomerPerson(customer_code=HANH))).held}
    assert held["customer.contract"][0]["phone"] == "+84953000777"
    assert held["customer.visits"][0]["later_notes"] == ["Gọi cửa sau"]
    assert held["customer.complaints"][0]["answer"] == "Ghi sai? Không"
    assert (await service.ask(GetCustomerPerson(customer_code="PB14019999999"))).held == []


async def test_texts_and_numbers_are_removed_once_they_are_old_and_counted(service: Service) -> None:
    await filled(service)
    ended = opened(service, PersonRequestKind.SEE)
    await service.ask(ended)
    await service.ask(noted(ended.request_id, PersonRequestStep.DONE))
    retention = Retention(
        service.pool, photos_kept=timedelta(days=180), complaints_kept=timedelta(days=730), clock=service.clock
    )
    service.clock.pass_days(1090)
    assert (await retention.delete())["customer.visit_texts"] == 0
    service.clock.pass_days(10)
    removed = await retention.delete()
    assert (removed["customer.visit_texts"], removed["customer.phone_corrections"]) == (1, 1)
    assert {table for table, trace in await traces(service) if trace in ("Chó dữ", "Gọi cửa sau", "con gái")} == set()
    service.clock.pass_days(1000)
    assert (await retention.delete())["customer.person_requests"] == 1
    assert not any((await retention.delete()).values())
