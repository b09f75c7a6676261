"""Spans that are kept, by the SDK of OpenTelemetry: sent to a collector (OTLP over HTTP) or written to a file."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from shared.messaging import tracing
from shared.settings import ServiceSettings


def start_recording(service: str, settings: ServiceSettings) -> Callable[[], None]:
    """Turn tracing on as the settings require; returns what sends the rest and turns it off."""
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
    tracing.trace_with(provider.get_tracer("thungan"))

    def stop() -> None:
        tracing.trace_with(None)
        provider.shutdown()

    return stop


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
