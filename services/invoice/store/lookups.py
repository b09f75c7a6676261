"""Signed invoices as customers look them up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.db import Connection


@dataclass(frozen=True, slots=True)
class Found:
    """A signed invoice."""

    invoice_id: UUID
    customer_code: str
    symbol: str
    number: int
    made_on: date
    before_vat: int
    vat: int
    total: int
    relation: str | None
    lookup_code: str
    data: bytes
    itemised: dict[str, Any] | None
    signed_at: datetime
    signature: bytes
    certificate: bytes


_FOUND = """
SELECT invoice_id, customer_code, symbol, number, made_on, before_vat, vat, total, relation, lookup_code, data,
    itemised, signed_at, signature, der AS certificate
FROM invoices JOIN signatures USING (invoice_id) JOIN certificates USING (fingerprint)
"""
_BY_CODE = f"{_FOUND} WHERE lookup_code = ANY ($1) LIMIT 1"


async def by_code(connection: Connection, codes: Sequence[str]) -> Found | None:
    """Return the signed invoice that has one of these codes."""
    row = await connection.fetchrow(_BY_CODE, list(codes))
    return None if row is None else Found(**dict(row))


_FOLLOWED_BY = f"{_FOUND} WHERE related_id = $1 ORDER BY made_at, symbol, number LIMIT 20"


async def followed_by(connection: Connection, invoice_id: UUID) -> list[Found]:
    """Return the signed invoices that adjust or replace one, the earliest first."""
    return [Found(**dict(row)) for row in await connection.fetch(_FOLLOWED_BY, invoice_id)]
