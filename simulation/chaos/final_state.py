"""What databases, broker, SMS provider and printers hold at the end of a run, beyond what every audit reads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aio_pika
import asyncpg

from ops.system import SERVICES
from shared.contracts.billing import BillsTold
from shared.contracts.invoice import BillsWanted
from shared.messaging.topology import Names
from simulation.chaos.register import Losses
from simulation.chaos.sms_providers import ATTEMPTED, Attempted, SmsProviders
from simulation.chaos.topologies import TOPOLOGIES
from simulation.phone import Printout

CONSUMERS: Mapping[str, frozenset[str]] = {
    event.routing_key(): frozenset(service for service, topology in TOPOLOGIES.items() if event in topology.consumes)
    for source in TOPOLOGIES.values()
    for event in source.emits
}
"""Routing key of an event → the services that consume it."""


@dataclass(frozen=True)
class PaymentRow:
    """A payment as billing has recorded it."""

    customer_code: str
    amount: int
    method: str
    is_reversed: bool


@dataclass(frozen=True)
class JobRow:
    """A print job as the gateway knows it."""

    device_id: str
    kind: str
    state: str
    attempt: int


@dataclass(frozen=True)
class PrintoutRow:
    """Something that came out of a virtual printer."""

    job_id: str
    attempt: int
    complete: bool


@dataclass(frozen=True)
class DeadLetter:
    """A message that a service dead-lettered."""

    queue: str
    kind: str
    reason: str
    message_id: str
    digest: str
    """Of its body."""
    is_ours: bool
    """We have made it unreadable ourselves."""


@dataclass(frozen=True)
class FinalState:
    """Everything that the history is compared with; ids as text."""

    payments: Mapping[str, PaymentRow] = field(default_factory=dict)
    reversals: Mapping[str, str] = field(default_factory=dict)
    """Reversal → payment."""
    visits: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Visit and outcome → customer."""
    copies: frozenset[str] = frozenset()
    """Ids of counted copies of receipts."""
    shifts: Mapping[str, bool] = field(default_factory=dict)
    """Shift → whether it is closed."""
    hand_ins: Mapping[str, bool] = field(default_factory=dict)
    """Hand-in → whether it is counted."""
    cut_reports: frozenset[str] = frozenset()
    """Ids of what was reported of orders to cut and to reconnect."""
    jobs: Mapping[str, JobRow] = field(default_factory=dict)
    printouts: tuple[PrintoutRow, ...] = ()
    reminders: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Reminder → its visit, or payment that is kept (``payment …``), and state."""
    sms: tuple[str, ...] = ()
    """The reminder of each SMS that a provider has sent, as references have it."""
    emitted: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Service → message id of each event that it has emitted → its routing key."""
    consumed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Service → message ids of the events that it has consumed."""
    about: Mapping[str, str] = field(default_factory=dict)
    """Message id → the payment, visit or customer that the event is about: what the history knows it by."""
    emitted_twice: tuple[tuple[str, str, str, str], ...] = ()
    """Service, routing key, what it is about, and content of events that were emitted more than once."""
    sent_twice: tuple[tuple[str, str], ...] = ()
    """Collector and entry of account updates that phones were sent more than once."""
    dead: tuple[DeadLetter, ...] = ()
    unreadable: frozenset[str] = frozenset()
    """Digests of what we put into queues and nobody can read."""
    lost_copies: frozenset[str] = frozenset()
    """Ids of copies that were counted in a register which was set back."""
    lost_events: frozenset[str] = frozenset()
    """Message ids of events that were sent and are in no archive any more."""


def digest(body: bytes) -> str:
    """Return what a message's body is recorded by."""
    return hashlib.sha256(body).hexdigest()


# A refresh says nothing but that something has changed: an import and a bill run each send one.
_SENT_TWICE = """
SELECT collector_code, entry FROM feed_entries WHERE entry::jsonb ->> 'type' <> 'refresh'
GROUP BY 1, 2 HAVING count(*) > 1
"""


async def read_final_state(
    database_urls: Mapping[str, str],
    sms: SmsProviders,
    printouts: Iterable[Printout],
    *,
    dead: Iterable[DeadLetter],
    unreadable: Iterable[str],
    losses: Losses,
) -> FinalState:
    """Read everything but the dead letters, which were taken out before."""
    billing = await _rows(
        database_urls["billing"],
        payments="SELECT payment_id::text AS id, customer_code, amount, method, reversed_at IS NOT NULL AS is_reversed"
        # The bank's and the partner's own are checked by what these know.
        " FROM payments WHERE NOT EXISTS (SELECT FROM credit_acts WHERE credit_acts.payment_id = payments.payment_id"
        " AND act = 'booked' AND credit_acts.reason IN ('reference', 'customer_code'))"
        " AND NOT EXISTS (SELECT FROM partner_payments WHERE partner_payments.payment_id = payments.payment_id)",
        reversals="SELECT reversal_id::text AS id, payment_id::text FROM reversals"
        " WHERE NOT EXISTS (SELECT FROM partner_payments WHERE partner_payments.payment_id = reversals.payment_id)",
        shifts="SELECT shift_id::text AS id, closed_at IS NOT NULL AS is_closed FROM shifts",
        hand_ins="SELECT hand_in_id::text AS id, counted_at IS NOT NULL AS is_counted"
        " FROM hand_ins LEFT JOIN hand_in_counts USING (hand_in_id)",
    )
    customer = await _rows(
        database_urls["customer"],
        visits="SELECT visit_id::text AS id, visit_records.outcome, customer_code"
        " FROM visit_records JOIN visits USING (visit_id)",
    )
    receipt = await _rows(database_urls["receipt"], copies="SELECT reprint_id::text AS id FROM reprint")
    gateway = await _rows(
        database_urls["gateway"],
        jobs="SELECT job_id::text AS id, device_id::text, kind, state, attempt FROM print_jobs",
        sent_twice=_SENT_TWICE,
    )
    notify = await _rows(
        database_urls["notify"],
        reminders="SELECT reminder_id::text AS id, coalesce(visit_id::text, 'payment ' || payment_id) AS cause, state"
        " FROM reminders",
        attempts=ATTEMPTED,
        cut_reports="SELECT report_id::text AS id FROM cut_order_reports",
    )
    messages = {service: await _rows(database_urls[service], **_MESSAGES) for service in SERVICES}
    return FinalState(
        payments={
            row["id"]: PaymentRow(row["customer_code"], row["amount"], row["method"], row["is_reversed"])
            for row in billing["payments"]
        },
        reversals={row["id"]: row["payment_id"] for row in billing["reversals"]},
        visits={(row["id"], row["outcome"]): row["customer_code"] for row in customer["visits"]},
        copies=frozenset(row["id"] for row in receipt["copies"]),
        shifts={row["id"]: row["is_closed"] for row in billing["shifts"]},
        hand_ins={row["id"]: row["is_counted"] for row in billing["hand_ins"]},
        cut_reports=frozenset(row["id"] for row in notify["cut_reports"]),
        jobs={
            row["id"]: JobRow(row["device_id"], row["kind"], row["state"], row["attempt"]) for row in gateway["jobs"]
        },
        printouts=tuple(
            PrintoutRow(str(printout.job_id), printout.attempt, printout.complete) for printout in printouts
        ),
        reminders={row["id"]: (row["cause"], row["state"]) for row in notify["reminders"]},
        sms=tuple(sms.sent([Attempted.of(row) for row in notify["attempts"]])),
        emitted={
            service: {row["id"]: row["routing_key"] for row in found["emitted"]} for service, found in messages.items()
        },
        consumed={service: frozenset(row["id"] for row in found["consumed"]) for service, found in messages.items()},
        about={row["id"]: row["about"] for found in messages.values() for row in found["emitted"] if row["about"]},
        emitted_twice=tuple(
            (service, row["routing_key"], row["about"] or "", row["body"])
            for service, found in messages.items()
            for row in found["emitted_twice"]
        ),
        sent_twice=tuple((row["collector_code"], row["entry"]) for row in gateway["sent_twice"]),
        dead=tuple(dead),
        unreadable=frozenset(unreadable),
        lost_copies=frozenset(losses.copies),
        lost_events=frozenset(losses.emitted),
    )


_ABOUT = """
coalesce(
    body::json #>> '{payment,payment_id}', body::json #>> '{receipt,payment_id}', body::json ->> 'payment_id',
    body::json #>> '{visit,visit_id}', body::json ->> 'visit_id', body::json #>> '{shift,shift_id}', min(aggregate)
) AS about
"""

_ASKED_AGAIN = ",".join(event.routing_key() for event in (BillsWanted, BillsTold))
"""The invoice service asks again for what it was not told in time, and is told again: an invoice is made once all the
same, which the audit compares."""

_MESSAGES = {
    "emitted": f"SELECT message_id::text AS id, routing_key, {_ABOUT} FROM outbox WHERE published_at IS NOT NULL"
    " GROUP BY message_id, routing_key, body",
    "consumed": "SELECT message_id::text AS id FROM inbox",
    "emitted_twice": f"SELECT routing_key, body, {_ABOUT} FROM outbox WHERE routing_key <> ALL ('{{{_ASKED_AGAIN}}}')"
    " GROUP BY routing_key, body HAVING count(*) > 1",
}


async def _rows(url: str, **statements: str) -> dict[str, list[Any]]:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return {name: list(await connection.fetch(statement)) for name, statement in statements.items()}
    finally:
        await connection.close()


async def under_way(database_urls: Mapping[str, str]) -> dict[str, int]:
    """Count what is not finished yet: events to be sent, printouts on their way, reminders to be handed over."""
    counts = {}
    for service in SERVICES:
        rows = await _rows(database_urls[service], unsent="SELECT count(*) AS n FROM outbox WHERE published_at IS NULL")
        counts[f"{service}: events to be sent"] = rows["unsent"][0]["n"]
    jobs = await _rows(
        database_urls["gateway"],
        jobs="SELECT count(*) AS n FROM print_jobs"
        " WHERE state IN ('queued', 'offered', 'accepted', 'printing', 'held')",
    )
    reminders = await _rows(
        database_urls["notify"],
        reminders="SELECT count(*) AS n FROM reminders WHERE state IN ('scheduled', 'sending')",
    )
    counts["printouts to be printed"] = jobs["jobs"][0]["n"]
    counts["reminders to be sent"] = reminders["reminders"][0]["n"]
    return {what: count for what, count in counts.items() if count}


async def take_dead_letters(amqp_url: str, names: Names, poison: Iterable[bytes]) -> list[DeadLetter]:
    """Look at every dead letter; ours are taken away, all others stay for the audit to find."""
    ours = set(poison)
    found = []
    async with await aio_pika.connect(amqp_url, timeout=10) as connection:
        for service in SERVICES:
            channel = await connection.channel()
            queue = await channel.get_queue(names.dead_queue(service), ensure=False)
            others = []
            while (letter := await queue.get(fail=False, timeout=10)) is not None:
                headers = letter.headers
                is_ours = letter.body in ours
                found.append(
                    DeadLetter(
                        queue=queue.name,
                        kind=letter.type or "",
                        reason=" ".join(str(headers[name]) for name in ("x-reason", "x-error") if name in headers),
                        message_id=str(headers.get("x-message-id", "")),
                        digest=digest(letter.body),
                        is_ours=is_ours,
                    )
                )
                if is_ours:
                    await letter.ack()
                else:
                    others.append(letter)
            for letter in others:
                await letter.nack(requeue=True)
            await channel.close()
    return found
