"""Who asked for what is being done now: kept in a context variable, sent with every message, in every log line."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Context:
    """What a new message inherits from the work that creates it."""

    correlation_id: str
    """The same for everything that one act of a person set off."""

    message_id: str | None = None
    """The message being handled: what is created now has it as its cause."""

    deadline: float | None = None
    """When nobody waits for the answer any more, in seconds since 1970; None where nobody waits."""

    traceparent: str | None = None
    """W3C trace context, passed on as it came."""

    handling: str | None = None
    """Name and version of the message being handled, for log lines."""

    def log_fields(self) -> dict[str, str]:
        """Return what every log line written inside this work carries."""
        fields = {"correlation_id": self.correlation_id}
        if self.message_id is not None:
            fields["message_id"] = self.message_id
        if self.handling is not None:
            fields["handling"] = self.handling
        return fields


_current: ContextVar[Context | None] = ContextVar("thungan_message_context", default=None)


def current() -> Context | None:
    """Return the context of the work under way, or None outside any."""
    return _current.get()


def current_or_new() -> Context:
    """Return the context of the work under way, or one with a new correlation id."""
    return _current.get() or Context(correlation_id=str(new_id()))


def seconds_left() -> float | None:
    """Return how long somebody still waits for the work under way; None when there is no deadline."""
    context = _current.get()
    return None if context is None or context.deadline is None else context.deadline - time.time()


@contextmanager
def use(context: Context) -> Iterator[Context]:
    """Make ``context`` the current one; its ids are in every log line written inside."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)


@contextmanager
def correlated(
    correlation_id: str | None = None, *, deadline: float | None = None, traceparent: str | None = None
) -> Iterator[Context]:
    """Start work at the edge (an HTTP request, a timer, a command): requests and events made inside belong together.

    ``deadline`` is in seconds since 1970; ``traceparent`` as it came with the HTTP request.
    """
    with use(
        Context(correlation_id=correlation_id or str(new_id()), deadline=deadline, traceparent=traceparent)
    ) as context:
        yield context
