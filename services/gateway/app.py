"""The composition root of the gateway: the only place that knows which part gets which."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from services.gateway import metrics
from services.gateway.gateway import Gateway
from services.gateway.routes import make_application
from services.gateway.settings import GatewaySettings
from services.gateway.store import presence
from services.gateway.stream.hub import Hub
from services.gateway.stream.session import Stream
from services.gateway.stream.wakeups import Wakeups, queue_of
from services.gateway.topology import TOPOLOGY
from services.gateway.upkeep import Upkeep
from shared.clock import Clock, now
from shared.health import add_health_routes, serve_app
from shared.runtime import Parts, Running, open_parts


@asynccontextmanager
async def service(settings: GatewaySettings, *, clock: Clock = now) -> AsyncIterator[Running]:
    """Run the gateway."""
    async with open_parts(settings, TOPOLOGY) as parts:
        hub = Hub()
        # A name for each start: what is said to a process that has died must not reach the one after it.
        instance = f"{settings.instance}-{secrets.token_hex(3)}"
        wakeups = Wakeups(hub, parts.bus, parts.pool, instance)
        gateway = Gateway(
            settings=settings, bus=parts.bus, pool=parts.pool, waker=wakeups, instance=instance, now=clock
        )
        await parts.bus.start(dependencies={"waker": wakeups, "now": clock})
        await parts.bus.consume_transient(queue_of(instance), wakeups.heard)
        application = make_application(gateway, Stream(gateway, hub, wakeups).serve)
        parts.checks["streams"] = metrics.watch(hub)
        parts.checks["print_jobs"] = metrics.watch_print_jobs(parts.pool, clock)
        add_health_routes(application, parts.checks)
        async with (
            parts.bus.background("upkeep", Upkeep(gateway, hub).run()),
            _presence(parts, instance),
            serve_app(application, host=settings.http_host, port=settings.http_port) as port,
        ):
            try:
                yield Running(parts.bus, port)
            finally:
                # Before the HTTP side stops: it would wait for the sockets.
                await hub.drain(settings.drain_batch, settings.drain_pause)


@asynccontextmanager
async def _presence(parts: Parts, instance: str) -> AsyncIterator[None]:
    try:
        yield
    finally:
        # A courtesy: without a database the lease ends by itself.
        with suppress(Exception):
            async with asyncio.timeout(2), parts.pool.acquire() as connection:
                await presence.end_lease(connection, instance)
