"""Schedules what date rules ask for: every few minutes, in short transactions, the same message never twice."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog

from services.notify.delivery.sender import NewWork
from services.notify.domain.kinds import CAMPAIGNS, Campaign, Kind, campaign
from services.notify.domain.verdict import Limits
from services.notify.dunning.rules import NO_DUNNING, Dunning
from services.notify.metrics import LEFT_OUT
from services.notify.store.campaigns import (
    START,
    Look,
    Place,
    Wording,
    database_time,
    left_out,
    lock_campaigns,
    schedule_campaign,
    units,
)
from services.notify.store.reminders import wake_senders
from services.notify.texts.reminder_texts import ReminderTexts
from shared.clock import Clock, business_day, now

BATCH = 5_000
"""Messages of one transaction: some tens of milliseconds in which payments of these customers wait."""

WHOLE_EVERY = timedelta(hours=1)
"""In between, only accounts that changed are looked at. What no change of an account shows is found by then: that the
message was sent that a rule names in ``after``, or what an earlier version of the service has written."""

OVERLAP = timedelta(minutes=1)
"""Changes are looked at again for so long: a change is noted a little before its transaction is committed."""

_PAUSE_AFTER_ERROR = 5.0

log = structlog.get_logger(__name__)


_Days = tuple[Kind, str, date]
"""A kind, a unit, and the first due date that the kind asks for on a day."""


@dataclass(frozen=True)
class _Looks:
    whole: datetime
    """When all customers of the campaign were last looked at, by the service's clock."""
    last: Look


class Planner:
    """Schedules the campaigns of the day. Every copy of the service has one; whoever comes first does the work.

    It may die anywhere: what is committed stays, and the next round adds what is missing.
    """

    def __init__(
        self,
        new_work: NewWork,
        texts: ReminderTexts,
        limits: Limits,
        *,
        dunning: Dunning = NO_DUNNING,
        every: timedelta = timedelta(minutes=5),
        batch: int = BATCH,
        clock: Clock = now,
    ) -> None:
        self._new_work = new_work
        self._texts = texts
        self._limits = limits
        self._dunning = dunning
        self._every = every
        self._batch = batch
        self._clock = clock
        self._looks: dict[_Days, _Looks] = {}
        self._counted_at: datetime | None = None

    async def run(self) -> None:
        """Plan again and again, for ever."""
        while True:
            try:
                await self.plan()
                pause = self._every.total_seconds()
            except Exception:
                log.exception("campaigns_interrupted")
                pause = _PAUSE_AFTER_ERROR
            await asyncio.sleep(pause)

    async def plan(self) -> int:
        """Schedule what today's rules ask for and is not there yet; returns how many messages that is."""
        if not self._limits.has_campaigns:
            return 0
        async with self._new_work() as work:
            managing = await units(work.connection)
        await self._count_left_out()
        added = 0
        self._forget_days_before()
        for unit_code in managing:
            for kind in CAMPAIGNS:
                moment = self._clock()
                if kind is Kind.CUT_WARNING and self._dunning.rule(unit_code, moment).switched_on:
                    # Its warnings follow deliveries, not dates (services/notify/dunning/).
                    continue
                rule = self._limits.rule(kind, unit_code, moment)
                due = campaign(kind, unit_code, rule, moment, self._limits.hours.closes)
                if due is not None:
                    added += await self._schedule(due)
        return added

    async def _count_left_out(self) -> None:
        """Show whom campaigns leave out, once an hour: after an upgrade, those whom nobody has brought up to date."""
        moment = self._clock()
        if self._counted_at is not None and moment - self._counted_at < WHOLE_EVERY:
            return
        async with self._new_work() as work:
            count = await left_out(work.connection)
        self._counted_at = moment
        LEFT_OUT.set(count)
        if count:
            log.warning("campaigns_leave_out_customers", customers=count, see="docs/runbooks/sms.md: sms backfill")

    def _forget_days_before(self) -> None:
        moment = self._clock()
        self._looks = {days: looks for days, looks in self._looks.items() if moment - looks.whole < 2 * WHOLE_EVERY}

    async def _schedule(self, due: Campaign) -> int:
        rule = self._limits.rule(due.kind, due.unit_code, due.moment)
        wording = Wording(self._texts.templates.by_name[due.kind].version, self._texts.language_of(rule))
        days = (due.kind, due.unit_code, due.first_due_date)
        looks = self._looks.get(days)
        if looks is not None and due.moment - looks.whole >= WHOLE_EVERY:
            looks = None
        since = None if looks is None else looks.last
        async with self._new_work() as work:
            look = Look(await database_time(work.connection) - OVERLAP, due.moment)
        total = 0
        place: Place | None = START
        while place is not None:
            if (scheduled := await self._schedule_some(due, wording, place, since)) is None:
                return total
            added, place = scheduled
            total += added
        self._looks[days] = _Looks(due.moment if looks is None else looks.whole, look)
        if total:
            day = business_day(due.moment)
            log.info("campaign_scheduled", kind=due.kind.value, unit=due.unit_code, day=str(day), messages=total)
        return total

    async def _schedule_some(
        self, due: Campaign, wording: Wording, place: Place, since: Look | None
    ) -> tuple[int, Place | None] | None:
        """Return how many were added and where to go on; None while another copy is at it."""
        async with self._new_work() as work:
            if not await lock_campaigns(work.connection):
                return None
            added, last = await schedule_campaign(work.connection, due, wording, place, self._batch, since)
            if added:
                await wake_senders(work.connection)
            return added, last
