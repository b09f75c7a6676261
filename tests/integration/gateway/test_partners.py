"""Partners call with signed requests; whoever is not proven reaches nobody, at whichever copy of the gateway."""

import asyncio
import hashlib
import hmac
import importlib.util
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.gateway.domain.partners import KeyAlgorithm
from services.gateway.domain.staff import StaffRole
from services.gateway.partners.sealed_keys import seal_partner_keys
from services.gateway.secret_box import SecretBox
from services.gateway.store import partners
from shared import clock
from shared.contracts.actor import ActorKind
from shared.contracts.billing import (
    CancelPartnerPayment,
    DifferenceSettlement,
    GetPartnerBills,
    GetPartnerPayment,
    RecordPartnerPayment,
    SettlePartnerDifference,
    TakePartnerFile,
)
from shared.ids import new_id
from tests.integration.gateway.conftest import CUSTOMER, GatewaySystem
from tests.integration.gateway.people import person

_FILE = Path(__file__).parents[3] / "docs" / "partner_client.py"
_SPEC = importlib.util.spec_from_file_location("partner_client", _FILE)
assert _SPEC is not None
assert _SPEC.loader is not None
client: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(client)

KEY = Ed25519PrivateKey.generate()
SECRET = "a secret of 32 bytes for the tests"
PAID = {
    "collection_point_code": "VNPOST-CM01",
    "customer_code": CUSTOMER,
    "bill_ids": ["0199d5b0-7c1e-7000-8000-000000000001"],
    "amount": 475_000,
}


def pem(key: Ed25519PrivateKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


class PartnersComputer:
    """A partner with one key, that signs as docs/partner_client.py does."""

    def __init__(self, system: GatewaySystem) -> None:
        self.system = system

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: Ed25519PrivateKey = KEY,
        key_id: str = "vnpost-1",
        url: str | None = None,
        sent: bytes | None = None,
        **signed: Any,
    ) -> tuple[int, Any]:
        """Send a request; ``sent``: another body than the one that was signed."""
        address = (url or self.system.url) + path
        data = b"" if body is None else json.dumps(body).encode()
        headers, _ = client.signed_headers(method, address, data, key_id, key, **signed)
        return await self.send(method, address, headers, data if sent is None else sent)

    async def send(self, method: str, address: str, headers: dict[str, str], data: bytes) -> tuple[int, Any]:
        async with self.system.session.request(
            method, address, data=io.BytesIO(data) if data else None, headers=headers
        ) as response:
            return response.status, await response.json(content_type=None)

    async def pay(self, payment_id: str = "VN-1", **others: Any) -> tuple[int, Any]:
        body = {**PAID, "received_at": clock.now().isoformat()}
        return await self.ask("PUT", f"/partner/v1/payments/{payment_id}", body, **others)


@pytest_asyncio.fixture
async def partner(gateway: GatewaySystem) -> PartnersComputer:
    now = clock.now()
    async with gateway.pool.acquire() as connection:
        partner_id = new_id()
        await partners.add(
            connection, partner_id, "VNPOST", "Bưu điện", networks=[], requests_per_minute=1_000, moment=now
        )
        for key_id, algorithm, key in (
            ("vnpost-1", KeyAlgorithm.ED25519, pem(KEY)),
            ("vnpost-secret", KeyAlgorithm.HMAC, SECRET),
        ):
            await partners.add_key(
                connection, key_id, partner_id, algorithm, key, moment=now, valid_from=now, valid_until=None
            )
    return PartnersComputer(gateway)


async def test_a_signed_request_is_passed_on_in_the_partners_name(partner: PartnersComputer) -> None:
    status, shown = await partner.ask("GET", f"/partner/v1/customers/{CUSTOMER}/bills")
    assert (status, shown["customer_name"]) == (200, "N. V. An")
    assert (await partner.pay())[0] == 200
    assert (await partner.ask("GET", "/partner/v1/payments/VN-1"))[1]["state"] == "unknown"
    status, shown = await partner.ask("PUT", "/partner/v1/payments/VN-1/cancellation", {"reason": "Khách đổi ý"})
    assert (status, shown["state"]) == (200, "cancelled")
    assert (await partner.ask("GET", "/partner/v1/collection-points"))[1] == {"collection_points": []}

    office = partner.system.office
    kinds: tuple[Any, ...] = (GetPartnerBills, RecordPartnerPayment, GetPartnerPayment, CancelPartnerPayment)
    for kind in kinds:
        [request] = office.asked_for(kind)
        assert request.partner_code == "VNPOST"
    actor = office.contexts[-1].actor
    assert actor is not None
    assert (actor.kind, actor.reference) == (ActorKind.PARTNER, "partner:VNPOST")


async def test_what_is_not_signed_by_a_known_key_reaches_nobody(partner: PartnersComputer) -> None:
    stranger = Ed25519PrivateKey.generate()
    attempts = [
        await partner.pay(key=stranger),
        await partner.pay(key_id="nobody-1"),
        await partner.pay(sent=b'{"amount": 1}'),
        await partner.send("GET", f"{partner.system.url}/partner/v1/collection-points", {}, b""),
    ]
    assert {(status, found["type"]) for status, found in attempts} == {(401, "urn:thungan:problem:not-authenticated")}
    assert partner.system.office.asked_for(RecordPartnerPayment) == []


async def test_a_replayed_request_is_refused_by_every_copy(partner: PartnersComputer) -> None:
    async with partner.system.gateway() as other:
        address = f"{partner.system.url}/partner/v1/collection-points"
        host = {"Host": partner.system.url.removeprefix("http://")}
        headers, _ = client.signed_headers("GET", address, b"", "vnpost-1", KEY)
        assert (await partner.send("GET", address, headers, b""))[0] == 200
        status, found = await partner.send("GET", f"{other}/partner/v1/collection-points", {**headers, **host}, b"")
    assert (status, found["type"]) == (401, "urn:thungan:problem:signature-replayed")


@pytest.mark.parametrize("seconds", [-400, 400])
async def test_an_old_signature_and_one_of_the_future_are_refused(partner: PartnersComputer, seconds: int) -> None:
    created = int((clock.now() + timedelta(seconds=seconds)).timestamp())
    status, found = await partner.pay(created=created)
    assert (status, found["type"]) == (401, "urn:thungan:problem:signature-expired")


async def test_two_keys_are_valid_at_once_and_an_ended_one_no_more(partner: PartnersComputer) -> None:
    other, now = Ed25519PrivateKey.generate(), clock.now()
    async with partner.system.pool.acquire() as connection:
        partner_id = await partners.id_of(connection, "VNPOST")
        assert partner_id is not None
        await partners.add_key(
            connection,
            "vnpost-2",
            partner_id,
            KeyAlgorithm.ED25519,
            pem(other),
            moment=now,
            valid_from=now,
            valid_until=None,
        )
        assert (await partner.pay(key=other, key_id="vnpost-2"))[0] == 200
        assert (await partner.pay())[0] == 200
        assert await partners.end_key(connection, "vnpost-1", now) == partner_id
    assert (await partner.pay())[0] == 401
    assert (await partner.pay(key=other, key_id="vnpost-2"))[0] == 200


async def test_another_network_and_a_deactivated_partner_are_refused(partner: PartnersComputer) -> None:
    async with partner.system.pool.acquire() as connection:
        await partners.limit(connection, "VNPOST", ["10.0.0.0/8"], None)
        assert (await partner.pay())[0] == 401
        await partners.limit(connection, "VNPOST", ["127.0.0.0/8", "::1/128"], None)
        assert (await partner.pay())[0] == 200
        assert await partners.deactivate(connection, "VNPOST", clock.now())
    assert (await partner.pay())[0] == 401


async def test_behind_a_proxy_the_callers_address_counts(partner: PartnersComputer) -> None:
    async with partner.system.gateway(proxy_hops=1) as url:
        async with partner.system.pool.acquire() as connection:
            await partners.limit(connection, "VNPOST", ["203.0.113.0/24"], None)
        address = f"{url}/partner/v1/collection-points"
        answers = []
        for forwarded in ("203.0.113.7", "203.0.113.7, 198.51.100.1"):
            headers, _ = client.signed_headers("GET", address, b"", "vnpost-1", KEY)
            answers.append((await partner.send("GET", address, {**headers, "X-Forwarded-For": forwarded}, b""))[0])
    assert answers == [200, 401]


async def test_a_partner_that_asks_too_often_waits_at_every_copy(partner: PartnersComputer) -> None:
    async with partner.system.pool.acquire() as connection:
        await partners.limit(connection, "VNPOST", None, 2)
    async with partner.system.gateway() as other:
        answers = [
            (await partner.ask("GET", "/partner/v1/collection-points", url=url))[0]
            for url in (partner.system.url, other, other)
        ]
    assert answers == [200, 200, 429]


async def test_a_partner_without_a_library_signs_with_an_hmac_whose_secret_is_stored_encrypted(
    partner: PartnersComputer,
) -> None:
    system = partner.system
    host = system.url.removeprefix("http://")

    async def points(secret: str) -> int:
        seconds, nonce = str(int(clock.now().timestamp())), new_id().hex
        target = "/partner/v1/collection-points"
        text = "\n".join(("GET", host, target, seconds, nonce, hashlib.sha256(b"").hexdigest()))
        headers = {
            "X-Partner-Key": "vnpost-secret",
            "X-Partner-Timestamp": seconds,
            "X-Partner-Nonce": nonce,
            "X-Partner-Signature": hmac.new(secret.encode(), text.encode(), "sha256").hexdigest(),
        }
        return (await partner.send("GET", f"{system.url}{target}", headers, b""))[0]

    assert await points(SECRET) == 200
    assert await points("another") == 401
    box = SecretBox([b"k" * 32])
    assert await seal_partner_keys(system.pool, box) == 1
    assert await seal_partner_keys(system.pool, box) == 0
    stored = await system.pool.fetchval("SELECT key FROM partner_keys WHERE key_id = 'vnpost-secret'")
    assert SECRET not in stored
    assert await points(SECRET) == 401  # this copy has no key to open it with


async def test_the_interface_has_a_description_of_its_own(partner: PartnersComputer) -> None:
    async with partner.system.session.get(f"{partner.system.url}/partner/v1/openapi.json") as response:
        described = await response.json()
    assert {path.split("/")[1] for path in described["paths"]} == {"partner"}
    assert described["paths"]["/partner/v1/payments/{partner_payment_id}"]["put"]["security"] == [
        {"signature": []},
        {"hmac": []},
    ]


async def test_a_file_larger_than_other_bodies_is_taken_and_its_result_is_read(partner: PartnersComputer) -> None:
    address = f"{partner.system.url}/partner/v1/reconciliation"
    content = ("x" * 99 + "\n").encode() * 2_000
    headers, _ = client.signed_headers("PUT", address, content, "vnpost-1", KEY)
    status, taken = await partner.send("PUT", address, headers, content)
    assert (status, taken["verdicts"]) == (200, {"MATCHED": 1})
    [request] = partner.system.office.asked_for(TakePartnerFile)
    assert (request.partner_code, len(request.content)) == ("VNPOST", 200_000)
    headers, _ = client.signed_headers("GET", f"{address}/2026-11-22", b"", "vnpost-1", KEY)
    async with partner.system.session.get(f"{address}/2026-11-22", headers=headers) as response:
        assert (response.status, response.content_type, await response.text()) == (200, "text/csv", "a,b\n")


async def test_a_file_of_more_than_four_megabytes_is_refused_by_its_size(partner: PartnersComputer) -> None:
    address = f"{partner.system.url}/partner/v1/reconciliation"
    answers = []
    for size in (4_000_000, 4_000_001):
        content = b"x" * size
        headers, _ = client.signed_headers("PUT", address, content, "vnpost-1", KEY)
        answers.append(await partner.send("PUT", address, headers, content))
    assert [status for status, _ in answers] == [200, 413]
    assert answers[1][1]["type"] == "urn:thungan:problem:body-too-large"
    [request] = partner.system.office.asked_for(TakePartnerFile)
    assert len(request.content) == 4_000_000


@pytest.mark.parametrize("header", ["X-Partner-Key", "X-Partner-Nonce", "X-Partner-Signature"])
async def test_bytes_that_are_no_text_in_a_signature_are_no_proof_and_no_fault(
    partner: PartnersComputer, header: str
) -> None:
    headers = {
        "X-Partner-Key": "vnpost-secret",
        "X-Partner-Timestamp": "1",
        "X-Partner-Nonce": "0123456789abcdef",
        "X-Partner-Signature": "00",
    }
    headers[header] += "\udcff"
    host, _, port = partner.system.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = ["GET /partner/v1/collection-points HTTP/1.1", f"Host: {host}:{port}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join([*lines, "", ""]).encode(errors="surrogateescape"))
    status = await reader.readline()
    writer.close()
    assert b" 401 " in status


async def test_the_office_settles_differences_and_who_works_for_one_unit_sees_none(gateway: GatewaySystem) -> None:
    cashier = await person(gateway, "hoa", StaffRole.CASHIER)
    page = await cashier.call("GET", "/v1/partner-differences?settled=false")
    [difference] = page.body["differences"]
    body = {"settlement": "refunded", "reason": "Đã trả lại khách"}
    place = f"/v1/partner-differences/{difference['difference_id']}/settlement"
    assert (await cashier.call("POST", place, body, key=new_id())).status == 200
    [request] = gateway.office.asked_for(SettlePartnerDifference)
    assert (request.settlement, request.reason) == (DifferenceSettlement.REFUNDED, "Đã trả lại khách")

    of_unit = await person(gateway, "an", StaffRole.CASHIER, units=("PB1501",))
    assert (await of_unit.call("GET", "/v1/partner-differences")).status == 403
    assert (await of_unit.call("POST", place, body, key=new_id())).status == 403
    days = "first=2026-11-01&last=2026-11-30"
    assert (await of_unit.call("GET", f"/v1/partners/VNPOST/settlement?{days}")).status == 403
    reader = await person(gateway, "lan", StaffRole.ACCOUNTANT)
    assert (await reader.call("GET", "/v1/partner-differences")).status == 200
    assert (await reader.call("POST", place, body, key=new_id())).status == 403
