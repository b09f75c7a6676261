"""Reads what the rules compare, each database in one snapshot, all of them begun together."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import aio_pika
import asyncpg
from pydantic import SecretStr

from ops.archive import missing_events
from ops.audit.append_only import changed_rows
from ops.audit.comparison import Compared, Streams, compare
from ops.audit.history import read_histories, seal_histories
from ops.audit.moments import NEVER
from ops.audit.recomputation import Recomputed, recompute
from ops.audit.sessions import session, together
from ops.audit.witness import WitnessFacts, collect_witness, invoice_links_outside
from services.billing.agreed_terms import AgreedTerms
from services.billing.audit import BillingFacts
from services.billing.audit import audit_facts as billing_facts
from services.customer.audit import VisitFacts
from services.customer.audit import audit_facts as customer_facts
from services.gateway.audit import GatewayFacts
from services.gateway.audit import audit_facts as gateway_facts
from services.invoice.audit import InvoiceFacts, invoicing_start
from services.invoice.audit import audit_facts as invoice_facts
from services.notify.audit import NotifyFacts
from services.notify.audit import audit_facts as notify_facts
from services.receipt.audit import ReceiptFacts
from services.receipt.audit import audit_facts as receipt_facts
from services.receipt.signatures.keyring import Keyring
from shared.audit import AuditViolation
from shared.clock import now
from shared.messaging.connection import open_connection
from shared.messaging.topology import RETRY_SECONDS, Names
from shared.money_history import HistoryFindings

SERVICES = ("customer", "billing", "receipt", "invoice", "notify", "gateway")


@dataclass(frozen=True)
class UnderWay:
    """Events that have not arrived."""

    unsent: dict[str, int]
    queues: dict[str, int]
    unconsumed: dict[str, dict[str, int]]


@dataclass(frozen=True)
class Facts:
    """Everything that is compared."""

    billing: BillingFacts
    receipt: ReceiptFacts
    notify: NotifyFacts
    gateway: GatewayFacts
    customer: VisitFacts
    unsent: dict[str, int]
    """Service → events that wait in its outbox."""
    queues: dict[str, int]
    """Queue → messages that wait in it: events on their way, retries, dead letters."""

    invoice: InvoiceFacts = field(default_factory=InvoiceFacts)

    compared: Compared = field(default_factory=Compared)
    """What comes of comparing the rows of all databases."""
    begun_at: datetime = NEVER
    recomputed: Recomputed = field(default_factory=Recomputed)
    """What comes of comparing each fact that two services hold."""
    histories: Mapping[str, HistoryFindings] = field(default_factory=dict)
    """Service → what was done to its rows of money."""

    changed_rows: list[AuditViolation] = field(default_factory=list)
    """Tables that are only added to, and in which rows were changed or deleted."""

    witness: WitnessFacts | None = None
    """None: no witness was looked at."""

    unconsumed: dict[str, dict[str, int]] = field(default_factory=dict)
    """Service → event → how many were sent and not consumed by it; what is under way is among them."""


async def collect(
    database_urls: Mapping[str, str],
    amqp_url: str | None,
    namespace: str,
    keyring: Keyring,
    *,
    witness_folder: Path | None = None,
    agreed: AgreedTerms | None = None,
) -> Facts:
    """Read all facts, with a folder of checkpoints those of the witness as well.

    What is owed by agreed terms is held against them where they are given.

    Without a broker nothing is known to be in its queues. Raises asyncpg and broker errors when a database or the
    broker is not there.
    """

    # First: what is written after that is looked at by the next audit, too.
    begun_at = now()
    seals = await seal_histories(database_urls)
    parts: list[Any] = await together(
        _read(database_urls, keyring, witness_folder, agreed),
        read_histories(database_urls, seals),
        recompute(database_urls),
    )
    read, histories, recomputed = parts
    return Facts(
        begun_at=begun_at,
        histories=histories,
        recomputed=recomputed,
        changed_rows=await changed_rows(database_urls),
        **read,
        **vars(await under_way(database_urls, amqp_url, namespace)),
    )


async def _read(
    database_urls: Mapping[str, str], keyring: Keyring, witness_folder: Path | None, agreed: AgreedTerms | None
) -> dict[str, Any]:
    """Return what is read in one snapshot of each database, by the name that it has among the facts."""
    async with _snapshots(database_urls) as connections:
        # Row by row first, while the snapshots are young: what is read alone needs no moment of others.
        started = await invoicing_start(connections["invoice"])
        compared = await compare(Streams.of(connections), invoices_from=started)
        outside = set() if witness_folder is None else invoice_links_outside(witness_folder, keyring)
        facts: list[Any] = await together(
            billing_facts(connections["billing"], agreed),
            receipt_facts(connections["receipt"], keyring),
            notify_facts(connections["notify"]),
            gateway_facts(connections["gateway"]),
            customer_facts(connections["customer"]),
            invoice_facts(connections["invoice"], outside),
        )
        witness = (
            None if witness_folder is None else await collect_witness(connections["receipt"], witness_folder, keyring)
        )
    named = dict(zip(("billing", "receipt", "notify", "gateway", "customer", "invoice"), facts, strict=True))
    return {"compared": compared, "witness": witness, **named}


@asynccontextmanager
async def _snapshots(database_urls: Mapping[str, str]) -> "AsyncIterator[Mapping[str, asyncpg.Connection[Any]]]":
    """Begin a snapshot of each database, one directly after the other."""
    async with AsyncExitStack() as stack:
        connections: dict[str, asyncpg.Connection[Any]] = {}
        for service in SERVICES:
            connections[service] = await stack.enter_async_context(session(database_urls, service))
        for connection in connections.values():
            await stack.enter_async_context(connection.transaction(isolation="repeatable_read", readonly=True))
        for connection in connections.values():
            await connection.execute(_BEGIN_SNAPSHOT)
        yield connections


_BEGIN_SNAPSHOT = "SELECT 1"


async def under_way(database_urls: Mapping[str, str], amqp_url: str | None, namespace: str) -> UnderWay:
    """Count what waits in outboxes and queues, and what was sent and has not been consumed."""
    unsent = {}
    for service in SERVICES:
        async with session(database_urls, service) as connection:
            unsent[service] = await _unsent(connection)
    # Before the queues: what is consumed in between is missed by neither.
    unconsumed = await _unconsumed(database_urls)
    queues = {} if amqp_url is None else await _queue_lengths(amqp_url, Names(namespace))
    return UnderWay(unsent, queues, unconsumed)


async def _unconsumed(database_urls: Mapping[str, str]) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {}
    async for event in missing_events(database_urls):
        found.setdefault(event.consumer, Counter())[event.kind] += 1
    return {consumer: dict(kinds) for consumer, kinds in found.items()}


async def _unsent(connection: "asyncpg.Connection[Any]") -> int:
    return int(await connection.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL"))


async def _queue_lengths(amqp_url: str, names: Names) -> dict[str, int]:
    wanted = [
        name
        for service in SERVICES
        for name in (
            names.event_queue(service),
            names.dead_queue(service),
            *(names.retry_queue(service, seconds) for seconds in RETRY_SECONDS),
        )
    ]
    lengths: dict[str, int] = {}
    async with await open_connection(SecretStr(amqp_url), name=f"{names.namespace} audit", within=10) as connection:
        for name in wanted:
            channel = await connection.channel()
            try:
                queue = await channel.get_queue(name, ensure=True)
            except aio_pika.exceptions.ChannelNotFoundEntity:
                continue  # a service that consumes nothing has no queue; the failed look-up closed the channel
            lengths[name] = queue.declaration_result.message_count or 0
            await channel.close()
    return lengths
