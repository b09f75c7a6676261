"""The clocks of requests about personal data. Pure; ``clocks.yaml`` has the figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from pydantic import Field, model_validator

from shared.clock import VIETNAM, business_day
from shared.contracts.customer import PersonRequestKind
from shared.dated_rules import DatedRule, rule_in_force

_SATURDAY = 5


class ClockRule(DatedRule):
    """How long there is for each kind of request, for those that come from a day on."""

    working_days_to_acknowledge: int = Field(ge=1, le=30)
    days: dict[PersonRequestKind, int]
    days_with_processors: dict[PersonRequestKind, int]
    hours_of_incident: int = Field(ge=1, le=24 * 30)

    @model_validator(mode="after")
    def _is_whole(self) -> "ClockRule":
        asked = set(PersonRequestKind) - {PersonRequestKind.INCIDENT}
        if set(self.days) != asked or set(self.days_with_processors) != asked:
            raise ValueError("each kind of request needs its days, and an incident has none")
        return self


@dataclass(frozen=True, slots=True)
class Clocks:
    """Until when something is to be done."""

    acknowledge_by: datetime | None
    """The end of that day in Vietnam; None for an incident."""
    due_at: datetime
    extended_due_at: datetime
    """Where it is extended: once, by as long again. Of an incident the same as ``due_at``."""


def clocks_of(
    rules: Sequence[ClockRule], kind: PersonRequestKind, received_at: datetime, *, with_processors: bool
) -> Clocks:
    """Return the clocks of a request; before the first rule, those of the first."""
    day = business_day(received_at)
    first = min(rules, key=lambda rule: rule.in_force_from)
    rule = rule_in_force(rules, "", day, default=first)
    if kind is PersonRequestKind.INCIDENT:
        due_at = received_at + timedelta(hours=rule.hours_of_incident)
        return Clocks(None, due_at, due_at)
    days = (rule.days_with_processors if with_processors else rule.days)[kind]
    acknowledge = day
    left = rule.working_days_to_acknowledge
    while left:
        acknowledge += timedelta(days=1)
        left -= acknowledge.weekday() < _SATURDAY
    return Clocks(_end_of(acknowledge), _end_of(day + timedelta(days=days)), _end_of(day + timedelta(days=2 * days)))


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), VIETNAM).astimezone(UTC) - timedelta(seconds=1)
