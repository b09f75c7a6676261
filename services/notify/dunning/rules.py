"""The steps of dunning as a unit's file has them, where a customer stands in them, and why a step waits. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.notify.domain.kinds import Kind, MessageRule, kind_rule
from shared.clock import VIETNAM, business_day
from shared.contracts.common import Outcome
from shared.contracts.notify import Blocker, DunningState
from shared.dated_rules import DatedRule, rule_in_force

WARNING = "warning"
CUT = "cut"
"""Names of the last two steps, which every rule has."""
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FARTHEST = 60
"""Days in which a unit has to have an hour for cutting off; a calendar without one is a mistake."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StepRule(_Part):
    """One notice before the warning, and what counts as its delivery."""

    name: str = Field(pattern=r"^[a-z][a-z_]{2,39}$")
    by: Literal["sms", "visit"]
    days: int = Field(ge=0, le=365)
    """From the due date of the oldest open bill."""
    gap_days: int = Field(default=0, ge=0, le=90)
    """From the day on which the step before was done."""
    message: Kind | None = None
    """Of an SMS: its kind."""
    outcomes: frozenset[Outcome] = frozenset()
    """Of a visit: with which outcome the notice reached the customer."""

    @model_validator(mode="after")
    def _has_what_it_is_done_by(self) -> Self:
        if self.name in (WARNING, CUT):
            raise ValueError(f"{self.name} is no step: it has a part of its own")
        if (self.by == "sms") != (self.message is not None):
            raise ValueError(f"{self.name}: a step by SMS, and no other, names the kind of its message")
        if (self.by == "visit") != bool(self.outcomes):
            raise ValueError(f"{self.name}: a step by visit, and no other, names the outcomes that count")
        return self


class WarningRule(_Part):
    """The last step: it names day and hour of the cut."""

    days: int = Field(ge=0, le=365)
    gap_days: int = Field(default=0, ge=0, le=90)
    hours_before: int = Field(default=24, ge=24, le=24 * 30)
    """It has to be delivered so long before the hour that it names. Less than 24 is no setting: all that was found of
    the law and of contracts demands at least these."""
    planned_hours: int = Field(default=48, ge=24, le=24 * 60)
    by: frozenset[Literal["sms", "paper"]] = frozenset({"sms", "paper"})

    @model_validator(mode="after")
    def _can_be_delivered_in_time(self) -> Self:
        if self.planned_hours <= self.hours_before:
            raise ValueError("planned_hours has to be more than hours_before")
        if not self.by:
            raise ValueError("by names sms, paper, or both")
        return self


class CutRule(_Part):
    """When supply is cut."""

    days_after_first_notice: int = Field(default=15, ge=0, le=365)
    weekdays: frozenset[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]]
    opens: time
    closes: time
    not_on: frozenset[date] = frozenset()
    valid_days: int = Field(default=3, ge=0, le=30)

    @model_validator(mode="after")
    def _hours_are_in_order(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("opens has to be before closes, on the same day")
        if not self.weekdays:
            raise ValueError("weekdays names at least one day")
        return self

    def allows_day(self, day: date) -> bool:
        """Whether supply is cut on a day at all."""
        return _WEEKDAYS[day.weekday()] in self.weekdays and day not in self.not_on

    def allows(self, moment: datetime) -> bool:
        """Whether supply is cut at a moment."""
        local = moment.astimezone(VIETNAM)
        return self.allows_day(local.date()) and self.opens <= local.time() < self.closes

    def first_hour(self, earliest: datetime) -> datetime | None:
        """Return the first moment at or after ``earliest`` at which supply may be cut, on a full hour where it can be.

        None where the calendar has none for two months.
        """
        local = earliest.astimezone(VIETNAM)
        whole = local.replace(minute=0, second=0, microsecond=0)
        local = whole if whole == local else whole + timedelta(hours=1)
        for ahead in range(_FARTHEST + 1):
            day = local.date() + timedelta(days=ahead)
            start = datetime.combine(day, self.opens, VIETNAM) if ahead or local.time() < self.opens else local
            if self.allows(start):
                return start
        return None


class ReconnectionRule(_Part):
    """How long it may take until supply is back."""

    hours: int = Field(default=24, ge=1, le=24 * 14)


class DunningRule(DatedRule):
    """How a unit goes from a bill that is not paid to cutting off."""

    switched_on: bool = False
    least_debt: int = Field(default=1, ge=1, le=10**9)
    steps: tuple[StepRule, ...] = Field(min_length=1, max_length=10)
    warning: WarningRule
    cut: CutRule
    reconnection: ReconnectionRule = ReconnectionRule()

    @model_validator(mode="after")
    def _steps_are_in_order(self) -> Self:
        names = [step.name for step in self.steps]
        if len(set(names)) < len(names):
            raise ValueError("two steps have one name")
        days = [*(step.days for step in self.steps), self.warning.days]
        if days != sorted(days):
            raise ValueError("the days of the steps and of the warning have to rise")
        messages = [step.message for step in self.steps if step.message]
        if Kind.CUT_WARNING in messages or len(set(messages)) < len(messages):
            raise ValueError("a kind of message belongs to one step, and cut_warning to the warning")
        return self


NOBODY_CUT_OFF = DunningRule(
    in_force_from=date.min,
    steps=(StepRule(name="first_notice", by="sms", message=Kind.OVERDUE, days=1),),
    warning=WarningRule(days=8),
    cut=CutRule(weekdays=frozenset({"mon"}), opens=time(8), closes=time(15)),
)
"""Where no rule says otherwise, nobody is cut off."""


def dunning_rule(rules: Sequence[DunningRule], unit_code: str, day: date) -> DunningRule:
    """Return how a unit goes on about debts on a day."""
    return rule_in_force(rules, unit_code, day, default=NOBODY_CUT_OFF)


@dataclass(frozen=True)
class Dunning:
    """How units go on about debts."""

    rules: Sequence[DunningRule] = ()

    def rule(self, unit_code: str, moment: datetime) -> DunningRule:
        """Return how a unit goes on on the day of ``moment``."""
        return dunning_rule(self.rules, unit_code, business_day(moment))

    @property
    def is_used(self) -> bool:
        """Whether any unit has ever switched it on."""
        return any(rule.switched_on for rule in self.rules)


NO_DUNNING = Dunning()


def mistakes(rules: Sequence[DunningRule], messages: Sequence[MessageRule]) -> list[str]:
    """Return what cannot work in a file together with the kinds of message, a sentence each."""
    found = []
    for rule in rules:
        for unit in sorted(rule.scopes()) if rule.switched_on else ():
            code = "" if unit == "all" else unit
            kinds = [step.message for step in rule.steps if step.message is not None]
            kinds += [Kind.CUT_WARNING] if "sms" in rule.warning.by else []
            found += [
                f"from {rule.in_force_from} for {unit}: the message {kind} is not switched on"
                for kind in kinds
                if not kind_rule(messages, code, kind, rule.in_force_from).switched_on
            ]
            if rule.cut.first_hour(datetime.combine(rule.in_force_from, time(), VIETNAM)) is None:
                found.append(f"from {rule.in_force_from} for {unit}: there is no day on which supply is cut")
    return found


@dataclass(frozen=True)
class Warned:
    """A warning that was made, and what is known of its delivery."""

    cut_from: datetime
    needs_sms: bool
    """An SMS with this hour was due to a number that it could reach."""
    sms_delivered_at: datetime | None
    paper_delivered_at: datetime | None


@dataclass(frozen=True)
class Case:
    """A customer who owes, as far as it matters for dunning."""

    customer_code: str
    unit_code: str
    debt: int
    """What may be asked for, đồng."""
    debt_due_on: date
    """Due date of the oldest bill of it."""
    delivered: Mapping[Kind, datetime] = field(default_factory=dict)
    """When SMS about this debt were reported as delivered."""
    visited: Mapping[Outcome, datetime] = field(default_factory=dict)
    """The first visit with each outcome since the debt was due."""
    warned: Warned | None = None
    """The latest warning about this debt."""
    blockers: frozenset[Blocker] = frozenset()

    def done_at(self, step: StepRule) -> datetime | None:
        """Return when a step was delivered; None where it was not."""
        if step.message is not None:
            return self.delivered.get(step.message)
        return min((self.visited[outcome] for outcome in step.outcomes & self.visited.keys()), default=None)


@dataclass(frozen=True)
class Step:
    """Where a customer stands with one step."""

    name: str
    state: DunningState
    due_on: date | None
    """The first day on which it may be taken; None while the step before is not done."""
    done_at: datetime | None = None
    why: tuple[Blocker, ...] = ()
    """Of a blocked one: everything that blocks it."""


@dataclass(frozen=True)
class Standing:
    """Where a customer stands in the steps of the unit."""

    steps: tuple[Step, ...]
    may_be_cut: bool
    """Everything was delivered in time, nothing blocks, and the hour of the warning has come."""
    cut_from: datetime | None

    @property
    def is_cut_due(self) -> bool:
        """Whether the customer belongs on the cut-off list of this day: only the hour may still be to come."""
        return self.steps[-1].state is DunningState.DUE

    @property
    def next_step(self) -> Step | None:
        """The first step that is not done."""
        return next((step for step in self.steps if step.state is not DunningState.DONE), None)


ONLY_CUTTING = frozenset(
    {Blocker.PROTECTED, Blocker.SMALL_DEBT, Blocker.SWITCHED_OFF, Blocker.INACTIVE, Blocker.CUT_OFF}
)
"""What keeps a customer from being warned and cut off, and not from being reminded."""


def standing(rule: DunningRule, case: Case, moment: datetime) -> Standing:
    """Return where a customer stands at a moment, and whether supply may be cut."""
    today = business_day(moment)
    blockers = blockers_of(rule, case)
    steps: list[Step] = []
    before: date | None = None
    is_open = True
    for step in rule.steps:
        done_at = case.done_at(step)
        due_on = _due_on(case, step.days, step.gap_days, before, is_first=not steps) if is_open else None
        steps.append(_step(step.name, due_on, done_at, blockers - ONLY_CUTTING, today))
        is_open = is_open and done_at is not None
        before = business_day(done_at) if done_at else None
    due_on = _due_on(case, rule.warning.days, rule.warning.gap_days, before, is_first=False) if is_open else None
    warned = live_warning(rule, case, moment)
    warned_at = warning_delivered_at(rule, warned) if warned is not None and is_open else None
    holiday = frozenset({Blocker.CALENDAR} if today in rule.cut.not_on else ())
    steps.append(_step(WARNING, due_on, warned_at, blockers | holiday, today))
    cut_from = None if warned is None else warned.cut_from
    first_done = steps[0].done_at
    if cut_from is None or warned_at is None or first_done is None:
        steps.append(_step(CUT, None, None, blockers, today))
        return Standing(tuple(steps), may_be_cut=False, cut_from=cut_from)
    cut_on = max(business_day(cut_from), _first_day_of_cut(rule, first_done))
    closed = frozenset(() if rule.cut.allows_day(today) else {Blocker.CALENDAR})
    steps.append(_step(CUT, cut_on, None, blockers | closed, today))
    may = steps[-1].state is DunningState.DUE and moment >= cut_from and rule.cut.allows(moment)
    return Standing(tuple(steps), may_be_cut=may, cut_from=cut_from)


def blockers_of(rule: DunningRule, case: Case) -> frozenset[Blocker]:
    """Return everything that blocks a customer's steps, whatever the day is."""
    found = set(case.blockers)
    if not rule.switched_on:
        found.add(Blocker.SWITCHED_OFF)
    if case.debt < rule.least_debt:
        found.add(Blocker.SMALL_DEBT)
    return frozenset(found)


def live_warning(rule: DunningRule, case: Case, moment: datetime) -> Warned | None:
    """Return the latest warning, unless its days are over or it was not delivered in time: then another one is due."""
    warned = case.warned
    if warned is None or business_day(moment) > business_day(warned.cut_from) + timedelta(days=rule.cut.valid_days):
        return None
    is_too_late = moment > warned.cut_from - timedelta(hours=rule.warning.hours_before)
    return None if is_too_late and warning_delivered_at(rule, warned) is None else warned


def needs_warning(rule: DunningRule, case: Case, moment: datetime) -> bool:
    """Whether a warning is to be made now: everything before it is done, nothing blocks, and none is under way."""
    if live_warning(rule, case, moment) is not None:
        return False
    return next(step for step in standing(rule, case, moment).steps if step.name == WARNING).state is DunningState.DUE


def warning_hour(rule: DunningRule, moment: datetime, first_done: datetime) -> datetime | None:
    """Return the hour that a warning names that is made now; None where the calendar has none."""
    opening = datetime.combine(_first_day_of_cut(rule, first_done), rule.cut.opens, VIETNAM)
    return rule.cut.first_hour(max(moment + timedelta(hours=rule.warning.planned_hours), opening))


def warning_delivered_at(rule: DunningRule, warned: Warned) -> datetime | None:
    """Return when the last part of a warning was delivered; None where one is missing or came too late."""
    needed = []
    if "sms" in rule.warning.by and warned.needs_sms:
        needed.append(warned.sms_delivered_at)
    if "paper" in rule.warning.by or not needed:
        needed.append(warned.paper_delivered_at)
    latest = warned.cut_from - timedelta(hours=rule.warning.hours_before)
    delivered = [at for at in needed if at is not None and at <= latest]
    return max(delivered) if len(delivered) == len(needed) else None


def is_notified(rule: DunningRule, case: Case) -> bool:
    """Whether every notice and the warning were delivered, as far as is known now: a visit may be taken back."""
    warned = case.warned
    is_warned = warned is not None and warning_delivered_at(rule, warned) is not None
    return is_warned and all(case.done_at(step) is not None for step in rule.steps)


def _first_day_of_cut(rule: DunningRule, first_done: datetime) -> date:
    return business_day(first_done) + timedelta(days=rule.cut.days_after_first_notice)


def _due_on(case: Case, days: int, gap_days: int, before: date | None, *, is_first: bool) -> date:
    since_due = case.debt_due_on + timedelta(days=days)
    return since_due if is_first or before is None else max(since_due, before + timedelta(days=gap_days))


def _step(name: str, due_on: date | None, done_at: datetime | None, why: frozenset[Blocker], today: date) -> Step:
    if done_at is not None:
        return Step(name, DunningState.DONE, due_on, done_at)
    if why:
        return Step(name, DunningState.BLOCKED, due_on, why=tuple(sorted(why)))
    is_due = due_on is not None and due_on <= today
    return Step(name, DunningState.DUE if is_due else DunningState.WAITING, due_on)
