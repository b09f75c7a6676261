"""The digest of a request's content: equal for a repetition, other for another request under the same id. Pure."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from shared.contracts.message import Message


def fingerprint(request: Message) -> str:
    """Return a digest that is equal for equal content; the same moment in another zone is equal."""
    members: dict[str, Any] = request.model_dump()
    content = [(name, _plain(value)) for name, value in sorted(members.items())]
    return hashlib.sha256(repr(content).encode()).hexdigest()


def _plain(value: object) -> str | None:
    if value is None:
        return None
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
