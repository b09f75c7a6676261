"""Rows of numbers: each is locked while numbers are taken from it."""

from datetime import datetime

from services.invoice.domain.chain import first_link, link_after
from services.invoice.domain.symbols import NumberRow, next_suffix, read_symbol, symbol_of
from shared.db import Connection

# One seller at a time gets its letters.
_LOCK_SELLERS = "SELECT pg_advisory_xact_lock(hashtext('invoice sellers'))"
_SELLER = "SELECT suffix FROM sellers WHERE tax_code = $1"
_SUFFIXES = "SELECT suffix FROM sellers"
_ADD_SELLER = "INSERT INTO sellers (tax_code, suffix) VALUES ($1, $2)"
_ADD_ROW = """
INSERT INTO number_rows (symbol, seller_tax_code, year) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""
_LOCK = """
SELECT symbol, last_number, last_made_at, last_link, link_number FROM number_rows
WHERE seller_tax_code = $1 AND year = $2 FOR NO KEY UPDATE
"""


async def lock_row(connection: Connection, tax_code: str, year: int, first_suffix: str) -> NumberRow:
    """Lock a seller's row of numbers of a year until the transaction ends; made where it is the first time."""
    row = await connection.fetchrow(_LOCK, tax_code, year)
    if row is None:
        symbol = symbol_of(year, await _suffix(connection, tax_code, first_suffix))
        await connection.execute(_ADD_ROW, str(symbol), tax_code, year)
        row = await connection.fetchrow(_LOCK, tax_code, year)
        assert row is not None  # noqa: S101 - it was made, here or by another copy
    link = row["last_link"] or first_link(row["symbol"])
    if row["link_number"] < row["last_number"]:
        link = await _link_since(connection, row["symbol"], row["link_number"], link)
    return NumberRow(read_symbol(row["symbol"]), row["last_number"], row["last_made_at"], link)


_SINCE = "SELECT data FROM invoices WHERE symbol = $1 AND number > $2 ORDER BY number"


async def _link_since(connection: Connection, symbol: str, number: int, link: bytes) -> bytes:
    """Return the link behind invoices that a version before has numbered without it."""
    for row in await connection.fetch(_SINCE, symbol, number):
        link = link_after(link, row["data"])
    return link


async def _suffix(connection: Connection, tax_code: str, first: str) -> str:
    known: str | None = await connection.fetchval(_SELLER, tax_code)
    if known is not None:
        return known
    await connection.execute(_LOCK_SELLERS)
    known = await connection.fetchval(_SELLER, tax_code)
    if known is None:
        known = next_suffix({row["suffix"] for row in await connection.fetch(_SUFFIXES)}, first)
        await connection.execute(_ADD_SELLER, tax_code, known)
    return known


_MOVE_ON = """
UPDATE number_rows SET last_number = $2, last_made_at = $3, last_link = $4, link_number = $2 WHERE symbol = $1
"""


async def move_on(connection: Connection, symbol: str, last_number: int, made_at: datetime, link: bytes) -> None:
    """Keep how far a locked row has come, and the link behind its last invoice."""
    await connection.execute(_MOVE_ON, symbol, last_number, made_at, link)
