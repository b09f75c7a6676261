"""Requests to the running services over the bus, as any service makes them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from pydantic import SecretStr, ValidationError

from ops.console import fail
from ops.runner import run
from ops.system import find_system
from shared.contracts.message import Reply, Request
from shared.messaging import Bus, Topology
from shared.settings import ServiceSettings

P = ParamSpec("P")
R = TypeVar("R", bound=Reply)
T = TypeVar("T")


def send_request(request: Request[R], *, timeout: float = 5.0) -> R:
    """Send one request and return its answer. Raises the owner's ``Problem``; prints one line when no owner runs."""
    return run(_send(request, timeout))


def build_request(kind: Callable[P, T], /, *arguments: P.args, **members: P.kwargs) -> T:
    """Return a request made of what a person typed; what it cannot hold becomes one line."""
    try:
        return kind(*arguments, **members)
    except ValidationError as error:
        first = error.errors()[0]
        fail(f"{first['loc'][0]} {str(first.get('input'))[:40]!r}: {first['msg']}", 2)


@asynccontextmanager
async def started_bus() -> AsyncIterator[Bus]:
    """Give a bus that sends requests and has no database."""
    system = find_system()
    settings = ServiceSettings(
        namespace=system.namespace, amqp_url=SecretStr(system.amqp_url), database_url=SecretStr("postgresql://")
    )
    async with Bus(settings, Topology(service="thungan"), pool=None) as bus:
        await bus.start()
        yield bus


async def _send(request: Request[R], timeout: float) -> R:  # noqa: ASYNC109 - it travels with the request
    async with started_bus() as bus:
        return await bus.request(request, timeout=timeout)
