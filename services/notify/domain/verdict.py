"""Whether a reminder is still wanted, and may leave now. Pure."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID

from services.notify.domain.causes import Cause
from services.notify.domain.sending_hours import SendingHours
from shared.clock import VIETNAM, business_day


@dataclass(frozen=True)
class Circumstances:
    """What is known about a reminder at the moment when it would be handed over."""

    reminder_id: UUID
    moment: datetime
    issued_at: datetime
    """When the notice was issued."""
    debt: int | None
    """What the customer owes now, đồng; None for a message that does not ask for money."""
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

    hours: SendingHours = field(default_factory=SendingHours)
    per_phone_and_day: int = 3
    """NĐ 91/2020/NĐ-CP allows three advertising SMS in 24 hours; reminders keep to the same number."""
    longest_wait: timedelta = timedelta(hours=48)
    """After this long a reminder of a visit is of no use."""


def check_reminder(known: Circumstances, limits: Limits) -> Verdict:
    """Decide whether a reminder leaves now; asked when it is scheduled and again just before it is handed over."""
    verdict = _standing_objection(known, limits)
    if verdict is not None:
        return verdict
    if not limits.hours.allow(known.moment):
        return Postpone(limits.hours.earliest(known.moment, known.reminder_id), Cause.QUIET_HOURS)
    if known.handed_over_today >= limits.per_phone_and_day:
        return Postpone(_opening_tomorrow(known, limits.hours), Cause.DAILY_CAP)
    return Send()


def _standing_objection(known: Circumstances, limits: Limits) -> Cancel | Fail | None:
    if known.debt is not None and known.debt <= 0:
        return Cancel(Cause.PAID)
    if known.phone is None:
        return Fail(Cause.NO_PHONE)
    if not known.is_mobile:
        return Fail(Cause.LANDLINE)
    if known.blocked is not None:
        return Fail(known.blocked)
    if known.moment - known.issued_at > limits.longest_wait:
        return Fail(Cause.EXPIRED)
    return None


def _opening_tomorrow(known: Circumstances, hours: SendingHours) -> datetime:
    midnight = datetime.combine(business_day(known.moment) + timedelta(days=1), time(), VIETNAM)
    return hours.earliest(midnight, known.reminder_id).astimezone(known.moment.tzinfo)
