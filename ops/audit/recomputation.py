"""Reads what the services hold of some customers at a time, and lets the rules compare it.

Billing is read first: what the others have newer than that is not looked at.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
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
_COPIES_AT_ONCE = 1000

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


@dataclass(frozen=True)
class Changed:
    """What was written since an audit: only this is compared."""

    payment_ids: frozenset[UUID]
    shift_ids: frozenset[UUID]
    visit_ids: frozenset[UUID]
    since: datetime
    """When that audit began."""


async def recompute(database_urls: Mapping[str, str], changed: Changed | None = None) -> Recomputed:
    """Compare everything about every payment, or about those that have changed."""
    found = Recomputed()
    async with AsyncExitStack() as stack:
        connections: dict[str, asyncpg.Connection[Any]] = {}
        for service in ("billing", "customer", "receipt", "gateway"):
            connections[service] = await stack.enter_async_context(session(database_urls, service))
        await _shifts(connections, changed, found)
        await _copies(connections, found)
        found.violations_when_settled += known_alike(
            await customer.collectors_at_work(connections["customer"]),
            billing=await billing.collectors_at_work(connections["billing"]),
            gateway=await gateway.collectors_at_work(connections["gateway"]),
        )
        # An hour earlier: services' clocks date what phones are sent.
        since = None if changed is None else changed.since - timedelta(hours=1)
        feed = Feed(await gateway.announcements(connections["gateway"], since), until=now())
        customers = _all_customers(connections["billing"]) if changed is None else _customers(connections, changed)
        async for codes in customers:
            await _compare(connections, codes, feed, found, changed)
    return found


async def _shifts(connections: Connections, changed: Changed | None, found: Recomputed) -> None:
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
        # After the shifts: whoever has acted there is enrolled by now.
        devices = await gateway.enrolled_devices(connections["gateway"])
        for shift in shifts:
            found.violations += shift_by_its_collector(shift, devices)
        for act in settlement:
            found.violations += settled_by_office(act, devices)


async def _customers(connections: Connections, changed: Changed) -> AsyncIterator[list[str]]:
    paid = await billing.customers_of(connections["billing"], list(changed.payment_ids))
    visited = await customer.customers_visited(connections["customer"], list(changed.visit_ids))
    codes = sorted({*paid, *visited})
    for start in range(0, len(codes), CUSTOMERS_AT_ONCE):
        yield codes[start : start + CUSTOMERS_AT_ONCE]


async def _all_customers(connection: "asyncpg.Connection[Any]") -> AsyncIterator[list[str]]:
    code = ""
    while codes := await billing.customers_after(connection, code, CUSTOMERS_AT_ONCE):
        yield codes
        code = codes[-1]


async def _copies(connections: Connections, found: Recomputed) -> None:
    # The register first: a copy is counted before it is queued.
    last = UUID(int=0)
    async with connections["receipt"].transaction(isolation="repeatable_read", readonly=True):
        async for copies in receipt.counted_copies(connections["receipt"]):
            jobs = await gateway.print_jobs(connections["gateway"], [copy.document_id for copy in copies])
            found.violations += copies_are_counted(copies, jobs)
            found.violations_when_settled += copies_are_queued(copies, jobs)
    while queued := await gateway.copy_jobs_after(connections["gateway"], last, _COPIES_AT_ONCE):
        counted = await receipt.copies_of_documents(connections["receipt"], [job.job_id for job in queued])
        known = {copy.document_id for copy in counted}
        found.violations += copies_are_counted([], {job.job_id: job for job in queued if job.job_id not in known})
        last = queued[-1].job_id


async def _compare(
    connections: Connections, codes: Sequence[str], feed: Feed, found: Recomputed, changed: Changed | None
) -> None:
    ledger = await billing.ledger_of(connections["billing"], codes)
    payment_ids = [
        payment.payment_id
        for payment in ledger.payments
        if changed is None or payment.payment_id in changed.payment_ids
    ]
    signed = await receipt.signed_receipts(connections["receipt"], payment_ids)
    visits = await customer.visits_to(connections["customer"], codes)
    jobs = await gateway.print_jobs(
        connections["gateway"], [document_id_of(receipt_id_of(payment_id)) for payment_id in payment_ids]
    )
    # Last of all: whoever has acted above is enrolled by now.
    devices = await gateway.enrolled_devices(connections["gateway"])
    looked_at = set(payment_ids)
    if changed is not None:
        found.payment_ids |= looked_at
    activity = await customer.activity_of_collectors(connections["customer"])
    for case in _cases(ledger, signed, visits, jobs, devices, feed, activity):
        if case.payment.payment_id not in looked_at:
            continue
        found.payments += 1
        for rule in (*RULES, actor_as_signed):
            found.violations += rule(case)
        found.violations += recorded_by_whose_it_is(case, devices)
        found.violations += reversed_by_office(case, devices)
        for rule in (*RULES_WHEN_SETTLED, *(RULES_OF_CHANGES if changed is not None else ())):
            found.violations_when_settled += rule(case)
    found.violations += visits_by_own_phone(visits.values(), devices)
    found.violations += visits_while_active(visits.values(), activity)
    for bills, parts in _by_customer(ledger):
        found.violations += check_clearing(bills, parts)


def _cases(
    ledger: billing.Ledger,
    signed: Sequence[receipt.SignedReceipt],
    visits: Mapping[UUID, customer.VisitAtTheDoor],
    jobs: Mapping[UUID, gateway.PrintJobFact],
    devices: Mapping[UUID, gateway.EnrolledDevice],
    feed: Feed,
    activity: Mapping[str, Sequence[tuple[datetime, bool]]],
) -> Iterator[PaymentCase]:
    receipts = {(each.payment_id, each.kind): each for each in signed}
    bills: dict[str, dict[UUID, billing.IssuedBill]] = defaultdict(dict)
    for bill in ledger.bills:
        bills[bill.customer_code][bill.bill_id] = bill
    parts: dict[UUID, list[billing.ClearedPart]] = defaultdict(list)
    for part in ledger.parts:
        parts[part.payment_id].append(part)
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
            device=devices.get(payment.device_id) if payment.device_id else None,
            visit=visits.get(payment.visit_id) if payment.visit_id else None,
            job=jobs.get(document_id_of(receipt_id_of(payment.payment_id))),
            inactive_since=inactive_since(activity.get(payment.collector_code or "", ()), payment.recorded_at),
            feed=feed,
        )


def _by_customer(
    ledger: billing.Ledger,
) -> Iterator[tuple[list[billing.IssuedBill], list[billing.ClearedPart]]]:
    bills: dict[str, list[billing.IssuedBill]] = defaultdict(list)
    parts: dict[str, list[billing.ClearedPart]] = defaultdict(list)
    customers = {payment.payment_id: payment.customer_code for payment in ledger.payments}
    for bill in ledger.bills:
        bills[bill.customer_code].append(bill)
    for part in ledger.parts:
        parts[customers[part.payment_id]].append(part)
    for customer_code, cleared in parts.items():
        yield bills[customer_code], cleared
