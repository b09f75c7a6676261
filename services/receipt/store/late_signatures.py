"""Receipts that were issued without a signature, and the signatures that were made for them later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.db import Connection

_ADD_UNSIGNED = "INSERT INTO unsigned_receipt (series, number) VALUES ($1, $2)"


async def add_unsigned(connection: Connection, series: str, number: int) -> None:
    """Note that a receipt was issued without a signature."""
    await connection.execute(_ADD_UNSIGNED, series, number)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A receipt that waits for its signature."""

    series: str
    number: int
    symbol: str
    issuer: str
    token: bytes


# Whoever takes them signs them, or it is undone; another copy waits for that and finds the others.
_TAKE = """
WITH taken AS (
    DELETE FROM unsigned_receipt WHERE (series, number) IN (
        SELECT series, number FROM unsigned_receipt ORDER BY series, number LIMIT $1
    )
    RETURNING series, number
)
SELECT taken.series, taken.number, template || series.series AS symbol, seller_tax_code AS issuer, token
FROM taken JOIN receipt ON receipt.series = taken.series AND receipt.number = taken.number
JOIN series ON series.series = taken.series
ORDER BY taken.series, taken.number
"""


async def take_waiting(connection: Connection, limit: int) -> list[Waiting]:
    """Take the next receipts that wait, in the order of their numbers; they have to be signed in the transaction."""
    return [Waiting(**dict(row)) for row in await connection.fetch(_TAKE, limit)]


_ADD = "INSERT INTO late_signature (series, first_number, last_number, message, signed_at) VALUES ($1, $2, $3, $4, $5)"


async def add_late_signature(
    connection: Connection, series: str, numbers: tuple[int, int], message: bytes, signed_at: datetime
) -> None:
    """Keep the signature over a range."""
    await connection.execute(_ADD, series, *numbers, message, signed_at)


_OF = """
SELECT message, last_number FROM late_signature
WHERE series = $1 AND first_number <= $2 AND last_number >= $2 ORDER BY first_number DESC LIMIT 1
"""
_TOKENS = "SELECT token FROM receipt WHERE series = $1 AND number BETWEEN $2 AND $3 ORDER BY number"


async def late_signature_of(connection: Connection, series: str, number: int) -> tuple[bytes, list[bytes]] | None:
    """Return the later signature of a receipt, with the tokens from it to the last that the signature covers."""
    row = await connection.fetchrow(_OF, series, number)
    if row is None:
        return None
    tokens = await connection.fetch(_TOKENS, series, number, row["last_number"])
    return row["message"], [token["token"] for token in tokens]


_ALL = "SELECT message FROM late_signature WHERE series = $1 ORDER BY first_number"
_NUMBERS = "SELECT number FROM unsigned_receipt WHERE series = $1"


async def late_signatures(connection: Connection, series: str) -> Sequence[bytes]:
    """Return all later signatures of a series."""
    return [row["message"] for row in await connection.fetch(_ALL, series)]


async def waiting_numbers(connection: Connection, series: str) -> set[int]:
    """Return which receipts of a series wait for their signature."""
    return {row["number"] for row in await connection.fetch(_NUMBERS, series)}


_COUNT = "SELECT count(*) FROM unsigned_receipt"


async def count_waiting(connection: Connection) -> int:
    """Return how many receipts wait for their signature."""
    return int(await connection.fetchval(_COUNT))
