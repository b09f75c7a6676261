"""What one service says, another hears; what one asks, another answers. Held together here, in no service."""

from importlib import import_module

import pytest

from shared.contracts.message import Event, Message, Request
from shared.contracts.registry import messages, owner
from shared.messaging import Topology

SERVICES = ("billing", "customer", "gateway", "notify", "receipt")


@pytest.fixture(scope="module")
def topologies() -> dict[str, Topology]:
    return {name: import_module(f"services.{name}.topology").TOPOLOGY for name in SERVICES}


def test_a_topology_is_named_like_its_service(topologies: dict[str, Topology]) -> None:
    assert {name: topology.service for name, topology in topologies.items()} == {name: name for name in SERVICES}


def test_every_event_that_must_arrive_has_a_consumer(topologies: dict[str, Topology]) -> None:
    consumed = {event for topology in topologies.values() for event in topology.consumes}
    must_arrive = {
        event for topology in topologies.values() for event in topology.emits if event not in topology.broadcasts
    }

    assert must_arrive - consumed == set()


def test_every_event_that_is_waited_for_is_said_by_its_owner(topologies: dict[str, Topology]) -> None:
    emitted = {event: name for name, topology in topologies.items() for event in topology.emits}
    consumed: set[type[Event]] = {event for topology in topologies.values() for event in topology.consumes}

    assert consumed - set(emitted) == set()
    assert {event: name for event, name in emitted.items() if owner(event) != name} == {}


def test_every_message_of_the_contracts_is_in_the_topology_of_its_owner(topologies: dict[str, Topology]) -> None:
    missing: list[type[Message]] = []
    for message in messages().values():
        topology = topologies[owner(message)]
        known = topology.requests if issubclass(message, Request) else topology.emits
        if message not in known:
            missing.append(message)

    assert missing == []
