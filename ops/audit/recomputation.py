"""Reads what the services hold of some customers at a time, and lets the rules compare it.

Billing is read first: what the others have newer than that is not looked at. Where there are many customers, other
processes compare them, a range of codes at a time.
"""

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing import get_context
from typing import Any, Self
from uuid import UUID

import asyncpg

from ops.audit.actor_rules import (
    actor_as_signed,
    known_alike,
    recorded_by_whose_it_is,
    reversed_by_office,
    settled_by_office,
    shift_by_its_collector,
)
from ops.audit.clearing_rules import check_clearing
from ops.audit.copy_rules import copies_are_counted, copies_are_queued
from ops.audit.moments import inactive_since
from ops.audit.payment_rules import RULES, RULES_OF_CHANGES, RULES_WHEN_SETTLED, Feed, PaymentCase
from ops.audit.sessions import session
from ops.audit.shift_rules import one_shift_at_a_time, within_ceiling
from ops.audit.visit_rules import visits_by_own_phone, visits_while_active
from services.billing import audit as billing
from services.customer import audit as customer
from services.gateway import audit as gateway
from services.receipt import audit as receipt
from services.receipt.domain.ids import document_id_of, receipt_id_of
from shared.audit import AuditViolation
from shared.clock import now
from shared.contracts.receipt import ReceiptKind

CUSTOMERS_AT_ONCE = 100
_COLLECTORS_AT_ONCE = 20
_CUSTOMERS_OF_A_RANGE = 1_000
"""At least; with fewer customers no other process is started."""
_RANGES_OF_A_PROCESS = 8
_COPIES_AT_ONCE = 1000
_CLOCKS_DIFFER = timedelta(hours=1)

Connections = Mapping[str, "asyncpg.Connection[Any]"]


@dataclass
class Recomputed:
    """What the comparison of all services' facts has found."""

    payments: int = 0
    payment_ids: set[UUID] = field(default_factory=set)
    """Of those that have changed; of all of them they are not kept."""
    violations: list[AuditViolation] = field(default_factory=list)
    violations_when_settled: list[AuditViolation] = field(default_factory=list)
    """What events under way may still bring into line."""

    @property
    def nothing_wrong(self) -> bool:
        """Whether everything agrees."""
        return not (self.violations or self.violations_when_settled)

    def add(self, other: "Recomputed") -> None:
        """Add what another comparison has found."""
        self.payments += other.payments
        self.payment_ids |= other.payment_ids
        self.violations += other.violations
        self.violations_when_settled += other.violations_when_settled


@dataclass(frozen=True)
class Changed:
    """What was written since an audit: only this is compared."""

    payment_ids: frozenset[UUID]
    shift_ids: frozenset[UUID]
    visit_ids: frozenset[UUID]
    reprint_ids: frozenset[UUID]
    """Counted copies."""
    first_printed: frozenset[UUID]
    """Receipts that were issued without a phone and printed later."""
    since: datetime
    """When that audit began."""


def workers() -> int:
    """Return how many processes compare customers beside the one that does all the rest."""
    return max(1, min(4, (os.cpu_count() or 1) - 1))


async def recompute(database_urls: Mapping[str, str], changed: Changed | None = None) -> Recomputed:
    """Compare everything about every payment, or about those that have changed."""
    found = Recomputed()
    async with _connected(database_urls) as connections:
        known = await _Known.read(connections, changed)
        await _shifts(connections, changed, known, found)
        await _copies(connections, changed, found)
        found.violations_when_settled += known_alike(
            await customer.collectors_at_work(connections["customer"]),
            billing=await billing.collectors_at_work(connections["billing"]),
            gateway=await gateway.collectors_at_work(connections["gateway"]),
        )
        if changed is not None:
            async for codes in _customers(connections, changed):
                found.add(await _compare(connections, codes, known, changed))
            return found
        ranges = await billing.ranges_of_customers(
            connections["billing"], _CUSTOMERS_OF_A_RANGE, _RANGES_OF_A_PROCESS * workers()
        )
    if len(ranges) == 1:
        found.add(await _range(database_urls, *ranges[0]))
        return found
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(workers(), mp_context=get_context("spawn")) as pool:
        compared = (loop.run_in_executor(pool, compare_range, dict(database_urls), *each) for each in ranges)
        try:
            for part in await asyncio.gather(*compared):
                found.add(part)
        finally:
            pool.shutdown(cancel_futures=True)
    return found


def compare_range(database_urls: Mapping[str, str], after: str, last: str | None) -> Recomputed:
    """Compare everything about the payments of a range of customers, in a process of its own."""
    return asyncio.run(_range(database_urls, after, last))


@asynccontextmanager
async def _connected(database_urls: Mapping[str, str]) -> AsyncIterator[Connections]:
    async with AsyncExitStack() as stack:
        connections: dict[str, asyncpg.Connection[Any]] = {}
        for service in ("billing", "customer", "receipt", "gateway"):
            connections[service] = await stack.enter_async_context(session(database_urls, service))
        yield connections


@dataclass
class _Known:
    """What is read once and not for each batch of customers.

    It may lack what came since: whatever is wrong by it is looked at once more with what there is then.
    """

    feed: Feed
    devices: Mapping[UUID, gateway.EnrolledDevice]
    activity: Mapping[str, Sequence[tuple[datetime, bool]]]

    @classmethod
    async def read(cls, connections: Connections, changed: Changed | None) -> Self:
        # An hour earlier: services' clocks date what phones are sent.
        since = None if changed is None else changed.since - _CLOCKS_DIFFER
        announced = await gateway.announcements(connections["gateway"], since)
        devices = await gateway.enrolled_devices(connections["gateway"])
        return cls(
            Feed(announced, until=now()), devices, await customer.activity_of_collectors(connections["customer"])
        )

    async def check(self, connections: Connections, look: Callable[[], Recomputed]) -> Recomputed:
        """Return what a comparison finds; where it finds something, with what is known now."""
        found = look()
        if found.nothing_wrong:
            return found
        self.devices = await gateway.enrolled_devices(connections["gateway"])
        self.activity = await customer.activity_of_collectors(connections["customer"])
        return look()


async def _range(database_urls: Mapping[str, str], after: str, last: str | None) -> Recomputed:
    found = Recomputed()
    async with _connected(database_urls) as connections:
        known = await _Known.read(connections, None)
        while codes := await billing.customers_after(connections["billing"], after, last, CUSTOMERS_AT_ONCE):
            found.add(await _compare(connections, codes, known, None))
            after = codes[-1]
    return found


async def _shifts(connections: Connections, changed: Changed | None, known: _Known, found: Recomputed) -> None:
    connection, shift_ids = connections["billing"], None
    if changed is not None:
        shift_ids = changed.shift_ids | await billing.shifts_of(connection, list(changed.payment_ids))
    collectors = await billing.collectors_with_shifts(connection, None if shift_ids is None else list(shift_ids))
    for start in range(0, len(collectors), _COLLECTORS_AT_ONCE):
        codes = collectors[start : start + _COLLECTORS_AT_ONCE]
        shifts, cash_in_parts = await billing.cash_of_shifts(connection, codes, shift_ids)
        found.violations += one_shift_at_a_time(shifts)
        async for cash in cash_in_parts:
            found.violations += within_ceiling(shifts, cash)
        settlement = await billing.acts_of_settlement(connection, codes)

        def look(
            shifts: Sequence[billing.RecordedShift] = shifts, settlement: Sequence[billing.ShiftAct] = settlement
        ) -> Recomputed:
            acts = Recomputed()
            for shift in shifts:
                if shift_ids is None or shift.shift_id in shift_ids:
                    acts.violations += shift_by_its_collector(shift, known.devices)
            for act in settlement:
                if shift_ids is None or act.shift_id in shift_ids:
                    acts.violations += settled_by_office(act, known.devices)
            return acts

        found.add(await known.check(connections, look))


async def _customers(connections: Connections, changed: Changed) -> AsyncIterator[list[str]]:
    paid = await billing.customers_of(connections["billing"], list(changed.payment_ids))
    visited = await customer.customers_visited(connections["customer"], list(changed.visit_ids))
    codes = sorted({*paid, *visited})
    for start in range(0, len(codes), CUSTOMERS_AT_ONCE):
        yield codes[start : start + CUSTOMERS_AT_ONCE]


async def _copies(connections: Connections, changed: Changed | None, found: Recomputed) -> None:
    # The register first: a copy is counted before it is queued.
    if changed is None:
        async with connections["receipt"].transaction(isolation="repeatable_read", readonly=True):
            async for copies in receipt.counted_copies(connections["receipt"]):
                await _counted(connections, copies, found)
        last = UUID(int=0)
        while queued := await gateway.copy_jobs_after(connections["gateway"], last, _COPIES_AT_ONCE):
            await _queued(connections, queued, found)
            last = queued[-1].job_id
        return
    counted = await receipt.copies_counted_of(connections["receipt"], changed.reprint_ids, changed.first_printed)
    await _counted(connections, counted, found)
    await _queued(
        connections, await gateway.copy_jobs_since(connections["gateway"], changed.since - _CLOCKS_DIFFER), found
    )


async def _counted(connections: Connections, copies: Sequence[receipt.CountedCopy], found: Recomputed) -> None:
    jobs = await gateway.print_jobs(connections["gateway"], [copy.document_id for copy in copies])
    found.violations += copies_are_counted(copies, jobs)
    found.violations_when_settled += copies_are_queued(copies, jobs)


async def _queued(connections: Connections, queued: Sequence[gateway.PrintJobFact], found: Recomputed) -> None:
    counted = await receipt.copies_of_documents(connections["receipt"], [job.job_id for job in queued])
    known = {copy.document_id for copy in counted}
    found.violations += copies_are_counted([], {job.job_id: job for job in queued if job.job_id not in known})


async def _compare(
    connections: Connections, codes: Sequence[str], known: _Known, changed: Changed | None
) -> Recomputed:
    ledger = await billing.ledger_of(connections["billing"], codes, None if changed is None else changed.payment_ids)
    receipt_ids = {payment.payment_id: receipt_id_of(payment.payment_id) for payment in ledger.payments}
    job_ids = {payment_id: document_id_of(receipt_id) for payment_id, receipt_id in receipt_ids.items()}
    signed = await receipt.signed_receipts(connections["receipt"], list(receipt_ids))
    named = {payment.visit_id for payment in ledger.payments if payment.visit_id}
    visits = await customer.visits_to(
        connections["customer"], codes, None if changed is None else changed.visit_ids | named
    )
    jobs = await gateway.print_jobs(connections["gateway"], list(job_ids.values()))
    jobs_of_payments = {payment_id: jobs[job_id] for payment_id, job_id in job_ids.items() if job_id in jobs}

    def look() -> Recomputed:
        found = Recomputed()
        if changed is not None:
            found.payment_ids |= set(job_ids)
        for case in _cases(ledger, signed, visits, jobs_of_payments, known):
            found.payments += 1
            for rule in (*RULES, actor_as_signed):
                found.violations += rule(case)
            found.violations += recorded_by_whose_it_is(case, known.devices)
            found.violations += reversed_by_office(case, known.devices)
            for rule in (*RULES_WHEN_SETTLED, *(RULES_OF_CHANGES if changed is not None else ())):
                found.violations_when_settled += rule(case)
        found.violations += visits_by_own_phone(visits.values(), known.devices)
        found.violations += visits_while_active(visits.values(), known.activity)
        for bills, parts, reductions in _by_customer(ledger):
            found.violations += check_clearing(bills, parts, reductions)
        return found

    return await known.check(connections, look)


def _cases(
    ledger: billing.Ledger,
    signed: Sequence[receipt.SignedReceipt],
    visits: Mapping[UUID, customer.VisitAtTheDoor],
    jobs: Mapping[UUID, gateway.PrintJobFact],
    known: _Known,
) -> Iterator[PaymentCase]:
    receipts = {(each.payment_id, each.kind): each for each in signed}
    bills: dict[str, dict[UUID, billing.IssuedBill]] = defaultdict(dict)
    for bill in ledger.bills:
        bills[bill.customer_code][bill.bill_id] = bill
    parts: dict[UUID, list[billing.ClearedPart]] = defaultdict(list)
    for part in ledger.parts:
        parts[part.payment_id].append(part)
    corrected = frozenset((each.bill_id, each.corrected_at) for each in ledger.reductions)
    shifts = {shift.shift_id: shift for shift in ledger.shifts}
    reversals = {reversal.payment_id: reversal for reversal in ledger.reversals}
    for payment in ledger.payments:
        yield PaymentCase(
            payment,
            parts=tuple(parts[payment.payment_id]),
            bills=bills[payment.customer_code],
            shift=shifts.get(payment.shift_id) if payment.shift_id else None,
            reversal=reversals.get(payment.payment_id),
            signed=receipts.get((payment.payment_id, ReceiptKind.ORIGINAL)),
            void=receipts.get((payment.payment_id, ReceiptKind.VOID)),
            device=known.devices.get(payment.device_id) if payment.device_id else None,
            visit=visits.get(payment.visit_id) if payment.visit_id else None,
            job=jobs.get(payment.payment_id),
            inactive_since=inactive_since(known.activity.get(payment.collector_code or "", ()), payment.recorded_at),
            feed=known.feed,
            corrected=corrected,
        )


def _by_customer(
    ledger: billing.Ledger,
) -> Iterator[tuple[list[billing.IssuedBill], list[billing.ClearedPart], list[billing.RecordedReduction]]]:
    bills: dict[str, list[billing.IssuedBill]] = defaultdict(list)
    parts: dict[str, list[billing.ClearedPart]] = defaultdict(list)
    for bill in ledger.bills:
        bills[bill.customer_code].append(bill)
    for part in ledger.parts:
        parts[part.customer_code].append(part)
    reductions: dict[str, list[billing.RecordedReduction]] = defaultdict(list)
    for reduction in ledger.reductions:
        reductions[reduction.customer_code].append(reduction)
    for customer_code, cleared in parts.items():
        yield bills[customer_code], cleared, reductions[customer_code]
