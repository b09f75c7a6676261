"""Traces: what one act of a person set off, from phone to paper, with times. Off unless the settings name a receiver.

The context travels as W3C ``traceparent`` in HTTP, in outbox rows and in message headers. While tracing is off it is
passed on as it came, and OpenTelemetry (``shared/messaging/trace_recorder.py``) is not even imported.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from shared.messaging import context as contexts

Fact = str | int | float | bool
Facts = Mapping[str, Fact | None]
"""What is known of a span. No names, no phone numbers, no addresses: traces go where logs go."""

TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
"""Trace id, span id and flags, in hexadecimal digits."""


class Kind(StrEnum):
    """Which side of what a span is, in the words of OpenTelemetry."""

    SERVER = "server"
    CLIENT = "client"
    PRODUCER = "producer"
    CONSUMER = "consumer"
    INTERNAL = "internal"


class Span(Protocol):
    """One thing being done."""

    @property
    def traceparent(self) -> str | None:
        """What to pass on, so that what it sets off belongs to it."""
        ...

    def set(self, name: str, value: Fact | None) -> None:
        """Add a fact."""
        ...

    def fail(self, reason: str) -> None:
        """Mark it as failed; ``reason`` is the error's type or slug, never its text."""
        ...

    def end(self, at: datetime | None = None) -> None:
        """Say that it is done, now or at some time before."""
        ...


class Recorder(Protocol):
    """Who takes the spans."""

    def start(
        self, name: str, kind: Kind, traceparent: str | None, facts: Facts | None, at: datetime | None = None
    ) -> Span:
        """Begin a span, now or at some time before, as part of what ``traceparent`` names or of nothing."""
        ...


class _Nothing:
    """A span while nobody takes any."""

    __slots__ = ("traceparent",)

    def __init__(self, traceparent: str | None) -> None:
        self.traceparent = traceparent

    def set(self, name: str, value: Fact | None) -> None: ...

    def fail(self, reason: str) -> None: ...

    def end(self, at: datetime | None = None) -> None: ...


_NOTHING = _Nothing(None)

_recorder: Recorder | None = None


def record_with(recorder: Recorder | None) -> None:
    """Give all spans of this process to ``recorder`` from now on; None turns tracing off."""
    global _recorder  # noqa: PLW0603 - one process, one recorder
    _recorder = recorder


def is_on() -> bool:
    """Whether anybody takes spans."""
    return _recorder is not None


def valid(traceparent: str | None) -> str | None:
    """Return a ``traceparent`` that came from outside, or None where it is none."""
    return traceparent if traceparent is not None and TRACEPARENT.fullmatch(traceparent) else None


@contextmanager
def span(name: str, kind: Kind, facts: Facts | None = None) -> Iterator[Span]:
    """Trace the block as part of the work under way; what is asked, said and emitted inside is part of it."""
    if _recorder is None:
        yield _NOTHING
        return
    context = contexts.current_or_new()
    with (
        spanned(name, kind, context.traceparent, facts) as made,
        contexts.use(replace(context, traceparent=made.traceparent)),
    ):
        yield made


@contextmanager
def spanned(name: str, kind: Kind, traceparent: str | None, facts: Facts | None = None) -> Iterator[Span]:
    """Trace the block as part of what ``traceparent`` names, and leave the context of the work under way alone."""
    if _recorder is None:
        yield _Nothing(traceparent)
        return
    made = _recorder.start(name, kind, traceparent, facts)
    try:
        yield made
    except Exception as error:
        made.fail(type(error).__name__)
        raise
    finally:
        made.end()


def record(
    name: str, traceparent: str | None, *, start: datetime, end: datetime, facts: Facts | None = None
) -> str | None:
    """Trace something after the fact, from ``start`` to ``end`` (UTC), as part of what ``traceparent`` names.

    Returns what to pass on. Without a ``traceparent`` it would be part of nothing, and is left out.
    """
    if _recorder is None or traceparent is None:
        return traceparent
    made = _recorder.start(name, Kind.INTERNAL, traceparent, facts, start)
    made.end(end)
    return made.traceparent
