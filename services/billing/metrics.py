"""Metrics of billing beyond those of the bus: the last audit, backups, held readings, files from a watched folder."""

import asyncio
from collections.abc import Mapping, Sequence

import structlog
from asyncpg import Pool
from prometheus_client import Counter, Gauge

from services.billing.store.agreements import count_in_force
from services.billing.store.audit_reports import seconds_since_audit, violations_of_last
from services.billing.store.backup_records import backup_state
from services.billing.store.bank_credits import count_waiting
from services.billing.store.held_readings import AGES, count_held
from services.billing.store.partner_files import count_open
from shared.clock import Clock, business_day, now
from shared.db import Connection
from shared.metrics import REGISTRY

VIOLATIONS = Gauge("thungan_audit_violations", "What the last audit found", registry=REGISTRY)
AGE = Gauge("thungan_audit_age_seconds", "For how long there has been no audit", registry=REGISTRY)
BACKUP_AGE = Gauge("thungan_backup_age_seconds", "For how long there has been no good backup", registry=REGISTRY)
DRILL_AGE = Gauge("thungan_backup_drill_age_seconds", "For how long no drill went well", registry=REGISTRY)
RECOVERY = Gauge("thungan_backup_recovery_seconds", "How long the last drill took to restore", registry=REGISTRY)
DRILL_CLEAN = Gauge("thungan_backup_drill_clean", "1 unless the last drill found something", registry=REGISTRY)

HELD = Gauge("thungan_held_readings", "Periods whose readings are held", ("unit", "age"), registry=REGISTRY)
WAITING_CREDITS = Gauge("thungan_waiting_bank_credits", "Bank credits that wait for a person", registry=REGISTRY)
WAITING_DIFFERENCES = Gauge(
    "thungan_partner_differences", "Differences with a partner that wait", ("partner",), registry=REGISTRY
)
AGREEMENTS = Gauge("thungan_agreements_in_force", "Instalment agreements that are in force", registry=REGISTRY)
LATE_AGREEMENTS = Gauge(
    "thungan_agreements_late", "Those of them of which a part is late, and which will be broken", registry=REGISTRY
)
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


async def watch_backups(pool: Pool) -> None:
    """Measure again and again, for ever."""
    while True:
        try:
            async with pool.acquire() as connection:
                state = await backup_state(connection)
            BACKUP_AGE.set(state.backup_age)
            DRILL_AGE.set(state.drill_age)
            RECOVERY.set(state.recovery_seconds)
            DRILL_CLEAN.set(state.drill_clean)
        except Exception:
            log.exception("backups_not_measured")
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


async def watch_worklists(pool: Pool) -> None:
    """Measure again and again, for ever, what waits for a person: of banks, partners, and who pays in parts."""
    while True:
        try:
            async with pool.acquire() as connection:
                await measure_worklists(connection)
        except Exception:
            log.exception("worklists_not_measured")
        await asyncio.sleep(_MEASURE_EVERY)


async def measure_worklists(connection: Connection, clock: Clock = now) -> None:
    """Set what the alerts about worklists and agreements look at."""
    WAITING_CREDITS.set(await count_waiting(connection))
    WAITING_DIFFERENCES.clear()
    for partner_code, count in (await count_open(connection)).items():
        WAITING_DIFFERENCES.labels(partner_code).set(count)
    in_force, late = await count_in_force(connection, business_day(clock()))
    AGREEMENTS.set(in_force)
    LATE_AGREEMENTS.set(late)


def show_held(counts: Mapping[str, Sequence[int]]) -> None:
    """Show how many periods of each unit are held, by age."""
    HELD.clear()
    for unit, by_age in counts.items():
        for age, count in zip(AGES, by_age, strict=True):
            HELD.labels(unit, age).set(count)
