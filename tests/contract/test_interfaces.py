"""The generated descriptions in docs/ say what the code does."""

from pathlib import Path

import pytest

from dev_tools.interfaces import documents, topologies
from shared.contracts.message import Event, Request
from shared.contracts.registry import messages, owner


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_a_generated_description_is_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == documents()[path], "run `python -m dev_tools.interfaces`"


def test_every_request_is_answered_by_its_owner_and_by_nobody_else() -> None:
    answered = [
        (service, request.routing_key()) for service, topology in topologies().items() for request in topology.requests
    ]
    assert sorted(answered) == sorted(
        (owner(message), key) for key, message in messages().items() if issubclass(message, Request)
    )


def test_every_event_is_emitted_by_its_owner_and_by_nobody_else() -> None:
    emitted = [(service, event.routing_key()) for service, topology in topologies().items() for event in topology.emits]
    assert sorted(emitted) == sorted(
        (owner(message), key) for key, message in messages().items() if issubclass(message, Event)
    )


def test_an_event_that_nobody_hears_is_marked_as_a_broadcast() -> None:
    heard = {event for topology in topologies().values() for event in topology.consumes}
    for service, topology in topologies().items():
        unheard = set(topology.emits) - heard
        assert unheard <= set(topology.broadcasts), f"{service}: the outbox would keep these for ever"
