"""Spans by OpenTelemetry: to a collector (OTLP over HTTP), to a file for looking at, or both."""

import json
import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)
from opentelemetry.trace import Span as OpenTelemetrySpan

from shared.messaging import tracing
from shared.messaging.tracing import TRACEPARENT, Fact, Facts, Kind
from shared.settings import ServiceSettings


def start_recording(service: str, settings: ServiceSettings) -> Callable[[], None]:
    """Turn tracing on as the settings say; returns what sends the rest and turns it off."""
    origin = {
        "service.name": service,
        "service.namespace": settings.namespace,
        "service.instance.id": settings.instance,
    }
    provider = TracerProvider(
        resource=Resource(origin), sampler=ParentBased(TraceIdRatioBased(settings.trace_ratio)), shutdown_on_exit=False
    )
    if settings.trace_file is not None:
        provider.add_span_processor(SimpleSpanProcessor(JsonLines(settings.trace_file)))
    if settings.otlp_endpoint is not None:
        # Imported here: it brings an HTTP client and protobuf along.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

        exporter = OTLPSpanExporter(endpoint=f"{settings.otlp_endpoint.rstrip('/')}/v1/traces", timeout=5)
        provider.add_span_processor(BatchSpanProcessor(exporter))
    tracing.record_with(OpenTelemetryRecorder(provider.get_tracer("thungan")))

    def stop() -> None:
        tracing.record_with(None)
        provider.shutdown()

    return stop


class OpenTelemetryRecorder:
    """Makes spans with an OpenTelemetry tracer."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def start(
        self, name: str, kind: Kind, traceparent: str | None, facts: Facts | None, at: datetime | None = None
    ) -> "RecordedSpan":
        """Begin a span; see :class:`shared.messaging.tracing.Recorder`."""
        known = {key: value for key, value in (facts or {}).items() if value is not None}
        made = self._tracer.start_span(
            name,
            context=_context_of(traceparent),
            kind=SpanKind[kind.name],
            attributes=known,
            start_time=None if at is None else _nanoseconds(at),
        )
        return RecordedSpan(made)


class RecordedSpan:
    """A span of OpenTelemetry's."""

    __slots__ = ("_span", "traceparent")

    def __init__(self, span: OpenTelemetrySpan) -> None:
        self._span = span
        ours = span.get_span_context()
        self.traceparent: str | None = f"00-{ours.trace_id:032x}-{ours.span_id:016x}-{ours.trace_flags:02x}"

    def set(self, name: str, value: Fact | None) -> None:
        """Add a fact."""
        if value is not None:
            self._span.set_attribute(name, value)

    def fail(self, reason: str) -> None:
        """Mark it as failed."""
        self._span.set_status(Status(StatusCode.ERROR, reason))

    def end(self, at: datetime | None = None) -> None:
        """Say that it is done."""
        self._span.end(None if at is None else _nanoseconds(at))


class JsonLines(SpanExporter):
    """Appends each span to a file as one line of JSON; any number of processes write to the same file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Write spans down at once."""
        lines = "".join(json.dumps(_as_dict(one), ensure_ascii=False) + "\n" for one in spans)
        os.write(self._file, lines.encode())
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Close the file."""
        os.close(self._file)


def _as_dict(done: ReadableSpan) -> dict[str, Any]:
    ours = done.get_span_context()
    if ours is None:
        raise ValueError("a span without a context")
    return {
        "trace_id": f"{ours.trace_id:032x}",
        "span_id": f"{ours.span_id:016x}",
        "parent_id": f"{done.parent.span_id:016x}" if done.parent else None,
        "name": done.name,
        "kind": done.kind.name.lower(),
        "service": done.resource.attributes["service.name"],
        "instance": done.resource.attributes["service.instance.id"],
        "start_ns": done.start_time,
        "end_ns": done.end_time,
        "error": None if done.status.is_ok else done.status.description,
        "facts": dict(done.attributes or {}),
    }


def _context_of(traceparent: str | None) -> Context:
    match = None if traceparent is None else TRACEPARENT.fullmatch(traceparent)
    if match is None:
        return Context()
    trace_id, span_id, flags = (int(part, 16) for part in match.groups())
    parent = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))
    return set_span_in_context(NonRecordingSpan(parent), Context())


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000) * 1000
