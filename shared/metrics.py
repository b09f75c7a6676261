"""What is counted, with a fixed set of labels: ``service`` and, for figures of a message, ``message``."""

from functools import cache, cached_property

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
"""Everything that ``/metrics`` shows; services register their own counters here."""

_MESSAGE = ("service", "message")

PUBLISHED = Counter(
    "thungan_bus_published", "Messages handed to the broker, each attempt counted", _MESSAGE, registry=REGISTRY
)
CONFIRMED = Counter(
    "thungan_bus_confirmed", "Messages that the broker took responsibility for", _MESSAGE, registry=REGISTRY
)
RETURNED = Counter("thungan_bus_returned", "Messages that no queue was bound for", _MESSAGE, registry=REGISTRY)
UNSENDABLE = Counter(
    "thungan_bus_unsendable",
    "Events in the outbox that cannot be sent because of a fault of their own, each attempt counted",
    _MESSAGE,
    registry=REGISTRY,
)
CONSUMED = Counter(
    "thungan_bus_consumed", "Messages handled to the end, whatever the outcome", _MESSAGE, registry=REGISTRY
)
RETRIED = Counter("thungan_bus_retried", "Events put on the retry ladder after an error", _MESSAGE, registry=REGISTRY)
DEAD = Counter("thungan_bus_dead", "Events dead-lettered", _MESSAGE, registry=REGISTRY)
DUPLICATES = Counter(
    "thungan_bus_inbox_duplicates", "Events that came again and were absorbed", _MESSAGE, registry=REGISTRY
)
IN_FLIGHT = Gauge(
    "thungan_bus_in_flight", "Messages taken from the broker and not settled", ("service",), registry=REGISTRY
)
OUTBOX_LAG = Gauge(
    "thungan_bus_outbox_lag_seconds",
    "Age of the oldest event that is due and not confirmed; 0 when there is none; the same from every copy",
    ("service",),
    registry=REGISTRY,
)
PARTITIONS_MISSING = Gauge(
    "thungan_partitions_missing",
    "Partitions of a table that should be there, ahead of time, and are not; the same from every copy",
    ("service", "table"),
    registry=REGISTRY,
)
BLOCKED = Gauge(
    "thungan_bus_blocked", "1 while the broker refuses to be published to (alarm)", ("service",), registry=REGISTRY
)
HANDLER_SECONDS = Histogram(
    "thungan_bus_handler_seconds",
    "Time from taking a message to its commit",
    _MESSAGE,
    registry=REGISTRY,
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0),
)


CHECK_OK = Gauge("thungan_check_ok", "1 while a check of /readyz finds no fault", ("check",), registry=REGISTRY)
CLOCK_OFFSET = Gauge(
    "thungan_clock_offset_seconds",
    "How far this copy's clock is ahead of its database's (negative: behind), as last measured",
    registry=REGISTRY,
)
DEAD_WAITING = Gauge(
    "thungan_bus_dead_waiting",
    "Events in the dead queue, those that the broker put there included; the same from every copy",
    ("service",),
    registry=REGISTRY,
)


class MessageMetrics:
    """The metrics of one kind of message at one service, each looked up once, when first used; named as above."""

    def __init__(self, service: str, message: str) -> None:
        self._labels = (service, message)

    def show_published(self) -> None:
        """Show zeros for what is sent, before it is sent: an increase is counted from a first value."""
        _ = (self.published, self.confirmed, self.returned, self.unsendable)

    def show_consumed(self) -> None:
        """Show zeros for an event that is consumed."""
        _ = (self.consumed, self.retried, self.dead, self.duplicates)

    @cached_property
    def published(self) -> Counter:  # noqa: D102
        return PUBLISHED.labels(*self._labels)

    @cached_property
    def confirmed(self) -> Counter:  # noqa: D102
        return CONFIRMED.labels(*self._labels)

    @cached_property
    def returned(self) -> Counter:  # noqa: D102
        return RETURNED.labels(*self._labels)

    @cached_property
    def unsendable(self) -> Counter:  # noqa: D102
        return UNSENDABLE.labels(*self._labels)

    @cached_property
    def consumed(self) -> Counter:  # noqa: D102
        return CONSUMED.labels(*self._labels)

    @cached_property
    def retried(self) -> Counter:  # noqa: D102
        return RETRIED.labels(*self._labels)

    @cached_property
    def dead(self) -> Counter:  # noqa: D102
        return DEAD.labels(*self._labels)

    @cached_property
    def duplicates(self) -> Counter:  # noqa: D102
        return DUPLICATES.labels(*self._labels)

    @cached_property
    def handler_seconds(self) -> Histogram:  # noqa: D102
        return HANDLER_SECONDS.labels(*self._labels)


@cache
def of(service: str, message: str) -> MessageMetrics:
    """Return the metrics of one kind of message at one service.

    ``message`` must be one of the known names, never what came over the wire: each makes a line of its own.
    """
    return MessageMetrics(service, message)
