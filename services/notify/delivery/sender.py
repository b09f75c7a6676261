"""Hands reminders over to a provider: claim, check again, record the attempt, call, record the outcome.

Every step of a reminder commits before the next one begins, so that a copy may die anywhere: before the attempt is
committed nothing has left; afterwards the SMS may have left, and is not sent again.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter

from services.notify.delivery.circumstances import circumstances_of
from services.notify.domain.outcome import End, Finish, Handover, Retry, next_step
from services.notify.domain.reminders import BlockedPhone, DueReminder, NewAttempt
from services.notify.domain.verdict import Cancel, Fail, Limits, Postpone, Send, check_reminder
from services.notify.providers.base import HandoverResult, OutgoingSms, Provider
from services.notify.store.attempts import begin_attempt, end_lost, finish_attempt, lock_phone
from services.notify.store.blocked_phones import block_phone
from services.notify.store.reminders import end_reminder, lock_due, mark_sent, postpone, schedule_again
from services.notify.texts.reminder_texts import ReminderTexts
from shared import metrics
from shared.clock import Clock, now
from shared.contracts.notify import ReminderState, SmsFailed, SmsSent
from shared.db.transaction import is_connection_lost
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import Unavailable

log = structlog.get_logger()
OUTCOMES = Counter(
    "thungan_sms_attempts", "SMS handed over to a provider", ("provider", "outcome"), registry=metrics.REGISTRY
)

NewWork = Callable[[], AbstractAsyncContextManager[UnitOfWork]]

_LEASE_MARGIN = timedelta(seconds=30)
"""How much longer than the provider's time a lease lasts: time to record the outcome."""
_RECORD_PAUSE = 0.5
"""Seconds between two tries to record an outcome."""
_PROVIDER_PAUSE = timedelta(minutes=5)
"""How long a provider that cannot serve us is left alone."""


@dataclass(frozen=True)
class Claimed:
    """A reminder whose attempt is committed and which has to be handed over now."""

    reminder: DueReminder
    attempt: NewAttempt
    sms: OutgoingSms
    provider_index: int


class Sender:
    """Sends what is due. Any number of senders, in any number of processes, may work on one database."""

    def __init__(
        self,
        new_work: NewWork,
        providers: Sequence[Provider],
        texts: ReminderTexts,
        limits: Limits,
        *,
        clock: Clock = now,
        timeout: timedelta = timedelta(seconds=10),
        concurrency: int = 4,
    ) -> None:
        self._new_work = new_work
        self._providers = providers
        self._texts = texts
        self._limits = limits
        self._clock = clock
        self._timeout = timeout
        self._concurrency = concurrency
        self._paused_until: dict[str, datetime] = {}

    async def send_due(self) -> int:
        """Deal with every reminder that is due now; returns how many were handed over to a provider."""
        await self.end_lost()
        # No TaskGroup: in Python 3.11 it leaves the task that saw it fail marked as cancelled, and the next time limit
        # of the schedule's loop would end the loop instead of the wait.
        lanes = [asyncio.create_task(self._send_all()) for _ in range(self._concurrency)]
        try:
            await asyncio.wait(lanes, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for lane in lanes:
                lane.cancel()
            ends = await asyncio.gather(*lanes, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end
        return sum(end for end in ends if isinstance(end, int))

    async def end_lost(self) -> None:
        """Mark as unknown what a copy that has died was handing over."""
        async with self._new_work() as work:
            lost = await end_lost(work.connection, self._clock())
        for reminder_id in lost:
            log.warning("answer_lost_with_its_sender", reminder_id=str(reminder_id))

    async def _send_all(self) -> int:
        handed_over = 0
        while True:
            async with self._new_work() as work:
                due = await lock_due(work.connection, self._clock())
                claimed = await self._claim(work, due) if due else None
            if due is None:
                return handed_over
            if claimed is not None:
                # A stop waits for the answer: without it, nothing would show whether the SMS has left.
                await _to_the_end(self._hand_over(claimed))
                handed_over += 1

    async def _claim(self, work: UnitOfWork, due: DueReminder) -> Claimed | None:
        """Check a locked reminder again; record the attempt when it is to leave now."""
        if due.phone is not None:
            await lock_phone(work.connection, due.phone)
        moment = self._clock()
        verdict = check_reminder(await circumstances_of(work.connection, due, due.debt, moment), self._limits)
        match verdict:
            case Postpone(until, cause):
                await postpone(work.connection, due.reminder_id, until, cause)
            case Cancel(cause):
                await end_reminder(work.connection, due.reminder_id, ReminderState.CANCELLED, cause)
            case Fail(cause):
                await end_reminder(work.connection, due.reminder_id, ReminderState.FAILED, cause)
                await _emit_failed(work, due, cause, moment)
            case Send():
                return await self._begin(work, due, moment)
        return None

    async def _begin(self, work: UnitOfWork, due: DueReminder, moment: datetime) -> Claimed | None:
        index = self._first_ready(due.provider_index, moment)
        if index is None or due.phone is None:
            await postpone(work.connection, due.reminder_id, moment + _PROVIDER_PAUSE, "provider_paused")
            return None
        parameters, rendered = self._texts.with_debt(due)
        attempt = NewAttempt(
            reminder_id=due.reminder_id,
            number=due.attempts + 1,
            provider=self._providers[index].name,
            client_reference=due.reminder_id.hex,
            phone=due.phone,
            text=rendered.text,
            segments=rendered.size.segments,
            started_at=moment,
            lease_until=moment + self._timeout + _LEASE_MARGIN,
        )
        await begin_attempt(work.connection, attempt)
        sms = OutgoingSms(
            client_reference=attempt.client_reference,
            phone=due.phone,
            text=rendered.text,
            segments=rendered.size.segments,
            template=rendered.template,
            template_version=rendered.version,
            parameters=parameters,
            language=due.language,
            form=rendered.form,
        )
        return Claimed(due, attempt, sms, index)

    def _first_ready(self, start: int, moment: datetime) -> int | None:
        """Return the first provider from ``start`` on that is not left alone for now."""
        for index in range(start, len(self._providers)):
            if self._paused_until.get(self._providers[index].name, moment) <= moment:
                return index
        return None

    async def _hand_over(self, claimed: Claimed) -> None:
        provider = self._providers[claimed.provider_index]
        result = await self._call(provider, claimed.sms)
        OUTCOMES.labels(provider.name, result.outcome.value).inc()
        moment = self._clock()
        if result.outcome is Handover.REJECTED_PROVIDER:
            self._paused_until[provider.name] = moment + _PROVIDER_PAUSE
        log.info(
            "sms_attempt",
            reminder_id=str(claimed.reminder.reminder_id),
            attempt=claimed.attempt.number,
            provider=provider.name,
            outcome=result.outcome.value,
            detail=result.detail,
        )
        await self._record_surely(claimed, result, moment)

    async def _record_surely(self, claimed: Claimed, result: HandoverResult, moment: datetime) -> None:
        """Record an outcome, again while the database is away; when its lease ends, others count it as unknown."""
        deadline = asyncio.get_running_loop().time() + _LEASE_MARGIN.total_seconds()
        while True:
            try:
                async with self._new_work() as work:
                    await self._record(work, claimed, result, moment)
            except Exception as error:
                lost = is_connection_lost(error) or isinstance(error, Unavailable)
                if not lost or asyncio.get_running_loop().time() > deadline:
                    raise
                log.warning("outcome_not_recorded_yet", error=type(error).__name__)
                await asyncio.sleep(_RECORD_PAUSE)
            else:
                return

    async def _call(self, provider: Provider, sms: OutgoingSms) -> HandoverResult:
        try:
            async with asyncio.timeout(self._timeout.total_seconds()):
                return await provider.send(sms)
        except TimeoutError:
            return HandoverResult(Handover.UNKNOWN, detail="no answer in time")
        except Exception as error:  # whatever it is, bytes may have left: it is recorded
            log.exception("sms_provider_failed", provider=provider.name)
            return HandoverResult(Handover.UNKNOWN, detail=type(error).__name__)

    async def _record(self, work: UnitOfWork, claimed: Claimed, result: HandoverResult, moment: datetime) -> None:
        """Record an outcome and what follows from it."""
        reminder, connection = claimed.reminder, work.connection
        still_ours = await finish_attempt(
            connection, claimed.attempt, result.outcome, result.provider_reference, result.detail, moment
        )
        others = self._first_ready(claimed.provider_index + 1, moment) is not None
        step = next_step(result.outcome, claimed.attempt.number, other_providers=others)
        if isinstance(step, Finish) and step.end is End.SENT:
            # Also when the lease ran out and the reminder was marked as unknown: now it is known.
            if await mark_sent(connection, reminder.reminder_id, result.provider_reference, moment):
                await _emit_sent(work, claimed, result, moment)
            return
        if not still_ours:
            return
        match step:
            case Retry(after, fail_over):
                index = claimed.provider_index + 1 if fail_over else 0
                await schedule_again(connection, reminder.reminder_id, moment + after, index, result.outcome.value)
            case Finish(end, cause, block_number):
                state = ReminderState.FAILED if end is End.FAILED else ReminderState.UNKNOWN
                await end_reminder(connection, reminder.reminder_id, state, cause or "")
                if block_number and cause is not None:
                    note = f"{claimed.attempt.provider}: {result.detail}"
                    blocked = BlockedPhone(claimed.attempt.phone, cause, note, "notify", moment)
                    await block_phone(connection, blocked)
                if end is End.FAILED:
                    await _emit_failed(work, reminder, cause or "", moment)


async def _to_the_end(work: Coroutine[None, None, None]) -> None:
    """Await something that a cancellation must not cut in two: it ends first, then the cancellation goes on."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled() and (error := task.exception()) is not None:
            log.exception("outcome_not_recorded", exc_info=error)
        raise


# What was sent about a visit is told to others; the link of a receipt is looked up by whoever sent it.


async def _emit_sent(work: UnitOfWork, claimed: Claimed, result: HandoverResult, moment: datetime) -> None:
    reminder = claimed.reminder
    if reminder.visit_id is None:
        return
    sent = SmsSent(
        reminder_id=reminder.reminder_id,
        customer_code=reminder.customer_code,
        visit_id=reminder.visit_id,
        provider=claimed.attempt.provider,
        provider_reference=result.provider_reference or "",
        segments=claimed.attempt.segments,
        sent_at=moment,
    )
    await work.emit(sent, aggregate=reminder.customer_code)


async def _emit_failed(work: UnitOfWork, reminder: DueReminder, cause: str, moment: datetime) -> None:
    if reminder.visit_id is None:
        return
    failed = SmsFailed(
        reminder_id=reminder.reminder_id,
        customer_code=reminder.customer_code,
        visit_id=reminder.visit_id,
        cause=cause,
        failed_at=moment,
    )
    await work.emit(failed, aggregate=reminder.customer_code)
