"""The register: signed receipts, only ever added."""

from collections.abc import Mapping
from dataclasses import astuple
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.receipt.domain.receipts import NewReceipt, StoredReceipt
from shared.contracts.receipt import ReceiptKind
from shared.db import Connection
from shared.messaging.errors import RetryLater

_ONE_FOR_EACH_PAYMENT = "receipt_payment_id_kind_key"

# One statement, so that no receipt is without its number and no number without its receipt.
_ADD = """
WITH moved AS (
    UPDATE series SET last_number = $4, last_link = $16, last_issued_at = $11 WHERE series = $3
)
INSERT INTO receipt (receipt_id, kind, series, number, payment_id, voids_receipt_id, customer_code, collector_code,
    total, vat, issued_at, key_id, token, lookup_code, content)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
"""


async def add_receipt(connection: Connection, receipt: NewReceipt, link: bytes) -> None:
    """Store a receipt and move its series on, in one statement; the series must be locked.

    Raises :class:`RetryLater` where the payment has got its receipt from another transaction meanwhile.
    """
    try:
        await _add_receipt(connection, receipt, link)
    except asyncpg.UniqueViolationError as error:
        if error.constraint_name == _ONE_FOR_EACH_PAYMENT:
            raise RetryLater(f"payment {receipt.payment_id} has a receipt by now") from None
        raise


async def _add_receipt(connection: Connection, receipt: NewReceipt, link: bytes) -> None:
    await connection.execute(
        _ADD,
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


# When it was written first is lost.
_ADD_AGAIN = """
INSERT INTO receipt (receipt_id, kind, series, number, payment_id, voids_receipt_id, customer_code, collector_code,
    total, vat, issued_at, key_id, token, lookup_code, content, written_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, NULL)
"""


async def add_receipt_again(connection: Connection, receipt: NewReceipt) -> None:
    """Store a receipt that was lost, under its own number in a gap."""
    await connection.execute(_ADD_AGAIN, *astuple(receipt))


_RECEIPT = """
SELECT r.*, s.year, s.template, s.seller_tax_code, v.issued_at AS voided_at,
    (SELECT count(*) FROM reprint p WHERE p.receipt_id = r.receipt_id) AS copies
FROM receipt r
JOIN series s USING (series)
LEFT JOIN receipt v ON v.voids_receipt_id = r.receipt_id
"""
_BY_ID = f"{_RECEIPT} WHERE r.receipt_id = $1"


async def receipt_by_id(connection: Connection, receipt_id: UUID) -> StoredReceipt | None:
    """Return a receipt by its id."""
    return _stored(await connection.fetchrow(_BY_ID, receipt_id))


_OF_PAYMENT = f"{_RECEIPT} WHERE r.payment_id = $1 AND r.kind = $2"


async def receipt_of_payment(connection: Connection, payment_id: UUID, kind: ReceiptKind) -> StoredReceipt | None:
    """Return the receipt of a payment, or the one that voids it."""
    return _stored(await connection.fetchrow(_OF_PAYMENT, payment_id, kind.value))


_BY_NUMBER = f"{_RECEIPT} WHERE r.series = $1 AND r.number = $2"


async def receipt_by_number(connection: Connection, series: str, number: int) -> StoredReceipt | None:
    """Return the receipt with a number in a series."""
    return _stored(await connection.fetchrow(_BY_NUMBER, series, number))


_BEHIND_GAPS = f"""
{_RECEIPT} WHERE r.customer_code = $1 AND r.kind = 'original' AND r.total = $2 AND r.issued_at >= $3 AND EXISTS (
    SELECT FROM series_gap AS g WHERE g.series = r.series AND g.last_number < r.number)
ORDER BY r.issued_at
"""


async def receipts_behind_gaps(
    connection: Connection, customer_code: str, total: int, since: datetime
) -> list[StoredReceipt]:
    """Return the receipts of a customer over an amount that were issued behind numbers which were declared lost."""
    rows = await connection.fetch(_BEHIND_GAPS, customer_code, total, since)
    return [stored for stored in map(_stored, rows) if stored is not None]


# Copies of a receipt are counted by one transaction at a time. A lock of its row would need the right to change it.
_LOCK = """
SELECT true FROM receipt, pg_advisory_xact_lock(hashtextextended(receipt_id::text, 0)) WHERE receipt_id = $1
"""


async def lock_receipt(connection: Connection, receipt_id: UUID) -> bool:
    """Lock a receipt for counting a copy; False when it does not exist."""
    return await connection.fetchval(_LOCK, receipt_id) is not None


_NUMBER_OF_RECEIPTS = """
SELECT count(*) FROM receipt WHERE series = $1 AND number <= $2 AND NOT EXISTS (
    SELECT FROM series_gap WHERE series = $1 AND number BETWEEN first_number AND last_number)
"""


async def number_of_receipts(connection: Connection, series: str, up_to: int) -> int:
    """Return how many receipts a series has up to a number, without those that came back into a gap."""
    return int(await connection.fetchval(_NUMBER_OF_RECEIPTS, series, up_to))


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
