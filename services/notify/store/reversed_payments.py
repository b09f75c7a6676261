"""Payments that were reversed. The receipt of one may be reported before its reversal or after it."""

from datetime import datetime
from uuid import UUID

from shared.db import Connection

# Of a reversal and a receipt at the same time, the second sees what the first has written.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('payment ' || $1::text, 0))"


async def lock_payment(connection: Connection, payment_id: UUID) -> None:
    """Lock what is known about a payment until the transaction ends."""
    await connection.execute(_LOCK, str(payment_id))


_ADD = "INSERT INTO reversed_payments (payment_id, reversed_at) VALUES ($1, $2) ON CONFLICT DO NOTHING"


async def add_reversed(connection: Connection, payment_id: UUID, reversed_at: datetime) -> None:
    """Note that a payment was reversed."""
    await connection.execute(_ADD, payment_id, reversed_at)


_IS_REVERSED = "SELECT EXISTS (SELECT FROM reversed_payments WHERE payment_id = $1)"


async def is_reversed(connection: Connection, payment_id: UUID) -> bool:
    """Return whether a payment was reversed."""
    known: bool = await connection.fetchval(_IS_REVERSED, payment_id)
    return known
