"""Measures for how long the oldest event in the outbox has been waiting."""

import asyncio

import structlog
from pydantic import SecretStr

from shared import metrics
from shared.messaging.backoff import Backoff
from shared.messaging.database_session import DATABASE_AWAY, database_session

MEASURE_SECONDS = 5.0
"""How often the lag is measured."""

_LAG = """
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8
FROM outbox
WHERE published_at IS NULL
"""

log = structlog.get_logger(__name__)


class LagMeter:
    """Keeps the gauge of the outbox's lag, also while another copy sends or none can."""

    def __init__(self, database_url: SecretStr, service: str, *, instance: str) -> None:
        self._database_url = database_url
        self._session_name = f"{service} lag meter {instance}"
        self._gauge = metrics.OUTBOX_LAG.labels(service)

    async def run(self) -> None:
        """Measure again and again; never returns."""
        backoff = Backoff()
        while True:
            try:
                await self._measure(backoff)
            except DATABASE_AWAY as error:
                delay = backoff.delay()
                log.warning("lag_not_measured", error=type(error).__name__, retry_seconds=round(delay, 2))
                await asyncio.sleep(delay)

    async def _measure(self, backoff: Backoff) -> None:
        try:
            async with database_session(self._database_url, name=self._session_name) as connection:
                backoff.reset()
                while True:
                    self._gauge.set(await connection.fetchval(_LAG))
                    await asyncio.sleep(MEASURE_SECONDS)
        finally:
            # An old value would stay for ever; other copies still measure.
            self._gauge.set(0)
