"""Webhooks of bank credits at the edge, and the worklist of the office."""

import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from services.gateway.domain.staff import StaffRole
from shared import clock
from shared.contracts.billing import (
    DismissBankCredit,
    GetBankCredits,
    LookAtBankCredit,
    MatchBankCredit,
    TakeBankCredits,
)
from shared.ids import new_id
from shared.problems import Conflict
from tests.integration.gateway.conftest import CUSTOMER, GatewaySystem
from tests.integration.gateway.people import person

KEY = "a secret of the tests"
BODY = {
    "id": 92704,
    "transactionDate": "2026-11-28 09:58:00",
    "accountNumber": "0071000123456",
    "content": f"TD {CUSTOMER} 7K3QX9PA",
    "transferType": "in",
    "transferAmount": 475000,
    "referenceCode": "FT26332001",
}


def configured(folder: Path) -> Path:
    (folder / "key").write_text(KEY)
    found = folder / "webhooks.yaml"
    found.write_text("webhooks: [{name: sepay, kind: sepay, secret: {file: key}}]")
    return found


async def told(system: GatewaySystem, url: str, body: Any = None, key: str = KEY) -> tuple[int, Any]:
    data = json.dumps(BODY if body is None else body).encode()
    seconds = str(int(clock.now().timestamp()))
    made = hmac.new(key.encode(), f"{seconds}.".encode() + data, "sha256").hexdigest()
    headers = {"X-SePay-Signature": f"sha256={made}", "X-SePay-Timestamp": seconds, "Content-Type": "application/json"}
    async with system.session.post(f"{url}/v1/bank-webhooks/sepay", data=data, headers=headers) as response:
        return response.status, await response.json(content_type=None)


async def test_a_proven_message_is_handed_to_billing_and_answered_as_its_source_asks(
    system: GatewaySystem, tmp_path: Path
) -> None:
    async with system.gateway(bank_webhooks=configured(tmp_path)) as url:
        assert await told(system, url) == (200, {"success": True})
        assert await told(system, url) == (200, {"success": True})
    requests = system.office.asked_for(TakeBankCredits)
    assert [(one.source, one.credits[0].source_id, one.credits[0].amount) for one in requests] == [
        ("sepay", "92704", 475_000)
    ] * 2


async def test_what_is_not_proven_reaches_nobody(system: GatewaySystem, tmp_path: Path) -> None:
    async with system.gateway(bank_webhooks=configured(tmp_path)) as url:
        status, problem = await told(system, url, key="other")
        assert (status, problem["type"]) == (401, "urn:thungan:problem:not-authenticated")
        assert "facts" not in problem
        status, problem = await told(system, url, body={"id": 1})
        assert (status, problem["type"]) == (400, "urn:thungan:problem:not-a-bank-credit")
        async with system.session.post(f"{url}/v1/bank-webhooks/other", json=BODY) as response:
            assert response.status == 404
        async with system.session.post(f"{url}/v1/bank-webhooks/sepay", data=b"x" * 70_000) as response:
            assert response.status == 413
    assert system.office.asked_for(TakeBankCredits) == []


async def test_a_cashier_settles_the_worklist_and_others_read_it(gateway: GatewaySystem) -> None:
    cashier = await person(gateway, "hoa", StaffRole.CASHIER)
    credit_id = new_id()
    place = f"/v1/bank-credits/{credit_id}"
    page = await cashier.call("GET", "/v1/bank-credits?reason=no_customer")
    assert (page.status, page.body["credits"][0]["state"]) == (200, "unmatched")
    assert (await cashier.call("GET", place)).body["content"] == "chuyen tien"
    match = {"customer_code": CUSTOMER, "reason": "Khách gọi báo"}
    assert (await cashier.call("POST", f"{place}/match", match, key=new_id())).status == 200
    assert (await cashier.call("POST", f"{place}/dismissal", {"reason": "Lãi"}, key=new_id())).status == 200
    (listed,) = gateway.office.asked_for(GetBankCredits)
    (looked,) = gateway.office.asked_for(LookAtBankCredit)
    (matched,) = gateway.office.asked_for(MatchBankCredit)
    (dismissed,) = gateway.office.asked_for(DismissBankCredit)
    assert [state.value for state in listed.states] == ["unmatched"]
    assert looked.credit_id == matched.credit_id == dismissed.credit_id == credit_id
    assert matched.customer_code == CUSTOMER

    reader = await person(gateway, "an", StaffRole.ACCOUNTANT, units=("PB1501",))
    assert (await reader.call("GET", "/v1/bank-credits?state=booked")).status == 200
    assert gateway.office.asked_for(GetBankCredits)[-1].unit_codes == ["PB1501"]
    assert (await reader.call("POST", f"{place}/match", match, key=new_id())).status == 403
    clerk = await person(gateway, "lan", StaffRole.BILLING_CLERK)
    assert (await clerk.call("GET", place)).status == 403


@pytest.mark.parametrize("role", StaffRole)
async def test_each_role_does_with_bank_credits_what_it_may_and_no_more(
    gateway: GatewaySystem, role: StaffRole
) -> None:
    member = await person(gateway, "an", role, units=("PB1501",))
    place = f"/v1/bank-credits/{new_id()}"
    match = {"customer_code": CUSTOMER, "reason": "Khách gọi báo"}
    reads = role in {StaffRole.SUPERVISOR, StaffRole.CASHIER, StaffRole.ACCOUNTANT, StaffRole.AUDITOR}
    settles = role is StaffRole.CASHIER
    found = [
        (await member.call("GET", "/v1/bank-credits")).status,
        (await member.call("GET", place)).status,
        (await member.call("POST", f"{place}/match", match, key=new_id())).status,
        (await member.call("POST", f"{place}/dismissal", {"reason": "Lãi"}, key=new_id())).status,
    ]
    assert found == [200 if may else 403 for may in (reads, reads, settles, settles)]
    asked: list[Any] = [
        *gateway.office.asked_for(GetBankCredits),
        *gateway.office.asked_for(LookAtBankCredit),
        *gateway.office.asked_for(MatchBankCredit),
        *gateway.office.asked_for(DismissBankCredit),
    ]
    assert [one.unit_codes for one in asked] == [["PB1501"]] * found.count(200)


async def test_a_credit_that_is_settled_is_refused_with_where_it_stands(gateway: GatewaySystem) -> None:
    cashier = await person(gateway, "hoa", StaffRole.CASHIER)
    gateway.office.refuse(MatchBankCredit, Conflict(slug="bank-credit-settled", facts={"state": "booked"}))
    match = {"customer_code": CUSTOMER, "reason": "Khách gọi báo"}
    refused = await cashier.call("POST", f"/v1/bank-credits/{new_id()}/match", match, key=new_id())
    assert (refused.status, refused.slug) == (409, "bank-credit-settled")
