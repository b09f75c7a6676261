"""Invoices in the order of their numbers, for keeping them elsewhere."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any, NamedTuple

from shared.audit import rows_in_order
from shared.db import Connection


class ExportedInvoice(NamedTuple):
    """An invoice with its signature; without one it is not given away."""

    number: int
    made_on: date
    bill_number: str
    lookup_code: str
    data: bytes
    itemised: dict[str, Any] | None
    signed_at: datetime
    signature: bytes
    certificate: bytes


_SYMBOLS = "SELECT symbol FROM number_rows WHERE last_number > 0 ORDER BY symbol"


async def symbols(connection: Connection) -> list[str]:
    """Return the template and symbol of every row of numbers."""
    return [row["symbol"] for row in await connection.fetch(_SYMBOLS)]


_EXPORTED = """
SELECT number, made_on, bill_number, lookup_code, data, itemised, signed_at, signature, der
FROM invoices LEFT JOIN signatures USING (invoice_id) LEFT JOIN certificates USING (fingerprint)
WHERE symbol = $1 ORDER BY number
"""


async def exported(connection: Connection, symbol: str) -> AsyncIterator[ExportedInvoice]:
    """Yield the signed invoices of a row of numbers, up to the first that is not signed; needs a transaction."""
    async for row in rows_in_order(connection, _EXPORTED, symbol):
        if row["signature"] is None:
            return
        yield ExportedInvoice(*row)
