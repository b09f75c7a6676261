"""Hands reminders over to providers: claim, check again, record the attempt, call, record the outcome.

Every step commits before the next one begins, for many reminders at once, so that a copy may die anywhere: before the
attempt is committed nothing has left; afterwards the SMS may have left, and its outcome is looked for: it goes to no
other provider, and to the same one only under the reference that this one recognises.
"""

import asyncio
from collections import Counter as Tally
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter

from services.notify.delivery.batches import Batches
from services.notify.delivery.claims import Claim, Claimed, Claims, Question
from services.notify.delivery.events import emit_failed, emit_sent
from services.notify.delivery.expenses import Expenses
from services.notify.delivery.pace import Pace
from services.notify.domain.breakers import SERIES, fails, works
from services.notify.domain.budgets import Budget
from services.notify.domain.causes import Cause
from services.notify.domain.chains import Chains
from services.notify.domain.delivery_reports import DeliveryReport
from services.notify.domain.outcome import End, Finish, Handover, Retry, next_step
from services.notify.domain.reminders import BlockedPhone
from services.notify.domain.resolution import look_after_denial, next_look
from services.notify.domain.terms import Terms
from services.notify.domain.verdict import Limits
from services.notify.providers.base import HandedOver, HandoverResult, OutgoingSms, Provider, StatusQuery
from services.notify.store.attempts import Answer, end_lost, finish_attempts, note_denial
from services.notify.store.blocked_phones import block_phone
from services.notify.store.breakers import Fault, close_breaker, open_breaker
from services.notify.store.delivery_reports import add_reports, match_reports, match_waiting_reports
from services.notify.store.reminders import end_reminder, lock_unknown, look_later, schedule_again
from services.notify.texts.reminder_texts import ReminderTexts
from shared import metrics
from shared.clock import Clock, now
from shared.contracts.notify import ReminderState
from shared.db.transaction import is_connection_lost
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import Unavailable

log = structlog.get_logger()
OUTCOMES = Counter(
    "thungan_sms_attempts", "SMS handed over to a provider", ("provider", "outcome"), registry=metrics.REGISTRY
)

NewWork = Callable[[], AbstractAsyncContextManager[UnitOfWork]]

_RECORD_PAUSE = 0.5
"""Seconds between two tries to record an outcome."""
_RECORD_SECONDS = 30.0
"""For so long an outcome is tried to be recorded; then leases have ended, and others count it as unknown."""
_ROUND_SECONDS = 10.0
"""After this a round ends although more is due, so that lost answers are looked at in between."""
_ELSEWHERE = frozenset({Handover.REJECTED_PROVIDER, Handover.NOT_SENT, Handover.UNREACHABLE})


@dataclass(frozen=True)
class _Result:
    claimed: Claimed
    result: HandoverResult
    moment: datetime


class Sender:
    """Sends what is due. Any number of senders, in any number of processes, may work on one database."""

    def __init__(
        self,
        new_work: NewWork,
        providers: Sequence[Provider],
        texts: ReminderTexts,
        limits: Limits,
        *,
        chains: Chains | None = None,
        terms: Mapping[str, Terms] | None = None,
        budget: Budget | None = None,
        clock: Clock = now,
        timeout: timedelta = timedelta(seconds=10),
        concurrency: int = 4,
        report_wait: timedelta = timedelta(hours=24),
    ) -> None:
        self._new_work = new_work
        self._providers = {provider.name: provider for provider in providers}
        self._clock = clock
        self._concurrency = concurrency
        self._report_wait = report_wait
        self._pace = Pace(terms or {})
        self._claims = Claims(
            self._providers,
            chains or Chains([], list(self._providers)),
            terms or {},
            texts,
            limits,
            self._pace,
            Expenses(budget or Budget()),
            clock=clock,
            timeout=timeout,
            report_wait=report_wait,
        )
        self._answers: Batches[_Result] = Batches(self._record_surely)
        self._reports: Batches[DeliveryReport] = Batches(self._record_reports)
        self._series: Tally[str] = Tally()
        self._may_be_open: set[str] = set(self._providers)
        self.rest = 0.0
        """Seconds for which nothing can be handed over to anybody, as the last round has found."""

    async def send_due(self) -> int:
        """Deal with reminders that are due now, for some seconds at most; returns how many were handed over."""
        until = asyncio.get_running_loop().time() + _ROUND_SECONDS
        flight = _Flight(self._hand_over)
        try:
            await self._settle(flight)
            await self._send_all(flight, until)
            await flight.land()
        except BaseException:
            # A stop waits for the answers: without them, nothing would show whether the SMS have left.
            await flight.abandon()
            raise
        return flight.begun

    async def record_report(self, report: DeliveryReport) -> None:
        """Keep a delivery report and merge it; when it returns, the report is durable and may be acknowledged."""
        await self._reports.put(report)

    async def _record_reports(self, reports: Sequence[DeliveryReport]) -> None:
        async with self._new_work() as work:
            await self._keep_reports(work, reports)

    async def _keep_reports(self, work: UnitOfWork, reports: Sequence[DeliveryReport]) -> None:
        moment = self._clock()
        await match_reports(work.connection, await add_reports(work.connection, reports, moment), moment)

    async def end_lost(self) -> None:
        """Mark as unknown what a copy that has died was handing over."""
        async with self._new_work() as work:
            await self._end_lost(work)

    async def _end_lost(self, work: UnitOfWork) -> None:
        for reminder_id in await end_lost(work.connection, self._clock()):
            log.warning("answer_lost_with_its_sender", reminder_id=str(reminder_id))

    async def _settle(self, flight: "_Flight") -> None:
        """Match reports that came before their answers, and look for the outcome of SMS whose answer was lost."""

        async def claim() -> Claim:
            async with self._new_work() as work:
                await self._end_lost(work)
                await match_waiting_reports(work.connection, self._clock())
                return await self._claims.claim_unsettled(work, self._concurrency)

        found = await self._claimed(flight, claim)
        for question in found.questions:
            await self._ask(question)

    async def _send_all(self, flight: "_Flight", until: float) -> None:
        loop = asyncio.get_running_loop()
        self.rest = 0.0
        while loop.time() < until:
            if (free := self._concurrency - flight.size) < max(1, self._concurrency // 4):
                await flight.one_landed()
                continue

            async def claim(limit: int = free) -> Claim:
                async with self._new_work() as work:
                    return await self._claims.claim_due(work, limit)

            found = await self._claimed(flight, claim)
            if found.seen:
                continue
            if flight.size:
                await flight.one_landed()
            elif 0 < found.rest < 1:
                await asyncio.sleep(found.rest)
            else:
                self.rest = found.rest
                return

    async def _claimed(self, flight: "_Flight", claim: Callable[[], Awaitable[Claim]]) -> Claim:
        """Claim and begin to hand over; what is committed is handed over although a stop comes meanwhile."""
        task = asyncio.ensure_future(claim())
        try:
            return flight.begin(await asyncio.shield(task))
        except asyncio.CancelledError:
            await asyncio.wait([task])
            if not task.cancelled() and task.exception() is None:
                flight.begin(task.result())
            raise

    async def _hand_over(self, claimed: Claimed) -> None:
        name = claimed.attempt.provider
        self._pace.begin(name)
        throttled = False
        try:
            result = await self._call(self._providers[name], claimed.sms)
            throttled = result.outcome is Handover.THROTTLED
        finally:
            self._pace.end(name, throttled=throttled)
        OUTCOMES.labels(name, result.outcome.value).inc()
        # What was accepted is in the table of attempts and in the counter; a line for each costs more than sending it.
        write = log.debug if result.outcome is Handover.ACCEPTED else log.info
        write(
            "sms_attempt",
            reminder_id=str(claimed.reminder.reminder_id),
            attempt=claimed.attempt.number,
            provider=name,
            outcome=result.outcome.value,
            detail=result.detail,
        )
        await self._answers.put(_Result(claimed, result, self._clock()))

    async def _call(self, provider: Provider, sms: OutgoingSms) -> HandoverResult:
        try:
            async with asyncio.timeout(self._claims.timeout(provider.name).total_seconds()):
                return await provider.send(sms)
        except TimeoutError:
            return HandoverResult(Handover.UNKNOWN, detail="no answer in time")
        except Exception as error:  # whatever it is, bytes may have left: it is recorded
            log.exception("sms_provider_failed", provider=provider.name)
            return HandoverResult(Handover.UNKNOWN, detail=type(error).__name__)

    async def _record_surely(self, results: Sequence[_Result]) -> None:
        """Record outcomes, again while the database is away."""
        deadline = asyncio.get_running_loop().time() + _RECORD_SECONDS
        while True:
            try:
                async with self._new_work() as work:
                    await self._record(work, results)
            except Exception as error:
                lost = is_connection_lost(error) or isinstance(error, Unavailable)
                if not lost or asyncio.get_running_loop().time() > deadline:
                    raise
                log.warning("outcome_not_recorded_yet", error=type(error).__name__)
                await asyncio.sleep(_RECORD_PAUSE)
            else:
                return

    async def _record(self, work: UnitOfWork, results: Sequence[_Result]) -> None:
        """Record outcomes and what follows from them."""
        answers = {
            result.claimed.sms.client_reference: Answer(
                result.claimed.attempt,
                result.result.outcome,
                result.result.provider_reference,
                result.result.part_references,
                result.result.detail,
                result.moment,
            )
            for result in results
        }
        finished = await finish_attempts(work.connection, list(answers.values()))
        await self._keep_breakers(work, results)
        elsewhere = [result.claimed for result in results if result.result.outcome in _ELSEWHERE]
        others = await self._claims.others_ready(work, elsewhere) if elsewhere else {}
        unreached = [
            one.claimed
            for one in results
            if one.result.outcome is Handover.UNREACHABLE and not others.get(one.claimed.sms.client_reference)
        ]
        later = await self._claims.others_later(work, unreached) if unreached else set()
        for one in results:
            claimed, reminder_id = one.claimed, one.claimed.reminder.reminder_id
            if reminder_id in finished.sent:
                reference = one.result.provider_reference
                await emit_sent(work, claimed.reminder, claimed.attempt, reference, one.moment)
            elif one.result.outcome is not Handover.ACCEPTED and reminder_id in finished.still_ours:
                reference = claimed.sms.client_reference
                await self._follow(
                    work, one, other_providers=others.get(reference, False), others_later=reference in later
                )

    async def _follow(self, work: UnitOfWork, one: _Result, *, other_providers: bool, others_later: bool) -> None:
        """Do what follows from an outcome that is not an acceptance."""
        claimed, connection = one.claimed, work.connection
        reminder, attempt = claimed.reminder, claimed.attempt
        # What a repetition is refused with does not show that the first one was not kept.
        outcome = Handover.UNKNOWN if attempt.repeats else one.result.outcome
        match next_step(outcome, attempt.number, other_providers=other_providers, others_later=others_later):
            case Retry(after, fail_over):
                due_at = max(one.moment + after, one.result.retry_at or one.moment)
                tried = [*reminder.tried, attempt.provider] if fail_over else []
                await schedule_again(connection, reminder.reminder_id, due_at, tried, outcome.value)
            case Finish(End.UNKNOWN):
                looks = reminder.looks + 1 if attempt.repeats else 0
                known = self._claims.unsettled(
                    replace(reminder, looks=looks), attempt.provider, claimed.first_attempt_at
                )
                at = next_look(known, one.moment, self._report_wait)
                await look_later(connection, reminder.reminder_id, at, looks)
            case Finish(_, cause, block_number):
                await end_reminder(connection, reminder.reminder_id, ReminderState.FAILED, cause or "")
                if block_number and cause is not None:
                    note = f"{attempt.provider}: {one.result.detail}"
                    await block_phone(connection, BlockedPhone(attempt.phone, cause, note, "notify", one.moment))
                await emit_failed(work, reminder, cause or "", one.moment)

    async def _keep_breakers(self, work: UnitOfWork, results: Sequence[_Result]) -> None:
        """Leave providers alone that refuse us or fail in a row, and use those again that work."""
        faults: dict[str, Fault] = {}
        working: dict[str, datetime] = {}
        for one in results:
            name, outcome, started_at = one.claimed.attempt.provider, one.result.outcome, one.claimed.attempt.started_at
            if works(outcome):
                self._series[name] = 0
                working[name] = max(started_at, working.get(name, started_at))
            elif fails(outcome):
                self._series[name] += 1
            if outcome is Handover.REJECTED_PROVIDER:
                faults[name] = Fault(name, f"refuses us: {one.result.detail}", True, started_at)
            elif self._series[name] >= SERIES:
                self._series[name] = 0
                faults.setdefault(name, Fault(name, f"{SERIES} attempts failed in a row", False, started_at))
        for fault in faults.values():
            self._may_be_open.add(fault.provider)
            if await open_breaker(work.connection, fault, self._clock()):
                log.error("sms_provider_left_alone", provider=fault.provider, reason=fault.reason)
        for name in working.keys() - faults.keys():
            # Another copy may have left it alone: once in a while it is looked at, and always after our own.
            if name in self._may_be_open and await close_breaker(work.connection, name, working[name]):
                log.info("sms_provider_used_again", provider=name)

    async def _ask(self, question: Question) -> None:
        """Ask a provider what became of an SMS whose answer was lost."""
        provider, reminder = self._providers[question.lost.provider], question.reminder
        assert isinstance(provider, StatusQuery)  # noqa: S101 - why it is asked
        try:
            async with asyncio.timeout(self._claims.timeout(provider.name).total_seconds()):
                lost = question.lost
                sms = HandedOver(lost.client_reference, None, lost.phone, lost.first_attempt_at)
                report = await provider.status(sms)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is asked again
            log.warning("sms_status_unanswered", provider=provider.name, error=type(error).__name__)
            await self._look_later(question)
            return
        async with self._new_work() as work:
            if not await lock_unknown(work.connection, reminder.reminder_id):
                return
            moment = self._clock()
            if report is not None:
                ours = replace(report, provider=provider.name, client_reference=question.lost.client_reference)
                await self._keep_reports(work, [ours])
                return
            await note_denial(work.connection, reminder.reminder_id, question.lost.client_reference)
            at = look_after_denial(question.known, moment, self._report_wait)
            if at is not None:
                await look_later(work.connection, reminder.reminder_id, at, reminder.looks + 1)
                return
            log.warning("sms_unknown_for_good", reminder_id=str(reminder.reminder_id), provider=provider.name)
            await end_reminder(work.connection, reminder.reminder_id, ReminderState.UNKNOWN, Cause.ANSWER_LOST)

    async def _look_later(self, question: Question) -> None:
        async with self._new_work() as work:
            if await lock_unknown(work.connection, question.reminder.reminder_id):
                at = next_look(question.known, self._clock(), self._report_wait)
                await look_later(work.connection, question.reminder.reminder_id, at, question.reminder.looks + 1)


class _Flight:
    """The SMS that are being handed over by one round."""

    def __init__(self, hand_over: Callable[[Claimed], Coroutine[None, None, None]]) -> None:
        self._hand_over = hand_over
        self._tasks: set[asyncio.Task[None]] = set()
        self.begun = 0

    @property
    def size(self) -> int:
        return len(self._tasks)

    def begin(self, claim: Claim) -> Claim:
        # No TaskGroup: in Python 3.11 it leaves the task that saw it fail marked as cancelled, and the next time limit
        # of the schedule's loop would end the loop instead of the wait.
        for claimed in claim.claimed:
            self._tasks.add(asyncio.create_task(self._hand_over(claimed)))
        self.begun += len(claim.claimed)
        return claim

    async def one_landed(self) -> None:
        """Wait until one is recorded; raises what it raised."""
        if self._tasks:
            done, self._tasks = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()

    async def land(self) -> None:
        """Wait until all are recorded."""
        while self._tasks:
            await self.one_landed()

    async def abandon(self) -> None:
        """Wait until all have ended, however they do."""
        if self._tasks:
            done, self._tasks = await asyncio.wait(self._tasks)
            for task in done:
                if not task.cancelled() and (error := task.exception()) is not None:
                    log.error("outcome_not_recorded", exc_info=error)
