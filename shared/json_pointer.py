"""Places in a JSON document, written as RFC 6901 has them: ``/data/0/id``. Pure."""

from typing import Annotated, Any

from pydantic import StringConstraints

JsonPointer = Annotated[str, StringConstraints(pattern=r"^(/([^~/]|~[01])*)*$")]
"""The empty one is the document itself."""

NOTHING = object()
"""What stands where a pointer leads nowhere; ``null`` is something else."""


def value_at(document: Any, pointer: str) -> Any:
    """Return the value at a place; :data:`NOTHING` where there is none."""
    found = document
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and key in found:
            found = found[key]
        elif isinstance(found, list) and key.isascii() and key.isdigit() and int(key) < len(found):
            found = found[int(key)]
        else:
            return NOTHING
    return found


def text_at(document: Any, pointer: str) -> str | None:
    """Return the text, number or truth value at a place as JSON writes it; None for anything else and for nothing."""
    found = value_at(document, pointer)
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found) if isinstance(found, str | int | float) else None
