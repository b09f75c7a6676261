"""A running receipt service with stand-ins for its neighbours: billing, which emits, and the gateway, which prints."""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, TypeVar

from asyncpg import Pool
from pydantic import SecretStr

from services.receipt.app import service
from services.receipt.audit import ReceiptFacts, audit_facts
from services.receipt.keys.changes import retire_at, rotate_at
from services.receipt.settings import ReceiptSettings
from services.receipt.signatures.key_folder import KeyFolder
from shared.clock import now
from shared.contracts.billing import BillCorrected, NoticeIssued, PaymentRecorded, PaymentReversed, ShiftClosed
from shared.contracts.gateway import PrintJobFinished
from shared.contracts.invoice import InvoicesIssued
from shared.contracts.message import Event, Reply, Request
from shared.contracts.receipt import DocumentReady, PaperKind, PublicKey, Receipt, ReceiptIssued, ReceiptKind
from shared.messaging import Bus, EventHandler, Topology, UnitOfWork
from shared.runtime import Running
from shared.testing import wait_until

R = TypeVar("R", bound=Reply)


async def take_receipt(event: ReceiptIssued, _work: UnitOfWork, *, system: "ReceiptSystem") -> None:
    """Note a receipt, as billing does."""
    system.issued.append(event.receipt)


async def keep_document(event: DocumentReady, _work: UnitOfWork, *, system: "ReceiptSystem") -> None:
    """Keep a document, as the gateway does."""
    system.documents.append(event)


BILLING = Topology(
    service="billing",
    handlers=[EventHandler(ReceiptIssued, take_receipt)],
    emits=[BillCorrected, NoticeIssued, PaymentRecorded, PaymentReversed, ShiftClosed],
)
INVOICE = Topology(service="invoice", emits=[InvoicesIssued])
GATEWAY = Topology(service="gateway", handlers=[EventHandler(DocumentReady, keep_document)], emits=[PrintJobFinished])


@dataclass
class ReceiptSystem:
    """What a test of receipt needs."""

    settings: ReceiptSettings
    billing: Bus
    pool: Pool
    """On receipt's own database."""
    stack: AsyncExitStack
    issued: list[Receipt] = field(default_factory=list)
    documents: list[DocumentReady] = field(default_factory=list)
    gateway: Bus | None = None
    invoice: Bus | None = None

    async def tell_invoices(self, *events: InvoicesIssued) -> None:
        """Emit that invoices are signed, as the invoice service does."""
        assert self.invoice is not None
        async with self.invoice.work() as work:
            for event in events:
                await work.emit(event)

    async def report(self, *events: PrintJobFinished) -> None:
        """Emit what became of print jobs, as the gateway does."""
        assert self.gateway is not None
        async with self.gateway.work() as work:
            for event in events:
                await work.emit(event)

    @property
    def keys(self) -> KeyFolder:
        """The signing keys."""
        return KeyFolder(self.settings.keys_folder())

    async def rotate(self, moment: datetime) -> PublicKey:
        """Make a new key that signs from ``moment`` on."""
        async with self.pool.acquire() as connection, connection.transaction():
            return await rotate_at(connection, self.keys, moment, "test")

    async def retire(self, key_id: str, moment: datetime) -> None:
        """End a key at ``moment``."""
        async with self.pool.acquire() as connection, connection.transaction():
            await retire_at(connection, self.keys, key_id, moment)

    async def start(self, *, clock: Callable[[], datetime] = now, **changes: Any) -> Running:
        """Start one copy of the service. A played clock is as far from the database's as it likes."""
        if clock is not now:
            changes.setdefault("clock_limit_seconds", 1e9)
        settings = self.settings.model_copy(update=changes)
        return await self.stack.enter_async_context(service(settings, clock=clock))

    async def consume(self, *events: Event) -> None:
        """Emit events, as billing does."""
        async with self.billing.work() as work:
            for event in events:
                await work.emit(event)

    async def ask(self, request: Request[R]) -> R:
        """Ask the service."""
        return await self.billing.request(request, timeout=10)

    async def receipts(self, count: int, timeout: float = 30) -> list[Receipt]:  # noqa: ASYNC109
        """Wait until this many receipts were emitted; return them in the order of their numbers."""
        await wait_until(lambda: len(self.issued) >= count, timeout, message=f"{count} receipts")
        return sorted(self.issued, key=lambda receipt: (receipt.year, receipt.series, receipt.number))

    async def documents_of(self, kind: PaperKind, count: int = 1) -> list[DocumentReady]:
        """Wait for documents of a kind."""

        def found() -> list[DocumentReady]:
            return [ready for ready in self.documents if ready.kind is kind]

        await wait_until(lambda: len(found()) >= count, 20, message=f"{count} × {kind}")
        return found()

    async def audit(self) -> ReceiptFacts:
        """Look at the whole register."""
        async with self.pool.acquire() as connection:
            return await audit_facts(connection, self.keys.keyring())

    async def numbers(self, series: str) -> list[int]:
        """The numbers of a series as stored."""
        rows = await self.pool.fetch("SELECT number FROM receipt WHERE series = $1 ORDER BY number", series)
        return [row["number"] for row in rows]


def originals(receipts: Sequence[Receipt]) -> list[Receipt]:
    """Those that stand for payments."""
    return [receipt for receipt in receipts if receipt.kind is ReceiptKind.ORIGINAL]


def receipt_settings(
    amqp_url: str, namespace: str, database_url: str, keys_folder: Path, **others: Any
) -> ReceiptSettings:
    """Settings of a copy of the service under test."""
    return ReceiptSettings(
        amqp_url=SecretStr(amqp_url),
        namespace=namespace,
        database_url=SecretStr(database_url),
        receipt_keys_folder=keys_folder,
        receipt_witness_folder=keys_folder.parent / "witness",
        instance="test",
        database_pool_size=4,
        **others,
    )


def readiness(running: Running) -> dict[str, str]:
    """Return what /readyz says of each check."""
    connection = HTTPConnection("127.0.0.1", running.http_port or 0, timeout=10)
    connection.request("GET", "/readyz")
    checks: dict[str, str] = json.loads(connection.getresponse().read())["checks"]
    connection.close()
    return checks


async def stopped(running: Running, why: str, check: str = "witness") -> None:
    """Wait until nothing is issued any more, for that reason."""

    async def says_so() -> bool:
        return why in (await asyncio.to_thread(readiness, running))[check]

    await wait_until(says_so, 60, message=f"issuing stopped: {why}")
