"""Which messages a service handles and emits, as data; and the exchanges and queues that follow from it.

The arguments of a queue can never change under the same name: the broker refuses (406), which would stop a rolling
deployment. A change needs a new name (``….v2``) beside the old one. ``tests/bus/test_topology.py`` freezes them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shared.contracts.message import Event, Request
from shared.messaging.handlers import EventHandler, Handler, RequestHandler

RETRY_SECONDS = (1, 5, 30, 120, 600)
"""The rungs of the retry ladder: how long an event waits after its first, second, … failure."""

DELIVERY_LIMIT = 20
"""How often the broker may hand out one event before it goes to the dead queue: a guard against messages that kill
their process. The real retry budget is counted in our own header."""

DEAD_DELIVERY_LIMIT = 2**31 - 1
"""Never: looking at a dead letter and putting it back counts as a delivery, and RabbitMQ 4 drops a message after 20
by default. (-1 would be clearer, but RabbitMQ 3.10 drops the message after one delivery.)"""

REQUEST_QUEUE_EXPIRES = 60_000
"""Milliseconds after which the broker removes an unused request queue."""

INSTANCE_QUEUE_EXPIRES = 600_000
"""Milliseconds after which the broker removes the queue of an instance that is gone."""


@dataclass(frozen=True, slots=True)
class Topology:
    """The messages of one service: what it handles and how, and what it emits."""

    service: str
    """Name of the service; the prefix of its queues and its name as sender."""

    handlers: Sequence[Handler] = ()
    """The requests that it answers and the events that it consumes, each with its function."""

    emits: Sequence[type[Event]] = ()
    """Events that it emits. Each must reach a queue; while none is bound, the outbox keeps it and tries again."""

    broadcasts: Sequence[type[Event]] = ()
    """Those of ``emits`` that may have no consumer at all: published once, routed or not."""

    def __post_init__(self) -> None:
        for kind, messages in (("handlers", [handler.message for handler in self.handlers]), ("emits", self.emits)):
            keys = [message.routing_key() for message in messages]
            if len(keys) != len(set(keys)):
                raise ValueError(f"{self.service}: a message is listed twice in {kind}")
        surplus = set(self.broadcasts) - set(self.emits)
        if surplus:
            raise ValueError(f"{self.service}: broadcasts must be listed in emits, too: {surplus}")

    @property
    def requests(self) -> tuple[type[Request[Any]], ...]:
        """Requests that it answers."""
        return tuple(handler.message for handler in self.handlers if isinstance(handler, RequestHandler))

    @property
    def consumes(self) -> tuple[type[Event], ...]:
        """Events that it handles."""
        return tuple(handler.message for handler in self.handlers if isinstance(handler, EventHandler))


@dataclass(frozen=True, slots=True)
class Exchange:
    """An exchange as it is declared: always durable."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue as it is declared: always durable (RabbitMQ 4.3 refuses transient queues that are not exclusive)."""

    name: str
    arguments: dict[str, Any]
    auto_delete: bool = False
    bindings: tuple[tuple[str, str], ...] = field(default=())
    """Pairs of exchange and routing key."""

    spares: tuple[str, ...] = field(default=())
    """Names that a queue which lives on one node of the broker's cluster has instead while that node is gone."""

    def named(self, name: str) -> "Queue":
        """Return the same queue, with the same bindings, under another name."""
        return replace(self, name=name)


@dataclass(frozen=True, slots=True)
class Names:
    """Names of everything on the broker that belongs to one namespace."""

    namespace: str

    @property
    def requests(self) -> str:
        """The exchange that requests go to."""
        return f"{self.namespace}.requests"

    @property
    def events(self) -> str:
        """The exchange that events go to."""
        return f"{self.namespace}.events"

    @property
    def replies(self) -> str:
        """The exchange that answers go to."""
        return f"{self.namespace}.replies"

    def own_exchange(self, service: str) -> str:
        """The exchange over which a service sends to its own queues: retries, dead letters, wake-ups."""
        return f"{self.namespace}.{service}.own"

    def reply_queue(self, service: str, token: str) -> str:
        """The queue of answers to one copy of a service."""
        return f"{self.namespace}.{service}.replies.{token}"

    def request_queue(self, service: str) -> str:
        """The queue of requests to all copies of a service."""
        return f"{self.namespace}.{service}.requests"

    def event_queue(self, service: str) -> str:
        """The queue of events for all copies of a service."""
        return f"{self.namespace}.{service}.events"

    def retry_queue(self, service: str, seconds: int) -> str:
        """The queue in which events of a service wait for ``seconds`` before they come back."""
        return f"{self.namespace}.{service}.events.retry.{seconds}s"

    def dead_queue(self, service: str) -> str:
        """The queue of events that a service dead-lettered."""
        return f"{self.namespace}.{service}.dead"

    def instance_queue(self, name: str) -> str:
        """The queue of one instance, for example ``gateway.push.a1b2``; a full name stays as it is."""
        return name if name.startswith(f"{self.namespace}.") else f"{self.namespace}.{name}"


def exchanges(names: Names) -> tuple[Exchange, ...]:
    """Return the exchanges that the services of a namespace share."""
    return (Exchange(names.requests, "direct"), Exchange(names.events, "topic"), Exchange(names.replies, "direct"))


def own_exchange(service: str, names: Names) -> Exchange:
    """Return the exchange over which a service sends to its own queues."""
    return Exchange(names.own_exchange(service), "direct")


def request_queue(topology: Topology, names: Names) -> Queue:
    """Return the queue of requests: it disappears with its last consumer, so that callers learn at once."""
    return Queue(
        name=names.request_queue(topology.service),
        arguments={"x-queue-type": "classic", "x-expires": REQUEST_QUEUE_EXPIRES},
        auto_delete=True,
        bindings=tuple((names.requests, message.routing_key()) for message in topology.requests),
        spares=_spares(names.request_queue(topology.service)),
    )


def event_queues(topology: Topology, names: Names) -> Iterator[Queue]:
    """Yield the queues for the events of a service, in the order of their declaration: dead, work, retry.

    The dead queue comes before the queue that dead-letters into it, else a message could fall between.
    """
    work = names.event_queue(topology.service)
    dead = names.dead_queue(topology.service)
    own = names.own_exchange(topology.service)
    yield Queue(
        name=dead,
        arguments={"x-queue-type": "quorum", "x-delivery-limit": DEAD_DELIVERY_LIMIT},
        bindings=((own, dead),),
    )
    yield Queue(
        name=work,
        arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": dead,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
        bindings=tuple((names.events, message.routing_key()) for message in topology.consumes),
    )
    for seconds in RETRY_SECONDS:
        retry = names.retry_queue(topology.service, seconds)
        yield Queue(
            name=retry,
            arguments={
                "x-queue-type": "quorum",
                "x-message-ttl": seconds * 1000,
                "x-dead-letter-exchange": "",
                "x-dead-letter-routing-key": work,
                "x-dead-letter-strategy": "at-least-once",
                "x-overflow": "reject-publish",
            },
            bindings=((own, retry),),
        )


def instance_queue(name: str, names: Names, service: str) -> Queue:
    """Return the queue of one instance of a service: it survives a reconnect and goes when the instance stays away."""
    queue = names.instance_queue(name)
    return Queue(
        name=queue,
        arguments={"x-queue-type": "classic", "x-expires": INSTANCE_QUEUE_EXPIRES},
        bindings=((names.own_exchange(service), queue),),
        spares=_spares(queue),
    )


def _spares(name: str) -> tuple[str, ...]:
    """Return the further names of a queue that lives on one node.

    The broker keeps the name for the node until that comes back. Two are as many as can be needed of three nodes.
    """
    return tuple(f"{name}.spare.{number}" for number in (1, 2))
