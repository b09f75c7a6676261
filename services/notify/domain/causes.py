"""Why a reminder was cancelled, has failed, or waits. Pure."""

from enum import StrEnum


class Cause(StrEnum):
    """Why a reminder was cancelled, has failed, or waits."""

    PAID = "paid"
    PROMISED = "promised"
    """The customer has agreed to pay on a later day."""
    COMPLAINT = "complaint"
    """A complaint of the customer about a bill is open."""
    INSTALMENTS = "instalments"
    """The customer pays in parts, by an agreement that is in force."""
    REVERSED = "reversed"
    NO_PHONE = "no_phone"
    LANDLINE = "landline"
    FOREIGN = "foreign"
    OPTED_OUT = "opted_out"
    WRONG_NUMBER = "wrong_number"
    EXPIRED = "expired"
    SWITCHED_OFF = "switched_off"
    VISIT_WITHDRAWN = "visit_withdrawn"
    REJECTED_TEMPLATE = "rejected_template"
    UNREACHABLE = "unreachable"
    PROVIDERS_EXHAUSTED = "providers_exhausted"
    ANSWER_LOST = "answer_lost"
    QUIET_HOURS = "quiet_hours"
    DAILY_CAP = "daily_cap"
    PROVIDER_PAUSED = "provider_paused"
    PACE = "pace"
    BUDGET = "budget"
    UNDELIVERED = "undelivered"
    NOT_REACHED = "not_reached"
    NO_SUCH_PROVIDER = "no_such_provider"
    """The provider that a test was to go to is not configured."""


OUT_OF_TIME = frozenset({Cause.EXPIRED, Cause.NOT_REACHED})
"""Its time ran out: it could not leave in time, or the telephone was not reached."""
