"""What notify counts beyond what every service does."""

import asyncio
import time
from collections.abc import Collection
from datetime import datetime

import structlog
from asyncpg import Pool
from prometheus_client import Gauge

from services.notify.delivery.circumstances import midnight_before
from services.notify.domain.budgets import Budget
from services.notify.store.breakers import known_breakers
from services.notify.store.costs import spent_between
from services.notify.store.cut_orders import reconnection_clocks
from services.notify.store.delivery_reports import unreported_since
from services.notify.store.reminders import overdue, unsettled
from shared.clock import Clock, now
from shared.db import Connection
from shared.health import Check
from shared.metrics import REGISTRY

DUE = Gauge("thungan_notify_reminders_due", "Reminders that should have been sent by now", registry=REGISTRY)
OVERDUE = Gauge(
    "thungan_notify_oldest_due_seconds",
    "For how long the oldest of them has been due; 0 when there is none; the same from every copy",
    registry=REGISTRY,
)

UNKNOWN = Gauge("thungan_sms_unknown", "SMS whose answer was lost and whose outcome is looked for", registry=REGISTRY)
OLDEST_UNKNOWN = Gauge(
    "thungan_sms_oldest_unknown_seconds",
    "For how long the outcome of the oldest of them has been unknown; 0 when there is none; the same from every copy",
    registry=REGISTRY,
)
LEFT_ALONE = Gauge(
    "thungan_sms_provider_left_alone",
    "1 from the fault of a provider until an SMS shows that it works again; the same from every copy",
    ("provider",),
    registry=REGISTRY,
)
UNREPORTED = Gauge(
    "thungan_sms_unreported_seconds",
    "For how long a provider that reports has accepted SMS and has reported nothing; the same from every copy",
    ("provider",),
    registry=REGISTRY,
)
SPENT = Gauge(
    "thungan_sms_spent_dong",
    "Cost of SMS that were or may have been sent on this day and in this month (Vietnam); the same from every copy",
    ("period",),
    registry=REGISTRY,
)
BUDGET = Gauge("thungan_sms_budget_dong", "What may be spent, where that is limited", ("period",), registry=REGISTRY)

LEFT_OUT = Gauge(
    "thungan_sms_customers_left_out",
    "Customers who owe of whom campaigns know no due date or unit, looked at once an hour; the same from every copy",
    registry=REGISTRY,
)

RECONNECTIONS = Gauge(
    "thungan_notify_reconnections_open",
    "Orders to reconnect supply that are not carried out; the same from every copy",
    registry=REGISTRY,
)
LATE_RECONNECTIONS = Gauge(
    "thungan_notify_reconnections_late",
    "Those of them whose clock has run out; the same from every copy",
    registry=REGISTRY,
)
FIRST_RECONNECTION = Gauge(
    "thungan_notify_reconnection_seconds_left",
    "Until the clock of the first of them runs out, negative after it; 0 when there is none; the same from every copy",
    registry=REGISTRY,
)

_MEASURE_EVERY = 5.0
_MEASURE_SMS_EVERY = 30.0

log = structlog.get_logger(__name__)


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
            OVERDUE.set(_seconds(oldest, moment))
            measured_at = time.monotonic()
        return None

    return check


async def watch_sms(pool: Pool, budget: Budget, reporting: Collection[str], clock: Clock = now) -> None:
    """Measure again and again, for ever; ``reporting``: providers that report what became of SMS."""
    while True:
        try:
            async with pool.acquire() as connection:
                await measure_sms(connection, budget, reporting, clock())
        except Exception:
            log.exception("sms_not_measured")
        await asyncio.sleep(_MEASURE_SMS_EVERY)


async def measure_sms(connection: Connection, budget: Budget, reporting: Collection[str], moment: datetime) -> None:
    """Set what the alerts about SMS look at."""
    unknown, oldest = await unsettled(connection)
    UNKNOWN.set(unknown)
    OLDEST_UNKNOWN.set(_seconds(oldest, moment))
    for provider, is_open in (await known_breakers(connection)).items():
        LEFT_ALONE.labels(provider).set(is_open)
    for provider, since in (await unreported_since(connection, reporting, moment)).items():
        UNREPORTED.labels(provider).set(_seconds(since, moment))
    open_now, late, first_due = await reconnection_clocks(connection, moment)
    RECONNECTIONS.set(open_now)
    LATE_RECONNECTIONS.set(late)
    FIRST_RECONNECTION.set(0.0 if first_due is None else (first_due - moment).total_seconds())
    midnight = midnight_before(moment)
    spent = await spent_between(connection, midnight.replace(day=1), midnight, None)
    for period, amount, limit in (
        ("day", spent.today, budget.per_day),
        ("month", spent.this_month, budget.per_month),
    ):
        SPENT.labels(period).set(amount)
        if limit is not None:
            BUDGET.labels(period).set(limit)


def _seconds(since: datetime | None, moment: datetime) -> float:
    return 0.0 if since is None else max(0.0, (moment - since).total_seconds())
