"""What is done about an SMS of which nobody knows whether it has left. Pure.

It may only be asked for, waited for, or repeated where the provider recognises it: never through another provider.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

ONCE_MORE = frozenset({"cut_warning"})
"""Kinds that are sent once more when they stay unknown for good: the law demands that the customer is informed."""

LOOKS: Sequence[timedelta] = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
)
"""Pauses between two looks; the last one for all that follow."""

_MEMORY_MARGIN = timedelta(minutes=5)
"""So long before the provider forgets, nothing is repeated any more: clocks differ, and a call takes time."""

ASK_AFTER = timedelta(minutes=2)
"""A provider that is still taking an SMS in would answer too early that it has none."""


@dataclass(frozen=True)
class Unsettled:
    """An SMS whose answer was lost."""

    first_attempt_at: datetime
    """When it may have left for the first time."""
    remembers: timedelta
    """For how long its provider recognises the reference."""
    can_be_asked: bool
    """Whether its provider answers what became of it."""
    looks: int
    is_wanted: bool = True
    """Whether it may still leave now: nothing was paid, the hours are right."""
    may_go_once_more: bool = False


class Look(Enum):
    """What is done now."""

    REPEAT = auto()
    """Hand it to the same provider under the same reference."""
    ASK = auto()
    WAIT = auto()
    """Nothing: a delivery report may come."""
    ONCE_MORE = auto()
    """Send it anew through the same provider, marked as sent again."""
    END = auto()
    """It is unknown for good."""


def look(known: Unsettled, moment: datetime, report_wait: timedelta) -> Look:
    """Return what is done about it now."""
    age = moment - known.first_attempt_at
    if age >= report_wait:
        if known.may_go_once_more:
            return Look.ONCE_MORE if known.is_wanted else Look.END
        return Look.END
    if known.is_wanted and age + _MEMORY_MARGIN < known.remembers:
        return Look.REPEAT
    return Look.ASK if known.can_be_asked and age >= ASK_AFTER else Look.WAIT


def look_after_denial(known: Unsettled, moment: datetime, report_wait: timedelta) -> datetime | None:
    """Return when to look again once the provider answers that it never had the SMS; None: unknown for good.

    A provider that answers so wrongly would have another one send a second SMS.
    """
    if moment - known.first_attempt_at + _MEMORY_MARGIN < known.remembers:
        return next_look(known, moment, report_wait)
    return known.first_attempt_at + report_wait if known.may_go_once_more else None


def next_look(known: Unsettled, moment: datetime, report_wait: timedelta) -> datetime:
    """Return when it is looked at again."""
    end = known.first_attempt_at + report_wait
    then = moment + LOOKS[min(known.looks, len(LOOKS) - 1)]
    if then - known.first_attempt_at + _MEMORY_MARGIN < known.remembers:
        return min(then, end)
    return min(max(then, known.first_attempt_at + ASK_AFTER), end) if known.can_be_asked else end
