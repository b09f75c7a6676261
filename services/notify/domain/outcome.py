"""What follows from the outcome of handing an SMS to a provider. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from services.notify.domain.causes import Cause


class Handover(StrEnum):
    """What came of handing one SMS to a provider."""

    ACCEPTED = "accepted"
    """The provider has it, or had it already."""
    REJECTED_NUMBER = "rejected_number"
    """The number is wrong, a landline, or blocked by the operator, whichever provider is asked."""
    REJECTED_TEMPLATE = "rejected_template"
    """The text is not registered: a person has to act."""
    REJECTED_PROVIDER = "rejected_provider"
    """This provider cannot serve us (balance, credentials, address, brandname)."""
    THROTTLED = "throttled"
    """Too fast for the provider, which kept nothing."""
    UNREACHABLE = "unreachable"
    """The provider has no way to this customer (no account, declined); the number itself may be right for others."""
    CLOSED = "closed"
    """The provider takes nothing for this customer now (its quiet hours, a limit for the day), and kept nothing."""
    NOT_SENT = "not_sent"
    """Nothing left us: refused connection, no name, no TLS."""
    UNKNOWN = "unknown"
    """It may or may not have it: the answer was cut off or never came."""


@dataclass(frozen=True)
class Retry:
    """Try again ``after``; with the next provider when ``fail_over``."""

    after: timedelta
    fail_over: bool


class End(StrEnum):
    """How a reminder ends."""

    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finish:
    """The reminder has come to its end."""

    end: End
    cause: Cause | None = None
    block_number: bool = False
    """The number goes on the list of wrong numbers."""


Step = Retry | Finish

BACK_OFF: Sequence[timedelta] = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
)
"""Waits between attempts that the provider certainly did not keep."""


def next_step(outcome: Handover, attempt: int, *, other_providers: bool, others_later: bool = False) -> Step:
    """Return what follows from the outcome of the attempt with this number (from 1).

    The rule above all others: what may have been sent is never sent again by a machine, neither by the same provider
    nor by another one. ``other_providers``: whether there is one that has not been tried since the last wait;
    ``others_later``: whether one that may reach the customer is there and only cannot be used now.
    """
    if end := _ENDS.get(outcome):
        return end
    if outcome in _ELSEWHERE and other_providers:
        return Retry(timedelta(), fail_over=True)
    if outcome is Handover.UNREACHABLE and not others_later:
        return Finish(End.FAILED, Cause.UNREACHABLE)
    return _after_a_wait(attempt)


_ENDS: Mapping[Handover, Finish] = {
    Handover.ACCEPTED: Finish(End.SENT),
    Handover.UNKNOWN: Finish(End.UNKNOWN, Cause.ANSWER_LOST),
    Handover.REJECTED_NUMBER: Finish(End.FAILED, Cause.WRONG_NUMBER, block_number=True),
    Handover.REJECTED_TEMPLATE: Finish(End.FAILED, Cause.REJECTED_TEMPLATE),
}
_ELSEWHERE = frozenset({Handover.REJECTED_PROVIDER, Handover.NOT_SENT, Handover.UNREACHABLE})
"""Another provider may send what this one certainly did not."""


def _after_a_wait(attempt: int) -> Step:
    if attempt > len(BACK_OFF):
        return Finish(End.FAILED, Cause.PROVIDERS_EXHAUSTED)
    return Retry(BACK_OFF[attempt - 1], fail_over=False)
