"""A running invoice service with a stand-in for billing, which releases bills and tells what they say."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from asyncpg import Pool

from services.invoice.app import service
from services.invoice.audit import InvoiceFacts, audit_facts
from services.invoice.settings import InvoiceSettings
from services.invoice.signatures.signer import Signer
from shared.clock import Clock, now
from shared.contracts.billing import (
    Bill,
    BillCorrected,
    BillKind,
    BillLink,
    BillReduction,
    BillsReleased,
    BillsTold,
    BillToInvoice,
    CorrectionKind,
    ReleasedBill,
)
from shared.contracts.common import CustomerFacts
from shared.contracts.invoice import BillsWanted, InvoicesIssued, IssuedInvoice
from shared.contracts.message import Event
from shared.ids import new_id
from shared.messaging import Bus, EventHandler, Topology, UnitOfWork
from shared.runtime import Running
from shared.testing import builders, wait_until
from tests.unit.invoice import samples


async def tell_bills(event: BillsWanted, work: UnitOfWork, *, system: "InvoiceSystem") -> None:
    """Tell what bills say, as billing does."""
    known = [
        BillToInvoice(bill=system.bills[each], customer=system.customer)
        for each in event.bill_ids
        if each in system.bills
    ]
    await work.emit(BillsTold(wanted=event.bill_ids, bills=known))


async def keep_issued(event: InvoicesIssued, _work: UnitOfWork, *, system: "InvoiceSystem") -> None:
    """Keep what is told of signed invoices, as receipt does."""
    system.issued += event.invoices


BILLING = Topology(
    service="billing",
    handlers=[EventHandler(BillsWanted, tell_bills), EventHandler(InvoicesIssued, keep_issued)],
    emits=[BillCorrected, BillsReleased, BillsTold],
)


@dataclass
class InvoiceSystem:
    """What a test of invoice needs."""

    settings: InvoiceSettings
    billing: Bus
    pool: Pool
    """On invoice's own database."""
    stack: AsyncExitStack
    bills: dict[UUID, Bill] = field(default_factory=dict)
    issued: list[IssuedInvoice] = field(default_factory=list)
    customer: CustomerFacts = field(default_factory=builders.customer)

    async def start(self, signer: Signer | None = None, *, clock: Clock = now) -> Running:
        """Start one copy of the service."""
        return await self.stack.enter_async_context(service(self.settings, signer=signer, clock=clock))

    async def emit(self, *events: Event) -> None:
        """Emit events, as billing does."""
        async with self.billing.work() as work:
            for event in events:
                await work.emit(event)

    def billed(self, kwh: int, **changes: Any) -> Bill:
        """Have a bill at billing."""
        bill = samples.bill(kwh, bill_id=new_id(), bill_number=f"B{len(self.bills) + 1}", **changes)
        self.bills[bill.bill_id] = bill
        return bill

    async def release(self, *bills: Bill) -> None:
        """Release bills, as a bill run does."""
        await self.emit(released(bills))

    async def adjust_down(self, bill: Bill, principal: int, vat: int) -> None:
        """Take something off a bill."""
        taken = BillReduction(bill_id=bill.bill_id, bill_number=bill.bill_number, vat=vat, principal=principal)
        await self.emit(corrected(bill, CorrectionKind.ADJUSTMENT, reductions=[taken]))

    async def replace(self, bill: Bill, kwh: int) -> Bill:
        """Issue another bill in the place of one."""
        link = BillLink(bill_id=bill.bill_id, bill_number=bill.bill_number)
        new = self.billed(kwh, kind=BillKind.REPLACEMENT, corrects=link)
        all_of_it = BillReduction(
            bill_id=bill.bill_id, bill_number=bill.bill_number, vat=bill.vat, principal=bill.pre_vat
        )
        new_link = BillLink(bill_id=new.bill_id, bill_number=new.bill_number)
        await self.emit(corrected(bill, CorrectionKind.REPLACEMENT, reductions=[all_of_it], new_bill=new_link))
        return new

    async def signed(self, count: int) -> list[Any]:
        """Wait until so many invoices are signed; return them in the order of their numbers."""

        async def all_there() -> bool:
            return bool(await self.pool.fetchval("SELECT count(*) FROM signatures") >= count)

        # A correction that came before its bill may be on the third rung of the ladder: 36 s.
        await wait_until(all_there, 90)
        return await self.rows()

    async def rows(self) -> list[Any]:
        """Return all invoices in the order of their numbers, with their signatures."""
        return await self.pool.fetch(
            "SELECT * FROM invoices LEFT JOIN signatures USING (invoice_id) LEFT JOIN certificates USING (fingerprint)"
            " ORDER BY symbol, number"
        )

    async def audited(self) -> InvoiceFacts:
        """Return what the audit finds."""
        async with self.pool.acquire() as connection, connection.transaction():
            return await audit_facts(connection)


def released(bills: Sequence[Bill]) -> BillsReleased:
    return BillsReleased(
        run_id=new_id(),
        released_at=builders.MOMENT,
        bills=[
            ReleasedBill(
                bill_id=bill.bill_id, customer_code=bill.customer_code, total=bill.total, due_date=date(2026, 11, 10)
            )
            for bill in bills
        ],
        accounts=[],
    )


def corrected(bill: Bill, kind: CorrectionKind, **changes: Any) -> BillCorrected:
    return builders.bill_corrected(bill, builders.account(), corrected_at=builders.MOMENT, kind=kind, **changes)
