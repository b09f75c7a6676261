"""Lists of stored records, read so that one that cannot be read hides no other."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import structlog

log = structlog.get_logger()

T = TypeVar("T")
Row = TypeVar("Row", bound=Mapping[str, Any])


def readable(rows: Iterable[Row], read: Callable[[Row], T], *, kind: str, key: str) -> list[T]:
    """Return what ``read`` makes of each row, in their order; a row that it refuses is logged by its ``key``.

    For lists that are shown. Whoever changes money by a list reads all of it or fails.
    """
    found = []
    for row in rows:
        try:
            found.append(read(row))
        except (ValueError, KeyError) as error:
            # Not the error's text, which repeats what is stored.
            cause = type(error).__name__
            log.error("record_unreadable", kind=kind, key=str(row[key]), error=cause)  # noqa: TRY400
    return found
