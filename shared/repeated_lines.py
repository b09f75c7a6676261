"""Log lines of one cause: the first at once, then one at growing intervals with how many were left out.

A database that is away is tried again many times, by every part of every copy. A line about a message at work is
never left out: each is about another one.
"""

import logging
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

from shared.messaging.context import current

FIRST_PAUSE_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 600.0
"""How long lines of one cause are left out: twice as long each time, from the first to the longest."""

_CAUSES = 500
"""So many causes are known at a time; the one that was seen longest ago is forgotten first."""


@dataclass(slots=True)
class _Cause:
    silent_until: float
    pause: float
    left_out: int = 0


class RepeatedLines(logging.Filter):
    """Leaves out warnings and errors that say again what was just said; ``repeated`` of the next line counts them.

    Numbers with a fraction (how long it waits, for how long it has waited) do not make another cause.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._causes: OrderedDict[Hashable, _Cause] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the line is written."""
        if record.levelno < logging.WARNING or current() is not None:
            return True
        key, moment = _key(record), self._clock()
        cause = self._causes.pop(key, None)
        if cause is None or moment > cause.silent_until + cause.pause:
            # New, or it had stopped for a while.
            cause = _Cause(moment + FIRST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS)
            written = True
        elif moment < cause.silent_until:
            cause.left_out += 1
            written = False
        else:
            _count(record, cause.left_out)
            pause = min(2 * cause.pause, LONGEST_PAUSE_SECONDS)
            cause = _Cause(moment + pause, pause)
            written = True
        self._causes[key] = cause
        while len(self._causes) > _CAUSES:
            self._causes.popitem(last=False)
        return written


def _key(record: logging.LogRecord) -> Hashable:
    error = sys.exc_info()[1]
    said = record.msg
    fields: Hashable = record.getMessage()
    if isinstance(said, Mapping):
        fields = tuple((name, repr(value)) for name, value in said.items() if not isinstance(value, float))
    return record.name, record.levelno, fields, type(error), str(error)


def _count(record: logging.LogRecord, left_out: int) -> None:
    if isinstance(record.msg, Mapping):
        record.msg = {**record.msg, "repeated": left_out}  # what structlog hands to the library
