"""Wires the customer service: bus, dependencies of the handlers, health."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from services.customer.periodic_tasks import Retention
from services.customer.settings import CustomerSettings
from services.customer.topology import TOPOLOGY
from shared.clock import Clock, now
from shared.health import serve_health
from shared.runtime import Running, open_parts


@asynccontextmanager
async def service(settings: CustomerSettings, *, clock: Clock = now) -> AsyncIterator[Running]:
    """Run the service until the block ends."""
    async with open_parts(settings, TOPOLOGY) as parts:
        clock = parts.clock.of(clock)
        await parts.bus.start(
            dependencies={
                "rules": settings.visit_rules,
                "clock": clock,
                "new_work": parts.bus.work,
                "days_to_answer": settings.days_to_answer_complaints,
            }
        )
        retention = Retention(
            parts.pool,
            photos_kept=timedelta(days=settings.photo_days),
            complaints_kept=timedelta(days=settings.settled_complaint_days),
            clock=clock,
        )
        async with (
            parts.bus.background("retention", retention.run()),
            serve_health(parts.checks, host=settings.http_host, port=settings.http_port) as port,
        ):
            yield Running(parts.bus, port)
