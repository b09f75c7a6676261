"""The report of SMS on a real database: what became of them and what they cost."""

import csv
import io
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from pydantic import SecretStr

from services.notify.domain.outcome import Handover
from services.notify.domain.terms import Terms
from services.notify.domain.verdict import Limits
from shared.db import open_pool
from tests.integration.notify.notices import NOON, Clock, Operator, notice, paid
from tests.integration.notify.notify_handlers import Notify
from tests.integration.ops.test_cli import Terminal

Databases = Callable[[str], Awaitable[str]]

NOTHING = dict.fromkeys(("scheduled", "sent", "delivered", "failed", "expired", "unknown", "cancelled"), 0)
DAYS = ("--from", "2026-11-22", "--to", "2026-11-22")


@pytest.fixture
async def with_sms(database: Databases, namespace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database with SMS of two units and two days."""
    url = await database("notify")
    monkeypatch.setenv("THUNGAN_NAMESPACE", namespace)
    monkeypatch.setenv("THUNGAN_NOTIFY_DATABASE_URL", url)
    pool = await open_pool(SecretStr(url), size=2, application_name="test")
    operator = Operator(Handover.ACCEPTED, Handover.REJECTED_NUMBER, ConnectionResetError("cut"), Handover.ACCEPTED)
    clock = Clock(NOON)
    notify = Notify(pool, [operator], clock, Limits(), terms={"operator": Terms(price=800)})
    for number in range(3):
        await notify.consume(notice(code=f"PB1401{number:07d}", phone=f"+8495300000{number}"))
        await notify.sender.send_due()
    clock.advance(minutes=1)
    await notify.consume(notice(code="PB14010000004", phone="+84953000004"), paid(code="PB14010000004"))
    await notify.consume(notice(code="PB14010000005", phone="+84953000005", issued_at=NOON - timedelta(hours=12)))
    await notify.consume(notice(code="PB14020000006", phone="+84953000006"))
    await notify.sender.send_due()
    await pool.execute(
        "UPDATE reminders SET state = 'failed', cause = 'not_reached' WHERE customer_code = 'PB14010000005'"
    )
    await notify.consume(notice(code="PB14020000007", phone="+84953000007", issued_at=NOON - timedelta(hours=13)))
    # Versions before campaigns kept no unit: it is in the customer code.
    await pool.execute("UPDATE reminders SET unit_code = NULL WHERE customer_code LIKE 'PB1402%'")
    await pool.close()


@pytest.mark.usefixtures("with_sms")
async def test_the_report_counts_by_unit_and_kind_what_became_of_sms_and_what_they_cost() -> None:
    thungan = Terminal()
    first = {"unit": "PB1401", "kind": "away", "total": 5, "cost": 3 * 800}
    first |= NOTHING | {"sent": 1, "failed": 1, "unknown": 1, "cancelled": 1, "expired": 1}
    second = {"unit": "PB1402", "kind": "away", "total": 1, "cost": 800} | NOTHING | {"sent": 1}

    assert await thungan.json("sms", "report", *DAYS) == [first, second]
    assert await thungan.json("sms", "report", *DAYS, "--unit", "PB1402") == [second]
    [the_day_before] = await thungan.json("sms", "report", "--from", "2026-11-21", "--to", "2026-11-21")
    assert (the_day_before["unit"], the_day_before["scheduled"]) == ("PB1402", 1)

    code, out, err = await thungan("sms", "report", *DAYS, "--csv")
    assert (code, err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert rows == [{name: str(value) for name, value in row.items()} for row in (first, second)]
    assert "delivered" in (await thungan("sms", "report", *DAYS))[1]


async def test_days_that_are_none_or_in_the_wrong_order_are_refused() -> None:
    for days in (("--from", "2026-11-22", "--to", "2026-11-21"), ("--from", "tomorrow", "--to", "2026-11-21")):
        code, out, err = await Terminal()("sms", "report", *days)
        assert (code, out) == (2, "")
        assert "--to" in err or "--from" in err
