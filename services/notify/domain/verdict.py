"""Whether a reminder is still wanted, and may leave now. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from uuid import UUID

from services.notify.domain.causes import Cause
from services.notify.domain.kinds import CAMPAIGNS, DEFAULT, NOT_SENT, Kind, KindRule, MessageRule, kind_rule
from services.notify.domain.sending_hours import SendingHours
from shared.clock import VIETNAM, business_day
from shared.phones import is_vietnamese


@dataclass(frozen=True)
class Circumstances:
    """What is known about a reminder at the moment when it would be handed over."""

    reminder_id: UUID
    moment: datetime
    issued_at: datetime
    """When the notice was issued."""
    debt: int | None
    """What the customer may be asked for now, đồng; None for a message that does not ask for money."""
    phone: str | None
    """E.164; None when the customer has none."""
    is_mobile: bool
    blocked: Cause | None
    """``OPTED_OUT`` or ``WRONG_NUMBER`` when the number is on the list."""
    handed_over_today: int
    """SMS that this number was, or may have been, sent on this business day."""
    kind: str = Kind.AWAY
    unit_code: str = ""
    expires_at: datetime | None = None
    """It is of no use later; None where ``longest_wait`` counts."""
    is_disputed: bool = False
    """A complaint is open of whose bill billing has not told yet: nothing may be asked for."""
    pays_in_parts: bool = False
    """An instalment agreement is in force: the customer is asked for nothing."""
    disputed_debt: int = 0
    """What is open of disputed bills besides ``debt``, đồng: it is not asked for."""
    settled: bool = False
    """The oldest bill of the debt that it is about has been paid."""
    stopped: Cause | None = None
    """Why it is not wanted any more, learned while it was handed over: it must not be sent again."""
    is_trial: bool = False
    """A person tries a provider out: at any hour, beyond any cap."""


@dataclass(frozen=True)
class Send:
    """Hand it over now."""


@dataclass(frozen=True)
class Postpone:
    """Not now: try again at ``until``."""

    until: datetime
    cause: Cause
    expires_at: datetime | None = None
    """It is of use until then; None: as long as before."""


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
    rules: Sequence[MessageRule] = (DEFAULT,)
    """Which kinds units send, and within which hours and caps of their own."""

    def rule(self, kind: str, unit_code: str, moment: datetime) -> KindRule:
        """Return the rule of a unit for a kind on the day of ``moment``."""
        return kind_rule(self.rules, unit_code, kind, business_day(moment))

    @property
    def has_campaigns(self) -> bool:
        """Whether any unit has ever switched a campaign on."""
        return any(rule.kinds[kind].switched_on for rule in self.rules for kind in CAMPAIGNS if kind in rule.kinds)

    def has(self, *kinds: Kind) -> bool:
        """Whether any unit has ever switched one of some kinds on."""
        return any(rule.kinds[kind].switched_on for rule in self.rules for kind in kinds if kind in rule.kinds)

    @property
    def has_invoice_links(self) -> bool:
        """Whether any unit has ever switched links of invoices on, or will."""
        return any(kind.invoice_link for rule in self.rules for kind in rule.kinds.values())

    def hours_of(self, rule: KindRule) -> SendingHours:
        """Return the hours in which messages under a rule may leave."""
        return replace(self.hours, opens=rule.opens or self.hours.opens, closes=rule.closes or self.hours.closes)


def check_reminder(known: Circumstances, limits: Limits) -> Verdict:
    """Decide whether a reminder leaves now; asked when it is scheduled and again just before it is handed over."""
    rule = NOT_SENT if known.is_trial else limits.rule(known.kind, known.unit_code, known.moment)
    verdict = _standing_objection(known, limits, rule)
    if verdict is not None or known.is_trial:
        return verdict or Send()
    hours = limits.hours_of(rule)
    if not hours.allow(known.moment):
        return Postpone(hours.earliest(known.moment, known.reminder_id), Cause.QUIET_HOURS)
    if not rule.required_by_law and known.handed_over_today >= (rule.per_phone_and_day or limits.per_phone_and_day):
        return Postpone(_opening_tomorrow(known, hours), Cause.DAILY_CAP)
    return Send()


def _standing_objection(known: Circumstances, limits: Limits, rule: KindRule) -> Cancel | Fail | None:
    if known.stopped is not None:
        return Cancel(known.stopped)
    if not rule.switched_on and not known.is_trial:
        return Cancel(Cause.SWITCHED_OFF)
    if (cause := _nothing_to_ask(known)) is not None:
        return Cancel(cause)
    if (cause := _fault_of_number(known, rule)) is not None:
        return Fail(cause)
    if known.moment > (known.expires_at or known.issued_at + limits.longest_wait):
        return Fail(Cause.EXPIRED)
    return None


def _nothing_to_ask(known: Circumstances) -> Cause | None:
    if known.settled or (known.debt is not None and known.debt <= 0):
        return Cause.COMPLAINT if known.disputed_debt > 0 else Cause.PAID
    if known.debt is None:
        return None
    if known.is_disputed:
        return Cause.COMPLAINT
    return Cause.INSTALMENTS if known.pays_in_parts else None


def _fault_of_number(known: Circumstances, rule: KindRule) -> Cause | None:
    if known.phone is None:
        return Cause.NO_PHONE
    if not known.is_mobile:
        return Cause.LANDLINE if is_vietnamese(known.phone) else Cause.FOREIGN
    # The law may demand a message that nobody asked for; it never demands one to somebody else's number.
    if known.blocked is Cause.OPTED_OUT and rule.required_by_law:
        return None
    return known.blocked


def _opening_tomorrow(known: Circumstances, hours: SendingHours) -> datetime:
    midnight = datetime.combine(business_day(known.moment) + timedelta(days=1), time(), VIETNAM)
    return hours.earliest(midnight, known.reminder_id).astimezone(known.moment.tzinfo)
