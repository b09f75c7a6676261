"""Wires the customer service: bus, dependencies of the handlers, health."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from services.customer.metrics import watch_person_requests
from services.customer.periodic_tasks import Retention
from services.customer.personal_data.rules import ClockRule
from services.customer.settings import CustomerSettings
from services.customer.topology import TOPOLOGY
from shared.clock import Clock, now
from shared.health import serve_health
from shared.personal_data.retention import load_retention
from shared.rule_files import load_rules
from shared.runtime import Running, open_parts


@asynccontextmanager
async def service(settings: CustomerSettings, *, clock: Clock = now) -> AsyncIterator[Running]:
    """Run the service until the block ends."""
    clock_rules = load_rules(settings.person_clocks_file, ClockRule)
    async with open_parts(settings, TOPOLOGY) as parts:
        clock = parts.clock.of(clock)
        await parts.bus.start(
            dependencies={
                "rules": settings.visit_rules,
                "clock": clock,
                "new_work": parts.bus.work,
                "days_to_answer": settings.days_to_answer_complaints,
                "clock_rules": clock_rules,
            }
        )
        retention = Retention(
            parts.pool,
            photos_kept=timedelta(days=settings.photo_days),
            complaints_kept=timedelta(days=settings.settled_complaint_days),
            rules=load_retention(settings.retention_file),
            clock=clock,
        )
        async with (
            parts.bus.background("retention", retention.run()),
            parts.bus.background("person_requests", watch_person_requests(parts.pool, clock)),
            serve_health(parts.checks, host=settings.http_host, port=settings.http_port) as port,
        ):
            yield Running(parts.bus, port)
