"""What a provider reports about an SMS after it has accepted it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.client_times import ELSEWHERE
from shared.phones import Operator


class DeliveryState(StrEnum):
    """What became of an SMS that a provider has accepted."""

    UNDERWAY = "underway"
    """The operator has it; the telephone does not yet."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """The operator refused it, or gave it up before its time was over."""
    EXPIRED = "expired"
    """The telephone was not reached before the time of the SMS was over."""
    UNKNOWN = "unknown"
    """The provider itself does not know, or reports a state that we do not know."""


@dataclass(frozen=True)
class DeliveryReport:
    """One report of a provider: late, twice, in any order, for one part of several, or before the answer."""

    provider: str
    """The configured name of the provider."""
    provider_reference: str | None
    """The provider's id of the SMS or of one of its parts, as the report wrote it."""
    client_reference: str | None
    """Ours, where the provider repeats it."""
    state: DeliveryState
    code: str = ""
    """The provider's code and words, for a person who looks into it; never the customer's data."""
    occurred_at: datetime | None = None
    """When, by the provider's clock; None where it does not say."""
    part_references: Sequence[str] = ()
    """The provider's ids of all parts, in order, where a late answer has made the SMS whole."""
    operator: Operator | None = None
    """The network that the number is in, as the provider says; None where it does not."""


class InvalidReport(ValueError):
    """What came to the address for delivery reports is not a report of this provider."""


def plausible_moment(occurred_at: datetime | None, now: datetime) -> datetime | None:
    """Return when a provider says that it happened; None for a time that cannot be right, as for one that is not given.

    The report counts all the same: its time is a note.
    """
    return None if occurred_at is None or not ELSEWHERE.covers(occurred_at, now) else occurred_at
