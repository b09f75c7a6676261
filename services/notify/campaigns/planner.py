"""Schedules what date rules ask for: every few minutes, in short transactions, the same message never twice."""

import asyncio
from datetime import timedelta

import structlog

from services.notify.delivery.sender import NewWork
from services.notify.domain.kinds import CAMPAIGNS, Campaign, campaign
from services.notify.domain.verdict import Limits
from services.notify.store.campaigns import START, Place, Wording, lock_campaigns, schedule_campaign, units
from services.notify.store.reminders import wake_senders
from services.notify.texts.reminder_texts import ReminderTexts
from shared.clock import Clock, business_day, now

BATCH = 5_000
"""Messages of one transaction: some tens of milliseconds in which payments of these customers wait."""

_PAUSE_AFTER_ERROR = 5.0

log = structlog.get_logger(__name__)


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
        every: timedelta = timedelta(minutes=5),
        batch: int = BATCH,
        clock: Clock = now,
    ) -> None:
        self._new_work = new_work
        self._texts = texts
        self._limits = limits
        self._every = every
        self._batch = batch
        self._clock = clock

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
        added = 0
        for unit_code in managing:
            for kind in CAMPAIGNS:
                moment = self._clock()
                rule = self._limits.rule(kind, unit_code, moment)
                due = campaign(kind, unit_code, rule, moment, self._limits.hours.closes)
                if due is not None:
                    added += await self._schedule(due)
        return added

    async def _schedule(self, due: Campaign) -> int:
        rule = self._limits.rule(due.kind, due.unit_code, due.moment)
        wording = Wording(self._texts.templates.by_name[due.kind].version, self._texts.language_of(rule))
        total = 0
        place: Place | None = START
        while place is not None:
            added, place = await self._schedule_some(due, wording, place)
            total += added
        if total:
            day = business_day(due.moment)
            log.info("campaign_scheduled", kind=due.kind.value, unit=due.unit_code, day=str(day), messages=total)
        return total

    async def _schedule_some(self, due: Campaign, wording: Wording, place: Place) -> tuple[int, Place | None]:
        async with self._new_work() as work:
            if not await lock_campaigns(work.connection):
                return 0, None
            added, last = await schedule_campaign(work.connection, due, wording, place, self._batch)
            if added:
                await wake_senders(work.connection)
            return added, last
