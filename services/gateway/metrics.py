"""Metrics of the gateway, beyond those of every service."""

import time
from collections.abc import Sized
from datetime import datetime

from asyncpg import Pool
from prometheus_client import Gauge

from services.gateway.print_jobs import store
from services.gateway.stream.hub import Hub
from shared.clock import Clock, now
from shared.health import Check
from shared.metrics import REGISTRY

STREAMS = Gauge("thungan_gateway_streams", "Open streams of phones at this copy", registry=REGISTRY)
DAY_STREAMS = Gauge(
    "thungan_gateway_day_streams", "Browsers of the office that watch the day at this copy", registry=REGISTRY
)
PRINT_JOBS = Gauge(
    "thungan_gateway_print_jobs",
    "Print jobs in a state that somebody has to change; the same from every copy",
    ("state",),
    registry=REGISTRY,
)
OLDEST_UNCONFIRMED = Gauge(
    "thungan_gateway_oldest_unconfirmed_seconds",
    "For how long the oldest unconfirmed print job has waited for a person; the same from every copy",
    registry=REGISTRY,
)

_MEASURE_EVERY = 5.0


def watch(hub: Hub, day_streams: Sized) -> Check:
    """Return a check that sets the gauges, and fails once this copy accepts no more streams."""

    async def check() -> str | None:
        STREAMS.set(len(hub))
        DAY_STREAMS.set(len(day_streams))
        return "draining" if hub.draining else None

    return check


def watch_print_jobs(pool: Pool, clock: Clock = now) -> Check:
    """Return a check that counts unfinished and unconfirmed print jobs, every few seconds at most; it never fails."""
    measured_at = -_MEASURE_EVERY

    async def check() -> str | None:
        nonlocal measured_at
        if time.monotonic() - measured_at >= _MEASURE_EVERY:
            async with pool.acquire() as connection:
                counts, oldest = await store.count_waiting(connection)
            for state in store.WAITING:
                PRINT_JOBS.labels(state.value).set(counts.get(state, 0))
            OLDEST_UNCONFIRMED.set(_age(oldest, clock()))
            measured_at = time.monotonic()
        return None

    return check


def _age(moment: datetime | None, at: datetime) -> float:
    return 0.0 if moment is None else max(0.0, (at - moment).total_seconds())
