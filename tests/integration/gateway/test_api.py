"""The public HTTP API: who may do what, and what every error looks like."""

import asyncio
import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

import pytest

from shared.contracts.actor import Actor, ActorKind, Proof
from shared.contracts.billing import (
    CloseShift,
    CountHandIn,
    GetReversals,
    GiveBackAtDesk,
    PaymentReply,
    RecordPayment,
    ReturnPaper,
    ReversePayment,
    StateHandIn,
)
from shared.contracts.customer import ChooseSmsLanguage, GetVisit, RecordVisit, SearchCustomers, VisitReply
from shared.contracts.notify import ChangeOptOut
from shared.contracts.receipt import Verification, VerifyToken
from shared.ids import new_id
from shared.messaging import UnitOfWork
from shared.problems import Conflict, InvalidRequest, Problem, SameIdOtherContent, TimedOut, Unavailable
from simulation.phone import VirtualPhone
from tests.integration.gateway.back_office import START, TOTAL, bill, facts
from tests.integration.gateway.conftest import CUSTOMER, GatewaySystem

OTHER = "PB15010000002"
THIRD = "PB15010000003"
PAYMENT = {"method": "cash", "customer_code": CUSTOMER, "amount": TOTAL, "received_at": START.isoformat()}


async def _raw(
    system: GatewaySystem, method: str, path: str, token: str | None = None, **how: Any
) -> tuple[int, dict[str, Any], Mapping[str, str]]:
    headers = {**how.pop("headers", {}), **({"Authorization": f"Bearer {token}"} if token else {})}
    async with system.session.request(method, system.url + path, headers=headers, **how) as response:
        assert response.content_type == "application/problem+json", await response.text()
        body = await response.json(content_type=None)
        assert body["status"] == response.status
        assert body["type"].startswith("urn:thungan:problem:")
        return response.status, body, response.headers


async def _slug(system: GatewaySystem, method: str, path: str, token: str | None = None, **how: Any) -> tuple[int, str]:
    status, body, _ = await _raw(system, method, path, token, **how)
    return status, body["type"].removeprefix("urn:thungan:problem:")


# --- the procedure -------------------------------------------------------------------------------------------


async def test_a_collector_finds_agrees_collects_and_settles(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    await phone.open_stream()
    shift = (await phone.open_shift(500_000)).shift
    found = await phone.search("tran thi buoi")
    customer_code = found.matches[0].customer.customer_code
    assert (await phone.customer(customer_code)).facts.name == "Trần Thị Bưởi"
    account = await phone.account(customer_code)
    assert account.account.debt == TOTAL
    visit = (await phone.visit(customer_code, "met")).visit
    await phone.wait_for_printout("notice")
    paid = await phone.pay(customer_code, TOTAL, bill_ids=[account.bills[0].bill_id], visit_id=visit.visit_id)
    paper = await phone.wait_for_printout("receipt")
    assert paper.payment_id == paid.payment.payment_id
    receipt = (await phone.receipt_of(paid.payment.payment_id)).receipt
    copy = await phone.reprint(receipt.receipt_id, "Khách làm mất")
    assert (await phone.wait_for_printout("copy")).job_id == copy.document_id
    assert (await phone.shift()).shift.shift_id == shift.shift_id
    closed = await phone.close_shift(shift.shift_id, 500_000 + TOTAL)
    assert closed.shift.counted_cash == 500_000 + TOTAL
    (asked,) = gateway.office.asked_for(RecordPayment)
    assert (asked.collector_code, asked.device_id, asked.visit_id) == ("TN001", phone.device_id, visit.visit_id)
    assert asked.bill_ids == [bill(customer_code).bill_id]


async def test_repeating_a_payment_with_the_same_key_asks_billing_for_the_same_payment(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    payment_id = new_id()
    answers = await asyncio.gather(
        *(phone.pay(CUSTOMER, TOTAL, payment_id=payment_id, received_at=START) for _ in range(5))
    )
    assert {answer.payment.payment_id for answer in answers} == {payment_id}
    first, *others = gateway.office.asked_for(RecordPayment)
    assert others == [first] * 4


@pytest.mark.parametrize(
    "problem",
    [
        SameIdOtherContent("Mã này đã dùng cho khoản khác."),
        Conflict("Hóa đơn đã được thanh toán.", slug="already-paid"),
    ],
)
async def test_a_payment_is_refused_with_the_reason_of_billing(gateway: GatewaySystem, problem: Problem) -> None:
    phone = await gateway.phone()
    gateway.office.refuse(RecordPayment, problem)
    with pytest.raises(Problem) as refused:
        await phone.pay(CUSTOMER, TOTAL)
    assert (refused.value.status, refused.value.slug) == (409, problem.slug)
    assert refused.value.detail == problem.detail


async def test_money_is_recorded_only_for_a_visit_to_its_customer_by_its_collector(gateway: GatewaySystem) -> None:
    await gateway.add_customer(OTHER)
    await gateway.add_customer(THIRD, "TN002")
    phone, colleague, cashier = await gateway.phone(), await gateway.phone("TN002"), await gateway.desk("cashier")
    own = (await phone.visit(CUSTOMER, "met")).visit.visit_id
    to_other = (await phone.visit(OTHER, "met")).visit.visit_id
    by_colleague = (await colleague.visit(THIRD, "met")).visit.visit_id
    for visit_id in (to_other, by_colleague, new_id()):
        for attempt in (
            phone.pay(CUSTOMER, TOTAL, visit_id=visit_id),
            cashier.write(
                PaymentReply,
                "POST",
                "/v1/payments",
                {
                    "method": "transfer",
                    "customer_code": CUSTOMER,
                    "amount": TOTAL,
                    "received_at": START.isoformat(),
                    "reference": "FT1",
                    "visit_id": str(visit_id),
                },
                key=new_id(),
            ),
        ):
            with pytest.raises(Problem) as refused:
                await attempt
            assert (refused.value.status, refused.value.slug) == (409, "unknown-visit")
    assert gateway.office.asked_for(RecordPayment) == []
    await phone.pay(CUSTOMER, TOTAL, visit_id=own)


@pytest.mark.parametrize("cause", [Unavailable, TimedOut])
async def test_money_is_recorded_while_nobody_can_verify_its_visit(
    gateway: GatewaySystem, cause: type[Problem]
) -> None:
    """It is in the collector's hand already; the audit compares its visit later."""

    async def unavailable(request: GetVisit, work: UnitOfWork) -> VisitReply:
        raise cause

    gateway.office.other_answers[GetVisit] = unavailable
    visit_id = new_id()
    await (await gateway.phone()).pay(CUSTOMER, TOTAL, visit_id=visit_id)
    assert [asked.visit_id for asked in gateway.office.asked_for(RecordPayment)] == [visit_id]


async def test_a_cashier_records_a_transfer_whose_receipt_the_phone_prints(gateway: GatewaySystem) -> None:
    phone, cashier = await gateway.phone(), await gateway.desk("cashier")
    await phone.open_stream()
    await cashier.record_transfer(CUSTOMER, TOTAL, "FT26327000001", device_id=phone.device_id)
    await phone.wait_for_printout("receipt")
    update = await phone.wait_for_update(CUSTOMER, "payment.recorded")
    assert update["payment"]["where"] == "Chuyển khoản"


async def test_nothing_is_printed_on_a_device_that_was_never_enrolled(gateway: GatewaySystem) -> None:
    phone, cashier = await gateway.phone(), await gateway.desk("cashier")
    paid = (await phone.pay(CUSTOMER, TOTAL)).payment.payment_id
    receipt = (await phone.receipt_of(paid)).receipt.receipt_id
    transfer = {"method": "transfer", "customer_code": CUSTOMER, "amount": 1000, "received_at": START.isoformat()}
    for path, body in (
        ("/v1/payments", {**transfer, "reference": "FT26327000009"}),
        (f"/v1/payments/{paid}/reversals", {"reason": "Thu nhầm"}),
        (f"/v1/receipts/{receipt}/copies", {"reason": "Khách làm mất"}),
    ):
        with pytest.raises(Problem, match="unknown-device"):
            await cashier.send("POST", path, body={**body, "device_id": str(new_id())}, key=new_id())
        await cashier.send("POST", path, body={**body, "device_id": str(phone.device_id)}, key=new_id())


async def test_a_collector_reports_a_mistake_the_office_reads_it_and_the_reversal_reaches_who_took_the_money(
    gateway: GatewaySystem,
) -> None:
    phone, cashier = await gateway.phone(), await gateway.desk("cashier")
    await phone.open_stream()
    paid = (await phone.pay(CUSTOMER, TOTAL)).payment.payment_id
    path, body = f"/v1/payments/{paid}/reports", {"reason": "Thu nhầm khách"}
    await phone.send("POST", path, body=body, key=new_id())
    with pytest.raises(Problem, match="not-allowed"):
        await cashier.send("POST", path, body=body, key=new_id())
    with pytest.raises(Problem, match="not-allowed"):
        await phone.call("GET", "/v1/payment-reports")
    (waiting,) = (await cashier.call("GET", "/v1/payment-reports"))["reports"]
    assert (waiting["payment"]["payment_id"], waiting["reason"]) == (str(paid), "Thu nhầm khách")
    # The customer is another collector's now.
    await gateway.add_customer(CUSTOMER, "TN002", version=2)
    await cashier.reverse(paid, "Thu nhầm khách", paper_returned=False)
    update = await phone.wait_for_update(CUSTOMER, "payment.reversed")
    assert (update["payment"]["payment_id"], update["reason"]) == (str(paid), "Thu nhầm khách")
    assert (update["to_give_back"], update["paper_missing"]) == (TOTAL, True)


async def test_the_office_takes_papers_back_and_gives_cash_back_and_a_phone_does_neither(
    gateway: GatewaySystem,
) -> None:
    phone, cashier = await gateway.phone(), await gateway.desk("cashier")
    paid = (await phone.pay(CUSTOMER, TOTAL)).payment.payment_id
    reversal_id = new_id()
    await cashier.reverse(paid, "Thu nhầm", reversal_id=reversal_id, at_office=True)
    [asked] = gateway.office.asked_for(ReversePayment)
    assert (asked.given_back_by, asked.paper_returned) == (cashier.device_id, None)
    await cashier.return_paper(reversal_id)
    await cashier.give_back(reversal_id)
    [given] = gateway.office.asked_for(GiveBackAtDesk)
    assert (given.reversal_id, given.given_back_by) == (reversal_id, cashier.device_id)
    assert [one.reversal_id for one in gateway.office.asked_for(ReturnPaper)] == [reversal_id]
    await cashier.reversals(waiting="true", collector_code="TN001")
    listed = gateway.office.asked_for(GetReversals)[-1]
    assert (listed.waiting, listed.collector_code) == (True, "TN001")
    for method, path in (
        ("GET", "/v1/reversals"),
        ("POST", f"/v1/reversals/{reversal_id}/paper"),
        ("POST", f"/v1/reversals/{reversal_id}/cash"),
    ):
        with pytest.raises(Problem, match="not-allowed"):
            await phone.call(method, path)


async def test_a_phone_says_what_is_handed_in_and_the_office_counts_it(gateway: GatewaySystem) -> None:
    phone, cashier = await gateway.phone(), await gateway.desk("cashier")
    shift_id = (await phone.open_shift()).shift.shift_id
    said = (await phone.hand_in(shift_id, 200_000, place="bank", slip_number="VCB-00991234", photo="/9j/2Q==")).hand_in
    [asked] = gateway.office.asked_for(StateHandIn)
    assert (asked.hand_in_id, asked.collector_code, asked.device_id) == (said.hand_in_id, "TN001", phone.device_id)
    assert [one.hand_in_id for one in (await phone.hand_ins(shift_id)).hand_ins] == [said.hand_in_id]
    assert [one.hand_in_id for one in (await cashier.hand_ins(waiting="true")).hand_ins] == [said.hand_in_id]
    of_photo = f"/v1/hand-ins/{said.hand_in_id}/photo"
    async with gateway.session.get(
        f"{gateway.url}{of_photo}", headers={"Authorization": f"Bearer {cashier.token}"}
    ) as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (200, "image/jpeg", b"photo")
    counted = (await cashier.count_hand_in(said.hand_in_id, 199_000, "Thiếu 1.000")).hand_in
    assert counted.count is not None
    assert (counted.count.difference, counted.count.reason) == (-1_000, "Thiếu 1.000")
    [counting] = gateway.office.asked_for(CountHandIn)
    assert counting.device_id == cashier.device_id
    handover = await cashier.call("GET", f"/v1/shifts/{shift_id}/handover")
    assert (handover["handover"]["receipts"], handover["unit_code"]) == (2, "PB1501")
    for method, path in (
        ("GET", "/v1/hand-ins"),
        ("GET", of_photo),
        ("GET", f"/v1/shifts/{shift_id}/handover"),
        ("POST", f"/v1/hand-ins/{said.hand_in_id}/count"),
    ):
        with pytest.raises(Problem, match="not-allowed"):
            await phone.call(method, path, body={"counted_cash": 0} if method == "POST" else None)
    with pytest.raises(Problem, match="not-allowed"):
        await cashier.call(
            "POST", f"/v1/shifts/{shift_id}/hand-ins", body={"place": "cashier", "amount": 1}, key=new_id()
        )


async def test_a_complaint_about_a_reading_is_recorded_at_the_door_and_read_by_the_office_alone(
    gateway: GatewaySystem,
) -> None:
    phone, cashier = await gateway.phone(), await gateway.desk("cashier")
    complaint_id, photo = new_id(), "/9j/2Q=="
    path = f"/v1/customers/{CUSTOMER}/reading-complaints"
    body = {"note": "Ghi nhầm", "stated_at": START.isoformat(), "reading_seen": 1240, "photo": photo}
    reply = json.loads(await phone.send("POST", path, body=body, key=complaint_id))
    assert (reply["complaint_id"], reply["has_photo"]) == (str(complaint_id), True)
    (listed,) = (await cashier.call("GET", "/v1/reading-complaints", query={"customer_code": CUSTOMER}))["complaints"]
    assert (listed["reading_seen"], listed["has_photo"]) == (1240, True)
    of_photo = f"/v1/reading-complaints/{complaint_id}/photo"
    async with gateway.session.get(
        gateway.url + of_photo, headers={"Authorization": f"Bearer {cashier.token}"}
    ) as response:
        assert (response.status, response.content_type) == (200, "image/jpeg")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert await response.read() == b64decode(photo)
    settle, found = f"/v1/reading-complaints/{complaint_id}/settlement", {"finding": "reading_right", "note": "Đọc lại"}
    assert json.loads(await cashier.send("POST", settle, body=found, key=new_id()))["finding"] == "reading_right"
    assert gateway.office.settlements[0].settled_by == f"cashier:{cashier.device_id}"
    with pytest.raises(Problem, match="not-allowed"):
        await phone.send("POST", settle, body=found, key=new_id())
    for refused in ("/v1/reading-complaints", of_photo):
        with pytest.raises(Problem, match="not-allowed"):
            await phone.call("GET", refused)
    about_a_bill = {**body, "kind": "amount", "bill_number": "HD-10"}
    assert json.loads(await cashier.send("POST", path, body=about_a_bill, key=new_id()))["has_photo"] is False
    [at_desk] = gateway.office.complaints_at_desk
    assert (at_desk.customer_code, at_desk.kind, at_desk.bill_number) == (CUSTOMER, "amount", "HD-10")
    with pytest.raises(Problem, match="not-found"):
        await phone.send("POST", path.replace(CUSTOMER, OTHER), body=body, key=new_id())
    with pytest.raises(Problem, match="invalid-request"):
        await phone.send("POST", path, body={**body, "photo": "<svg>"}, key=new_id())


@pytest.mark.parametrize("role", ["cashier", "supervisor"])
async def test_the_office_opts_a_customers_number_out_of_a_kind_of_message_and_in_again(
    gateway: GatewaySystem, role: str
) -> None:
    desk, key = await gateway.desk(role), new_id()
    path = f"/v1/customers/{CUSTOMER}/opt-outs"
    out = {"kind": "due_soon", "opted_out": True, "note": "Khách gọi tổng đài"}
    for _ in range(2):
        reply = json.loads(await desk.send("POST", path, body=out, key=key))
        assert (reply["phone"], reply["kinds"], reply["everything"]) == ("+84912345678", ["due_soon"], False)
    asked = gateway.office.asked_for(ChangeOptOut)
    assert {one.change_id for one in asked} == {key}
    assert (asked[0].phone, asked[0].kind, asked[0].note) == ("+84912345678", "due_soon", "Khách gọi tổng đài")
    assert asked[0].requested_by.startswith(role)
    assert (await desk.call("GET", path))["kinds"] == ["due_soon"]
    await desk.send("POST", path, body={"kind": "due_soon", "opted_out": False}, key=new_id())
    assert (await desk.call("GET", path))["kinds"] == []


async def test_a_collector_reads_opt_outs_of_the_own_customers_and_changes_none(gateway: GatewaySystem) -> None:
    phone, path = await gateway.phone(), f"/v1/customers/{CUSTOMER}/opt-outs"
    assert (await phone.call("GET", path))["kinds"] == []
    with pytest.raises(Problem, match="not-allowed"):
        await phone.send("POST", path, body={"opted_out": True}, key=new_id())
    with pytest.raises(Problem, match="not-found"):
        await phone.call("GET", path.replace(CUSTOMER, OTHER))
    assert gateway.office.asked_for(ChangeOptOut) == []


async def test_a_collection_point_neither_reads_nor_changes_opt_outs(gateway: GatewaySystem) -> None:
    point, path = (
        await gateway.desk("collection_point", collection_point_code="CVS-01"),
        f"/v1/customers/{CUSTOMER}/opt-outs",
    )
    with pytest.raises(Problem, match="not-allowed"):
        await point.call("GET", path)
    with pytest.raises(Problem, match="not-allowed"):
        await point.send("POST", path, body={"opted_out": True}, key=new_id())


async def test_nobody_opts_out_of_an_unknown_kind_or_without_a_number(gateway: GatewaySystem) -> None:
    cashier, path = await gateway.desk("cashier"), f"/v1/customers/{CUSTOMER}/opt-outs"
    with pytest.raises(Problem, match="unknown-message-kind"):
        await cashier.send("POST", path, body={"kind": "nonsense", "opted_out": True}, key=new_id())
    known = gateway.office.customers[CUSTOMER]
    gateway.office.customers[CUSTOMER] = known.model_copy(update={"phone": None})
    with pytest.raises(Problem, match="no-phone"):
        await cashier.send("POST", path, body={"opted_out": True}, key=new_id())
    with pytest.raises(Problem, match="no-phone"):
        await cashier.call("GET", path)


@pytest.mark.parametrize("language", ["vi-accents", "en", None])
async def test_a_customers_wish_for_the_language_of_sms_is_kept(gateway: GatewaySystem, language: str | None) -> None:
    path, key = f"/v1/customers/{CUSTOMER}/sms-language", new_id()
    for caller in (await gateway.phone(), await gateway.desk("cashier")):
        reply = json.loads(await caller.send("POST", path, body={"language": language}, key=key))
        assert (reply["customer_code"], reply["language"]) == (CUSTOMER, language)
        with pytest.raises(Problem, match="invalid-request"):
            await caller.send("POST", path, body={"language": "fr"}, key=new_id())
    asked = gateway.office.asked_for(ChooseSmsLanguage)
    assert {one.choice_id for one in asked} == {key}
    assert asked[1].requested_by.startswith("cashier")


async def test_a_collector_keeps_no_wish_of_another_collectors_customer(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    with pytest.raises(Problem, match="not-found"):
        await phone.send("POST", f"/v1/customers/{OTHER}/sms-language", body={"language": "en"}, key=new_id())
    assert gateway.office.asked_for(ChooseSmsLanguage) == []


async def test_a_note_is_added_to_a_visit_after_it_was_recorded(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    visit_id = (await phone.visit(CUSTOMER, "away")).visit.visit_id
    path = f"/v1/visits/{visit_id}/notes"
    reply = json.loads(await phone.send("POST", path, body={"note": "Gọi trước khi đến"}, key=new_id()))
    assert reply["visit"]["later_notes"] == ["Gọi trước khi đến"]


async def test_a_transfer_prints_its_receipt_on_the_phone_that_showed_its_code(gateway: GatewaySystem) -> None:
    other, phone, cashier = await gateway.phone(), await gateway.phone(), await gateway.desk("cashier")
    for shown_by, reference, amount in ((other, "7K3QX9PA", TOTAL), (phone, "8M4RY0QB", TOTAL), (other, "9N5SZ1RC", 1)):
        await _show_code(shown_by, new_id(), f"TD {CUSTOMER} {reference}", amount)
    contents = (f"MBVCB.12.td{CUSTOMER.lower()}8m4ry0qb.CT tu 0123", "chuyen tien dien", f"TD {CUSTOMER} 7K3QX9PA")
    for number, content in enumerate((*contents, f"TD {CUSTOMER} 00000000")):
        body = {**PAYMENT, "method": "transfer", "reference": f"FT{number}", "transfer_content": content}
        await cashier.write(PaymentReply, "POST", "/v1/payments", body, new_id())
    asked = [one.device_id for one in gateway.office.asked_for(RecordPayment)]
    assert asked == [phone.device_id, phone.device_id, other.device_id, None]


async def test_a_code_is_known_once_under_its_id(gateway: GatewaySystem) -> None:
    phone, transfer_id, reference = await gateway.phone(), new_id(), f"TD {CUSTOMER} 7K3QX9PA"
    for _ in range(2):
        await _show_code(phone, transfer_id, reference, TOTAL)
    with pytest.raises(Problem, match="same-id-other-content"):
        await _show_code(phone, transfer_id, reference, TOTAL + 1)
    await gateway.add_customer(OTHER, "TN002")
    with pytest.raises(Problem, match="not-found"):
        await phone.call("PUT", f"/v1/transfer-codes/{new_id()}", body=_code(reference, 1) | {"customer_code": OTHER})


def _code(reference: str, amount: int) -> dict[str, Any]:
    return {"customer_code": CUSTOMER, "reference": reference, "amount": amount}


async def _show_code(phone: VirtualPhone, transfer_id: UUID, reference: str, amount: int) -> None:
    await phone.call("PUT", f"/v1/transfer-codes/{transfer_id}", body=_code(reference, amount))


# --- who may see and do what ---------------------------------------------------------------------------------


async def test_a_collector_sees_and_charges_only_customers_of_the_own_routes(gateway: GatewaySystem) -> None:
    await gateway.add_customer(OTHER, "TN002")
    phone = await gateway.phone("TN001")
    assert [match.customer.customer_code for match in (await phone.search("x")).matches] == [CUSTOMER]
    for attempt in (
        phone.customer(OTHER),
        phone.account(OTHER),
        phone.pay(OTHER, TOTAL),
        phone.visit(OTHER, "met"),
        phone.correct_phone(OTHER, "0912345678", "đổi số"),
        phone.reminders(OTHER),
    ):
        with pytest.raises(Problem) as refused:
            await attempt
        assert (refused.value.status, refused.value.slug) == (404, "not-found")
    assert not gateway.office.payments
    assert [visit.collector_code for visit in gateway.office.asked_for(RecordVisit)] == ["TN001"]


async def test_another_collectors_receipts_and_payments_stay_hidden(gateway: GatewaySystem) -> None:
    phone, other = await gateway.phone("TN001"), await gateway.phone("TN002")
    paid = (await phone.pay(CUSTOMER, TOTAL)).payment
    receipt = (await phone.receipt_of(paid.payment_id)).receipt
    for attempt in (
        other.payment(paid.payment_id),
        other.receipt_of(paid.payment_id),
        other.receipt(receipt.receipt_id),
        other.reprint(receipt.receipt_id, "tò mò"),
    ):
        with pytest.raises(Problem) as refused:
            await attempt
        assert refused.value.status == 404
    assert (await phone.payment(paid.payment_id)).payment == paid


async def test_a_collection_point_posts_and_sees_its_own_postings_only(gateway: GatewaySystem) -> None:
    point = await gateway.desk("collection_point", collection_point_code="VNPOST-CM01")
    other = await gateway.desk("collection_point", collection_point_code="BANK-02")
    assert (await point.debt(CUSTOMER)).debt == TOTAL
    posted = (await point.post(CUSTOMER, TOTAL, "VNPOST-1")).payment
    assert posted.collection_point_code == "VNPOST-CM01"
    assert (await point.call("GET", f"/v1/payments/{posted.payment_id}"))["payment"]["amount"] == TOTAL
    with pytest.raises(Problem) as refused:
        await other.call("GET", f"/v1/payments/{posted.payment_id}")
    assert refused.value.status == 404
    for path in (f"/v1/customers/{CUSTOMER}", "/v1/customers?query=a", "/v1/print-jobs"):
        with pytest.raises(Problem) as refused:
            await point.call("GET", path)
        assert refused.value.status == 403


async def test_collectors_take_cash_and_cashiers_record_transfers(gateway: GatewaySystem) -> None:
    phone, cashier = await gateway.phone(), await gateway.desk("cashier")
    transfer = {**PAYMENT, "method": "transfer", "reference": "FT1"}
    for desk, body in ((phone, transfer), (cashier, PAYMENT)):
        with pytest.raises(Problem) as refused:
            await desk.call("POST", "/v1/payments", body=body, key=new_id())
        assert refused.value.status == 403


async def test_a_collector_cannot_print_on_somebody_elses_phone(gateway: GatewaySystem) -> None:
    phone, other = await gateway.phone(), await gateway.phone()
    receipt = (await phone.receipt_of((await phone.pay(CUSTOMER, TOTAL)).payment.payment_id)).receipt
    body = {"reason": "mất", "device_id": str(other.device_id)}
    with pytest.raises(Problem) as refused:
        await phone.call("POST", f"/v1/receipts/{receipt.receipt_id}/copies", body=body, key=new_id())
    assert refused.value.status == 403


async def test_a_collector_sends_the_link_of_a_receipt_to_the_customers_number_or_to_another(
    gateway: GatewaySystem,
) -> None:
    phone = await gateway.phone()
    receipt = (await phone.receipt_of((await phone.pay(CUSTOMER, TOTAL)).payment.payment_id)).receipt
    path = f"/v1/receipts/{receipt.receipt_id}/links"

    sent = (await phone.call("POST", path, body={}, key=new_id()))["link"]
    other = (await phone.call("POST", path, body={"phone": "0987 654 321"}, key=new_id()))["link"]

    assert sent["phone"] == facts(CUSTOMER).phone
    assert other["phone"] == "+84987654321"
    assert receipt.short_url in sent["text"]
    assert f"{receipt.series} {receipt.number:08d} {receipt.total}" in sent["text"]
    assert gateway.office.linked_bills == [[uuid5(receipt.payment_id, "bill")]] * 2, "notify is told of its bills"
    assert sorted(link["phone"] for link in (await phone.call("GET", path))["links"]) == sorted(
        [sent["phone"], other["phone"]]
    )


@pytest.mark.parametrize("written", ["19001006x", "0912", "090 000 000 000 0"])
async def test_a_link_goes_to_no_text_that_is_no_phone_number(gateway: GatewaySystem, written: str) -> None:
    phone = await gateway.phone()
    receipt = (await phone.receipt_of((await phone.pay(CUSTOMER, TOTAL)).payment.payment_id)).receipt
    with pytest.raises(Problem) as refused:
        await phone.call("POST", f"/v1/receipts/{receipt.receipt_id}/links", body={"phone": written}, key=new_id())
    assert (refused.value.status, refused.value.slug) == (409, "invalid-phone")


async def test_printers_belong_to_their_device(gateway: GatewaySystem) -> None:
    phone, other = await gateway.phone(), await gateway.phone()
    body = {"name": "MPT-II", "connection": "bluetooth", "profile": {"width_dots": 576}}
    stored = await phone.call("PUT", "/v1/printers/MPT-II.01", body=body)
    assert stored["profile"]["width_dots"] == 576
    assert (await phone.call("GET", "/v1/printers"))["printers"] == [stored]
    assert (await other.call("GET", "/v1/printers"))["printers"] == []
    with pytest.raises(Problem) as refused:
        await other.call("GET", "/v1/printers/MPT-II.01")
    assert refused.value.status == 404


# --- errors --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer"}, {"Authorization": "Basic abc"}])
async def test_without_a_token_nothing_but_the_public_part_answers(
    gateway: GatewaySystem, header: dict[str, str]
) -> None:
    status, _, headers = await _raw(gateway, "GET", "/v1/me", headers=header)
    assert status == 401
    assert headers["WWW-Authenticate"] == 'Bearer realm="thungan"'


async def test_every_kind_of_bad_request_is_a_problem_of_its_own(gateway: GatewaySystem) -> None:
    token = (await gateway.phone()).token
    key = {"Idempotency-Key": str(new_id())}
    cases: list[tuple[int, str, str, str, dict[str, Any]]] = [
        (404, "not-found", "GET", "/nowhere", {}),
        (404, "not-found", "GET", "/v1/me/", {}),
        (405, "method-not-allowed", "DELETE", "/v1/me", {}),
        (405, "method-not-allowed", "POST", "/openapi.json", {}),
        (422, "invalid-request", "GET", "/v1/payments/123", {}),
        (422, "invalid-request", "GET", "/v1/customers/abc", {}),
        (422, "invalid-request", "GET", "/v1/customers", {}),
        (422, "invalid-request", "GET", "/v1/customers?query=%20", {}),
        (422, "invalid-request", "GET", "/v1/customers?query=a&limit=101", {}),
        (422, "invalid-request", "GET", "/v1/customers?query=a&limit=1_0", {}),
        (422, "invalid-request", "GET", "/v1/customers?query=a&query=b", {}),
        (422, "invalid-request", "GET", "/v1/customers?query=a&colour=red", {}),
        (422, "invalid-request", "GET", "/v1/route?day=2026-13-01", {}),
        (400, "idempotency-key-missing", "POST", "/v1/payments", {"json": PAYMENT}),
        (
            400,
            "idempotency-key-missing",
            "POST",
            "/v1/payments",
            {"json": PAYMENT, "headers": {"Idempotency-Key": "1"}},
        ),
        (415, "wrong-content-type", "POST", "/v1/payments", {"data": b"a=1", "headers": key}),
        (400, "malformed-request", "POST", "/v1/payments", _json(b"{", key)),
        (400, "malformed-request", "POST", "/v1/payments", _json(b"\xff", key)),
        (422, "invalid-request", "POST", "/v1/payments", _json(b"[]", key)),
        (422, "invalid-request", "POST", "/v1/payments", {"json": {**PAYMENT, "amount": "475000"}, "headers": key}),
        (422, "invalid-request", "POST", "/v1/payments", {"json": {**PAYMENT, "amount": 1.5}, "headers": key}),
        (422, "invalid-request", "POST", "/v1/payments", {"json": {**PAYMENT, "tip": 1}, "headers": key}),
        (422, "invalid-request", "POST", "/v1/payments", {"json": {**PAYMENT, "received_at": "today"}, "headers": key}),
        (413, "body-too-large", "POST", "/v1/payments", _json(b" " * 70_000, key)),
        *(
            (409, "clock-wrong", "POST", "/v1/payments", {"json": {**PAYMENT, "received_at": wild}, "headers": key})
            for wild in ("0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
        ),
        (409, "day-out-of-range", "GET", "/v1/route?day=0001-01-01", {}),
        (409, "day-out-of-range", "GET", "/v1/route?day=9999-12-31", {}),
    ]
    for status, slug, method, path, how in cases:
        assert await _slug(gateway, method, path, token, **how) == (status, slug), (method, path)


def _json(data: bytes, headers: dict[str, str]) -> dict[str, Any]:
    return {"data": data, "headers": {**headers, "Content-Type": "application/json"}}


UNSEEN = ["\x85", "\x9b31m", "\u202e", "\u2066", "\u200b", "\ufeff", "\ufffd", "\u0301" * 30]


@pytest.mark.parametrize("unseen", UNSEEN)
async def test_no_free_text_holds_what_cannot_be_seen(system: GatewaySystem, unseen: str) -> None:
    async with system.gateway() as system.url:
        phone, supervisor, cashier = await system.phone(), await system.desk("supervisor"), await system.desk("cashier")
        code = await system.code("cashier")
        text = f"a{unseen}b"
        device, shift = f"/v1/devices/{phone.device_id}/revocation", f"/v1/shifts/{new_id()}/closing"
        moment = START.isoformat()
        transfer = {**PAYMENT, "method": "transfer", "reference": "FT1", "transfer_content": text}
        visit = {"customer_code": CUSTOMER, "outcome": "away", "visited_at": moment, "note": text}
        printer = {"name": text, "connection": "other", "profile": {}}
        sent: list[tuple[str, str, str | None, dict[str, Any]]] = [
            ("POST", "/v1/enrolments", None, {"code": code, "device_name": text}),
            ("POST", device, supervisor.token, {"reason": text}),
            ("POST", shift, phone.token, {"counted_cash": 0, "closed_at": moment, "explanation": text}),
            ("POST", "/v1/payments", cashier.token, transfer),
            ("PUT", f"/v1/visits/{new_id()}", phone.token, visit),
            ("PUT", "/v1/printers/P1", phone.token, printer),
        ]
        for method, path, token, body in sent:
            key = {"Idempotency-Key": str(new_id())}
            answered = await _raw(system, method, path, token, json=body, headers=key)
            assert answered[:1] == (422,), (path, answered)
            fields = [error["field"].rpartition(".")[2] for error in answered[1]["facts"]["errors"]]
            assert fields == [name for name, value in body.items() if value == text], path
        await VirtualPhone(system.url, session=system.session).enrol(code)


async def test_a_database_without_room_is_503_with_a_time_to_come_back(gateway: GatewaySystem) -> None:
    supervisor = await gateway.desk("supervisor")
    await gateway.pool.execute("""
        CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
        CREATE TRIGGER no_room BEFORE INSERT ON enrolment_codes EXECUTE FUNCTION no_room()
    """)
    status, problem, headers = await _raw(
        gateway, "POST", "/v1/enrolment-codes", supervisor.token, json={"role": "cashier"}
    )
    assert (status, problem["type"]) == (503, "urn:thungan:problem:unavailable")
    assert int(headers["Retry-After"]) > 0


async def test_an_invalid_request_names_the_fields_and_repeats_nothing_that_was_sent(gateway: GatewaySystem) -> None:
    token = (await gateway.phone()).token
    body = {**PAYMENT, "amount": "bí mật", "customer_code": "0912345678"}
    _, problem, _ = await _raw(
        gateway, "POST", "/v1/payments", token, json=body, headers={"Idempotency-Key": str(new_id())}
    )
    assert {error["field"] for error in problem["facts"]["errors"]} == {"cash.amount", "cash.customer_code"}
    assert "bí mật" not in json.dumps(problem, ensure_ascii=False)
    assert "0912345678" not in json.dumps(problem)


async def test_what_fits_the_description_and_is_refused_by_a_rule_of_the_trade_is_a_conflict(
    gateway: GatewaySystem,
) -> None:
    phone = await gateway.phone()
    problem = InvalidRequest("Hãy ghi lý do.", slug="difference-not-explained", facts={"difference": -1000})
    gateway.office.refuse(CloseShift, problem)
    with pytest.raises(Problem) as refused:
        await phone.close_shift(new_id(), 0)
    assert (refused.value.status, refused.value.slug) == (409, "difference-not-explained")
    assert (refused.value.detail, refused.value.facts) == ("Hãy ghi lý do.", {"difference": -1000})


async def test_a_method_that_is_not_allowed_says_which_are(gateway: GatewaySystem) -> None:
    _, _, headers = await _raw(gateway, "PATCH", f"/v1/customers/{CUSTOMER}")
    assert headers["Allow"] == "GET, HEAD"


async def test_too_many_requests_are_refused_with_the_time_to_retry(system: GatewaySystem) -> None:
    async with system.gateway(requests_per_second=1, request_burst=3) as system.url:
        phone = await system.phone()
        for _ in range(3):
            await phone.me()
        status, _, headers = await _raw(system, "GET", "/v1/me", phone.token)
        assert status == 429
        assert headers["Retry-After"] == "1"
        other = await system.phone()
        await other.me()


async def test_a_service_that_is_not_there_is_503_with_a_time_to_come_back(system: GatewaySystem) -> None:
    async with system.gateway() as system.url:
        phone = await system.phone()
        await system.office_bus.drain()
        await system.office_bus.close()
        status, problem, headers = await _raw(system, "GET", "/v1/customers?query=a", phone.token)
        assert (status, problem["type"]) == (503, "urn:thungan:problem:unavailable")
        assert int(headers["Retry-After"]) > 0


async def test_a_service_that_does_not_answer_in_time_is_504(system: GatewaySystem) -> None:
    async with system.gateway(request_timeout=0.3) as system.url:
        phone = VirtualPhone(system.url, session=system.session, patience=0)
        await phone.enrol(await system.code("collector", collector_code="TN001"))
        never = asyncio.Event()

        async def wait(*_: object) -> None:
            await never.wait()

        system.office.other_answers[SearchCustomers] = wait
        assert await _slug(system, "GET", "/v1/customers?query=a", phone.token) == (504, "timed-out")
        never.set()


async def test_what_was_committed_is_not_answered_as_too_late(system: GatewaySystem) -> None:
    async with system.gateway(http_timeout=0.5) as system.url:
        phone = await system.phone()
        await system.pool.execute(
            """
            CREATE FUNCTION sleep_a_while() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN PERFORM pg_sleep(1); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON printer_profiles DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION sleep_a_while();
            """
        )
        body = {"name": "MPT-II", "connection": "bluetooth", "profile": {"width_dots": 576}}
        stored = await phone.call("PUT", "/v1/printers/MPT-II.01", body=body)
        assert await phone.call("GET", "/v1/printers/MPT-II.01") == stored


async def test_answers_carry_headers_that_keep_them_private(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    headers = {"Authorization": f"Bearer {phone.token}"}
    async with gateway.session.get(f"{gateway.url}/v1/me", headers=headers) as response:
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert UUID(response.headers["X-Correlation-Id"]).version == 7
        assert "Access-Control-Allow-Origin" not in response.headers


async def test_a_chosen_correlation_id_is_kept_beside_ours_and_displaces_nothing(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    given = "0123456789abcdef"
    headers = {"Authorization": f"Bearer {phone.token}", "X-Correlation-Id": given, "Idempotency-Key": str(new_id())}
    headers["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with gateway.session.post(f"{gateway.url}/v1/payments", headers=headers, json=PAYMENT) as response:
        assert response.status == 201
        ours = response.headers["X-Correlation-Id"]
    context = gateway.office.contexts[-1]
    assert (context.correlation_id, context.external_correlation_id) == (ours, given)
    assert ours != given
    assert "0af7651916cd43dd8448eb211c80319c" not in (context.traceparent or "")


async def test_a_request_names_the_device_whose_token_came_with_it(gateway: GatewaySystem) -> None:
    phone, cashier = await gateway.phone(), await gateway.desk("cashier")
    bank = await gateway.desk("collection_point", collection_point_code="VNPOST-CM01")
    await phone.pay(CUSTOMER, TOTAL)
    transfer = {**PAYMENT, "method": "transfer", "reference": "FT1"}
    await cashier.write(PaymentReply, "POST", "/v1/payments", transfer, new_id())
    posting = {name: PAYMENT[name] for name in ("customer_code", "amount", "received_at")} | {"reference": "BD-1"}
    await bank.write(PaymentReply, "POST", "/v1/postings", posting, new_id())
    actors = [
        context.actor
        for request, context in zip(gateway.office.asked, gateway.office.contexts, strict=True)
        if isinstance(request, RecordPayment)
    ]
    proven = {"proven_by": Proof.TOKEN}
    assert actors == [
        Actor(kind=ActorKind.DEVICE, id=str(phone.device_id), reference="collector:TN001", **proven),
        Actor(kind=ActorKind.DEVICE, id=str(cashier.device_id), reference="cashier", **proven),
        Actor(kind=ActorKind.PARTNER, id=str(bank.device_id), reference="collection_point:VNPOST-CM01", **proven),
    ]


# --- the public part -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/R/ABC234", "/r/abc234", "/R/abc234"])
async def test_the_page_behind_a_qr_code_opens_in_any_case_of_letters(gateway: GatewaySystem, path: str) -> None:
    async with gateway.session.get(gateway.url + path) as response:
        assert response.status == 200
        assert response.content_type == "text/html"
        assert response.headers["Cache-Control"] == "no-store"
        assert "475.000" in await response.text()


@pytest.mark.parametrize("path", ["/", "/R", "/R/", "/r", "/r/", "/R?code=", "/R?fbclid=x&fbclid=y", "/?lang=fr"])
async def test_what_the_receipt_prints_leads_to_a_form_for_people(gateway: GatewaySystem, path: str) -> None:
    async with gateway.session.get(gateway.url + path) as response:
        assert (response.status, response.content_type) == (200, "text/html")
        assert "form-action 'self'" in response.headers["Content-Security-Policy"]
        assert '<form method="get" action="/R">' in await response.text()


@pytest.mark.parametrize(
    "path", ["/R?code=abc234", "/R?code=%20ABC234%0A", "/r/?code=ABC234&lang=en", "/R/ABC234?zarsrc=30&utm_source=zalo"]
)
async def test_what_is_typed_into_the_form_is_looked_up(gateway: GatewaySystem, path: str) -> None:
    async with gateway.session.get(gateway.url + path) as response:
        assert response.status == 200
        assert "475.000" in await response.text()


async def test_a_code_as_it_is_printed_is_no_bad_request(gateway: GatewaySystem) -> None:
    for typed in ("GEZD-GNBV-GY3T-QOJQT", "gezd%20gnbv%20gy3t%20qojqt", "M%C3%A3:%20GEZD", "0O1I", "A" * 3000):
        async with gateway.session.get(f"{gateway.url}/R/{typed}") as response:
            assert (response.status, response.content_type) == (200, "text/html"), typed


async def test_a_browser_at_an_address_that_leads_nowhere_gets_a_page_and_a_program_its_problem(
    gateway: GatewaySystem,
) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    async with gateway.session.get(f"{gateway.url}/tra-cuu", headers=browser) as response:
        assert (response.status, response.content_type) == (404, "text/html")
        assert "Không có trang này" in await response.text()
    async with gateway.session.get(f"{gateway.url}/tra-cuu") as response:
        assert (response.status, response.content_type) == (404, "application/problem+json")


async def test_while_receipts_cannot_be_looked_up_people_are_not_shown_an_error_of_a_program(
    gateway: GatewaySystem,
) -> None:
    async def unavailable(request: VerifyToken, work: UnitOfWork) -> Verification:
        raise Unavailable

    gateway.office.other_answers[VerifyToken] = unavailable
    async with gateway.session.get(f"{gateway.url}/R?code=GEZD-GNBV") as response:
        assert (response.status, response.content_type) == (503, "text/html")
        assert response.headers["Retry-After"] == "10"
        text = await response.text()
    assert "Chưa kiểm tra được" in text
    assert 'value="GEZD-GNBV"' in text


async def test_a_token_that_was_altered_is_called_so(gateway: GatewaySystem) -> None:
    async with gateway.session.get(f"{gateway.url}/R/ABC235?lang=en") as response:
        assert "NOT genuine" in await response.text()


async def test_anybody_may_read_the_keys_that_verify_receipts(gateway: GatewaySystem) -> None:
    async with gateway.session.get(f"{gateway.url}/v1/public-keys") as response:
        assert (await response.json())["keys"][0]["algorithm"] == "EdDSA"


async def test_description_page_and_health_are_served(gateway: GatewaySystem) -> None:
    for path, kind in (
        ("/openapi.json", "application/json"),
        ("/docs", "text/html"),
        ("/healthz", "application/json"),
        ("/readyz", "application/json"),
    ):
        async with gateway.session.get(gateway.url + path) as response:
            assert (response.status, response.content_type) == (200, kind), await response.text()


async def test_metrics_are_served_on_a_port_of_their_own(gateway: GatewaySystem) -> None:
    async with gateway.session.get(f"{gateway.url}/metrics") as response:
        assert response.status == 404
    async with gateway.session.get(f"{gateway.metrics_url}/metrics") as response:
        assert (response.status, response.content_type) == (200, "text/plain")


async def test_the_description_is_not_sent_again_to_who_has_it(gateway: GatewaySystem) -> None:
    async with gateway.session.get(f"{gateway.url}/openapi.json") as response:
        tag = response.headers["ETag"]
    async with gateway.session.get(f"{gateway.url}/openapi.json", headers={"If-None-Match": tag}) as response:
        assert response.status == 304
