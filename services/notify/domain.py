"""The rules of reminding: when an SMS may go out, whether it still should, and what follows from each outcome.

Pure: no clock, no database, no network.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from shared.clock import VIETNAM, business_day
from shared.money import format_number

AWAY = "away"
"""The template for a customer who was not at home."""


class Cause(StrEnum):
    """Why a reminder was cancelled, has failed, or waits."""

    PAID = "paid"
    NO_PHONE = "no_phone"
    LANDLINE = "landline"
    OPTED_OUT = "opted_out"
    WRONG_NUMBER = "wrong_number"
    EXPIRED = "expired"
    REJECTED_TEMPLATE = "rejected_template"
    PROVIDERS_EXHAUSTED = "providers_exhausted"
    ANSWER_LOST = "answer_lost"
    QUIET_HOURS = "quiet_hours"
    DAILY_CAP = "daily_cap"


# --- when


@dataclass(frozen=True)
class SendingHours:
    """The hours of the day, Vietnam time, in which an SMS may leave; ``closes`` itself is outside.

    NĐ 91/2020/NĐ-CP has 07:00 to 22:00 for advertising; reminders are customer care and keep to the same hours.
    """

    opens: time = time(7)
    closes: time = time(22)
    spread: timedelta = timedelta(minutes=20)
    """What waited for the opening leaves spread over this long, so that the operator is not flooded at once."""

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError("the hours for sending have to open before they close, on the same day")

    def allow(self, moment: datetime) -> bool:
        """Whether an SMS may leave at this moment."""
        return self.opens <= moment.astimezone(VIETNAM).time() < self.closes

    def earliest(self, moment: datetime, key: UUID) -> datetime:
        """Return ``moment`` when it is allowed, otherwise the next opening plus this key's share of the spread."""
        return moment if self.allow(moment) else self.next_opening(moment, key)

    def next_opening(self, moment: datetime, key: UUID) -> datetime:
        """Return the first opening after ``moment`` plus this key's share of the spread; always the same for a key."""
        local = moment.astimezone(VIETNAM)
        day = local.date() if local.time() < self.opens else local.date() + timedelta(days=1)
        opening = datetime.combine(day, self.opens, VIETNAM)
        window = datetime.combine(day, self.closes, VIETNAM) - opening
        share = int.from_bytes(hashlib.sha256(key.bytes).digest()[:4]) / 2**32
        return (opening + min(self.spread, window) * share).astimezone(moment.tzinfo)


# --- whether


@dataclass(frozen=True)
class Circumstances:
    """What is known about a reminder at the moment when it would be handed over."""

    reminder_id: UUID
    now: datetime
    issued_at: datetime
    """When the notice was issued."""
    debt: int
    """What the customer owes now, đồng."""
    phone: str | None
    """E.164; None when the customer has none."""
    is_mobile: bool
    blocked: Cause | None
    """``OPTED_OUT`` or ``WRONG_NUMBER`` when the number is on the list."""
    handed_over_today: int
    """SMS that this number was, or may have been, sent on this business day."""


@dataclass(frozen=True)
class Send:
    """Hand it over now."""


@dataclass(frozen=True)
class Postpone:
    """Not now: try again at ``until``."""

    until: datetime
    cause: Cause


@dataclass(frozen=True)
class Cancel:
    """It is not wanted any more."""

    cause: Cause


@dataclass(frozen=True)
class Fail:
    """It cannot be sent."""

    cause: Cause


Verdict = Send | Postpone | Cancel | Fail


@dataclass(frozen=True)
class Limits:
    """How much reminding is allowed."""

    hours: SendingHours = SendingHours()
    per_phone_and_day: int = 3
    """NĐ 91/2020/NĐ-CP allows three advertising SMS in 24 hours; reminders keep to the same number."""
    longest_wait: timedelta = timedelta(hours=48)
    """After this long a reminder of a visit says nothing useful any more."""


def judge(known: Circumstances, limits: Limits) -> Verdict:
    """Decide whether a reminder leaves now; asked when it is scheduled and again just before it is handed over."""
    verdict = _standing_objection(known, limits)
    if verdict is not None:
        return verdict
    if not limits.hours.allow(known.now):
        return Postpone(limits.hours.earliest(known.now, known.reminder_id), Cause.QUIET_HOURS)
    if known.handed_over_today >= limits.per_phone_and_day:
        return Postpone(_opening_tomorrow(known, limits.hours), Cause.DAILY_CAP)
    return Send()


def _standing_objection(known: Circumstances, limits: Limits) -> Cancel | Fail | None:
    if known.debt <= 0:
        return Cancel(Cause.PAID)
    if known.phone is None:
        return Fail(Cause.NO_PHONE)
    if not known.is_mobile:
        return Fail(Cause.LANDLINE)
    if known.blocked is not None:
        return Fail(known.blocked)
    if known.now - known.issued_at > limits.longest_wait:
        return Fail(Cause.EXPIRED)
    return None


def _opening_tomorrow(known: Circumstances, hours: SendingHours) -> datetime:
    midnight = datetime.combine(business_day(known.now) + timedelta(days=1), time(), VIETNAM)
    return hours.earliest(midnight, known.reminder_id).astimezone(known.now.tzinfo)


# --- what follows


class Handover(StrEnum):
    """What came of handing one SMS to a provider."""

    ACCEPTED = "accepted"
    """The provider has it. Also when it says that it had it already."""
    REJECTED_NUMBER = "rejected_number"
    """The number is wrong, a landline, or blocked by the operator: no other provider will do better."""
    REJECTED_TEMPLATE = "rejected_template"
    """The text is not registered: a person has to act."""
    REJECTED_PROVIDER = "rejected_provider"
    """This provider cannot serve us (balance, credentials, address, brandname)."""
    THROTTLED = "throttled"
    """Too fast for the provider, which kept nothing."""
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


def next_step(outcome: Handover, attempt: int, *, other_providers: bool) -> Step:
    """Return what follows from the outcome of the attempt with this number (from 1).

    The rule above all others: what may have been sent is never sent again by a machine, neither by the same provider
    nor by another one. ``other_providers`` says whether there is one that has not been tried since the last wait.
    """
    match outcome:
        case Handover.ACCEPTED:
            return Finish(End.SENT)
        case Handover.UNKNOWN:
            return Finish(End.UNKNOWN, Cause.ANSWER_LOST)
        case Handover.REJECTED_NUMBER:
            return Finish(End.FAILED, Cause.WRONG_NUMBER, block_number=True)
        case Handover.REJECTED_TEMPLATE:
            return Finish(End.FAILED, Cause.REJECTED_TEMPLATE)
        case Handover.THROTTLED:
            return _after_a_wait(attempt)
        case Handover.REJECTED_PROVIDER | Handover.NOT_SENT:
            return Retry(timedelta(), fail_over=True) if other_providers else _after_a_wait(attempt)


def _after_a_wait(attempt: int) -> Step:
    if attempt > len(BACK_OFF):
        return Finish(End.FAILED, Cause.PROVIDERS_EXHAUSTED)
    return Retry(BACK_OFF[attempt - 1], fail_over=False)


# --- what it says


def sms_amount(amount: int) -> str:
    """Return an amount in đồng as it stands in an SMS: 871020 → ``871.020d``."""
    return f"{format_number(amount)}d"


def sms_period(months: Sequence[tuple[int, int]]) -> str:
    """Return the months (year, month) of the open bills: ``T10/2026``, ``T9+T10/2026``, ``T8-T10/2026``."""
    ordered = sorted(set(months))
    (first_year, first), (year, month) = ordered[0], ordered[-1]
    if len(ordered) == 1:
        return f"T{month}/{year}"
    joined = "+" if len(ordered) == 2 else "-"
    start = f"T{first}" if first_year == year else f"T{first}/{first_year}"
    return f"{start}{joined}T{month}/{year}"


def sms_date(moment: datetime) -> str:
    """Return a moment's business day as day and month: ``22/11``."""
    return f"{business_day(moment):%d/%m}"


def sms_appointment(moment: datetime) -> str:
    """Return an appointment in Vietnam time: ``25/11 08:30``."""
    return f"{moment.astimezone(VIETNAM):%d/%m %H:%M}"
