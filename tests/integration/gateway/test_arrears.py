"""Agreements and interest in the office: what needs two people waits for the other one, and units stay apart."""

import pytest

from services.gateway.domain.staff import StaffRole
from shared.contracts.billing import (
    AgreeInstalments,
    ChargeInterest,
    CheckInstalments,
    EndAgreement,
    GetAgreements,
    GetDueInterest,
    WaiveInterest,
)
from shared.contracts.notify import ReportCutOrder
from shared.ids import new_id
from tests.integration.gateway.back_office import INTEREST, TOTAL
from tests.integration.gateway.conftest import GatewaySystem
from tests.integration.gateway.people import person

CODE = "PB15010000001"
PARTS = [{"due_on": "2026-12-01", "amount": TOTAL - 1}, {"due_on": "2027-01-01", "amount": 1}]
AGREEMENT = {"parts": PARTS, "paper": "TT 12/2026", "reason": "Nhà có người ốm"}
SHOWN = {"until": "2026-11-22", "expected": INTEREST, "reason": "Ngân hàng chuyển chậm"}
APPROVED = {"decision": "approved", "reason": "Đã gặp khách hàng"}


async def code_of(gateway: GatewaySystem) -> str:
    return next(iter(gateway.office.customers))


async def test_an_agreement_is_made_once_another_person_approves_it(gateway: GatewaySystem) -> None:
    clerk = await person(gateway, "hoa", StaffRole.BILLING_CLERK)
    supervisor = await person(gateway, "lan", StaffRole.SUPERVISOR)
    code, key = await code_of(gateway), new_id()
    asked = await clerk.call("POST", f"/v1/customers/{code}/agreements", AGREEMENT, key=key)
    assert (asked.status, asked.body["kind"], asked.body["amount"]) == (202, "instalment_agreement", TOTAL)
    assert asked.body["agreement"] == {"parts": PARTS, "paper": "TT 12/2026"}
    assert gateway.office.asked_for(AgreeInstalments) == []
    assert len(gateway.office.asked_for(CheckInstalments)) == 1
    own = await clerk.call("POST", f"/v1/approvals/{key}/decision", APPROVED)
    assert own.slug == "second-person-needed"
    done = await supervisor.call("POST", f"/v1/approvals/{key}/decision", APPROVED)
    assert (done.status, done.body["outcome"]) == (200, "done")
    (made,) = gateway.office.asked_for(AgreeInstalments)
    assert (made.agreement_id, made.customer_code, [part.amount for part in made.parts]) == (key, code, [TOTAL - 1, 1])
    assert ("(hoa)" in made.asked_by, "(lan)" in made.approved_by) == (True, True)
    repeated = await clerk.call("POST", f"/v1/customers/{code}/agreements", AGREEMENT, key=key)
    assert (repeated.status, repeated.body) == (202, done.body)
    other = await clerk.call("POST", f"/v1/customers/{code}/agreements", AGREEMENT | {"paper": "TT 13"}, key=key)
    assert other.slug == "same-id-other-content"


async def test_interest_is_waived_by_two_and_only_as_it_was_shown(gateway: GatewaySystem) -> None:
    cashier = await person(gateway, "hoa", StaffRole.CASHIER)
    accountant = await person(gateway, "lan", StaffRole.ACCOUNTANT)
    place = f"/v1/customers/{await code_of(gateway)}/interest"
    assert (await cashier.call("GET", place)).body["interest"]["total"] == INTEREST
    wrong = await cashier.call("POST", f"{place}/waivers", SHOWN | {"expected": INTEREST - 1}, key=new_id())
    assert (wrong.status, wrong.slug) == (409, "interest-changed")
    key = new_id()
    asked = await cashier.call("POST", f"{place}/waivers", SHOWN, key=key)
    assert (asked.status, asked.body["amount"], asked.body["interest_until"]) == (202, INTEREST, "2026-11-22")
    done = await accountant.call("POST", f"/v1/approvals/{key}/decision", APPROVED)
    assert done.body["outcome"] == "done"
    (waived,) = gateway.office.asked_for(WaiveInterest)
    assert (waived.waiver_id, waived.expected) == (key, INTEREST)


async def test_interest_is_charged_by_whoever_keeps_the_bills(gateway: GatewaySystem) -> None:
    accountant = await person(gateway, "lan", StaffRole.ACCOUNTANT, units=("PB1501",))
    cashier = await person(gateway, "hoa", StaffRole.CASHIER)
    place, key = f"/v1/customers/{await code_of(gateway)}/interest/charges", new_id()
    assert (await cashier.call("POST", place, SHOWN, key=key)).status == 403
    assert (await accountant.call("POST", place, SHOWN, key=key)).status == 200
    (charged,) = gateway.office.asked_for(ChargeInterest)
    assert (charged.charge_id, charged.expected, charged.unit_codes) == (key, INTEREST, ["PB1501"])


async def test_lists_and_endings_are_of_the_own_units(gateway: GatewaySystem) -> None:
    supervisor = await person(gateway, "lan", StaffRole.SUPERVISOR, units=("PB1501",))
    assert (await supervisor.call("GET", "/v1/agreements?state=in_force")).status == 200
    assert (await supervisor.call("GET", "/v1/interest?least=1000")).body["customers"][0]["total"] == INTEREST
    ended = await supervisor.call("POST", f"/v1/agreements/{new_id()}/end", {"reason": "Khách đề nghị"}, key=new_id())
    assert (ended.status, ended.body["agreement"]["state"]) == (200, "ended")
    units = [one.unit_codes for one in gateway.office.asked_for(GetAgreements)]
    units += [one.unit_codes for one in gateway.office.asked_for(GetDueInterest)]
    units += [one.unit_codes for one in gateway.office.asked_for(EndAgreement)]
    assert units == [["PB1501"]] * 3


async def test_a_supervisor_reports_what_came_of_an_order_of_the_own_units_alone(gateway: GatewaySystem) -> None:
    supervisor = await person(gateway, "lan", StaffRole.SUPERVISOR, units=("PB1501",))
    cashier = await person(gateway, "hoa", StaffRole.CASHIER)
    body = {"outcome": "done", "meter_reading": 1241, "note": "Thợ điện gọi báo", "stated_at": "2026-11-30T08:00:00Z"}
    place, key = f"/v1/cut-orders/{new_id()}/reports", new_id()
    assert (await cashier.call("POST", place, body, key=key)).status == 403
    assert (await supervisor.call("POST", place, body, key=key)).status == 201
    (told,) = gateway.office.asked_for(ReportCutOrder)
    assert (told.report_id, told.collector_code, told.unit_codes, told.meter_reading) == (key, None, ["PB1501"], 1241)


@pytest.mark.parametrize("place", ["agreements", "interest/waivers"])
async def test_nobody_asks_for_anything_of_another_units_customer(gateway: GatewaySystem, place: str) -> None:
    clerk = await person(gateway, "hoa", StaffRole.BILLING_CLERK, units=("PB1599",))
    body = AGREEMENT if place == "agreements" else SHOWN
    answer = await clerk.call("POST", f"/v1/customers/{await code_of(gateway)}/{place}", body, key=new_id())
    assert answer.status == 404
