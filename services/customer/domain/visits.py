"""The visit state machine: where a customer stands, from what billing reported and what collectors found. Pure.

The standing follows from three things only: the newest account that was seen, the greatest account version at which
nothing was owed, and the visits since then. So it does not matter in which order, or how often, events arrive.

* Nothing owed: ``settled``. A bill makes it ``due``; so does the reversal of the payment that had cleared the debt.
* ``met`` is not a miss: the customer checks the notice and then pays, or the same visit goes on to ``cannot_pay``.
* ``cannot_pay`` the first time: ``revisit`` with an appointment; on a second occasion (``occasions.py``):
  ``collection_point``. A further one on the same occasion only replaces the appointment.
* ``away``: ``revisit``. It is a miss, but nobody was asked to pay, so it does not lead to the collection point.
* A customer who was sent to a collection point stays so until the debt is cleared.
* Misses belong to the present debt: they are forgotten when it is cleared. A part payment, or another bill on top,
  clears nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.customer.domain.occasions import OccasionRule, counted_occasions, occasion_rule
from shared.client_times import AT_THE_DOOR, Span
from shared.clock import business_day
from shared.contracts.common import AccountState, NextStep, Outcome
from shared.contracts.customer import Visit
from shared.problems import Conflict, InvalidRequest

NOT_MISSES = frozenset({Outcome.MET})


class NothingOwed(Conflict):
    """A visit to a customer who owes nothing: no notice may be printed and no money taken."""

    slug = "nothing-owed"
    title = "The customer owes nothing"


@dataclass(frozen=True)
class VisitRules:
    """What the utility has decided about visits."""

    cannot_pay_before_collection_point: int = 2
    """``cannot_pay`` on so many occasions for one debt send the customer to a collection point."""
    occasions: tuple[OccasionRule, ...] = ()
    unit_code: str = ""
    """The unit whose rules of occasions count."""
    days_to_appointment: int = 3
    """The appointment after a ``cannot_pay`` for which the phone names none: this many days later, same hour."""
    longest_appointment: timedelta = timedelta(days=60)
    most_clock_skew: timedelta = timedelta(days=1)
    """How far a phone's clock may be ahead; up to that a visit counts as made now, beyond it is refused."""
    oldest_visit: timedelta = AT_THE_DOOR.before
    """How long ago a visit may have been made; a phone may have been without signal for days."""


@dataclass(frozen=True)
class Account:
    """What billing has reported of a customer's account."""

    version: int = 0
    debt: int = 0
    cleared_version: int = 0
    """The greatest version at which nothing was owed; the present debt is younger."""
    cleared_at: datetime | None = None


@dataclass(frozen=True)
class PastVisit:
    """A recorded visit, with what was known of the account then."""

    outcome: Outcome
    visited_at: datetime
    appointment: datetime | None
    account_version: int
    recorded_at: datetime | None = None
    """By the server's clock."""

    @property
    def at(self) -> datetime:
        """When it was recorded; without that, the time by the phone."""
        return self.recorded_at or self.visited_at


@dataclass(frozen=True)
class Standing:
    """Where a customer stands in the procedure."""

    step: NextStep
    misses: int
    """Visits without payment for the present debt, ``away`` and ``cannot_pay`` alike."""
    appointment: datetime | None


def with_report(account: Account, state: AccountState, happened_at: datetime) -> Account:
    """Return the account after billing's report ``state`` of something that happened then.

    An older report than the newest one changes only what is known about when the debt was cleared.
    """
    seen = account
    if state.debt <= 0 and state.version > account.cleared_version:
        seen = replace(seen, cleared_version=state.version, cleared_at=happened_at)
    if state.version > account.version:
        seen = replace(seen, version=state.version, debt=state.debt)
    return seen


def standing(account: Account, visits: Iterable[PastVisit], rules: VisitRules) -> Standing:
    """Return where the customer stands; ``visits`` in any order, those for earlier debts are left out here."""
    if account.debt <= 0:
        return Standing(NextStep.SETTLED, misses=0, appointment=None)
    misses = sorted(
        (
            visit
            for visit in visits
            if visit.account_version > account.cleared_version and visit.outcome not in NOT_MISSES
        ),
        key=lambda visit: (visit.at, visit.visited_at),
    )
    refusals = [visit.at for visit in misses if visit.outcome is Outcome.CANNOT_PAY]
    if len(counted_occasions(refusals, rules.occasions, rules.unit_code)) >= rules.cannot_pay_before_collection_point:
        return Standing(NextStep.COLLECTION_POINT, len(misses), appointment=None)
    if not misses:
        return Standing(NextStep.DUE, misses=0, appointment=None)
    return Standing(NextStep.REVISIT, len(misses), _appointment(misses))


def next_occasion_from(refusals: Iterable[datetime], rules: VisitRules, now: datetime) -> datetime | None:
    """Return from when on another ``cannot_pay`` leads to the collection point; None when one more does not.

    ``refusals`` are the moments at which those for the present debt were recorded.
    """
    counted = counted_occasions(refusals, rules.occasions, rules.unit_code)
    if len(counted) != rules.cannot_pay_before_collection_point - 1:
        return None
    if not counted:
        return now
    return occasion_rule(rules.occasions, rules.unit_code, business_day(now)).next_from(counted[-1])


def _appointment(misses: list[PastVisit]) -> datetime | None:
    """Return the appointment that holds: the one agreed last, unless a visit at or after it came to nothing."""
    agreed: datetime | None = None
    for visit in misses:
        if visit.appointment is not None:
            agreed = visit.appointment
        elif agreed is not None and visit.visited_at >= agreed:
            agreed = None
    return agreed


def moment_of_visit(visited_at: datetime, now: datetime, rules: VisitRules) -> datetime:
    """Return when a visit was made; phones' clocks are wrong at times, and no visit is made in the future.

    A clock that is a little ahead must not keep a collector from working, so the visit then counts as made now. One
    that is more than ``most_clock_skew`` ahead, or a visit older than ``oldest_visit``, is refused (``clock-wrong``):
    its appointments would be wrong as well.
    """
    Span(before=rules.oldest_visit, after=rules.most_clock_skew).require("visited_at", visited_at, now)
    return min(visited_at, now)


def appointment_for(
    outcome: Outcome, visited_at: datetime, asked: datetime | None, rules: VisitRules, *, stated_at: datetime
) -> datetime | None:
    """Return the appointment that a visit leaves behind.

    A ``cannot_pay`` always leaves one (``days_to_appointment`` later when none was agreed); ``away`` leaves the one
    that the collector announces on the notice, if any; ``met`` leaves none. Raises ``InvalidRequest``
    (``invalid-appointment``) when it is not after the visit, or too far away. Both as the phone's clock has them
    (``stated_at``): it was agreed on by that clock, and one that is ahead offers days that are as far ahead.
    """
    if outcome is Outcome.MET:
        return None
    if asked is None:
        in_days = timedelta(days=rules.days_to_appointment)
        return visited_at + in_days if outcome is Outcome.CANNOT_PAY and in_days else None
    if not stated_at < asked <= stated_at + rules.longest_appointment:
        raise InvalidRequest(
            f"Ngày hẹn phải sau lúc đến và trong vòng {rules.longest_appointment.days} ngày.",
            slug="invalid-appointment",
            title="The appointment is not possible",
            facts={"appointment": asked.isoformat(), "visited_at": stated_at.isoformat()},
        )
    return asked


class VisitNotWithdrawable(Conflict):
    """The visit cannot be taken back (any more); ``facts`` has the reason."""

    slug = "visit-not-withdrawable"
    title = "The visit cannot be taken back"


@dataclass(frozen=True)
class LatestVisit:
    """The last visit to a customer that stands, and when and for which debt it was recorded."""

    visit_id: UUID
    recorded_at: datetime
    account_version: int


def require_withdrawable(visit: Visit, latest: LatestVisit | None, account: Account, now: datetime) -> None:
    """Refuse to take back a visit that is not the last one, not of today, or whose debt is paid.

    Today is a day in Vietnam by the server's clock. Raises :class:`VisitNotWithdrawable`.
    """
    if visit.withdrawn_at is not None:
        reason, detail = "withdrawn", "Lần đến này đã được rút lại trước đó."
    elif latest is None or latest.visit_id != visit.visit_id:
        reason, detail = "not-the-last", "Chỉ rút lại được lần đến sau cùng của khách hàng."
    elif business_day(latest.recorded_at) != business_day(now):
        reason, detail = "another-day", "Chỉ rút lại được trong ngày."
    elif account.debt <= 0 or latest.account_version <= account.cleared_version:
        reason, detail = "paid", "Khách hàng đã trả tiền, không cần rút lại."
    else:
        return
    raise VisitNotWithdrawable(detail, facts={"visit_id": str(visit.visit_id), "reason": reason})


def may_follow(recorded: Outcome, outcome: Outcome) -> bool:
    """Whether one and the same visit, recorded with one outcome, may be recorded again with another."""
    return recorded is Outcome.MET and outcome is Outcome.CANNOT_PAY


def after_visit(account: Account, visits: Iterable[PastVisit], visit: PastVisit, rules: VisitRules) -> Standing:
    """Return where the customer stands after ``visit``; ``visits`` are the others.

    Raises :class:`NothingOwed` when there is no debt: somebody has paid while the collector was on the way.
    """
    if account.debt <= 0:
        cleared = account.cleared_at
        raise NothingOwed(
            "Khách hàng không còn nợ tiền điện, không cần thu.",
            facts={"debt": 0, **({"cleared_at": cleared.isoformat()} if cleared else {})},
        )
    return standing(account, [*visits, visit], rules)
