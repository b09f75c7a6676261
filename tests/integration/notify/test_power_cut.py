"""Copies of notify that are killed while they send."""

import asyncio
import os
import random
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import time, timedelta
from functools import partial
from pathlib import Path

import asyncpg

from services.notify.domain.sending_hours import SendingHours
from services.notify.domain.verdict import Limits
from services.notify.providers.sandbox import read_sandbox
from shared.clock import now
from shared.db import open_pool
from shared.testing import eventually, wait_until
from stack.state import PROJECT
from tests.integration.notify.notices import Clock, notice
from tests.integration.notify.notify_handlers import Notify

ANY_HOUR = SendingHours(time(0), time.max, timedelta())
REMINDERS = 400
KILLS = 6


async def start(database_url: str, amqp_url: str, namespace: str, folder: Path) -> asyncio.subprocess.Process:
    environment = {
        **os.environ,
        "THUNGAN_ENVIRONMENT": "development",
        "THUNGAN_DATABASE_URL": database_url,
        "THUNGAN_AMQP_URL": amqp_url,
        "THUNGAN_NAMESPACE": namespace,
        "THUNGAN_SMS_FOLDER": str(folder),
        "THUNGAN_SMS_OPENS": "00:00",
        "THUNGAN_SMS_CLOSES": "23:59:59.999999",
        "THUNGAN_SMS_CONCURRENCY": "4",
        "THUNGAN_LOG_LEVEL": "ERROR",
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.notify", cwd=PROJECT, env=environment, stdout=asyncio.subprocess.DEVNULL
    )


def has_sent(folder: Path, number: int) -> bool:
    return len(read_sandbox(folder)) >= number


async def test_whoever_is_killed_nobody_gets_an_sms_twice_and_none_is_forgotten(
    database: Callable[..., Awaitable[str]], amqp_url: str, namespace: str, tmp_path: Path
) -> None:
    """Copies die at random moments; in the end each reminder was sent once or is on record as perhaps sent."""
    url = await database("notify")
    pool: asyncpg.Pool = await open_pool(url, size=2)
    copies = [await start(url, amqp_url, namespace, tmp_path) for _ in range(2)]
    try:
        notify = Notify(pool, [], Clock(now()), Limits(hours=ANY_HOUR))
        await notify.consume(
            *(
                notice(code=f"PB1401{number:07d}", phone=f"+8495300{number:04d}", issued_at=now())
                for number in range(REMINDERS)
            )
        )
        for kill in range(1, KILLS + 1):
            reached = min(REMINDERS - 20, kill * REMINDERS // (KILLS + 1) + random.randrange(20))
            await wait_until(partial(has_sent, tmp_path, reached), timeout=60)
            copies[0].kill()
            await copies[0].wait()
            copies = [copies[1], await start(url, amqp_url, namespace, tmp_path)]

        async def states() -> Counter[str]:
            return Counter(row["state"] for row in await pool.fetch("SELECT state FROM reminders"))

        async def nothing_waits() -> None:
            assert (await states())["scheduled"] == 0

        await eventually(nothing_waits, timeout=60)
        # Whoever is still alive records what it was handing over; the dead ones' leases are left to run out.
        for copy in copies:
            copy.terminate()
        for copy in copies:
            await copy.wait()
        references = [sms.client_reference for sms in read_sandbox(tmp_path)]
        assert len(references) == len(set(references))
        found = await states()
        assert found["sent"] + found["sending"] == REMINDERS
        assert found["sending"] <= KILLS * 4, "one per lane of each copy that was killed"
        sent = await pool.fetch("SELECT reminder_id FROM reminders WHERE state = 'sent'")
        assert {row["reminder_id"].hex for row in sent} <= set(references)
        assert await notify.violations() == []
    finally:
        for copy in copies:
            if copy.returncode is None:
                copy.kill()
                await copy.wait()
        await pool.close()
