"""Metrics of customer beyond those of the bus: requests of people about their data, whose clocks run."""

import asyncio

import structlog
from asyncpg import Pool
from prometheus_client import Gauge

from services.customer.store.person_requests import count_open
from shared.clock import Clock
from shared.contracts.customer import PersonRequestKind
from shared.metrics import REGISTRY

OPEN = Gauge(
    "thungan_person_requests",
    "Open requests about personal data, and open incidents",
    ("kind",),
    registry=REGISTRY,
)
LATE = Gauge("thungan_person_requests_late", "Those of them of which a clock has run out", ("kind",), registry=REGISTRY)
LEFT = Gauge(
    "thungan_person_request_seconds_left",
    "Until the next clock of one of them runs out, below 0 since one has; a year where none is open",
    ("kind",),
    registry=REGISTRY,
)

_NONE_OPEN = 365 * 86_400.0
_MEASURE_EVERY = 60.0

log = structlog.get_logger(__name__)


async def watch_person_requests(pool: Pool, clock: Clock) -> None:
    """Measure again and again, for ever."""
    while True:
        try:
            await measure(pool, clock)
        except Exception:
            log.exception("person_requests_not_measured")
        await asyncio.sleep(_MEASURE_EVERY)


async def measure(pool: Pool, clock: Clock) -> None:
    """Set the figures of now."""
    moment = clock()
    async with pool.acquire() as connection:
        found = await count_open(connection, moment)
    for kind in PersonRequestKind:
        is_open, late, following = found.get(kind, (0, 0, None))
        OPEN.labels(kind).set(is_open)
        LATE.labels(kind).set(late)
        LEFT.labels(kind).set(_NONE_OPEN if following is None else (following - moment).total_seconds())
