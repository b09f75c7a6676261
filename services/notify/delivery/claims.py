"""Claims reminders: checks again whether they are wanted, chooses their provider, and begins their attempts.

Everything that is claimed is committed before a provider is called: a copy may die anywhere.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import structlog
from prometheus_client import Counter as Metric

from services.notify.delivery.circumstances import circumstances_of_due, midnight_before
from services.notify.delivery.events import emit_failed
from services.notify.delivery.expenses import Expenses
from services.notify.delivery.pace import Pace, SharedPace
from services.notify.domain.breakers import Breaker
from services.notify.domain.budgets import Spent, postponed, waits_for_budget
from services.notify.domain.causes import Cause
from services.notify.domain.chains import Chains
from services.notify.domain.reminders import DueReminder, NewAttempt, Priority, unit_of
from services.notify.domain.resolution import ONCE_MORE, Look, Unsettled, look, next_look
from services.notify.domain.terms import Terms
from services.notify.domain.verdict import Cancel, Fail, Limits, Postpone, Send, Verdict, check_reminder
from services.notify.providers.base import Connected, OutgoingSms, Provider, StatusQuery
from services.notify.store.attempts import (
    Lost,
    begin_attempts,
    handed_over_since,
    lock_phones,
    lost_sms,
    unreached_by,
)
from services.notify.store.breakers import open_breakers, return_probe, take_probe
from services.notify.store.issued_invoices import links_of
from services.notify.store.provider_paces import lock_paces, use_paces
from services.notify.store.reminders import (
    claim_due,
    claim_unsettled,
    end_reminder,
    look_later,
    postpone,
    schedule_again,
    send_once_more,
)
from services.notify.texts.reminder_texts import ReminderTexts
from shared import metrics
from shared.clock import Clock, business_day
from shared.contracts.notify import ReminderState
from shared.db import Connection
from shared.messaging.unit_of_work import UnitOfWork
from shared.phones import Operator, operator_of

log = structlog.get_logger()
POSTPONED = Metric(
    "thungan_sms_postponed_by_budget",
    "SMS in bulk that wait because the budget is spent",
    registry=metrics.REGISTRY,
)

LEASE_MARGIN = timedelta(seconds=30)
"""How much longer than the provider's time a lease lasts: time to record the outcome."""
_CUT_OFF_MARGIN = timedelta(seconds=1)
"""How much later than the provider's own time the sender's ends, so that the provider can say what it knows."""
_PROVIDER_PAUSE = timedelta(minutes=5)
"""The longest wait for providers of which none can serve us."""
_SHORT_PAUSE = timedelta(seconds=10)
_NO_TERMS = Terms()


@dataclass(frozen=True)
class Claimed:
    """A reminder whose attempt is committed and which has to be handed over now."""

    reminder: DueReminder
    attempt: NewAttempt
    sms: OutgoingSms
    order: Sequence[str]
    """Providers of its chain, in its order."""
    first_attempt_at: datetime
    """When the SMS may have left for the first time."""


@dataclass(frozen=True)
class Question:
    """A provider has to be asked what became of an SMS."""

    reminder: DueReminder
    lost: Lost
    known: Unsettled


@dataclass(frozen=True)
class Claim:
    """What one claim has found."""

    seen: int = 0
    """Reminders that were due."""
    claimed: Sequence[Claimed] = ()
    questions: Sequence[Question] = ()
    rest: float = 0.0
    """Seconds for which nothing can be handed over to anybody."""


@dataclass
class _Routes:
    """Which providers can be used, within one transaction."""

    connection: Connection
    breakers: Mapping[str, Breaker]
    moment: datetime
    lease: timedelta
    room: dict[str, int]
    """Provider → SMS that it can be handed now; providers that are not configured or not connected are left out."""
    shared: SharedPace
    used: Counter[str] = field(default_factory=Counter)
    probes: dict[str, bool] = field(default_factory=dict)
    """Provider → whether the one SMS is ours that shows whether it works again."""
    probed: set[str] = field(default_factory=set)

    def may_be_ready(self, name: str) -> bool:
        """Whether a provider is there and not left alone; a probe that it needs may be under way all the same."""
        breaker = self.breakers.get(name)
        return name in self.room and (
            breaker is None or not (breaker.is_open(self.moment) or breaker.is_probed(self.moment))
        )

    async def choose(self, order: Sequence[str]) -> str | None:
        """Return the first provider that can be used; None where there is none."""
        for name in order:
            if not self.may_be_ready(name):
                continue
            if name not in self.breakers:
                return name
            if name not in self.probes:
                self.probes[name] = await take_probe(self.connection, name, self.moment, self.lease)
            if self.probes[name] and name not in self.probed:
                return name
        return None

    def use(self, name: str) -> None:
        """Count an SMS that goes to a provider."""
        self.room[name] -= 1
        self.used[name] += 1
        self.probed.add(name)

    async def end(self) -> None:
        """Note what was used of the rates, and give back the probes for which there was no SMS."""
        if seconds := self.shared.seconds(self.used):
            await use_paces(self.connection, seconds)
        for name, taken in self.probes.items():
            if taken and name not in self.probed:
                await return_probe(self.connection, name)

    def ready_at(self, order: Sequence[str]) -> datetime:
        """Return when to look again for a provider of an order in which none can be used now."""
        known = [breaker.open_until for name in order if (breaker := self.breakers.get(name))]
        soonest = min([until for until in known if until > self.moment], default=self.moment + _SHORT_PAUSE)
        return min(max(soonest, self.moment + timedelta(seconds=1)), self.moment + _PROVIDER_PAUSE)


class Claims:
    """Claims what is due, of one copy."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        chains: Chains,
        terms: Mapping[str, Terms],
        texts: ReminderTexts,
        limits: Limits,
        pace: Pace,
        expenses: Expenses,
        *,
        clock: Clock,
        timeout: timedelta,
        report_wait: timedelta,
    ) -> None:
        self._providers = providers
        self._chains = chains
        self._terms = terms
        self._texts = texts
        self._limits = limits
        self._pace = pace
        self._expenses = expenses
        self._clock = clock
        self._timeout = timeout
        self._report_wait = report_wait
        self._probe_lease = max([timeout, *map(self.timeout, providers)]) + LEASE_MARGIN

    async def claim_due(self, work: UnitOfWork, limit: int) -> Claim:
        """Claim up to ``limit`` due reminders: no more than providers can be handed now."""
        connection, moment = work.connection, self._clock()
        routes = await self._routes(connection, moment)
        ready = [name for name in routes.room if routes.may_be_ready(name)]
        if not ready:
            return Claim(rest=max((routes.ready_at(list(self._providers)) - moment).total_seconds(), 0.1))
        limit = min(limit, sum(routes.room[name] for name in ready))
        if limit <= 0:
            return Claim(rest=max(0.001, min(self._wait(routes, name) for name in ready)))
        dues = await claim_due(connection, moment, limit)
        if not dues:
            return Claim()
        ported = _ported(dues)
        orders = {due.reminder_id: self._order(due, ported, moment) for due in dues}
        chosen = {due.reminder_id: await self._route(routes, due, orders[due.reminder_id]) for due in dues}
        handed_over = await self._handed_over(connection, dues, moment)
        spent = await self._spent(connection, dues, moment)
        links = await self._invoice_links(connection, dues, moment)
        claimed: list[Claimed] = []
        later: dict[UUID, Postpone] = {}
        for due in dues:
            verdict = self._check(due, handed_over, moment)
            if isinstance(verdict, Postpone):
                later[due.reminder_id] = verdict
                continue
            if not isinstance(verdict, Send):
                await self._dispose(work, due, verdict, moment)
                continue
            order, provider = orders[due.reminder_id], chosen[due.reminder_id]
            if provider is None or due.phone is None:
                until = routes.ready_at(order)
                await schedule_again(connection, due.reminder_id, until, (), Cause.PROVIDER_PAUSED)
            elif provider not in routes.breakers and routes.room[provider] <= 0:
                wait = timedelta(seconds=max(self._wait(routes, provider), 0.05))
                later[due.reminder_id] = Postpone(moment + wait, Cause.PACE)
            else:
                operator = operator_of(due.phone, ported)
                one = self._attempt(due, due.phone, operator, provider, order, moment, link=links.get(due.reminder_id))
                if (waits := self._wait_for_budget(due, spent, one.attempt.cost, moment)) is not None:
                    POSTPONED.inc()
                    later[due.reminder_id] = waits
                    continue
                spent = spent.plus(one.attempt.cost)
                routes.use(provider)
                handed_over[due.phone] += 1
                claimed.append(one)
        await postpone(connection, later)
        await begin_attempts(connection, [one.attempt for one in claimed])
        await routes.end()
        return Claim(len(dues), claimed)

    async def claim_unsettled(self, work: UnitOfWork, limit: int) -> Claim:
        """Claim up to ``limit`` reminders whose answer was lost, and decide what is done about each."""
        connection, moment = work.connection, self._clock()
        dues = await claim_unsettled(connection, moment, limit)
        if not dues:
            return Claim()
        routes = await self._routes(connection, moment)
        ported = _ported(dues)
        lost = await lost_sms(connection, [due.reminder_id for due in dues])
        handed_over = await self._handed_over(connection, dues, moment)
        links = await self._invoice_links(connection, dues, moment)
        claimed: list[Claimed] = []
        questions: list[Question] = []
        for due in dues:
            if (sms := lost.get(due.reminder_id)) is None:
                await end_reminder(connection, due.reminder_id, ReminderState.UNKNOWN, Cause.ANSWER_LOST)
                continue
            wanted = isinstance(self._check(due, handed_over, moment), Send)
            known = self.unsettled(due, sms.provider, sms.first_attempt_at, is_wanted=wanted)
            match look(known, moment, self._report_wait):
                case Look.REPEAT if self._can_repeat(routes, sms.provider) and due.phone is not None:
                    routes.use(sms.provider)
                    operator, first = operator_of(due.phone, ported), sms.first_attempt_at
                    link = links.get(due.reminder_id)
                    claimed.append(
                        self._attempt(due, due.phone, operator, sms.provider, (), moment, first=first, link=link)
                    )
                case Look.ASK:
                    questions.append(Question(due, sms, known))
                    await look_later(
                        connection, due.reminder_id, moment + LEASE_MARGIN + self.timeout(sms.provider), due.looks
                    )
                case Look.ONCE_MORE:
                    log.warning("sms_sent_once_more", reminder_id=str(due.reminder_id), provider=sms.provider)
                    await send_once_more(connection, due.reminder_id, moment)
                case Look.END:
                    log.warning("sms_unknown_for_good", reminder_id=str(due.reminder_id), provider=sms.provider)
                    await end_reminder(connection, due.reminder_id, ReminderState.UNKNOWN, Cause.ANSWER_LOST)
                case _:
                    at = next_look(known, moment, self._report_wait)
                    await look_later(connection, due.reminder_id, at, due.looks + 1)
        await begin_attempts(connection, [one.attempt for one in claimed])
        await routes.end()
        return Claim(len(dues), claimed, questions)

    def timeout(self, provider: str) -> timedelta:
        """Return after which time a call of a provider is cut off; what it was about is unknown then."""
        own = self._terms.get(provider, _NO_TERMS).timeout
        return self._timeout if own is None else own + _CUT_OFF_MARGIN

    def unsettled(
        self, due: DueReminder, provider_name: str, first_attempt_at: datetime, *, is_wanted: bool = True
    ) -> Unsettled:
        """Return what is known about an SMS whose answer was lost."""
        provider = self._providers.get(provider_name)
        return Unsettled(
            first_attempt_at=first_attempt_at,
            remembers=provider.remembers if provider else timedelta(),
            can_be_asked=isinstance(provider, StatusQuery),
            looks=due.looks,
            is_wanted=is_wanted,
            may_go_once_more=due.template in ONCE_MORE and not due.sent_again,
        )

    async def others_later(self, work: UnitOfWork, claimed: Sequence[Claimed]) -> set[str]:
        """Return the client references for which a provider of the chain is there that may reach the customer yet."""
        unreached = await unreached_by(work.connection, [one.reminder.reminder_id for one in claimed])
        return {
            one.sms.client_reference
            for one in claimed
            if any(
                name in self._providers and name not in unreached.get(one.reminder.reminder_id, ())
                for name in one.order
            )
        }

    async def others_ready(self, work: UnitOfWork, claimed: Sequence[Claimed]) -> dict[str, bool]:
        """Return for reminders, by client reference, whether another provider of their chain can be used now."""
        breakers = await open_breakers(work.connection)
        routes = _Routes(work.connection, breakers, self._clock(), self._probe_lease, self._room(), SharedPace({}, {}))
        return {
            one.sms.client_reference: any(
                name not in one.reminder.tried and name != one.attempt.provider and routes.may_be_ready(name)
                for name in one.order
            )
            for one in claimed
        }

    async def _routes(self, connection: Connection, moment: datetime) -> _Routes:
        room = self._room()
        rates = {name: rate for name in room if (rate := self._terms.get(name, _NO_TERMS).per_second) is not None}
        shared = SharedPace(rates, await lock_paces(connection, rates) if rates else {})
        room = {name: min(free, shared.room(name)) for name, free in room.items()}
        return _Routes(connection, await open_breakers(connection), moment, self._probe_lease, room, shared)

    def _room(self) -> dict[str, int]:
        return {
            name: self._pace.room(name)
            for name, provider in self._providers.items()
            if not (isinstance(provider, Connected) and provider.fault())
        }

    def _wait(self, routes: _Routes, name: str) -> float:
        return max(self._pace.wait(name), routes.shared.wait(name))

    def _order(self, due: DueReminder, ported: Mapping[str, Operator], moment: datetime) -> tuple[str, ...]:
        if due.sent_again and due.provider is not None:
            return (due.provider,)
        if due.through is not None:
            return (due.through,)
        operator = operator_of(due.phone, ported) if due.phone else None
        return self._chains.order(due.template, operator, moment, due.reminder_id)

    async def _route(self, routes: _Routes, due: DueReminder, order: Sequence[str]) -> str | None:
        return await routes.choose([name for name in order if name not in due.tried]) if due.phone else None

    def _can_repeat(self, routes: _Routes, name: str) -> bool:
        breaker = routes.breakers.get(name)
        return routes.room.get(name, 0) > 0 and (breaker is None or not breaker.is_open(routes.moment))

    async def _handed_over(self, connection: Connection, dues: Sequence[DueReminder], moment: datetime) -> Counter[str]:
        phones = {due.phone for due in dues if due.phone}
        await lock_phones(connection, phones)
        ids = [due.reminder_id for due in dues]
        return Counter(await handed_over_since(connection, phones, midnight_before(moment), besides=ids))

    async def _invoice_links(
        self, connection: Connection, dues: Sequence[DueReminder], moment: datetime
    ) -> Mapping[UUID, str]:
        """Return where the invoices are looked up that messages are to lead to; asks nothing where no unit wants it."""
        if not self._limits.has_invoice_links:
            return {}
        return await links_of(connection, [due for due in dues if self._wants_invoice_link(due, moment)])

    def _wants_invoice_link(self, due: DueReminder, moment: datetime) -> bool:
        unit_code = due.unit_code or unit_of(due.customer_code)
        return not due.is_trial and self._limits.rule(due.template, unit_code, moment).invoice_link

    async def _spent(self, connection: Connection, dues: Collection[DueReminder], moment: datetime) -> Spent:
        """Return what is spent, locked, where that matters to any of the reminders."""
        if self._expenses.budget.is_set and any(waits_for_budget(due, self._limits, moment) for due in dues):
            return await self._expenses.lock(connection, moment)
        return Spent()

    def _wait_for_budget(self, due: DueReminder, spent: Spent, cost: int, moment: datetime) -> Postpone | None:
        if not waits_for_budget(due, self._limits, moment):
            return None
        resumes_on = self._expenses.budget.resumes_on(business_day(moment), spent, cost)
        return None if resumes_on is None else postponed(due, self._limits, moment, resumes_on)

    def _check(self, due: DueReminder, handed_over: Mapping[str, int], moment: datetime) -> Verdict:
        if due.through is not None and due.through not in self._providers:
            return Fail(Cause.NO_SUCH_PROVIDER)
        return check_reminder(circumstances_of_due(due, handed_over, moment), self._limits)

    async def _dispose(self, work: UnitOfWork, due: DueReminder, verdict: Verdict, moment: datetime) -> None:
        match verdict:
            case Cancel(cause):
                await end_reminder(work.connection, due.reminder_id, ReminderState.CANCELLED, cause)
            case Fail(cause):
                await end_reminder(work.connection, due.reminder_id, ReminderState.FAILED, cause)
                await emit_failed(work, due, cause, moment)

    def _attempt(
        self,
        due: DueReminder,
        phone: str,
        operator: Operator | None,
        provider: str,
        order: Sequence[str],
        moment: datetime,
        *,
        first: datetime | None = None,
        link: str | None = None,
    ) -> Claimed:
        parameters, rendered = self._texts.with_debt(due, link)
        segments = rendered.size.segments
        reference = uuid5(due.reminder_id, "once more").hex if due.sent_again else due.reminder_id.hex
        attempt = NewAttempt(
            reminder_id=due.reminder_id,
            number=due.attempts + 1,
            provider=provider,
            client_reference=reference,
            phone=phone,
            text=rendered.text,
            segments=segments,
            started_at=moment,
            lease_until=moment + self.timeout(provider) + LEASE_MARGIN,
            repeats=first is not None,
            operator=operator,
            cost=0 if first else self._terms.get(provider, _NO_TERMS).cost(operator, segments),
            bulk=due.priority is Priority.BULK,
        )
        sms = OutgoingSms(
            client_reference=reference,
            phone=phone,
            text=rendered.text,
            segments=segments,
            template=rendered.template,
            template_version=rendered.version,
            parameters=parameters,
            language=due.language,
            form=rendered.form,
        )
        return Claimed(due, attempt, sms, order, first or moment)


def _ported(dues: Iterable[DueReminder]) -> Mapping[str, Operator]:
    """Return the networks of those of the numbers that were ported."""
    return {due.phone: due.ported_to for due in dues if due.phone and due.ported_to}
