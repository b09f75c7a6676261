"""Makes the warnings that are due, and ends what has lapsed: every few minutes, in short transactions."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from services.notify.delivery.sender import NewWork
from services.notify.domain.kinds import Kind
from services.notify.domain.verdict import Limits
from services.notify.dunning.orders import Orders
from services.notify.dunning.rules import Dunning, DunningRule, needs_warning, warning_hour
from services.notify.dunning.store import StoredCase, cases_of, cases_of_unit
from services.notify.store.campaigns import units
from services.notify.store.cut_warnings import NewWarning, add_warning, lock_free, lock_warnings
from services.notify.store.reminders import wake_senders
from services.notify.texts.reminder_texts import ReminderTexts
from shared.clock import Clock, business_day, now
from shared.ids import new_id
from shared.messaging import UnitOfWork
from shared.phones import is_mobile

_BATCH = 200
_PAUSE_AFTER_ERROR = 5.0

log = structlog.get_logger(__name__)


class Warnings:
    """Every copy of the service has one, and whoever comes first does the work; it may die anywhere."""

    def __init__(
        self,
        new_work: NewWork,
        texts: ReminderTexts,
        limits: Limits,
        dunning: Dunning,
        *,
        every: timedelta = timedelta(minutes=5),
        clock: Clock = now,
    ) -> None:
        self._new_work = new_work
        self._texts = texts
        self._limits = limits
        self._dunning = dunning
        self._orders = Orders(dunning, clock)
        self._every = every
        self._clock = clock

    async def run(self) -> None:
        """Make warnings again and again, for ever."""
        while True:
            try:
                await self.make()
                pause = self._every.total_seconds()
            except Exception:
                log.exception("warnings_interrupted")
                pause = _PAUSE_AFTER_ERROR
            await asyncio.sleep(pause)

    async def make(self) -> int:
        """End what has lapsed and make what is due; returns how many warnings were made."""
        if not self._dunning.is_used:
            return 0
        async with self._new_work() as work:
            await self._orders.withdraw_lapsed(work, _BATCH)
            owing = await units(work.connection)
        made = 0
        for unit_code in owing:
            rule = self._dunning.rule(unit_code, self._clock())
            if rule.switched_on:
                made += await self._make_in(unit_code, rule)
        return made

    async def _make_in(self, unit_code: str, rule: DunningRule) -> int:
        made, after = 0, ""
        while True:
            moment = self._clock()
            # Those whose oldest bill is due for long enough.
            day = business_day(moment) - timedelta(days=rule.warning.days - 1)
            async with self._new_work() as work:
                found = await cases_of_unit(work.connection, unit_code, day, after, _BATCH, moment)
                needing = [one.case.customer_code for one in found if needs_warning(rule, one.case, moment)]
                if needing and not await lock_warnings(work.connection):
                    return made
                made += await self._warn(work, rule, needing, moment)
            if len(found) < _BATCH:
                return made
            after = found[-1].case.customer_code

    async def _warn(self, work: UnitOfWork, rule: DunningRule, codes: Sequence[str], moment: datetime) -> int:
        connection = work.connection
        if not codes:
            return 0
        # What was read before the lock may have changed.
        free = await lock_free(connection, codes)
        made = 0
        for one in await cases_of(connection, free, moment):
            if needs_warning(rule, one.case, moment) and await self._warn_one(work, rule, one, moment):
                made += 1
        if made:
            await wake_senders(connection)
            log.info("cut_warnings_made", unit=one.case.unit_code, warnings=made)
        return made

    async def _warn_one(self, work: UnitOfWork, rule: DunningRule, stored: StoredCase, moment: datetime) -> bool:
        case = stored.case
        first_step = rule.steps[0]
        first_done = case.done_at(first_step)
        cut_from = None if first_done is None else warning_hour(rule, moment, first_done)
        if cut_from is None:
            return False
        message = self._limits.rule(Kind.CUT_WARNING, case.unit_code, moment)
        by_sms = "sms" in rule.warning.by and stored.phone is not None and is_mobile(stored.phone)
        warning = NewWarning(
            warning_id=new_id(),
            customer_code=case.customer_code,
            unit_code=case.unit_code,
            debt_due_on=case.debt_due_on,
            cut_from=cut_from,
            phone=stored.phone if by_sms else None,
            made_at=moment,
            expires_at=cut_from - timedelta(hours=rule.warning.hours_before),
        )
        template = self._texts.templates.by_name[Kind.CUT_WARNING]
        await add_warning(work.connection, warning, template.version, self._texts.language_of(message))
        return True
