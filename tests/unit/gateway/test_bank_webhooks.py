"""Webhooks of bank credits: what proves a message, and what is read of it. Vectors are the providers' own."""

import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.edge.operation import Original
from services.gateway.edge.problems import NotAuthenticated
from services.gateway.webhooks.base import NotBankCredit, WebhookSettings
from services.gateway.webhooks.casso import sorted_json
from services.gateway.webhooks.configuration import WebhookConfigurationError, load_webhooks
from services.gateway.webhooks.payos import signed_text
from shared.contracts.billing import SeenBankCredit

NOW = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
KEY = "a secret of the tests"

CASSO_KEY = "mgExMrjj4i7a1p8Cs6LmFbpCd8lbw4sSX4LZXPag7TKazeIogtR90tvWYTkwQbvs"
CASSO_MOMENT = datetime(2024, 10, 3, 9, 37, 38, tzinfo=UTC)
CASSO_SIGNATURE = (
    "t=1727948258788,v1=ed0a4bd2e826d5cb69988cdb141e6c1a080e21f3b57eb72cd78192220042b9e7"
    "dde0868fc667faea8e224900fa7904e7c88dfa098032fb2d6b6996856e8b7ff3"
)
CASSO: dict[str, Any] = {
    "error": 0,
    "data": {
        "id": 0,
        "reference": "MA_GIAO_DICH_THU_NGHIEM",
        "description": "giao dich thu nghiem",
        "amount": 599000,
        "runningBalance": 25000000,
        "transactionDateTime": "2024-10-03 15:06:37",
        "accountNumber": "88888888",
        "bankName": "VPBank",
        "bankAbbreviation": "VPB",
        "virtualAccountNumber": "",
        "virtualAccountName": "",
        "counterAccountName": "NGUYEN VAN A",
        "counterAccountNumber": "8888888888",
        "counterAccountBankId": "970415",
        "counterAccountBankName": "VietinBank",
    },
}
PAYOS_KEY = "1a54716c8f0efb2744fb28b6e38b25da7f67a925d98bc1c18bd8faaecadd7675"
PAYOS_SIGNATURE = "412e915d2871504ed31be63c8f62a149a4410d34c4c42affc9006ef9917eaa03"
PAYOS: dict[str, Any] = {
    "orderCode": 123,
    "amount": 3000,
    "description": "VQRIO123",
    "accountNumber": "12345678",
    "reference": "TF230204212323",
    "transactionDateTime": "2023-02-04 18:25:00",
    "currency": "VND",
    "paymentLinkId": "124c33293c43417ab7879e14c8d9eb18",
    "code": "00",
    "desc": "Thành công",
    "counterAccountBankId": "",
    "counterAccountBankName": "",
    "counterAccountName": "",
    "counterAccountNumber": "",
    "virtualAccountName": "",
    "virtualAccountNumber": "",
}
SEPAY: dict[str, Any] = {
    "id": 92704,
    "gateway": "Vietcombank",
    "transactionDate": "2026-11-28 09:58:00",
    "accountNumber": "0071000123456",
    "subAccount": None,
    "code": None,
    "content": "TD PB1501000001 7K3QX9PA",
    "transferType": "in",
    "description": "",
    "transferAmount": 475000,
    "accumulated": 19077000,
    "referenceCode": "MBVCB.3278907687",
}
CONFIGURATION = """
webhooks:
  - {name: sepay, kind: sepay, secret: {file: key}}
  - {name: sepay-key, kind: sepay, proof: api_key, secret: {file: key}}
  - {name: casso, kind: casso, secret: {file: casso}}
  - {name: payos, kind: payos, secret: {file: payos}}
  - name: bank
    kind: generic
    networks: [203.0.113.0/24]
    account_number: "0071000123456"
    entries: /transactions
    outgoing: [D]
    moments: "%d/%m/%Y %H:%M:%S"
    proof:
      {kind: hmac, header: X-Signature, prefix: "v1=", algorithm: sha512, encoding: base64, secret: {file: key},
       signed: "{timestamp}:{body}", timestamp: X-Time}
    fields: {id: /no, amount: /amount, moment: /at, direction: /side, content: /memo, reference: /ref}
"""

GENERIC_WITHOUT_ACCOUNT = """
webhooks:
  - name: a
    kind: generic
    fields: {id: /i, amount: /a, moment: /m}
    proof: {kind: secret, header: x, secret: {file: key}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("bank")
    for name, secret in (("key", KEY), ("casso", CASSO_KEY), ("payos", PAYOS_KEY)):
        (made / name).write_text(f"{secret}\n")
    (made / "webhooks.yaml").write_text(CONFIGURATION)
    return made


@pytest.fixture(scope="module")
def webhooks(folder: Path) -> dict[str, WebhookSettings]:
    return dict(load_webhooks(folder / "webhooks.yaml"))


def came(body: Any, address: str = "203.0.113.7", **headers: str) -> Original:
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Original(query={}, headers=named, content_type="application/json", body=data, address=address)


def sepay(body: Any = SEPAY, moment: datetime = NOW, key: str = KEY) -> Original:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    seconds = str(int(moment.timestamp()))
    made = hmac.new(key.encode(), f"{seconds}.".encode() + data, "sha256").hexdigest()
    return came(data, x_sepay_signature=f"sha256={made}", x_sepay_timestamp=seconds)


def casso(**changes: Any) -> Original:
    body = {**CASSO, "data": {**CASSO["data"], **changes}}
    milliseconds = int(NOW.timestamp() * 1000)
    made = hmac.new(CASSO_KEY.encode(), f"{milliseconds}.{sorted_json(body)}".encode(), "sha512").hexdigest()
    return came(body, x_casso_signature=f"t={milliseconds},v1={made}")


def payos(**changes: Any) -> Original:
    data = {**PAYOS, **changes}
    made = hmac.new(PAYOS_KEY.encode(), signed_text(data).encode(), "sha256").hexdigest()
    return came({"code": "00", "desc": "success", "success": True, "data": data, "signature": made})


def generic(body: Any, moment: datetime = NOW, **how: str) -> Original:
    data = json.dumps(body).encode()
    seconds = str(int(moment.timestamp()))
    made = b64encode(hmac.new(KEY.encode(), f"{seconds}:".encode() + data, "sha512").digest()).decode()
    return came(data, **{"x_signature": f"v1={made}", "x_time": seconds} | how)


def test_sepay_tells_of_a_transaction(webhooks: dict[str, WebhookSettings]) -> None:
    [told] = webhooks["sepay"].read(sepay(), NOW)
    assert told == SeenBankCredit(
        source_id="92704",
        account_number="0071000123456",
        amount=475_000,
        transacted_at=datetime(2026, 11, 28, 2, 58, tzinfo=UTC),
        reference="MBVCB.3278907687",
        balance=19_077_000,
        content="TD PB1501000001 7K3QX9PA",
        raw=json.dumps(SEPAY),
    )
    [out] = webhooks["sepay"].read(sepay({**SEPAY, "transferType": "out"}), NOW)
    assert out.outgoing


@pytest.mark.parametrize("minutes", [-6, 6])
def test_what_sepay_signed_more_than_five_minutes_ago_is_refused(
    webhooks: dict[str, WebhookSettings], minutes: int
) -> None:
    assert webhooks["sepay"].read(sepay(moment=NOW + timedelta(minutes=minutes) * 0.8), NOW)
    with pytest.raises(NotAuthenticated):
        webhooks["sepay"].read(sepay(moment=NOW + timedelta(minutes=minutes)), NOW)


def test_sepay_without_signatures_comes_with_its_key(webhooks: dict[str, WebhookSettings]) -> None:
    assert webhooks["sepay-key"].read(came(SEPAY, authorization=f"Apikey {KEY}"), NOW)
    for wrong in ({}, {"authorization": "Apikey other"}, {"authorization": f"Bearer {KEY}"}):
        with pytest.raises(NotAuthenticated):
            webhooks["sepay-key"].read(came(SEPAY, **wrong), NOW)


def test_cassos_published_message_is_proven_and_is_a_trial(webhooks: dict[str, WebhookSettings]) -> None:
    assert webhooks["casso"].read(came(CASSO, x_casso_signature=CASSO_SIGNATURE), CASSO_MOMENT) == []
    changed = {**CASSO, "data": {**CASSO["data"], "amount": 599001}}
    with pytest.raises(NotAuthenticated):
        webhooks["casso"].read(came(changed, x_casso_signature=CASSO_SIGNATURE), CASSO_MOMENT)
    with pytest.raises(NotAuthenticated):
        webhooks["casso"].read(came(CASSO, x_casso_signature=CASSO_SIGNATURE), CASSO_MOMENT + timedelta(hours=2))


def test_casso_tells_of_money_that_comes_and_leaves(webhooks: dict[str, WebhookSettings]) -> None:
    [told] = webhooks["casso"].read(casso(id=7, description="TIỀN ĐIỆN PB1501000001"), NOW)
    assert (told.source_id, told.amount, told.outgoing) == ("7", 599_000, False)
    assert (told.counter_name, told.content) == ("NGUYEN VAN A", "TIỀN ĐIỆN PB1501000001")
    [out] = webhooks["casso"].read(casso(id=8, amount=-599000), NOW)
    assert (out.amount, out.outgoing) == (599_000, True)


def test_payos_published_message_is_proven_and_is_a_sample(webhooks: dict[str, WebhookSettings]) -> None:
    published = {"code": "00", "desc": "success", "success": True, "data": PAYOS, "signature": PAYOS_SIGNATURE}
    assert webhooks["payos"].read(came(published), NOW) == []
    with pytest.raises(NotAuthenticated):
        webhooks["payos"].read(came({**published, "data": {**PAYOS, "amount": 3001}}), NOW)


def test_payos_tells_of_a_payment_that_succeeded(webhooks: dict[str, WebhookSettings]) -> None:
    [told] = webhooks["payos"].read(payos(orderCode=9, reference="FT1", counterAccountName=None), NOW)
    assert (told.source_id, told.amount, told.reference) == ("FT1", 3_000, "FT1")
    [without] = webhooks["payos"].read(payos(orderCode=9, reference=""), NOW)
    assert without.source_id == "order-9"
    assert webhooks["payos"].read(payos(orderCode=9, code="01"), NOW) == []


def test_a_configured_webhook_is_proven_and_read_as_it_is_described(webhooks: dict[str, WebhookSettings]) -> None:
    one = {"no": 5, "amount": "475000", "at": "28/11/2026 09:58:00", "side": "C", "memo": "x\x00y", "ref": "FT5"}
    body = {"transactions": [one, {**one, "no": 6, "side": "D"}]}
    told = webhooks["bank"].read(generic(body), NOW)
    assert [(each.source_id, each.amount, each.outgoing) for each in told] == [
        ("5", 475_000, False),
        ("6", 475_000, True),
    ]
    assert (told[0].account_number, told[0].content) == ("0071000123456", "x y")
    assert [json.loads(each.raw) for each in told] == body["transactions"], "each keeps its own part of the message"
    for refused in (
        generic(body, address="198.51.100.1"),
        generic(body, moment=NOW - timedelta(minutes=6)),
        generic(body, x_signature="v1=x"),
        generic(body, x_time=str(int(NOW.timestamp()) + 1)),
        came(body),
    ):
        with pytest.raises(NotAuthenticated):
            webhooks["bank"].read(refused, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"transferAmount": 0},
        {"transferAmount": -5},
        {"transferAmount": "1.5"},
        {"transferAmount": True},
        {"transferAmount": 1e20},
        {"transferType": "sideways"},
        {"transactionDate": "yesterday"},
        {"transactionDate": None},
        {"accountNumber": ""},
        {"id": None},
    ],
)
def test_a_proven_message_that_tells_nothing_readable_is_refused_as_such(
    webhooks: dict[str, WebhookSettings], changes: dict[str, Any]
) -> None:
    with pytest.raises(NotBankCredit):
        webhooks["sepay"].read(sepay({**SEPAY, **changes}), NOW)


@pytest.mark.parametrize(
    "written", ['"500.000"', "500.000", '"500,000"', "5e99999999", "NaN", "500.00000000000000000001"]
)
def test_an_amount_that_can_be_read_in_two_ways_is_refused(webhooks: dict[str, WebhookSettings], written: str) -> None:
    body = json.dumps({**SEPAY, "transferAmount": 7_777}).replace("7777", written).encode()
    with pytest.raises(NotBankCredit):
        webhooks["sepay"].read(sepay(body), NOW)


@pytest.mark.parametrize("written", ["500", '"500"', "500.0", "500.00", '"500.0000"', "5e2"])
def test_whole_amounts_are_read_however_they_are_written(webhooks: dict[str, WebhookSettings], written: str) -> None:
    body = json.dumps({**SEPAY, "transferAmount": 7_777}).replace("7777", written).encode()
    [told] = webhooks["sepay"].read(sepay(body), NOW)
    assert told.amount == 500


@pytest.mark.parametrize("other", [1.5, True, "１２", "1_0", "-1"])
def test_an_id_that_is_no_whole_number_is_not_rounded_to_another_ones(
    webhooks: dict[str, WebhookSettings], other: Any
) -> None:
    with pytest.raises(NotBankCredit):
        webhooks["sepay"].read(sepay({**SEPAY, "id": other}), NOW)


def test_a_body_is_utf8_with_or_without_its_mark(webhooks: dict[str, WebhookSettings]) -> None:
    [told] = webhooks["sepay"].read(sepay(b"\xef\xbb\xbf" + json.dumps(SEPAY).encode()), NOW)
    assert told.raw == json.dumps(SEPAY)
    with pytest.raises(NotBankCredit):
        webhooks["sepay"].read(sepay(json.dumps(SEPAY).encode("utf-16-le")), NOW)


def test_a_text_that_was_cut_within_a_sign_is_read(webhooks: dict[str, WebhookSettings]) -> None:
    [told] = webhooks["sepay"].read(sepay({**SEPAY, "content": "PB1501000001 \ud83d"}), NOW)
    assert told.content == "PB1501000001 ?"


def test_a_moment_that_no_calendar_here_holds_is_refused(webhooks: dict[str, WebhookSettings]) -> None:
    for moment in ("9999-12-31 23:59:59", "0001-01-02 00:00:00"):
        with pytest.raises(NotBankCredit):
            webhooks["sepay"].read(sepay({**SEPAY, "transactionDate": moment}), NOW)


@pytest.mark.parametrize("depth", [100, 300, 500, 700, 900, 30_000])
@pytest.mark.parametrize("name", ["casso", "payos"])
def test_deep_json_without_a_proof_is_refused(webhooks: dict[str, WebhookSettings], name: str, depth: int) -> None:
    body = b'{"signature":"x","data":{"a":' + b"[" * depth + b"]" * depth + b"}}"
    with pytest.raises(NotAuthenticated):
        webhooks[name].read(came(body, x_casso_signature=CASSO_SIGNATURE), NOW)


def test_a_payment_in_another_currency_is_not_read_as_dong(webhooks: dict[str, WebhookSettings]) -> None:
    with pytest.raises(NotBankCredit):
        webhooks["payos"].read(payos(orderCode=9, reference="FT1", currency="USD"), NOW)
    assert webhooks["payos"].read(payos(orderCode=9, reference="FT1", currency=None), NOW)


def test_members_of_payos_within_what_a_payer_wrote_are_refused(webhooks: dict[str, WebhookSettings]) -> None:
    with pytest.raises(NotAuthenticated):
        webhooks["payos"].read(payos(orderCode=9, reference="FT1", description="A&reference=FT2&zz="), NOW)
    assert webhooks["payos"].read(payos(orderCode=9, reference="FT1", description="CONG TY A & B = C"), NOW)


def test_money_that_left_is_never_read_as_money_that_came(webhooks: dict[str, WebhookSettings]) -> None:
    one = {"no": 5, "amount": 475_000, "at": "28/11/2026 09:58:00", "side": "C"}
    body = {"transactions": [one, {**one, "side": "d"}, {**one, "amount": -475_000}]}
    assert [each.outgoing for each in webhooks["bank"].read(generic(body), NOW)] == [False, True, True]
    for side in ({"side": ""}, {"side": None}):
        with pytest.raises(NotBankCredit):
            webhooks["bank"].read(generic({"transactions": [{**one, **side}]}), NOW)


def test_a_network_of_version_four_is_known_in_an_address_of_version_six(webhooks: dict[str, WebhookSettings]) -> None:
    one = {"no": 5, "amount": 475_000, "at": "28/11/2026 09:58:00", "side": "C"}
    assert webhooks["bank"].read(generic({"transactions": [one]}, address="::ffff:203.0.113.7"), NOW)
    for other in ("::ffff:198.51.100.1", "2001:db8::1", "203.0.113.7, 1.1.1.1", ""):
        with pytest.raises(NotAuthenticated):
            webhooks["bank"].read(generic({"transactions": [one]}, address=other), NOW)


def test_a_message_that_names_a_member_twice_is_refused(webhooks: dict[str, WebhookSettings]) -> None:
    twice = json.dumps(SEPAY).replace('"id"', '"transferAmount": 1, "id"').encode()
    with pytest.raises(NotBankCredit):
        webhooks["sepay"].read(sepay(twice), NOW)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_comes_without_a_proof_is_refused_and_breaks_nothing(body: bytes) -> None:
    webhook = load_webhooks_once()
    for name in ("sepay", "casso", "payos", "bank"):
        signed = {"x_casso_signature": CASSO_SIGNATURE, "x_sepay_signature": "sha256=x", "x_sepay_timestamp": "\ud800"}
        with pytest.raises(NotAuthenticated):
            webhook[name].read(came(body, **signed), NOW)


_LOADED: dict[str, WebhookSettings] = {}


@pytest.fixture(scope="module", autouse=True)
def _loaded(webhooks: dict[str, WebhookSettings]) -> None:
    _LOADED.update(webhooks)


def load_webhooks_once() -> dict[str, WebhookSettings]:
    return _LOADED


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("webhooks: [{name: a, kind: sepay, secret: {file: none}}]", "cannot be read"),
        ("webhooks: [{name: a, kind: sepay, secret: in-clear}]", "never the secret itself"),
        ("webhooks: [{name: a, kind: other, secret: {file: key}}]", "webhooks.0"),
        (
            "webhooks: [{name: a, kind: sepay, secret: {file: key}}, {name: a, kind: casso, secret: {file: key}}]",
            "two webhooks are named a",
        ),
        (
            GENERIC_WITHOUT_ACCOUNT,
            "name the utility's account",
        ),
        (
            CONFIGURATION.replace("outgoing: [D]", "outgoing: []"),
            "a direction needs the values",
        ),
    ],
)
def test_a_mistake_in_the_file_is_one_line_and_holds_no_secret(folder: Path, text: str, wrong: str) -> None:
    (folder / "wrong.yaml").write_text(text)
    with pytest.raises(WebhookConfigurationError, match=wrong) as refused:
        load_webhooks(folder / "wrong.yaml")
    assert "\n" not in str(refused.value)
    assert "in-clear" not in str(refused.value)
