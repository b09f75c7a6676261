"""Metrics of billing beyond those of the bus: the last audit, held readings, files from a watched folder."""

import asyncio
from collections.abc import Mapping, Sequence

import structlog
from asyncpg import Pool
from prometheus_client import Counter, Gauge

from services.billing.store.audit_reports import seconds_since_audit, violations_of_last
from services.billing.store.held_readings import AGES, count_held
from shared.metrics import REGISTRY

VIOLATIONS = Gauge("thungan_audit_violations", "What the last audit found", registry=REGISTRY)
AGE = Gauge("thungan_audit_age_seconds", "For how long there has been no audit", registry=REGISTRY)

HELD = Gauge("thungan_held_readings", "Periods whose readings are held", ("unit", "age"), registry=REGISTRY)
FILES = Counter("thungan_reading_files", "Files of the watched folder by outcome", ("outcome",), registry=REGISTRY)
LINES = Counter(
    "thungan_reading_file_lines",
    "What files of the watched folder held: periods added and held, lines rejected",
    ("outcome",),
    registry=REGISTRY,
)
for _outcome in ("taken", "repeated", "refused"):
    FILES.labels(_outcome)
for _outcome in ("added", "held", "rejected"):
    LINES.labels(_outcome)

_MEASURE_EVERY = 30.0

log = structlog.get_logger(__name__)


async def watch_audits(pool: Pool) -> None:
    """Measure again and again, for ever."""
    while True:
        try:
            async with pool.acquire() as connection:
                VIOLATIONS.set(await violations_of_last(connection))
                AGE.set(await seconds_since_audit(connection))
        except Exception:
            log.exception("audits_not_measured")
        await asyncio.sleep(_MEASURE_EVERY)


async def watch_held_readings(pool: Pool) -> None:
    """Measure again and again, for ever."""
    while True:
        try:
            async with pool.acquire() as connection:
                show_held(await count_held(connection))
        except Exception:
            log.exception("held_readings_not_measured")
        await asyncio.sleep(_MEASURE_EVERY)


def show_held(counts: Mapping[str, Sequence[int]]) -> None:
    """Show how many periods of each unit are held, by age."""
    HELD.clear()
    for unit, by_age in counts.items():
        for age, count in zip(AGES, by_age, strict=True):
            HELD.labels(unit, age).set(count)
