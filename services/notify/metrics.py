"""What notify counts beyond what every service does."""

import time

from asyncpg import Pool
from prometheus_client import Counter, Gauge

from services.notify.store.reminders import overdue
from shared.clock import Clock, now
from shared.health import Check
from shared.metrics import REGISTRY

DUE = Gauge("thungan_notify_reminders_due", "Reminders that should have been sent by now", registry=REGISTRY)
OVERDUE = Gauge(
    "thungan_notify_oldest_due_seconds",
    "For how long the oldest of them has been due; 0 when there is none; the same from every copy",
    registry=REGISTRY,
)

POSTPONED = Counter(
    "thungan_sms_postponed_by_budget", "SMS in bulk that wait because the budget is spent", registry=REGISTRY
)

_MEASURE_EVERY = 5.0


def watch_due(pool: Pool, clock: Clock = now) -> Check:
    """Return a check that counts reminders that are due, every few seconds at most; it finds no fault."""
    measured_at = -_MEASURE_EVERY

    async def check() -> str | None:
        nonlocal measured_at
        if time.monotonic() - measured_at >= _MEASURE_EVERY:
            moment = clock()
            async with pool.acquire() as connection:
                count, oldest = await overdue(connection, moment)
            DUE.set(count)
            OVERDUE.set(0.0 if oldest is None else max(0.0, (moment - oldest).total_seconds()))
            measured_at = time.monotonic()
        return None

    return check
