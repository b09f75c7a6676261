"""Statements of several parts, to which the inbox and the outbox add a part of their own."""

import re

_PARTS = re.compile(r"WITH (.*)\bSELECT \* FROM written", re.DOTALL)


def parts_of(statement: str) -> str | None:
    """Return the parts of ``WITH … SELECT * FROM written``, without that end; None for any other statement."""
    found = _PARTS.fullmatch(statement.strip())
    return None if found is None else found[1]
