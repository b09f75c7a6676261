"""When an SMS may leave. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from shared.clock import VIETNAM


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
