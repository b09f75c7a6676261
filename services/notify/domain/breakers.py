"""When a provider is left alone, and for how long. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notify.domain.outcome import Handover

SERIES = 5
"""So many attempts in a row without an answer that shows that the provider works: it is left alone."""

_REFUSED = timedelta(minutes=5)
"""A provider that refuses us (balance, credentials, brandname) needs a person."""
_FAILING = timedelta(seconds=30)
_LONGEST = timedelta(minutes=10)

_SHOWS_A_FAULT = frozenset({Handover.UNKNOWN, Handover.NOT_SENT})
_SHOWS_THAT_IT_WORKS = frozenset(
    {Handover.ACCEPTED, Handover.REJECTED_NUMBER, Handover.REJECTED_TEMPLATE, Handover.UNREACHABLE, Handover.CLOSED}
)


@dataclass(frozen=True)
class Breaker:
    """A provider that is left alone."""

    provider: str
    opened_at: datetime
    open_until: datetime
    probe_until: datetime | None
    openings: int
    """In a row."""
    reason: str

    def is_open(self, moment: datetime) -> bool:
        """Whether nothing goes to the provider; afterwards one SMS shows whether it works again."""
        return moment < self.open_until

    def is_probed(self, moment: datetime) -> bool:
        """Whether that SMS is under way."""
        return self.probe_until is not None and moment < self.probe_until


def opened_for(openings: int, *, is_refusal: bool) -> timedelta:
    """Return for how long a provider is left alone, when it is so for the ``openings``-th time in a row."""
    return _REFUSED if is_refusal else min(_FAILING * 2 ** min(openings - 1, 10), _LONGEST)


def works(outcome: Handover) -> bool:
    """Whether an outcome shows that the provider works."""
    return outcome in _SHOWS_THAT_IT_WORKS


def fails(outcome: Handover) -> bool:
    """Whether an outcome counts towards the series that leaves a provider alone."""
    return outcome in _SHOWS_A_FAULT
