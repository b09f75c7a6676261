"""What the bus counts, as Prometheus reads it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from prometheus_client import generate_latest
from pydantic import SecretStr

from shared.contracts.message import Event
from shared.messaging import EventHandler, PermanentError, Topology, UnitOfWork
from shared.metrics import REGISTRY
from shared.testing import wait_until
from shared.testing.fixtures import BusFactory
from shared.testing.proxy import TcpProxy

Database = Callable[..., Awaitable[str]]


class Weighed(Event):
    """Something was weighed."""

    message_name = "test.weighed"
    number: int


KIND = Weighed.routing_key()


def value(name: str, **labels: str) -> float | None:
    """Return a metric's value, None where it has no line; labels in the order of their declaration."""
    return REGISTRY.get_sample_value(f"thungan_bus_{name}", labels)


async def fail(_: Weighed, __: UnitOfWork) -> None:
    raise PermanentError("never")


def test_every_metric_of_the_bus_has_the_fixed_labels_and_no_others() -> None:
    per_message, per_service = ("service", "message"), ("service",)
    found = {
        metric.name: getattr(metric, "documentation", "") and _labels(metric.name)
        for metric in REGISTRY.collect()
        if metric.name.startswith("thungan_bus_")
    }

    counters = ("published", "confirmed", "returned", "unsendable", "consumed", "retried", "dead", "inbox_duplicates")
    assert found == {
        **{f"thungan_bus_{name}": per_message for name in (*counters, "handler_seconds")},
        **{
            f"thungan_bus_{name}": per_service
            for name in ("in_flight", "outbox_lag_seconds", "blocked", "dead_waiting")
        },
    }


def _labels(name: str) -> tuple[str, ...]:
    collectors: dict[str, Any] = REGISTRY._names_to_collectors
    return tuple(collectors[name]._labelnames)


async def test_what_will_be_counted_is_there_with_zero_before_the_first_message(
    bus_for: BusFactory, database: Database
) -> None:
    await bus_for(
        Topology(service="zero", handlers=[EventHandler(Weighed, fail)], emits=[Weighed]),
        database_url=await database(),
    )

    sent, received = ("published", "confirmed", "returned", "unsendable"), ("consumed", "retried", "dead")
    for name in (*sent, *received, "inbox_duplicates"):
        assert value(f"{name}_total", service="zero", message=KIND) == 0, name
    assert value("dead_total", service="zero", message="unknown") == 0
    assert b'thungan_bus_dead_total{message="test.weighed.v1",service="zero"} 0.0' in generate_latest(REGISTRY)


async def test_the_dead_letters_that_lie_there_are_counted(
    bus_for: BusFactory, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.consumer._LOOK_EVERY", 0.2)
    grave = await bus_for(
        Topology(service="grave", handlers=[EventHandler(Weighed, fail)], emits=[Weighed]),
        database_url=await database(),
    )
    async with grave.work() as work:
        for number in range(3):
            await work.emit(Weighed(number=number))

    async def counted() -> bool:
        assert await grave.checks()["consumers"]() is None
        return value("dead_waiting", service="grave") == 3

    await wait_until(counted, 20, every=0.2)


@pytest.mark.timeout(60)
async def test_the_lag_of_the_outbox_grows_while_the_broker_is_away_and_goes_when_it_is_back(
    bus_for: BusFactory, database: Database, amqp_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.lag_meter.MEASURE_SECONDS", 0.2)
    async with TcpProxy.in_front_of(amqp_url) as proxy:
        service = Topology(service="lagging", emits=[Weighed], broadcasts=[Weighed])
        bus = await bus_for(service, database_url=await database(), amqp_url=SecretStr(proxy.url(amqp_url)))
        proxy.down()
        async with bus.work() as work:
            await work.emit(Weighed(number=1))

        await wait_until(lambda: (value("outbox_lag_seconds", service="lagging") or 0) > 1, 20, every=0.1)
        proxy.heal()
        await wait_until(lambda: value("outbox_lag_seconds", service="lagging") == 0, 30, every=0.1)
