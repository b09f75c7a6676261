"""SMS that try a provider out: they wait, leave and are recorded as reminders are, and belong to no customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.notify.domain.causes import Cause
from services.notify.domain.reminders import NewReminder
from services.notify.store.attempts import lock_phones
from services.notify.store.reminders import add_reminder, wake_senders
from shared.db import Connection

NOT_AGAIN_FOR = timedelta(minutes=10)
"""In this time a number gets no second test by the same way, unless somebody wants just that."""


@dataclass(frozen=True)
class TrialAttempt:
    """An attempt to hand a test over."""

    provider: str
    outcome: str | None
    """None: under way."""
    provider_reference: str | None
    detail: str
    cost: int
    """Đồng, if it is sent."""


@dataclass(frozen=True)
class TrialSms:
    """A test as it is recorded."""

    reminder_id: UUID
    issued_at: datetime
    state: str
    cause: str
    text: str
    segments: int
    attempts: Sequence[TrialAttempt]

    @property
    def cost(self) -> int:
        """Đồng, of what was or may have been sent."""
        return sum(one.cost for one in self.attempts if one.outcome in {None, "accepted", "unknown"})


_RECENT = """
SELECT reminder_id FROM reminders
WHERE is_trial AND phone = $1 AND issued_at > $2 AND through IS NOT DISTINCT FROM $3
    AND NOT (state = 'cancelled' AND attempts = 0)
ORDER BY issued_at DESC LIMIT 1
"""


async def add_trial(connection: Connection, test: NewReminder, *, again: bool) -> TrialSms | None:
    """Schedule a test; where its number got one by the same way just now, do nothing and return that one.

    ``again``: schedule it all the same.
    """
    assert test.phone is not None  # noqa: S101 - whoever makes one names a number
    await lock_phones(connection, [test.phone])
    earlier: UUID | None = await connection.fetchval(_RECENT, test.phone, test.issued_at - NOT_AGAIN_FOR, test.through)
    if earlier is not None and not again:
        return await read_trial(connection, earlier)
    await add_reminder(connection, test)
    await wake_senders(connection)
    return None


_TEST = "SELECT reminder_id, issued_at, state, cause, text, segments FROM reminders WHERE reminder_id = $1 AND is_trial"
_ATTEMPTS = """
SELECT provider, outcome, provider_reference, detail, cost FROM attempts WHERE reminder_id = $1 ORDER BY number
"""


async def read_trial(connection: Connection, reminder_id: UUID) -> TrialSms:
    """Return a test with its attempts."""
    [row] = await connection.fetch(_TEST, reminder_id)
    attempts = [TrialAttempt(**one) for one in await connection.fetch(_ATTEMPTS, reminder_id)]
    return TrialSms(**row, attempts=attempts)


_CANCEL = """
UPDATE reminders SET state = 'cancelled', cause = $2 WHERE reminder_id = $1 AND is_trial AND state = 'scheduled'
"""


async def cancel_trial(connection: Connection, reminder_id: UUID) -> None:
    """Cancel a test that has not left."""
    await connection.execute(_CANCEL, reminder_id, Cause.EXPIRED)
