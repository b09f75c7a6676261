"""What one service emits, another consumes; what one requests, another answers. Checked here, in no service."""

import pytest

from dev_tools.interfaces import topologies
from shared.contracts.message import Event, Message, Request
from shared.contracts.registry import messages, owner
from shared.messaging import Topology


@pytest.fixture(scope="module")
def services() -> dict[str, Topology]:
    return dict(topologies())


def in_contracts(kind: type[Message]) -> list[tuple[str, str]]:
    return sorted((owner(message), key) for key, message in messages().items() if issubclass(message, kind))


def test_a_topology_is_named_like_its_service(services: dict[str, Topology]) -> None:
    assert {name: topology.service for name, topology in services.items()} == {name: name for name in services}


def test_every_request_is_answered_by_its_owner_and_by_nobody_else(services: dict[str, Topology]) -> None:
    answered = [(name, request.routing_key()) for name, topology in services.items() for request in topology.requests]
    assert sorted(answered) == in_contracts(Request)


def test_every_event_is_emitted_by_its_owner_and_by_nobody_else(services: dict[str, Topology]) -> None:
    emitted = [(name, event.routing_key()) for name, topology in services.items() for event in topology.emits]
    assert sorted(emitted) == in_contracts(Event)


def test_every_event_that_is_consumed_is_emitted(services: dict[str, Topology]) -> None:
    emitted = {event for topology in services.values() for event in topology.emits}
    assert {event for topology in services.values() for event in topology.consumes} <= emitted


def test_an_event_that_nobody_consumes_is_a_broadcast(services: dict[str, Topology]) -> None:
    """The outbox would keep any other for ever."""
    consumed = {event for topology in services.values() for event in topology.consumes}
    for name, topology in services.items():
        assert set(topology.emits) - consumed <= set(topology.broadcasts), name
