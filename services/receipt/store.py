"""All SQL of receipt. Functions take a connection; whoever calls them holds the transaction."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.receipt.chain import first_link
from services.receipt.domain import TEMPLATE, Series, next_suffix, series_of
from services.receipt.token import to_text
from shared.contracts.receipt import Receipt, ReceiptKind
from shared.db import Connection
from shared.printing.document import Document

_NEW_SELLER_LOCK = 0x72637074  # "rcpt": letters for a new seller are chosen one at a time

_RECEIPT = """
SELECT r.*, s.year, s.template, s.seller_tax_code, v.issued_at AS voided_at,
       (SELECT count(*) FROM reprint p WHERE p.receipt_id = r.receipt_id) AS copies
FROM receipt r
JOIN series s USING (series)
LEFT JOIN receipt v ON v.voids_receipt_id = r.receipt_id
"""


@dataclass(frozen=True, slots=True)
class LockedSeries:
    """A series whose next number is this transaction's alone."""

    series: Series
    last_number: int
    last_link: bytes
    last_issued_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """A receipt about to be stored."""

    receipt_id: UUID
    kind: ReceiptKind
    series: str
    number: int
    payment_id: UUID
    voids_receipt_id: UUID | None
    customer_code: str
    collector_code: str | None
    total: int
    vat: int
    issued_at: datetime
    key_id: bytes
    token: bytes
    lookup_code: str
    content: str


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """A receipt as stored, with what has become of it since."""

    new: NewReceipt
    template: str
    year: int
    seller_tax_code: str
    voided_at: datetime | None
    copies: int

    @property
    def event(self) -> dict[str, Any]:
        """The event that caused it, as JSON."""
        event: dict[str, Any] = json.loads(self.new.content)["event"]
        return event

    @property
    def body(self) -> Document:
        """The paper without its signature."""
        return Document.model_validate(json.loads(self.new.content)["document"])

    def as_contract(self, url: str) -> Receipt:
        """Return it as other services see it."""
        new = self.new
        return Receipt(
            receipt_id=new.receipt_id,
            kind=new.kind,
            series=new.series,
            number=new.number,
            year=self.year,
            payment_id=new.payment_id,
            voids_receipt_id=new.voids_receipt_id,
            customer_code=new.customer_code,
            collector_code=new.collector_code,
            total=new.total,
            vat=new.vat,
            issued_at=new.issued_at,
            token=to_text(new.token),
            url=url,
            voided_at=self.voided_at,
            copies=self.copies,
        )


@dataclass(frozen=True, slots=True)
class Reprint:
    """A counted copy."""

    reprint_id: UUID
    receipt_id: UUID
    copy_number: int
    requested_by: str
    reason: str
    device_id: UUID | None
    document_id: UUID
    reprinted_at: datetime


async def lock_series(connection: Connection, seller_tax_code: str, year: int, first_suffix: str) -> LockedSeries:
    """Lock the series of a seller and year until the transaction ends; make it when it is the first of its year."""
    row = await _locked_row(connection, seller_tax_code, year)
    if row is None:
        await _make_series(connection, seller_tax_code, year, first_suffix)
        row = await _locked_row(connection, seller_tax_code, year)
    if row is None:
        raise RuntimeError(f"the series of {seller_tax_code} in {year} is gone")
    return LockedSeries(
        series=Series(row["series"], row["year"], row["seller_tax_code"], row["template"]),
        last_number=row["last_number"],
        last_link=row["last_link"],
        last_issued_at=row["last_issued_at"],
    )


async def _locked_row(connection: Connection, seller_tax_code: str, year: int) -> Mapping[str, Any] | None:
    return await connection.fetchrow(
        "SELECT * FROM series WHERE seller_tax_code = $1 AND template = $2 AND year = $3 FOR NO KEY UPDATE",
        seller_tax_code,
        TEMPLATE,
        year,
    )


async def _make_series(connection: Connection, seller_tax_code: str, year: int, first_suffix: str) -> None:
    await connection.execute("SELECT pg_advisory_xact_lock($1)", _NEW_SELLER_LOCK)
    suffixes = {row["tax_code"]: row["suffix"] for row in await connection.fetch("SELECT * FROM seller")}
    if seller_tax_code not in suffixes:
        suffixes[seller_tax_code] = next_suffix(set(suffixes.values()), first_suffix)
        await connection.execute(
            "INSERT INTO seller (tax_code, suffix, first_seen_at) VALUES ($1, $2, now())",
            seller_tax_code,
            suffixes[seller_tax_code],
        )
    series = series_of(seller_tax_code, suffixes[seller_tax_code], year)
    await connection.execute(
        """
        INSERT INTO series (series, seller_tax_code, template, year, last_link) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING
        """,
        series.name,
        series.seller_tax_code,
        series.template,
        series.year,
        first_link(series.seller_tax_code, series.symbol),
    )


async def add_receipt(connection: Connection, receipt: NewReceipt, link: bytes) -> None:
    """Store a receipt and move its series on, in one statement; the series must be locked."""
    await connection.execute(
        """
        WITH moved AS (
            UPDATE series SET last_number = $4, last_link = $16, last_issued_at = $11 WHERE series = $3
        )
        INSERT INTO receipt (receipt_id, kind, series, number, payment_id, voids_receipt_id, customer_code,
                             collector_code, total, vat, issued_at, key_id, token, lookup_code, content)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        """,
        receipt.receipt_id,
        receipt.kind.value,
        receipt.series,
        receipt.number,
        receipt.payment_id,
        receipt.voids_receipt_id,
        receipt.customer_code,
        receipt.collector_code,
        receipt.total,
        receipt.vat,
        receipt.issued_at,
        receipt.key_id,
        receipt.token,
        receipt.lookup_code,
        receipt.content,
        link,
    )


async def receipt_by_id(connection: Connection, receipt_id: UUID) -> StoredReceipt | None:
    """Return a receipt by its id."""
    return _stored(await connection.fetchrow(f"{_RECEIPT} WHERE r.receipt_id = $1", receipt_id))


async def receipt_of_payment(connection: Connection, payment_id: UUID, kind: ReceiptKind) -> StoredReceipt | None:
    """Return the receipt of a payment, or the one that voids it."""
    return _stored(
        await connection.fetchrow(f"{_RECEIPT} WHERE r.payment_id = $1 AND r.kind = $2", payment_id, kind.value)
    )


async def receipt_by_number(connection: Connection, series: str, number: int) -> StoredReceipt | None:
    """Return the receipt with a number in a series."""
    return _stored(await connection.fetchrow(f"{_RECEIPT} WHERE r.series = $1 AND r.number = $2", series, number))


async def receipt_by_lookup_code(connection: Connection, code: str) -> StoredReceipt | None:
    """Return the receipt with a lookup code."""
    return _stored(await connection.fetchrow(f"{_RECEIPT} WHERE r.lookup_code = $1", code))


async def lock_receipt(connection: Connection, receipt_id: UUID) -> bool:
    """Lock a receipt for counting a copy; False when it does not exist."""
    found = await connection.fetchval("SELECT true FROM receipt WHERE receipt_id = $1 FOR NO KEY UPDATE", receipt_id)
    return found is not None


async def reprint_by_id(connection: Connection, reprint_id: UUID) -> Reprint | None:
    """Return a copy by the id that its requester made."""
    row = await connection.fetchrow("SELECT * FROM reprint WHERE reprint_id = $1", reprint_id)
    return None if row is None else Reprint(**row)


async def add_reprint(connection: Connection, reprint: Reprint) -> None:
    """Store a copy; its receipt must be locked."""
    await connection.execute(
        """
        INSERT INTO reprint (reprint_id, receipt_id, copy_number, requested_by, reason, device_id, document_id,
                             reprinted_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        reprint.reprint_id,
        reprint.receipt_id,
        reprint.copy_number,
        reprint.requested_by,
        reprint.reason,
        reprint.device_id,
        reprint.document_id,
        reprint.reprinted_at,
    )


async def all_series(connection: Connection) -> list[LockedSeries]:
    """Return every series with where it stands (not locked)."""
    rows = await connection.fetch("SELECT * FROM series ORDER BY year, series")
    return [
        LockedSeries(
            Series(row["series"], row["year"], row["seller_tax_code"], row["template"]),
            row["last_number"],
            row["last_link"],
            row["last_issued_at"],
        )
        for row in rows
    ]


async def receipts_in_order(connection: Connection, series: str | None = None) -> AsyncIterator[StoredReceipt]:
    """Yield the receipts of one series (or all) in the order of their numbers; needs a transaction."""
    query = f"{_RECEIPT} WHERE $1::text IS NULL OR r.series = $1 ORDER BY r.series, r.number"
    async for row in connection.cursor(query, series, prefetch=500):
        stored = _stored(row)
        if stored is not None:
            yield stored


async def copy_numbers(connection: Connection) -> list[tuple[UUID, list[int]]]:
    """Return the copy numbers of each receipt that has any."""
    rows = await connection.fetch(
        "SELECT receipt_id, array_agg(copy_number ORDER BY copy_number) AS numbers FROM reprint GROUP BY receipt_id"
    )
    return [(row["receipt_id"], list(row["numbers"])) for row in rows]


def _stored(row: Mapping[str, Any] | None) -> StoredReceipt | None:
    if row is None:
        return None
    new = NewReceipt(
        receipt_id=row["receipt_id"],
        kind=ReceiptKind(row["kind"]),
        series=row["series"],
        number=row["number"],
        payment_id=row["payment_id"],
        voids_receipt_id=row["voids_receipt_id"],
        customer_code=row["customer_code"],
        collector_code=row["collector_code"],
        total=row["total"],
        vat=row["vat"],
        issued_at=row["issued_at"],
        key_id=row["key_id"],
        token=row["token"],
        lookup_code=row["lookup_code"],
        content=row["content"],
    )
    return StoredReceipt(new, row["template"], row["year"], row["seller_tax_code"], row["voided_at"], row["copies"])
