"""Whose customer it is, is asked with the token, and asked again where the address does not name the customer."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from services.gateway.domain.devices import Role
from services.gateway.routes import OPERATIONS
from shared.ids import new_id
from shared.problems import NotFound
from shared.testing import wait_until
from tests.integration.gateway.conftest import GatewaySystem

OWN = "PB14010099001"
OTHERS = "PB14010099002"


async def _knows(system: GatewaySystem, code: str, collector_code: str) -> bool:
    asked = "SELECT collector_code FROM customer_collectors WHERE customer_code = $1"
    return bool(await system.pool.fetchval(asked, code) == collector_code)


async def _asks(system: GatewaySystem, token: Any, path: str) -> int:
    async with system.session.get(f"{system.url}{path}", headers={"Authorization": f"Bearer {token}"}) as answer:
        await answer.read()
        return answer.status


async def test_a_collector_sees_the_own_customers_alone_and_a_customer_who_moved_no_longer(
    gateway: GatewaySystem,
) -> None:
    await gateway.add_customer(OWN)
    await gateway.add_customer(OTHERS, "TN002")
    await wait_until(partial(_knows, gateway, OTHERS, "TN002"))
    phone = await gateway.phone()
    assert (await phone.account(OWN)).account.customer_code == OWN
    with pytest.raises(NotFound):
        await phone.account(OTHERS)
    await gateway.add_customer(OWN, "TN002", version=2)
    await wait_until(partial(_knows, gateway, OWN, "TN002"))
    with pytest.raises(NotFound):
        await phone.account(OWN)


@pytest.mark.parametrize(
    "code", ["%00", "PB1401%27", "%F0%9F%92%A1", "%C4%90%E1%BB%93ng", "x" * 2000, "PB14010099001%00"]
)
async def test_what_is_no_code_reaches_no_statement(gateway: GatewaySystem, code: str) -> None:
    phone = await gateway.phone()
    assert await _asks(gateway, phone.token, f"/v1/customers/{code}/account") in (400, 404, 422)
    assert await _asks(gateway, "nobody", f"/v1/customers/{code}/account") == 401


async def test_an_unknown_token_is_refused_whatever_customer_it_names(gateway: GatewaySystem) -> None:
    await gateway.add_customer(OWN)
    assert await _asks(gateway, "tn_nobody", f"/v1/customers/{OWN}/account") == 401


NOW = datetime.now(UTC).isoformat()
BODIES: Mapping[str, Mapping[str, Any]] = {
    "POST /v1/customers/{customer_code}/agreements/{agreement_id}/prints": {},
    "POST /v1/customers/{customer_code}/warnings/{warning_id}/prints": {},
    "POST /v1/customers/{customer_code}/phone-corrections": {"phone": "0912345678", "reason": "Đổi số"},
    "POST /v1/customers/{customer_code}/reading-complaints": {"kind": "reading", "note": "Sai", "stated_at": NOW},
    "POST /v1/customers/{customer_code}/sms-language": {"language": "en"},
    "POST /v1/customers/{customer_code}/warning-deliveries": {"warning_id": str(new_id()), "way": "handed_over"},
    "POST /v1/payments": {"customer_code": OTHERS, "amount": 100_000, "received_at": NOW, "method": "cash"},
    "PUT /v1/transfer-codes/{transfer_id}": {
        "customer_code": OTHERS,
        "amount": 100_000,
        "reference": "TD PB14010099002 7K3QX9PA",
    },
}
"""What a phone sends that names a customer; the customer service itself refuses a visit of another."""


async def test_no_operation_tells_a_phone_anything_of_anothers_customer(gateway: GatewaySystem) -> None:
    await gateway.add_customer(OTHERS, "TN002")
    await wait_until(partial(_knows, gateway, OTHERS, "TN002"))
    phone = await gateway.phone()
    named = {
        f"{operation.method} {operation.path}": operation
        for operation in OPERATIONS
        if Role.COLLECTOR in (operation.roles or ()) and "{customer_code}" in operation.path
    }
    assert {name for name in named if not name.startswith("GET ")} <= BODIES.keys()
    answered = {}
    for name in (*named, *(name for name in BODIES if name not in named)):
        method, path = name.split(" ")
        async with gateway.session.request(
            method,
            gateway.url + path.format_map(defaultdict(new_id, customer_code=OTHERS)),
            headers={"Authorization": f"Bearer {phone.token}", "Idempotency-Key": str(new_id())},
            json=BODIES.get(name),
        ) as answer:
            answered[name] = (answer.status, (await answer.json()).get("detail"))
    assert answered == dict.fromkeys(answered, (404, "Không tìm thấy khách hàng."))
