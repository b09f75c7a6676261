"""Corrections of bills in the office: asked by one, approved by another, and then done as it was shown."""

from services.gateway.domain.staff import StaffRole
from shared.contracts.billing import CorrectBill, GetBillCorrections, PreviewCorrection
from shared.ids import new_id
from tests.integration.gateway.back_office import BILL_NUMBER, DIFFERENCE
from tests.integration.gateway.conftest import GatewaySystem
from tests.integration.gateway.people import person

READING = {"meter_number": "M12345", "old_reading": 1_000, "new_reading": 1_100}
WANTED = {"kind": "adjustment", "readings": [READING]}
ASKED = {**WANTED, "difference": DIFFERENCE, "reason": "Ghi sai chỉ số"}
PLACE = f"/v1/bills/{BILL_NUMBER}"


async def test_a_correction_is_done_once_another_person_approves_it(gateway: GatewaySystem) -> None:
    clerk = await person(gateway, "hoa", StaffRole.BILLING_CLERK)
    accountant = await person(gateway, "lan", StaffRole.ACCOUNTANT)
    shown = await clerk.call("POST", f"{PLACE}/correction-preview", WANTED)
    assert (shown.status, shown.body["difference"]) == (200, DIFFERENCE)
    key = new_id()
    asked = await clerk.call("POST", f"{PLACE}/corrections", ASKED, key=key)
    assert (asked.status, asked.body["kind"], asked.body["amount"]) == (202, "bill_correction", DIFFERENCE)
    # Who approves sees what is approved, not only what it comes to.
    assert asked.body["correction"] == {
        "kind": "adjustment",
        "readings": [READING | {"meter_register": "KT"}],
        "price_group": None,
        "households": None,
    }
    assert (await clerk.call("POST", f"{PLACE}/corrections", ASKED, key=key)).body == asked.body
    (waiting,) = (await accountant.call("GET", "/v1/approvals?state=open")).body["approvals"]
    assert waiting["correction"]["kind"] == "adjustment"
    assert [one["new_reading"] for one in waiting["correction"]["readings"]] == [1_100]
    assert gateway.office.asked_for(CorrectBill) == []
    decision = {"decision": "approved", "reason": "Đã xem ảnh"}
    own = await clerk.call("POST", f"/v1/approvals/{key}/decision", decision)
    assert own.slug == "second-person-needed"
    done = await accountant.call("POST", f"/v1/approvals/{key}/decision", decision)
    assert (done.status, done.body["outcome"]) == (200, "done")
    (corrected,) = gateway.office.asked_for(CorrectBill)
    assert (corrected.correction_id, corrected.bill_number) == (key, BILL_NUMBER)
    assert (corrected.expected_difference, corrected.readings[0].new_reading) == (DIFFERENCE, 1_100)
    assert "(hoa)" in corrected.asked_by
    assert "(lan)" in corrected.approved_by
    # Asked again after a lost answer, when there is nothing left to correct.
    repeated = await clerk.call("POST", f"{PLACE}/corrections", ASKED, key=key)
    assert (repeated.status, repeated.body) == (202, done.body)
    other = await clerk.call("POST", f"{PLACE}/corrections", ASKED | {"reason": "Khác"}, key=key)
    assert other.slug == "same-id-other-content"
    listed = await accountant.call("GET", f"/v1/bill-corrections?bill_number={BILL_NUMBER}")
    assert listed.status == 200
    assert [one.bill_number for one in gateway.office.asked_for(GetBillCorrections)] == [BILL_NUMBER]


async def test_nobody_asks_for_the_correction_of_another_units_bill(gateway: GatewaySystem) -> None:
    clerk = await person(gateway, "hoa", StaffRole.BILLING_CLERK, units=("PB1502",))
    assert (await clerk.call("POST", f"{PLACE}/correction-preview", WANTED)).status == 404
    assert (await clerk.call("POST", f"{PLACE}/corrections", ASKED, key=new_id())).status == 404
    # Billing says nothing of it either: not even that there is nothing to correct.
    assert {tuple(one.unit_codes) for one in gateway.office.asked_for(PreviewCorrection)} == {("PB1502",)}


async def test_what_is_asked_for_is_the_difference_that_was_shown(gateway: GatewaySystem) -> None:
    clerk = await person(gateway, "hoa", StaffRole.BILLING_CLERK)
    asked = await clerk.call("POST", f"{PLACE}/corrections", ASKED | {"difference": DIFFERENCE - 1}, key=new_id())
    assert (asked.slug, asked.body["facts"]["difference"]) == ("difference-changed", DIFFERENCE)


async def test_a_mixed_use_can_be_asked_for_and_the_groups_have_names(gateway: GatewaySystem) -> None:
    clerk = await person(gateway, "hoa", StaffRole.BILLING_CLERK)
    mixed = {"kind": "replacement", "price_group": "household:70;business_lt6kv:30"}
    assert (await clerk.call("POST", f"{PLACE}/correction-preview", mixed)).status == 200
    (previewed,) = gateway.office.asked_for(PreviewCorrection)
    assert previewed.price_group == "household:70;business_lt6kv:30"
    listed = await clerk.call("GET", "/v1/price-groups")
    assert [one["vi"] for one in listed.body["price_groups"]] == ["Sinh hoạt"]
