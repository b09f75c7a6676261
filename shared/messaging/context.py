"""What is being done now and for whom: kept in a context variable, sent with every message, in every log line."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from uuid import UUID

from shared.contracts.actor import Actor
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Context:
    """The facts around what is being done: around a message, or around an act that began at the edge."""

    correlation_id: str
    """The same for everything that one act of a person set off. Always made by us."""

    message_id: UUID | None = None
    """Logical id of the message being handled, the same however often it is sent or delivered: what is created now has
    it as its cause. None outside of a handler."""

    kind: str | None = None
    """Routing key that the message was first sent with: its name and version."""

    causation_id: str | None = None
    """Id of the message whose handling created this one."""

    deadline: float | None = None
    """The deadline of the request, in seconds since 1970; None where there is none."""

    aggregate: str | None = None
    """Name of what an event is about."""

    sender: str = ""
    """Name of the service that sent the message."""

    attempt: int = 1
    """1 for the first delivery of an event, counted by ourselves."""

    first_failed: int | None = None
    """Milliseconds since 1970 of an event's first failure."""

    traceparent: str | None = None
    """W3C trace context: what to pass on, so that what is created now belongs to the same trace."""

    actor: Actor | None = None
    """Who asked for what is being done; None for what a service does by itself."""

    external_correlation_id: str | None = None
    """What the caller outside named the act. Kept beside ours, and never used for anything."""

    def log_fields(self) -> dict[str, str]:
        """Return what every log line written inside this context carries."""
        fields = {"correlation_id": self.correlation_id}
        if self.message_id is not None:
            fields["message_id"] = str(self.message_id)
        if self.kind is not None:
            fields["handling"] = self.kind
        if self.external_correlation_id is not None:
            fields["external_correlation_id"] = self.external_correlation_id
        return fields


_current: ContextVar[Context | None] = ContextVar("thungan_message_context", default=None)


def current() -> Context | None:
    """Return the context of what is being done, or None outside any."""
    return _current.get()


def current_or_new() -> Context:
    """Return the context of what is being done, or one with a new correlation id."""
    return _current.get() or Context(correlation_id=str(new_id()))


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
    correlation_id: str | None = None,
    *,
    traceparent: str | None = None,
    external_correlation_id: str | None = None,
    actor: Actor | None = None,
) -> Iterator[Context]:
    """Begin an act at the edge (an HTTP request, a timer, a command): requests and events made inside belong together.

    ``traceparent`` and ``external_correlation_id`` as they came with the HTTP request; ``correlation_id`` never does.
    """
    context = Context(
        correlation_id=correlation_id or str(new_id()),
        traceparent=traceparent,
        external_correlation_id=external_correlation_id,
        actor=actor,
    )
    with use(context):
        yield context


@contextmanager
def acting(actor: Actor) -> Iterator[Context]:
    """Have ``actor`` be who does what is done inside; call it only where the actor was proven."""
    with use(replace(current_or_new(), actor=actor)) as context:
        yield context
