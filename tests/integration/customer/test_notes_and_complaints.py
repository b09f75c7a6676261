"""What a collector notes of a visit, and complaints about readings with their photos."""

from base64 import b64decode, b64encode
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from PIL import Image

from services.customer.periodic_tasks import Retention
from shared.clock import business_day
from shared.contracts.common import Outcome
from shared.contracts.customer import (
    AddVisitNote,
    ComplaintFinding,
    ComplaintKind,
    ComplaintRecorded,
    ComplaintSettled,
    GetCustomer,
    GetReadingComplaints,
    GetReadingPhoto,
    RecordComplaintAtDesk,
    RecordReadingComplaint,
    SettleReadingComplaint,
)
from shared.ids import new_id
from shared.problems import NotFound, Problem
from tests.integration.customer.accounts import billed
from tests.integration.customer.customer_service import Service
from tests.integration.customer.test_visits import HANH, record

BILL = f"{HANH}T102026K1"


def photo() -> str:
    made = BytesIO()
    Image.linear_gradient("L").save(made, "JPEG")
    return b64encode(made.getvalue()).decode()


def complaint(service: Service, **others: Any) -> RecordReadingComplaint:
    values = {
        "complaint_id": new_id(),
        "customer_code": HANH,
        "collector_code": "TN1",
        "meter_number": "21000001",
        "bill_number": BILL,
        "reading_seen": 1240,
        "note": "Chỉ số mới ghi nhầm",
        "stated_at": service.clock(),
        "photo": photo(),
    }
    return RecordReadingComplaint(**{**values, **others})


async def refused(service: Service, request: Any) -> Problem:
    with pytest.raises(Problem) as caught:
        await service.ask(request)
    return caught.value


async def test_notes_of_a_visit_are_kept_in_their_order_whatever_came_of_it(service: Service) -> None:
    await service.consume(billed(HANH, 1))
    visit = (await service.ask(record(Outcome.AWAY))).visit
    first = AddVisitNote(note_id=new_id(), visit_id=visit.visit_id, collector_code="TN1", note="Nhà có chó")
    second = first.model_copy(update={"note_id": new_id(), "note": "Gọi trước khi đến"})
    for request in (first, first):
        assert (await service.ask(request)).visit.later_notes == ["Nhà có chó"]
    service.clock.moment += timedelta(minutes=1)
    assert (await service.ask(second)).visit.later_notes == ["Nhà có chó", "Gọi trước khi đến"]
    details = await service.ask(GetCustomer(customer_code=HANH))
    assert [one.later_notes for one in details.visits] == [["Nhà có chó", "Gọi trước khi đến"]]


async def test_a_note_is_of_the_own_visit_and_readable(service: Service) -> None:
    await service.consume(billed(HANH, 1))
    visit = (await service.ask(record(Outcome.AWAY))).visit
    own = AddVisitNote(note_id=new_id(), visit_id=visit.visit_id, collector_code="TN1", note="Gọi trước")
    assert isinstance(await refused(service, own.model_copy(update={"collector_code": "TN2"})), NotFound)
    assert isinstance(await refused(service, own.model_copy(update={"visit_id": new_id()})), NotFound)
    assert (await refused(service, own.model_copy(update={"note": "Gọi\u202etrước"}))).slug == "invalid-text"


async def test_a_complaint_is_listed_for_the_office_with_its_photo(service: Service) -> None:
    request = complaint(service)
    replies = [await service.ask(request) for _ in range(2)]
    assert replies[0] == replies[1]
    assert replies[0].has_photo
    service.clock.moment += timedelta(minutes=1)
    plain = await service.ask(complaint(service, photo="", meter_number=None, bill_number=None, reading_seen=None))
    listed = (await service.ask(GetReadingComplaints())).complaints
    assert [(one.complaint_id, one.has_photo) for one in listed] == [
        (plain.complaint_id, False),
        (request.complaint_id, True),
    ]
    assert (listed[1].name, listed[1].reading_seen, listed[1].bill_number) == ("Nguyễn Thị Hạnh", 1240, BILL)
    older = (await service.ask(GetReadingComplaints(before=listed[0].recorded_at))).complaints
    assert [one.complaint_id for one in older] == [request.complaint_id]
    assert (await service.ask(GetReadingComplaints(customer_code="PB14010000002"))).complaints == []
    unit_codes = [(await service.ask(GetCustomer(customer_code=HANH))).facts.unit.unit_code]
    for which in ({}, {"complaint_id": plain.complaint_id}, {"customer_code": HANH}):
        assert (await service.ask(GetReadingComplaints(unit_codes=unit_codes, **which))).complaints
        assert not (await service.ask(GetReadingComplaints(unit_codes=["PB9999"], **which))).complaints
    kept = b64decode((await service.ask(GetReadingPhoto(complaint_id=request.complaint_id))).jpeg)
    with Image.open(BytesIO(kept)) as picture:
        assert picture.size == (256, 256)
    assert isinstance(await refused(service, GetReadingPhoto(complaint_id=plain.complaint_id)), NotFound)


async def test_a_complaint_about_a_bill_has_a_day_until_which_it_is_answered_and_is_told_once(
    service: Service,
) -> None:
    request = complaint(service, kind=ComplaintKind.AMOUNT, photo="", reading_seen=None)
    replies = [await service.ask(request) for _ in range(2)]
    until = business_day(service.clock()) + timedelta(days=15)
    assert [reply.answer_by for reply in replies] == [until, until]
    [listed] = (await service.ask(GetReadingComplaints())).complaints
    assert (listed.kind, listed.answer_by, listed.is_from_desk) == ("amount", until, False)
    [event] = await service.emitted(ComplaintRecorded)
    assert (event.complaint_id, event.customer_code, event.bill_number, event.answer_by) == (
        request.complaint_id,
        HANH,
        BILL,
        until,
    )


async def test_a_complaint_is_recorded_in_the_office_for_a_customer_of_any_route(service: Service) -> None:
    of_another_route = "PB14010000004"
    request = RecordComplaintAtDesk(
        complaint_id=new_id(),
        customer_code=of_another_route,
        kind=ComplaintKind.PRICE_GROUP,
        bill_number=f"{of_another_route}T102026K1",
        note="Nhà trọ, không phải kinh doanh",
    )
    replies = [await service.ask(request) for _ in range(2)]
    assert replies[0] == replies[1]
    [listed] = (await service.ask(GetReadingComplaints(customer_code=of_another_route))).complaints
    assert (listed.kind, listed.bill_number, listed.collector_code, listed.is_from_desk) == (
        "price_group",
        f"{of_another_route}T102026K1",
        "TN2",
        True,
    )
    assert len(await service.emitted(ComplaintRecorded)) == 1
    unknown = request.model_copy(update={"complaint_id": new_id(), "customer_code": "PB14019999999"})
    assert isinstance(await refused(service, unknown), NotFound)


async def test_the_answer_to_a_complaint_is_told_with_whether_the_bill_was_right(service: Service) -> None:
    made = complaint(service, kind=ComplaintKind.AMOUNT, photo="")
    await service.ask(made)
    answer = settlement(made.complaint_id, finding=ComplaintFinding.OTHER, is_bill_right=False)
    for _ in range(2):
        await service.ask(answer)
    [listed] = (await service.ask(GetReadingComplaints())).complaints
    assert listed.settlement is not None
    assert listed.settlement.is_bill_right is False
    [event] = await service.emitted(ComplaintSettled)
    assert (event.complaint_id, event.bill_number, event.is_bill_right) == (made.complaint_id, BILL, False)


async def test_a_complaint_that_cannot_be_is_refused_and_leaves_nothing(service: Service) -> None:
    others: list[tuple[dict[str, Any], str]] = [
        ({"collector_code": "TN2"}, "not-found"),
        ({"photo": "PHN2Zy8+"}, "invalid-photo"),
        ({"stated_at": service.clock() - timedelta(days=30)}, "clock-wrong"),
        ({"note": "sai\u0007"}, "invalid-text"),
        ({"kind": ComplaintKind.AMOUNT, "bill_number": None}, "bill-number-missing"),
        ({"kind": ComplaintKind.AMOUNT, "bill_number": "PB14010000004T102026K1"}, "bill-of-another"),
        ({"bill_number": "HD-10"}, "bill-of-another"),
    ]
    for change, slug in others:
        assert (await refused(service, complaint(service, **change))).slug == slug
    assert await service.pool.fetchval("SELECT count(*) FROM reading_complaints") == 0
    assert await service.pool.fetchval("SELECT count(*) FROM reading_photos") == 0


def settlement(complaint_id: UUID, **others: Any) -> SettleReadingComplaint:
    values = {
        "settlement_id": new_id(),
        "complaint_id": complaint_id,
        "finding": ComplaintFinding.READING_RIGHT,
        "note": "Đã đọc lại công tơ",
        "settled_by": "KT01",
    }
    return SettleReadingComplaint(**{**values, **others})


async def test_a_complaint_is_settled_once_and_leaves_the_list_of_open_ones(service: Service) -> None:
    settled, open_one = complaint(service), complaint(service, photo="")
    await service.ask(settled)
    service.clock.moment += timedelta(minutes=1)
    await service.ask(open_one)
    request = settlement(settled.complaint_id)
    replies = [await service.ask(request) for _ in range(2)]
    assert replies[0] == replies[1]
    listed = (await service.ask(GetReadingComplaints())).complaints
    assert [one.settlement and one.settlement.finding for one in listed] == [None, ComplaintFinding.READING_RIGHT]
    for only_settled, whose in ((True, settled), (False, open_one)):
        found = (await service.ask(GetReadingComplaints(settled=only_settled))).complaints
        assert [one.complaint_id for one in found] == [whose.complaint_id]
    again = await refused(service, settlement(settled.complaint_id, finding=ComplaintFinding.OTHER))
    assert (again.slug, again.facts["finding"]) == ("complaint-already-settled", "reading_right")
    other_content = await refused(service, request.model_copy(update={"note": "khác"}))
    assert other_content.slug == "same-id-other-content"
    assert isinstance(await refused(service, settlement(new_id())), NotFound)
    assert (await refused(service, settlement(open_one.complaint_id, note="sai\u0007"))).slug == "invalid-text"


def retention(service: Service) -> Retention:
    return Retention(
        service.pool, photos_kept=timedelta(days=180), complaints_kept=timedelta(days=730), clock=service.clock
    )


async def test_photos_are_deleted_after_a_while_and_the_complaint_stays(service: Service) -> None:
    old = complaint(service)
    await service.ask(old)
    service.clock.pass_days(179)
    young = complaint(service)
    await service.ask(young)
    await retention(service).delete()
    assert (await service.ask(GetReadingPhoto(complaint_id=old.complaint_id))).jpeg
    service.clock.pass_days(2)
    await retention(service).delete()
    assert isinstance(await refused(service, GetReadingPhoto(complaint_id=old.complaint_id)), NotFound)
    assert (await service.ask(GetReadingPhoto(complaint_id=young.complaint_id))).jpeg
    listed = (await service.ask(GetReadingComplaints())).complaints
    assert [one.has_photo for one in listed] == [True, False]


async def test_a_complaint_is_deleted_long_after_it_was_settled_and_an_open_one_is_kept(service: Service) -> None:
    settled, open_one = complaint(service), complaint(service)
    for made in (settled, open_one):
        await service.ask(made)
    service.clock.pass_days(1000)
    request = settlement(settled.complaint_id)
    await service.ask(request)
    service.clock.pass_days(729)
    await retention(service).delete()
    assert len((await service.ask(GetReadingComplaints())).complaints) == 2
    service.clock.pass_days(2)
    await retention(service).delete()
    assert [one.complaint_id for one in (await service.ask(GetReadingComplaints())).complaints] == [
        open_one.complaint_id
    ]
    assert (await service.ask(request)).finding is ComplaintFinding.READING_RIGHT
