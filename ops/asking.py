"""Asking the running services something over the bus, as any service would."""

from typing import TypeVar

from pydantic import SecretStr

from ops.running import find_system
from ops.session import run
from shared.contracts.message import Reply, Request
from shared.messaging import Bus, Topology
from shared.settings import ServiceSettings

R = TypeVar("R", bound=Reply)


def ask(request: Request[R], *, timeout: float = 5.0) -> R:
    """Send one request and return its answer. Raises the owner's ``Problem``; prints one line when nobody is there."""
    return run(_ask(request, timeout))


async def _ask(request: Request[R], timeout: float) -> R:  # noqa: ASYNC109 - it travels with the request
    system = find_system()
    settings = ServiceSettings(
        namespace=system.namespace, amqp_url=SecretStr(system.amqp_url), database_url=SecretStr("postgresql://")
    )
    async with Bus(settings, Topology(service="thungan"), pool=None) as bus:
        await bus.start()
        return await bus.request(request, timeout=timeout)
