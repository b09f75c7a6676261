"""Receipts quote on paper the invoices that exist when they are issued, and never change after that."""

from datetime import date
from typing import Any
from uuid import UUID

from services.receipt.store.series import LOCK_SERIES
from shared.contracts.invoice import InvoicesIssued, InvoiceState, IssuedInvoice
from shared.contracts.receipt import GetReceipt, PaperKind, Receipt, ReprintReceipt
from shared.ids import new_id
from shared.printing import Document
from shared.testing import wait_until
from tests.integration.receipt.receipt_service import ReceiptSystem
from tests.unit.receipt.documents import as_text
from tests.unit.receipt.samples import payment_recorded, sample_id


def told(bill_id: UUID, bill_number: str, number: int, state: InvoiceState = InvoiceState.NEW) -> InvoicesIssued:
    """An invoice as the invoice service tells of it."""
    return InvoicesIssued(
        lookup_address="https://thungan.example/hd",
        invoices=[
            IssuedInvoice(
                invoice_id=new_id(),
                bill_id=bill_id,
                bill_number=bill_number,
                template="1",
                symbol="K26TAA",
                number=number,
                made_on=date(2026, 11, 3),
                lookup_code=f"ABCDEFGH{number:08d}".translate(str.maketrans("0189", "OILG")),
                state=state,
            )
        ],
    )


async def tell(system: ReceiptSystem, event: InvoicesIssued, known: int) -> None:
    """Tell of an invoice, and wait until it is kept."""
    await system.tell_invoices(event)

    async def kept() -> bool:
        return bool(await system.pool.fetchval("SELECT count(*) FROM issued_invoice") == known)

    await wait_until(kept, 20)


async def issued(system: ReceiptSystem, name: str, **changes: Any) -> tuple[Receipt, Document]:
    known = len(system.issued)
    await system.consume(payment_recorded(name, **changes))
    await system.receipts(known + 1)
    ready = await system.documents_of(PaperKind.RECEIPT, known + 1)
    return system.issued[-1], ready[-1].document


def flat(document: Document) -> str:
    return " ".join(as_text(document, 576).split())


async def test_a_receipt_quotes_what_exists_and_stays_as_it_was_issued(system: ReceiptSystem) -> None:
    await system.start()
    bill = payment_recorded("payment").bills[0]
    before, early = await issued(system, "before")
    await tell(system, told(bill.bill_id, bill.bill_number, 42), 1)
    receipt, document = await issued(system, "after")
    await tell(system, told(bill.bill_id, bill.bill_number, 51, InvoiceState.ADJUSTS), 2)

    assert "khi lập xong, xem bằng mã QR dưới đây" in flat(early)
    assert "1K26TAA số 00000042 ngày 03/11/2026" in flat(document)
    for one, first in ((before, early), (receipt, document)):
        again = await system.ask(GetReceipt(receipt_id=one.receipt_id))
        assert again.document == first
    await system.ask(
        ReprintReceipt(
            reprint_id=new_id(),
            receipt_id=receipt.receipt_id,
            requested_by="TN014",
            reason="Khách làm mất",
            device_id=sample_id("phone"),
        )
    )
    (copy,) = await system.documents_of(PaperKind.COPY)
    assert set(document.blocks) <= set(copy.document.blocks)
    assert "00000051" not in flat(copy.document)
    assert (await system.audit()).violations == []


async def test_the_plan_of_what_each_receipt_begins_with_is_kept(system: ReceiptSystem) -> None:
    """Planning it took three quarters of its time: it is planned anew while plans for the values seem cheaper."""
    await system.start()
    await issued(system, "one")
    await system.pool.execute("""
        INSERT INTO issued_invoice (invoice_id, bill_id, bill_number, template, symbol, number, made_on,
            lookup_address, lookup_code, state)
        SELECT gen_random_uuid(), gen_random_uuid(), number::text, '1', 'K26TAA', number, '2026-11-03', '', '', 'new'
        FROM generate_series(1, 20000) AS number
    """)
    async with system.pool.acquire() as connection:
        await connection.execute("ANALYZE issued_invoice")
        statement = await connection.prepare(LOCK_SERIES)
        for _ in range(8):
            await statement.fetch("", "", new_id(), "payment", [new_id()])
        kept = await connection.fetchval(
            "SELECT generic_plans FROM pg_prepared_statements WHERE name = $1", statement.get_name()
        )
    assert kept == 3
