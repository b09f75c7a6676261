"""Sends one event of the outbox, and returns what became of it."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

import asyncpg
import structlog
from opentelemetry.trace import SpanKind

from shared import metrics
from shared.messaging import tracing
from shared.messaging.archive import properties_of
from shared.messaging.errors import BrokerGone, ClosedByBroker, Rejected, Unroutable
from shared.messaging.publisher import Publisher
from shared.messaging.topology import Names, Topology

log = structlog.get_logger(__name__)

Row = Mapping[str, Any] | asyncpg.Record
"""A row of the outbox, with ``seconds_waited`` since it was written."""


class Outcome(Enum):
    """What became of one attempt to send an event."""

    CONFIRMED = auto()
    """The broker has it."""

    REFUSED = auto()
    """It cannot be sent now: it is unroutable, or has a fault of its own. It is retried with growing pauses."""

    UNKNOWN = auto()
    """The broker did not answer: it is sent again."""

    HUNG_UP = auto()
    """The broker closed the channel or connection because of one of the events that were under way."""


class EventSender:
    """Publishes events of one service through a publisher."""

    def __init__(self, topology: Topology, names: Names, publisher: Publisher) -> None:
        self._service = topology.service
        self._exchange = names.events
        self._publisher = publisher
        self._emitted = frozenset(event.routing_key() for event in topology.emits)
        self._optional = frozenset(event.routing_key() for event in topology.broadcasts)
        for kind in self._emitted:
            metrics.of(self._service, kind).show_published()

    @property
    def is_ready(self) -> bool:
        """Whether an event can be published now."""
        return self._publisher.is_ready

    async def send(self, row: Row) -> Outcome:
        """Publish one event; an event with a fault of its own must not hold up the others, so this raises nothing."""
        try:
            return await self._publish_traced(row)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the row, it is reported by name
            self.report_unsendable(row, type(error).__name__, error)
            return Outcome.REFUSED

    def report_unsendable(self, row: Row, reason: str, error: Exception | None = None) -> None:
        """Name an event that cannot be sent as it is, for a person to look at."""
        kind: str = row["routing_key"]
        log.error(
            "event_unsendable",
            event_type=kind,
            message_id=str(row["message_id"]),
            position=row["position"],
            reason=reason,
            exc_info=error,
        )
        metrics.of(self._service, kind if kind in self._emitted else "unknown").unsendable.inc()

    async def _publish_traced(self, row: Row) -> Outcome:
        kind: str = row["routing_key"]
        attributes = {
            "thungan.event_id": str(row["message_id"]),
            "thungan.seconds_in_outbox": round(row["seconds_waited"], 6),
        }
        traceparent = row["traceparent"]
        with tracing.span_under(traceparent, f"publish {kind}", SpanKind.PRODUCER, attributes) as span:
            outcome = await self._publish(row, tracing.traceparent_of(span) or traceparent)
            if outcome is not Outcome.CONFIRMED:
                tracing.fail(span, "refused" if outcome is Outcome.REFUSED else "unknown")
            return outcome

    async def _publish(self, row: Row, traceparent: str | None) -> Outcome:
        kind: str = row["routing_key"]
        try:
            await self._publisher.publish(
                row["body"].encode(),
                properties_of(row, sender=self._service, traceparent=traceparent),
                exchange=self._exchange,
                routing_key=kind,
                kind=kind,
                mandatory=kind not in self._optional,
            )
        except (Unroutable, Rejected) as error:
            log.warning("event_refused", event_type=kind, message_id=str(row["message_id"]), reason=str(error))
            return Outcome.REFUSED
        except ClosedByBroker:
            return Outcome.HUNG_UP
        except BrokerGone:
            return Outcome.UNKNOWN
        return Outcome.CONFIRMED
