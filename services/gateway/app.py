"""The composition root of the gateway: the only place that knows which part gets which."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from services.gateway import metrics
from services.gateway.approvals.rules import ApprovalLimitRule
from services.gateway.dependencies import Dependencies
from services.gateway.edge.addresses import counted_as
from services.gateway.live_day.browsers import DayStreams
from services.gateway.periodic_tasks import PeriodicTasks
from services.gateway.routes import make_application
from services.gateway.secret_box import box_of
from services.gateway.settings import GatewaySettings
from services.gateway.staff.sealed_factors import keep_second_factors_sealed
from services.gateway.store import presence
from services.gateway.stream.hub import Hub
from services.gateway.stream.session import Stream
from services.gateway.stream.wakeups import Wakeups, queue_of
from services.gateway.topology import TOPOLOGY
from services.gateway.webhooks.configuration import load_webhooks
from shared.clock import Clock, now
from shared.health import add_health_routes, serve_app, serve_health
from shared.http_server import HeldConnections
from shared.rule_files import load_rules
from shared.runtime import Parts, Running, open_parts


@asynccontextmanager
async def service(settings: GatewaySettings, *, clock: Clock = now) -> AsyncIterator[Running]:
    """Run the gateway."""
    approval_limits = load_rules(settings.approval_limits_file, ApprovalLimitRule)
    bank_webhooks = load_webhooks(settings.bank_webhooks)
    second_factors = box_of(settings.second_factor_keys_file)
    async with open_parts(settings, TOPOLOGY) as parts:
        machine, clock = clock, parts.clock.of(clock)
        hub = Hub()
        # A name for each start: a message to a process that has died must not reach the next one.
        instance = f"{settings.instance}-{secrets.token_hex(3)}"
        wakeups = Wakeups(hub, parts.bus, parts.pool, instance)
        dependencies = Dependencies(
            settings=settings,
            bus=parts.bus,
            pool=parts.pool,
            notifier=wakeups,
            instance=instance,
            clock=clock,
            approval_limits=approval_limits,
            bank_webhooks=bank_webhooks,
            second_factors=second_factors,
        )
        await parts.bus.start(dependencies={"notifier": wakeups, "clock": clock})
        await parts.bus.consume_transient(queue_of(instance), wakeups.receive)
        day_streams = DayStreams(dependencies, wakeups.days)
        application = make_application(dependencies, Stream(dependencies, hub, wakeups).serve, day_streams.serve)
        parts.checks["streams"] = metrics.watch(hub, day_streams)
        parts.checks["print_jobs"] = metrics.watch_print_jobs(parts.pool, machine)
        add_health_routes(application, parts.checks, with_metrics=False)
        async with (
            parts.bus.background("periodic_tasks", PeriodicTasks(dependencies, hub, day_streams).run()),
            parts.bus.background("day_changes", wakeups.days.run()),
            parts.bus.background("second_factors", keep_second_factors_sealed(parts.pool, second_factors)),
            _presence(parts, instance),
            serve_health(parts.checks, host=settings.metrics_host, port=settings.metrics_port) as metrics_port,
            serve_app(
                application,
                host=settings.http_host,
                port=settings.http_port,
                header_seconds=settings.header_timeout,
                idle_seconds=settings.idle_timeout,
                write_seconds=settings.write_timeout,
                held=None if settings.hops else HeldConnections(settings.connections_per_address, counted_as),
            ) as port,
        ):
            try:
                yield Running(parts.bus, port, metrics_port)
            finally:
                # Before the HTTP side stops: it would wait for the sockets.
                day_streams.drain()
                await hub.drain(settings.drain_batch, settings.drain_pause)
                await wakeups.stop()


@asynccontextmanager
async def _presence(parts: Parts, instance: str) -> AsyncIterator[None]:
    try:
        yield
    finally:
        # Best effort: without a database the lease ends by itself.
        with suppress(Exception):
            async with asyncio.timeout(2), parts.pool.acquire() as connection:
                await presence.end_lease(connection, instance)
