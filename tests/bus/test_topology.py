"""The names and arguments of queues are a promise to every version that runs beside this one."""

import pytest

from shared.contracts.message import Event
from shared.messaging import EventHandler, Names, Topology, TopologyMismatch, UnitOfWork, UnsupportedBroker
from shared.messaging.broker_version import check_broker
from shared.messaging.provision import provision
from shared.messaging.topology import (
    Exchange,
    event_queues,
    exchanges,
    instance_queue,
    own_exchange,
    request_queue,
)
from shared.testing.broker import BrokerView
from shared.testing.fixtures import BusFactory


class Happened(Event):
    """Something happened."""

    message_name = "test.happened"


async def handle(_: Happened, __: UnitOfWork) -> None: ...


SERVICE = Topology(service="billing", handlers=[EventHandler(Happened, handle)])


def test_exchanges_and_queues_are_declared_as_ever() -> None:
    """A change here needs a new queue name: the broker refuses other arguments under the same one."""
    names = Names("thungan")

    assert {exchange.name: exchange.kind for exchange in exchanges(names)} == {
        "thungan.requests": "direct",
        "thungan.events": "topic",
        "thungan.replies": "direct",
    }
    assert own_exchange("billing", names) == Exchange("thungan.billing.own", "direct")
    declared = {queue.name: queue.arguments for queue in event_queues(SERVICE, names)}
    retry = {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": "thungan.billing.events",
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    assert declared == {
        "thungan.billing.dead": {"x-queue-type": "quorum", "x-delivery-limit": 2_147_483_647},
        "thungan.billing.events": {
            "x-queue-type": "quorum",
            "x-delivery-limit": 20,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": "thungan.billing.dead",
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
        "thungan.billing.events.retry.1s": {**retry, "x-message-ttl": 1_000},
        "thungan.billing.events.retry.5s": {**retry, "x-message-ttl": 5_000},
        "thungan.billing.events.retry.30s": {**retry, "x-message-ttl": 30_000},
        "thungan.billing.events.retry.120s": {**retry, "x-message-ttl": 120_000},
        "thungan.billing.events.retry.600s": {**retry, "x-message-ttl": 600_000},
    }
    requests = request_queue(SERVICE, names)
    assert (requests.name, requests.auto_delete) == ("thungan.billing.requests", True)
    assert requests.arguments == {"x-queue-type": "classic", "x-expires": 60_000}
    push = instance_queue("gateway.push.a1", names, "gateway")
    assert (push.name, push.arguments) == (
        "thungan.gateway.push.a1",
        {"x-queue-type": "classic", "x-expires": 600_000},
    )


def test_the_dead_queue_is_declared_before_the_queue_that_needs_it() -> None:
    order = [queue.name for queue in event_queues(SERVICE, Names("n"))]

    assert order[:2] == ["n.billing.dead", "n.billing.events"]


async def test_a_queue_with_other_arguments_stops_the_start_with_a_clear_error(
    bus_for: BusFactory, broker: BrokerView
) -> None:
    dead = broker.names.dead_queue("billing")
    async with broker.channel() as channel:
        await channel.declare_queue(dead, durable=True, arguments={"x-queue-type": "classic"})

    with pytest.raises(TopologyMismatch, match=dead):
        await bus_for(SERVICE, database_url="postgresql://nobody@127.0.0.1:1/none")


async def test_queues_can_be_declared_before_the_first_start(settings_for: object, broker: BrokerView) -> None:
    assert callable(settings_for)

    await provision(settings_for(), SERVICE)

    assert await broker.count(broker.names.event_queue("billing")) == 0
    assert await broker.consumers(broker.names.event_queue("billing")) == 0


@pytest.mark.parametrize("version", ["3.10.8", "3.13.7", "4.0.5", "4.3.0"])
def test_the_brokers_that_were_measured_are_accepted(version: str) -> None:
    assert check_broker({"product": "RabbitMQ", "version": version}) == version


@pytest.mark.parametrize(
    ("product", "version"), [("RabbitMQ", "3.9.27"), ("RabbitMQ", "5.0.0"), ("LavinMQ", "4.0.0"), ("RabbitMQ", "?")]
)
def test_other_brokers_are_refused(product: str, version: str) -> None:
    with pytest.raises(UnsupportedBroker):
        check_broker({"product": product, "version": version})


def test_a_topology_names_each_message_once_and_broadcasts_only_what_it_emits() -> None:
    with pytest.raises(ValueError, match="twice"):
        Topology(service="x", emits=[Happened, Happened])
    with pytest.raises(ValueError, match="twice"):
        Topology(service="x", handlers=[EventHandler(Happened, handle), EventHandler(Happened, handle)])
    with pytest.raises(ValueError, match="broadcasts"):
        Topology(service="x", broadcasts=[Happened])
