import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.notify.domain.delivery_reports import DeliveryState, InvalidReport
from services.notify.providers.base import ReportRequest
from services.notify.providers.configuration import ConfigurationError, load_configuration
from services.notify.providers.generic import GenericProvider, GenericSettings
from services.notify.providers.http import retry_at
from shared.json_pointer import NOTHING, value_at

MOMENT = datetime(2026, 11, 28, 3, tzinfo=UTC)
ENTRY: dict[str, Any] = {
    "kind": "generic",
    "name": "any",
    "url": "https://sms.vn/send",
    "fields": {"to": "{phone}", "text": "{text}"},
    "answers": [{"status": 200, "means": "accepted"}],
}


def settings(folder: Path, **changes: Any) -> GenericSettings:
    # JSON is YAML.
    (folder / "sms.yaml").write_text(json.dumps({"providers": [ENTRY | changes]}, indent=1), encoding="utf-8")
    found = load_configuration(folder / "sms.yaml").providers[0]
    assert isinstance(found, GenericSettings)
    return found


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"fields": {"to": "{telephone}"}}, "no such placeholder: {telephone}"),
        ({"fields": {"to": "{secret.key}"}}, "no such placeholder: {secret.key}"),
        ({"fields": {"to": "{template_id}"}}, "no such placeholder: {template_id}"),
        ({"fields": {"to": ["{phone}"]}, "body": "form"}, "nested fields need body: json"),
        ({"remembers_hours": 24}, "remembers_hours needs a field with {client_reference}"),
        ({"answers": []}, "answers"),
        ({"answers": [{"means": "sent"}]}, "answers.1.means"),
        ({"answers": [{"means": "accepted", "at": "data.id"}]}, "answers.1.at"),
        ({"report": {"in": "json", "state": "/s", "states": {}}}, "a report belongs to no SMS"),
        ({"url": "ftp://sms.vn"}, "url"),
    ],
)
def test_a_provider_described_wrongly_is_refused_with_the_reason(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ConfigurationError) as error:
        settings(tmp_path, **changes)

    assert reason in str(error.value)


def report(body: bytes, **headers: str) -> ReportRequest:
    return ReportRequest("POST", {}, headers, "application/json", body)


async def test_a_signed_report_is_read_and_an_altered_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORT_KEY", "k")
    form = {"in": "json", "reference": "/id", "state": "/s", "states": {1: "delivered", 2: "failed"}}
    signature = {"header": "X-Signature", "secret": {"env": "REPORT_KEY"}}
    provider = GenericProvider(settings(tmp_path, report={**form, "signature": signature}))
    body = b'{"id": 7, "s": 1}'
    signed = hmac.new(b"k", body, hashlib.sha256).hexdigest()
    [found] = provider.read_reports(report(body, **{"x-signature": f"sha256={signed.upper()}"}))

    assert (found.provider_reference, found.state) == ("7", DeliveryState.DELIVERED)
    for wrong in (report(body), report(body + b" ", **{"x-signature": signed}), report(body, **{"x-signature": "é"})):
        with pytest.raises(InvalidReport):
            provider.read_reports(wrong)
    await provider.close()


async def test_a_state_that_nobody_has_named_is_unknown(tmp_path: Path) -> None:
    form = {"in": "form", "client_reference": "/ref", "state": "/s", "states": {"OK": "delivered"}}
    provider = GenericProvider(settings(tmp_path, report=form))
    [found] = provider.read_reports(report(b"ref=a1&s=WHAT"))

    assert (found.client_reference, found.state) == ("a1", DeliveryState.UNKNOWN)
    await provider.close()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("2", 2),
        ("Sat, 28 Nov 2026 03:00:05 GMT", 5),
        ("Sat, 28 Nov 2026 02:00:00 GMT", 0),
        ("999999999999", 3600),
        ("Sat, 28 Nov 2036 02:00:00 GMT", 3600),
    ],
)
def test_a_wait_that_a_provider_names_is_kept_up_to_an_hour(header: str, seconds: int) -> None:
    assert retry_at(header, MOMENT) == MOMENT + timedelta(seconds=seconds)


@pytest.mark.parametrize("header", [None, "", "soon", "-1", "²"])
def test_a_wait_that_cannot_be_read_is_none(header: str | None) -> None:
    assert retry_at(header, MOMENT) is None


def test_a_pointer_leads_to_a_place_or_nowhere() -> None:
    document = {"a/b": [{"~": None}]}

    assert value_at(document, "/a~1b/0/~0") is None
    assert value_at(document, "") == document
    assert value_at(document, "/a~1b/1") is NOTHING
    assert value_at(document, "/a~1b/x") is NOTHING
