"""What travels around a message: names of the headers, and how they are written and read."""

import itertools
import secrets
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from shared.contracts.actor import Actor
from shared.messaging.context import Context
from shared.messaging.errors import Undecodable
from shared.messaging.underlay import PERSISTENT, Delivered, Properties

MESSAGE_ID = "x-message-id"
"""Logical id of the message. AMQP's own ``message_id`` differs for each publish attempt, because the client library
matches returned messages by it and two attempts can be under way at once."""

CORRELATION_ID = "x-correlation-id"
"""Of requests; AMQP's own ``correlation_id`` matches the answer to one attempt there."""

CAUSATION_ID = "x-causation-id"
DEADLINE = "x-deadline"
"""The deadline of a request, in milliseconds since 1970."""

AGGREGATE = "x-aggregate"
ATTEMPT = "x-attempt"
"""Counted by ourselves: the broker's ``x-death`` counts differently from version to version."""

FIRST_FAILED = "x-first-failed"
"""Milliseconds since 1970 of the first failure."""

TRACEPARENT = "traceparent"

ACTOR = "x-actor"
"""Of requests: who asks, as JSON; see :mod:`shared.messaging.senders` for who may name whom."""

EXTERNAL_CORRELATION_ID = "x-external-correlation-id"
"""What the caller outside named the act; kept beside ours."""

REASON = "x-reason"
"""Why an event is on the retry ladder or in the dead queue: a word of ours, and the error's type; never its text."""

ERROR = "x-error"
DEAD_AT = "x-dead-at"

REPLY = "reply"
PROBLEM = "problem"
"""Values of AMQP's ``type`` in an answer."""

_PREFIX = secrets.token_hex(6)
_numbers = itertools.count()


def attempt_id() -> str:
    """Return an id that no other publish attempt of any process has."""
    return f"{_PREFIX}-{next(_numbers)}"


def context_of(delivered: Delivered) -> Context:
    """Return the facts around a message. Raises :class:`Undecodable` when it is not one of ours."""
    properties = delivered.header.properties
    headers = properties.headers or {}
    kind = properties.message_type
    if not kind:
        raise Undecodable("no message type")
    try:
        message_id = UUID(str(headers[MESSAGE_ID]))
    except (KeyError, ValueError):
        raise Undecodable("no message id") from None
    deadline = _integer(headers.get(DEADLINE))
    return Context(
        message_id=message_id,
        kind=kind,
        correlation_id=_text(headers.get(CORRELATION_ID)) or properties.correlation_id or str(message_id),
        causation_id=_text(headers.get(CAUSATION_ID)),
        deadline=None if deadline is None else deadline / 1000,
        aggregate=_text(headers.get(AGGREGATE)),
        sender=properties.app_id or "",
        attempt=_integer(headers.get(ATTEMPT)) or 1,
        first_failed=_integer(headers.get(FIRST_FAILED)),
        traceparent=_text(headers.get(TRACEPARENT)),
        actor=_actor(headers.get(ACTOR)),
        external_correlation_id=_text(headers.get(EXTERNAL_CORRELATION_ID)),
    )


def forwarded(delivered: Delivered, added: dict[str, Any]) -> Properties:
    """Return the properties for passing a message on as it is, with ``added`` headers (retry ladder, dead queue)."""
    old = delivered.header.properties
    headers = {key: value for key, value in (old.headers or {}).items() if not _is_brokers_own(key)}
    return Properties(
        content_type=old.content_type,
        content_encoding=old.content_encoding,
        correlation_id=old.correlation_id,
        message_type=old.message_type,
        app_id=old.app_id,
        timestamp=old.timestamp,
        delivery_mode=PERSISTENT,
        message_id=attempt_id(),
        headers={**headers, **added},
    )


def _is_brokers_own(header: str) -> bool:
    return header in {"x-death", "x-delivery-count", "x-acquired-count"} or header.startswith(
        ("x-first-death-", "x-last-death-")
    )


def _actor(value: object) -> Actor | None:
    if not isinstance(value, str):
        return None
    try:
        return Actor.model_validate_json(value)
    except ValidationError:
        raise Undecodable("an actor that cannot be read") from None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) else None
