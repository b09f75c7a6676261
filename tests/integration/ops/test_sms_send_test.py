"""``thungan sms send-test`` on a running notify: one SMS to a number of one's own, and what became of it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from services.notify.app import service as notify
from services.notify.settings import NotifySettings
from tests.integration.ops.test_cli import Terminal

Databases = Callable[[str], Awaitable[str]]
PHONE = "0912 345 678"


@pytest.fixture
def thungan() -> Terminal:
    return Terminal()


@pytest.fixture
async def settings(
    database: Databases, amqp_url: str, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> NotifySettings:
    """Notify with two providers, and the environment that leads the command line to it."""
    file = tmp_path / "sms.yaml"
    file.write_text(
        "providers:\n  - {kind: sandbox, name: first, tariffs: {default: 800}}\n"
        "  - {kind: sandbox, name: second, tariffs: {default: 700}}\n",
        encoding="utf-8",
    )
    url = await database("notify")
    monkeypatch.setenv("THUNGAN_NAMESPACE", namespace)
    monkeypatch.setenv("THUNGAN_NOTIFY_DATABASE_URL", url)
    monkeypatch.setenv("THUNGAN_SMS_CONFIGURATION", str(file))
    return NotifySettings.model_validate(
        {
            "amqp_url": amqp_url,
            "database_url": url,
            "namespace": namespace,
            "sms_configuration": file,
            "sms_folder": tmp_path / "sms",
            "sms_poll_seconds": 0.2,
        }
    )


@pytest.fixture
async def running(settings: NotifySettings) -> AsyncIterator[None]:
    async with notify(settings):
        yield


@pytest.mark.usefixtures("running")
async def test_it_shows_outcome_and_cost_and_is_not_sent_twice_by_accident(thungan: Terminal) -> None:
    sent = await thungan.json("sms", "send-test", PHONE, "--provider", "second", "--kind", "overdue")
    [attempt] = sent["attempts"]
    assert (sent["phone"], sent["state"], sent["cost"], sent["segments"]) == ("+84912345678", "sent", 700, 1)
    assert (attempt["provider"], attempt["outcome"]) == ("second", "accepted")

    code, out, err = await thungan("sms", "send-test", PHONE, "--provider", "second")
    assert (code, out) == (1, "")
    assert "--again" in err

    code, out, err = await thungan("sms", "send-test", PHONE, "--provider", "second", "--again")
    assert (code, err) == (0, "")
    assert "sent, 700 đồng" in out

    [costs] = [one for one in await thungan.json("sms", "providers") if one["provider"] == "second"]
    assert (costs["sent_today"], costs["cost_today"]) == (2, 1400)


@pytest.mark.usefixtures("settings")
async def test_what_has_not_left_is_cancelled_and_may_be_tried_again(thungan: Terminal) -> None:
    for _ in range(2):
        code, out, err = await thungan("sms", "send-test", PHONE, "--wait", "1")
        assert (code, out) == (1, "")
        assert "cancelled: does notify run?" in err


@pytest.mark.usefixtures("settings")
async def test_what_cannot_be_sent_is_refused_in_one_line(thungan: Terminal) -> None:
    for arguments, says in (
        (("02903831234",), "landline"),
        (("12345",), "is not a Vietnamese"),
        ((PHONE, "--provider", "third"), "no provider is named third; there are first, second"),
    ):
        code, out, err = await thungan("sms", "send-test", *arguments)
        assert (code, out) == (2, "")
        assert says in err
