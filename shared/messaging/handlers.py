"""Handlers as a service declares them: which message, which function, and what the function needs around it.

A handler is a plain function ``async def record_payment(request, work, *, clock)``: first the message, then the unit of
work; what else it needs are keyword-only parameters, its dependencies, which :func:`bind` gives it by name.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import partial
from types import UnionType
from typing import Any, Concatenate, Generic, TypeVar, get_args

from shared.contracts.message import Event, Reply, Request
from shared.idempotency import Asked, Idempotency
from shared.messaging.unit_of_work import Access, UnitOfWork

HANDLER_SECONDS = 15.0
"""How long a handler may take; well below the broker's own limit for an unsettled message (30 minutes)."""

AnyRequest = TypeVar("AnyRequest", bound=Request[Any])
AnyEvent = TypeVar("AnyEvent", bound=Event)


class Lock(Enum):
    """What an event handler locks, where no function of the event names it."""

    AGGREGATE = auto()
    """The aggregate that the event was emitted with."""

    NOTHING = auto()
    """Nothing that another handler locks."""

    UNKNOWN = auto()
    """Only the database knows: the event has its transaction for itself."""


@dataclass(frozen=True, slots=True)
class RequestHandler(Generic[AnyRequest]):
    """Which function answers a request."""

    message: type[AnyRequest]
    function: Callable[Concatenate[AnyRequest, UnitOfWork, ...], Awaitable[Reply]]
    access: Access = Access.TRANSACTION
    idempotency: Idempotency[AnyRequest] | None = None
    """How its repetitions are recognised, and answered with the first answer; for whatever changes something."""

    def __post_init__(self) -> None:
        _require_takes(self.function, self.message)
        if self.idempotency is None:
            return
        if self.access is not Access.TRANSACTION:
            raise TypeError(f"{self.message.__name__}: an answer can be recorded in a transaction only")
        names = {self.idempotency.id} if isinstance(self.idempotency.id, str) else set(self.idempotency.id)
        unknown = names.union(self.idempotency.ignored) - set(self.message.model_fields)
        if unknown:
            raise TypeError(f"{self.message.__name__} has no members {sorted(unknown)}")

    async def answer(self, request: AnyRequest, work: UnitOfWork) -> Reply:
        """Run the function, or return the answer of the request's first time."""
        if self.idempotency is None:
            return await self.function(request, work)
        context = work.context
        asked = Asked(work.actor, context.correlation_id, context.external_correlation_id)
        return await self.idempotency.answer(
            request, work.connection, lambda: self.function(request, work), asked, work.record
        )


@dataclass(frozen=True, slots=True)
class EventHandler(Generic[AnyEvent]):
    """Which function handles an event.

    Events that wait are handled with one transaction, in the order of their locks, so that two copies of a service
    cannot wait for each other. ``lock`` is what the function locks: a :class:`Lock`, or a function of the event that
    returns a name (which only has to differ where the locks do) or a :class:`Lock`.
    """

    message: type[AnyEvent]
    function: Callable[Concatenate[AnyEvent, UnitOfWork, ...], Awaitable[None]]
    lock: Lock | Callable[[AnyEvent], str | Lock] = Lock.AGGREGATE
    access: Access = Access.TRANSACTION
    lane: str | None = None
    """Events that lock one thing in common: a copy has one transaction of them at a time, with all that have come
    meanwhile, instead of several that wait for each other. None: in the order of their aggregates."""

    def __post_init__(self) -> None:
        _require_takes(self.function, self.message)
        if self.access not in (Access.TRANSACTION, Access.ONE_STATEMENT, Access.IF_NEEDED):
            raise TypeError(f"{self.message.__name__}: an event needs a transaction or one statement")

    def lock_of(self, event: AnyEvent, aggregate: str | None) -> str | None:
        """Return the name of what is locked for ``event``: "" for nothing, None where it is not known before."""
        lock = self.lock if isinstance(self.lock, Lock) else self.lock(event)
        if isinstance(lock, str):
            return lock
        return {Lock.AGGREGATE: aggregate or "", Lock.NOTHING: "", Lock.UNKNOWN: None}[lock]


Handler = RequestHandler[Any] | EventHandler[Any]


def bind(handlers: Sequence[Handler], dependencies: Mapping[str, object]) -> list[Handler]:
    """Return the handlers with their dependencies given: functions of a message and a unit of work.

    Raises :class:`ValueError` for a dependency that a handler asks for and is not given, and for one that no handler
    asks for.
    """
    asked = [(handler, _dependencies_of(handler)) for handler in handlers]
    missing = sorted(
        f"{name} of {handler.message.__name__}" for handler, names in asked for name in names - set(dependencies)
    )
    if missing:
        raise ValueError(f"handlers lack dependencies: {', '.join(missing)}")
    surplus = sorted(set(dependencies).difference(*(names for _, names in asked)))
    if surplus:
        raise ValueError(f"no handler asks for these dependencies: {', '.join(surplus)}")
    return [_bound(handler, dependencies) for handler in handlers]


def _bound(handler: Handler, dependencies: Mapping[str, object]) -> Handler:
    bound: Handler = replace(handler, function=_given(handler.function, dependencies))
    if isinstance(bound, RequestHandler) and bound.idempotency is not None and bound.idempotency.earlier_answer:
        earlier_answer = _given(bound.idempotency.earlier_answer, dependencies)
        return replace(bound, idempotency=replace(bound.idempotency, earlier_answer=earlier_answer))
    return bound


def _given(function: Callable[..., Any], dependencies: Mapping[str, object]) -> Any:
    names = _keywords_of(function)
    return partial(function, **{name: dependencies[name] for name in names}) if names else function


def _dependencies_of(handler: Handler) -> set[str]:
    names = _keywords_of(handler.function)
    if isinstance(handler, RequestHandler) and handler.idempotency is not None and handler.idempotency.earlier_answer:
        names |= _keywords_of(handler.idempotency.earlier_answer)
    return names


def _keywords_of(function: Callable[..., Any]) -> set[str]:
    parameters = inspect.signature(function).parameters.values()
    return {parameter.name for parameter in parameters if parameter.kind is inspect.Parameter.KEYWORD_ONLY}


def _require_takes(function: Callable[..., Any], message: type[Request[Any]] | type[Event]) -> None:
    first = next(iter(inspect.signature(function).parameters.values()), None)
    annotation = None if first is None else first.annotation
    accepted = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    if not any(isinstance(kind, type) and issubclass(message, kind) for kind in accepted):
        raise TypeError(f"the first parameter of {function!r} does not take {message.__name__}")
