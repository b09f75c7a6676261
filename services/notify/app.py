"""Wires the notify service: providers, sender, bus, dependencies of the handlers, health."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import structlog

from services.notify.campaigns.planner import Planner
from services.notify.delivery.report_addresses import ReportAddresses
from services.notify.delivery.schedule import Schedule
from services.notify.delivery.sender import Sender
from services.notify.dunning.orders import Orders
from services.notify.dunning.warnings import Warnings
from services.notify.metrics import watch_due, watch_sms
from services.notify.periodic_tasks import Retention
from services.notify.providers import Provider, Surroundings, make_providers
from services.notify.providers.base import Connected
from services.notify.providers.routes import budget_of, chains_of, reporting_providers, terms_of
from services.notify.settings import NotifySettings
from services.notify.texts.reminder_texts import ReminderTexts
from services.notify.texts.template_file import load_templates
from services.notify.topology import TOPOLOGY
from shared.clock import Clock, now
from shared.health import serve_health
from shared.personal_data.retention import load_retention
from shared.placeholders import Environment
from shared.runtime import Running, open_parts

log = structlog.get_logger(__name__)


@asynccontextmanager
async def service(
    settings: NotifySettings, *, providers: Sequence[Provider] | None = None, clock: Clock = now
) -> AsyncIterator[Running]:
    """Run notify; ``providers`` and ``clock`` replace those of the settings and the machine."""
    configuration = settings.configuration()
    kinds = {provider.kind for provider in configuration.providers}
    if settings.environment is Environment.PRODUCTION and kinds == {"sandbox"}:
        log.warning("sms_reach_nobody", sms_providers=[provider.name for provider in configuration.providers])
    texts, limits = ReminderTexts(load_templates(), settings.sms_language), settings.limits()
    dunning = settings.dunning()
    async with open_parts(settings, TOPOLOGY) as parts:
        machine, clock = clock, parts.clock.of(clock)
        around = Surroundings(parts.pool, settings.sandbox_folder(), clock)
        used = providers or make_providers(configuration, around)
        budget, reporting = budget_of(configuration), reporting_providers(configuration, used)
        sender = Sender(
            parts.bus.work,
            used,
            texts,
            limits,
            chains=chains_of(configuration),
            terms=terms_of(configuration),
            budget=budget,
            clock=clock,
            timeout=timedelta(seconds=settings.sms_provider_timeout_seconds),
            concurrency=settings.sms_concurrency,
            report_wait=timedelta(hours=settings.sms_report_wait_hours),
        )
        schedule = Schedule(
            settings.database_url, sender, poll=timedelta(seconds=settings.sms_poll_seconds), clock=clock
        )
        planner = Planner(
            parts.bus.work,
            texts,
            limits,
            dunning=dunning,
            every=timedelta(seconds=settings.sms_plan_seconds),
            clock=clock,
        )
        warnings = Warnings(
            parts.bus.work, texts, limits, dunning, every=timedelta(seconds=settings.sms_plan_seconds), clock=clock
        )
        retention = Retention(parts.pool, clock=clock, rules=load_retention(settings.retention_file))
        addresses = ReportAddresses(configuration, used)
        await parts.bus.start(
            dependencies={
                "texts": texts,
                "limits": limits,
                "clock": clock,
                "addresses": addresses,
                "dunning": dunning,
                "orders": Orders(dunning, clock),
            }
        )
        parts.checks["schedule"] = schedule.check
        parts.checks["reminders"] = watch_due(parts.pool, machine)
        try:
            async with AsyncExitStack() as connections:
                for provider in used:
                    if isinstance(provider, Connected):
                        run = provider.run(sender.record_report)
                        await connections.enter_async_context(parts.bus.background(f"sms_{provider.name}", run))
                async with (
                    parts.bus.background("schedule", schedule.run()),
                    parts.bus.background("campaigns", planner.run()),
                    parts.bus.background("warnings", warnings.run()),
                    parts.bus.background("retention", retention.run()),
                    parts.bus.background("metrics", watch_sms(parts.pool, budget, reporting, clock)),
                    serve_health(parts.checks, host=settings.http_host, port=settings.http_port) as port,
                ):
                    yield Running(parts.bus, port)
        finally:
            for provider in used:
                await provider.close()
