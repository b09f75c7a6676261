"""Metrics of billing beyond those of the bus: what the last audit found, and how old it is."""

import asyncio

import structlog
from asyncpg import Pool
from prometheus_client import Gauge

from services.billing.store.audit_reports import seconds_since_audit, violations_of_last
from shared.metrics import REGISTRY

VIOLATIONS = Gauge("thungan_audit_violations", "What the last audit found", registry=REGISTRY)
AGE = Gauge("thungan_audit_age_seconds", "For how long there has been no audit", registry=REGISTRY)

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
