"""The kinds of message, and which of them a unit sends when. Pure; :mod:`shared.rule_files` reads the rules.

A kind has the name of its template.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.clock import VIETNAM
from shared.dated_rules import DatedRule, rule_in_force


class Kind(StrEnum):
    """Why a customer gets a message."""

    AWAY = "away"
    """Nobody was home when the collector came; leaves now."""
    PROMISED = "promised"
    """The customer is to pay today, as agreed at a visit; leaves in the morning."""
    DUE_SOON = "due_soon"
    """The oldest open bill is due in some days."""
    OVERDUE = "overdue"
    """Its due date has passed: the first notice."""
    SECOND_NOTICE = "second_notice"
    CUT_WARNING = "cut_warning"
    """Electricity is cut from the named hour on, unless the debt is paid."""
    PAID = "paid"
    """Thanks for a payment, with the link of its receipt."""
    CREDITED = "credited"
    """Money came when nothing was owed, such as a transfer after cash at the door: it is kept for the next bill."""
    RECEIPT = "receipt"
    """The link of a receipt that somebody asked for."""


CAMPAIGNS = (Kind.DUE_SOON, Kind.OVERDUE, Kind.SECOND_NOTICE, Kind.CUT_WARNING)
"""Kinds that a date rule schedules for all customers of a unit at once."""

WITH_INVOICE = frozenset(Kind) - {Kind.CUT_WARNING, Kind.CREDITED}
"""Kinds that have texts with the link of an invoice: nothing stands beside the hour of a cut, and money that is kept is
of no invoice yet."""

SHORTEST_WARNING = timedelta(hours=24)
"""Between a cut warning and the hour that it names (Luật Điện lực 61/2024/QH15 art. 49; practice of EVNSPC)."""


class KindRule(BaseModel):
    """When a unit sends messages of one kind, and to whom."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    switched_on: bool = False
    days: int | None = Field(default=None, ge=-30, le=120)
    """Days from the due date of the oldest open bill; negative before it. Only for campaigns."""
    within_days: int = Field(default=2, ge=0, le=30)
    """For so many days longer it is sent to whoever was left out: while the service stood, or before a promise."""
    at: time = time(8)
    """Time of day in Vietnam at which it is due. Only for campaigns and promises."""
    opens: time | None = None
    closes: time | None = None
    """Hours in which it may leave, in place of those of all messages."""
    per_phone_and_day: int | None = Field(default=None, ge=1, le=100)
    """SMS of any kind that the number has had on this day: with so many, this one waits. In place of the common cap."""
    least_debt: int = Field(default=1, ge=1, le=10**9)
    """Smaller debts, in đồng, get none."""
    after: Kind | None = None
    """Only where a message of this kind was sent about the same debt."""
    required_by_law: bool = False
    """Neither an opt-out nor a cap stops it. A wrong number does: it would reach somebody else."""
    hours_to_cut: int = Field(default=48, ge=30, le=24 * 30)
    """From ``at`` to the hour of the cut that the warning names; more than 24, for it may leave some hours later."""
    accents: bool = False
    """With Vietnamese accents: shorter segments, and so more of them."""
    language: Literal["vi", "en"] | None = None
    """In place of the language of all messages."""
    invoice_link: bool = False
    """With the address of the invoice, where one exists by then and a text with it is no longer than one without."""

    @model_validator(mode="after")
    def _hours_are_in_order(self) -> Self:
        if self.opens and self.closes and self.opens >= self.closes:
            raise ValueError("opens has to be before closes, on the same day")
        return self


class MessageRule(DatedRule):
    """What a unit sends; a kind that is not named is not sent."""

    kinds: Mapping[Kind, KindRule]

    @model_validator(mode="after")
    def _campaigns_have_days(self) -> Self:
        for kind in CAMPAIGNS:
            rule = self.kinds.get(kind)
            if rule and rule.switched_on and rule.days is None:
                raise ValueError(f"{kind} is switched on and has no days")
        return self

    @model_validator(mode="after")
    def _texts_with_links_exist(self) -> Self:
        if without := [kind for kind, rule in self.kinds.items() if rule.invoice_link and kind not in WITH_INVOICE]:
            raise ValueError(f"{without[0]} has no text with the link of an invoice")
        return self


NOT_SENT = KindRule()

DEFAULT = MessageRule(
    in_force_from=date.min,
    kinds={kind: KindRule(switched_on=True) for kind in (Kind.AWAY, Kind.RECEIPT, Kind.CREDITED)},
)
"""Only what somebody at the door or the counter caused, and that money is kept which the customer did not owe."""


def message_rule(rules: Sequence[MessageRule], unit_code: str, day: date) -> MessageRule:
    """Return what a unit sends on a day."""
    return rule_in_force(rules, unit_code, day, default=DEFAULT)


def kind_rule(rules: Sequence[MessageRule], unit_code: str, kind: str, day: date) -> KindRule:
    """Return the rule of a unit for one kind on a day."""
    return message_rule(rules, unit_code, day).kinds.get(Kind(kind), NOT_SENT)


@dataclass(frozen=True)
class Campaign:
    """The messages of one kind that a unit's rule schedules on a day."""

    kind: Kind
    unit_code: str
    first_due_date: date
    """Of the oldest open bill: from this day …"""
    last_due_date: date
    """… to this one, both included."""
    due_at: datetime
    expires_at: datetime
    cut_at: datetime | None
    least_debt: int
    after: Kind | None
    moment: datetime
    """When it is scheduled; promises for a later moment are left alone."""


def campaign(kind: Kind, unit_code: str, rule: KindRule, moment: datetime, closes: time) -> Campaign | None:
    """Return what the rule schedules on the day of ``moment``; None where it sends nothing any more that day."""
    if not rule.switched_on or rule.days is None:
        return None
    day = moment.astimezone(VIETNAM).date()
    due_at = datetime.combine(day, rule.at, VIETNAM)
    expires_at = datetime.combine(day, rule.closes or closes, VIETNAM)
    cut_at = None
    if kind is Kind.CUT_WARNING:
        cut_at = due_at + timedelta(hours=rule.hours_to_cut)
        expires_at = min(expires_at, cut_at - SHORTEST_WARNING)
    if moment >= expires_at:
        return None
    return Campaign(
        kind=kind,
        unit_code=unit_code,
        first_due_date=day - timedelta(days=rule.days + rule.within_days),
        last_due_date=day - timedelta(days=rule.days),
        due_at=due_at,
        expires_at=expires_at,
        cut_at=cut_at,
        least_debt=rule.least_debt,
        after=rule.after,
        moment=moment,
    )


def promised_at(appointment: datetime, rule: KindRule) -> datetime:
    """Return when the reminder of a promise is due: on the morning of its day, before the hour of the promise."""
    morning = datetime.combine(appointment.astimezone(VIETNAM).date(), rule.at, VIETNAM)
    return min(morning, appointment)
