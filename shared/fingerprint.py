"""What two messages of the same content share, also when an upgrade lies between them. Pure."""

import hashlib
import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_jsonable_python


def fingerprint(content: BaseModel, *, without: Collection[str] = ()) -> str:
    """Return what two messages of the same content share; ``without`` names members that do not count.

    Members that have their default do not count either, at any depth: so a message from before an upgrade that gave it
    an optional member, and its repetition after it, are the same. A moment is the same in whatever zone it is written.
    """
    members = {name: value for name, value in _members(content).items() if name not in without}
    return hashlib.sha256(json.dumps(members, sort_keys=True).encode()).hexdigest()


def has_defaults_beside(content: BaseModel, names: Collection[str]) -> bool:
    """Return whether all members but ``names`` have their defaults, so that an earlier version lacks none of them."""
    return set(_members(content)) <= set(names)


def _members(content: BaseModel) -> dict[str, Any]:
    members = {}
    for name, field in type(content).model_fields.items():
        value = getattr(content, name)
        if field.is_required() or value != field.get_default(call_default_factory=True):
            members[name] = _plain(value)
    return members


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return _members(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    return to_jsonable_python(value, fallback=str)
