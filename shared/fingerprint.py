"""What two messages of the same content share, also when an upgrade lies between them. Pure."""

import hashlib
import json
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

from pydantic import BaseModel
from pydantic.fields import FieldInfo
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
    for name, is_required, make_default in _defaults(type(content)):
        value = getattr(content, name)
        if is_required or value != make_default():
            members[name] = _plain(value)
    return members


@cache
def _defaults(kind: type[BaseModel]) -> list[tuple[str, bool, Callable[[], object]]]:
    """Return each member of a kind of message: its name, whether it is required, and what makes its default.

    Once for each kind: pydantic looks at the signature of a default's factory each time that it is asked for one.
    """
    return [(name, field.is_required(), _maker(field)) for name, field in kind.model_fields.items()]


def _maker(field: FieldInfo) -> Callable[[], object]:
    if field.default_factory is not None:
        return cast("Callable[[], object]", field.default_factory)
    default = field.default
    return lambda: default


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
