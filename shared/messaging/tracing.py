"""Traces: what followed from one act of a person, from phone to printed document, with times.

Spans are OpenTelemetry's. Until ``shared/messaging/trace_recorder.py`` gives a tracer that records, the no-op tracer of
its API makes them: nothing is kept, and the trace context is passed on as it came. So no caller asks whether tracing is
on. The context travels as W3C ``traceparent`` in HTTP, in outbox rows, with print jobs and in message headers.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from opentelemetry.context import Context
from opentelemetry.trace import (
    NonRecordingSpan,
    NoOpTracer,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)

from shared.messaging import context as contexts

Attributes = Mapping[str, str | int | float | bool | None]
"""What is known of a span; None is left out. No names, no phone numbers, no addresses: traces go where logs go."""

TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
"""Trace id, span id and flags, in hexadecimal digits."""

_NO_PARENT = Context()

_NO_OP = NoOpTracer()
_tracer: Tracer = _NO_OP


def trace_with(tracer: Tracer | None) -> None:
    """Make all spans of this process with ``tracer`` from now on; with None nothing is kept."""
    global _tracer  # noqa: PLW0603 - one process, one tracer
    _tracer = tracer or _NO_OP


def is_on() -> bool:
    """Whether spans are kept: what is not needed without them can be left out."""
    return _tracer is not _NO_OP


def valid(traceparent: str | None) -> str | None:
    """Return a ``traceparent`` that came from outside, or None where it is none."""
    return traceparent if traceparent is not None and TRACEPARENT.fullmatch(traceparent) else None


@contextmanager
def span(name: str, kind: SpanKind, attributes: Attributes | None = None) -> Iterator[Span]:
    """Trace the block as part of what is being done; what is requested and emitted inside is part of it."""
    context = contexts.current()
    made = _start(None if context is None else context.traceparent, name, kind, attributes)
    traceparent = traceparent_of(made)
    if traceparent is None:
        yield made
        return
    with _ended(made), contexts.use(replace(context or contexts.current_or_new(), traceparent=traceparent)):
        yield made


@contextmanager
def span_under(
    traceparent: str | None, name: str, kind: SpanKind, attributes: Attributes | None = None
) -> Iterator[Span]:
    """Trace the block as part of what ``traceparent`` names, and leave the context of what is being done alone."""
    made = _start(traceparent, name, kind, attributes)
    with _ended(made):
        yield made


@contextmanager
def _ended(made: Span) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        fail(made, type(error).__name__)
        raise
    finally:
        made.end()


def fail(span: Span, reason: str) -> None:
    """Mark a span as failed; ``reason`` is the error's type or slug, never its text."""
    span.set_status(StatusCode.ERROR, reason)


def traceparent_of(span: Span) -> str | None:
    """Return what to pass on, so that what a span sets off belongs to it; None where it belongs to no trace."""
    made = span.get_span_context()
    if not made.is_valid:
        return None
    return f"00-{made.trace_id:032x}-{made.span_id:016x}-{made.trace_flags:02x}"


def record(
    name: str, traceparent: str | None, *, start: datetime, end: datetime, attributes: Attributes | None = None
) -> str | None:
    """Trace something after the fact, from ``start`` to ``end`` (UTC), as part of what ``traceparent`` names.

    Returns what to pass on. Without a ``traceparent`` it would be part of nothing, and is left out.
    """
    if traceparent is None:
        return None
    made = _start(traceparent, name, SpanKind.INTERNAL, attributes, start)
    made.end(_nanoseconds(end))
    return traceparent_of(made) or traceparent


def _start(
    traceparent: str | None,
    name: str,
    kind: SpanKind,
    attributes: Attributes | None,
    at: datetime | None = None,
) -> Span:
    # The no-op tracer gives the parent back: to read the trace context for that would cost more than all the rest.
    parent = _NO_PARENT if _tracer is _NO_OP else _parent(traceparent)
    return _tracer.start_span(
        name,
        context=parent,
        kind=kind,
        attributes=attributes and {key: value for key, value in attributes.items() if value is not None},
        start_time=None if at is None else _nanoseconds(at),
    )


def _parent(traceparent: str | None) -> Context:
    match = None if traceparent is None else TRACEPARENT.fullmatch(traceparent)
    if match is None:
        return _NO_PARENT
    trace_id, span_id, flags = (int(part, 16) for part in match.groups())
    parent = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))
    return set_span_in_context(NonRecordingSpan(parent), _NO_PARENT)


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000) * 1000
