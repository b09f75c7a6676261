"""Invoices: what they say, byte for byte, and what was signed of them. Only ever added."""

from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime
from uuid import UUID

from services.invoice.domain.parties import Seller
from services.invoice.format.sellers import read_seller
from services.invoice.signatures.xml_signature import SigningCertificate
from shared.db import Connection


@dataclass(frozen=True, slots=True)
class StoredInvoice:
    """An invoice as it is stored; the order of the fields is that of the columns."""

    invoice_id: UUID
    cause_id: UUID
    bill_id: UUID
    bill_number: str
    customer_code: str
    symbol: str
    number: int
    made_at: datetime
    made_on: date
    before_vat: int
    vat: int
    total: int
    relation: str | None
    related_id: UUID | None
    lookup_code: str
    data: bytes
    itemised: str | None
    """JSON."""
    link: bytes
    """What stands for this invoice and all before it in its row of numbers."""
    told_singly: bool
    """The tax authority gets it by itself, and not by a row of a summary."""
    due_on: date | None
    """Until when its bill is to be paid."""


_COLUMNS = ", ".join(field.name for field in fields(StoredInvoice))
_TYPES = (
    *("uuid", "uuid", "uuid", "text", "text", "text", "int", "timestamptz", "date"),
    *("bigint", "bigint", "bigint", "text", "uuid", "text", "bytea", "text"),
    *("bytea", "bool", "date"),
)
_PLACES = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(_TYPES, 1))
_ADD = f"""
WITH added AS (
    INSERT INTO invoices ({_COLUMNS})
    SELECT {_COLUMNS.replace("itemised", "itemised::jsonb")} FROM unnest({_PLACES}) AS new ({_COLUMNS})
    RETURNING invoice_id, symbol, number
)
INSERT INTO unsigned_invoices (invoice_id, symbol, number) SELECT invoice_id, symbol, number FROM added
"""


async def add(connection: Connection, invoices: Sequence[StoredInvoice]) -> None:
    """Store invoices that have their numbers, and queue them for their signatures."""
    if invoices:
        columns = zip(*(astuple(invoice) for invoice in invoices), strict=True)
        await connection.execute(_ADD, *(list(column) for column in columns))


_KNOWN_CAUSES = "SELECT cause_id FROM invoices WHERE cause_id = ANY ($1)"


async def known_causes(connection: Connection, cause_ids: Collection[UUID]) -> set[UUID]:
    """Return what among these has its invoice."""
    return {row["cause_id"] for row in await connection.fetch(_KNOWN_CAUSES, list(cause_ids))}


@dataclass(frozen=True, slots=True)
class Reference:
    """What another invoice says of an earlier one."""

    invoice_id: UUID
    symbol: str
    number: int
    made_on: date
    seller: Seller
    """Who sells by it."""


_OF_BILLS = """
SELECT bill_id, invoice_id, symbol, number, made_on, data FROM invoices
WHERE cause_id = bill_id AND bill_id = ANY ($1)
"""


async def of_bills(connection: Connection, bill_ids: Collection[UUID]) -> dict[UUID, Reference]:
    """Return the invoices of some bills themselves, not of what was taken off them."""
    rows = await connection.fetch(_OF_BILLS, list(bill_ids))
    return {
        row["bill_id"]: Reference(
            row["invoice_id"], row["symbol"], row["number"], row["made_on"], read_seller(row["data"])
        )
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class Unsigned:
    """An invoice that waits for its signature."""

    invoice_id: UUID
    made_at: datetime
    data: bytes


_UNSIGNED = """
SELECT invoice_id, made_at, data FROM (
    SELECT invoice_id, symbol, number FROM unsigned_invoices ORDER BY symbol, number LIMIT $1
) AS next JOIN invoices USING (invoice_id, symbol, number)
ORDER BY symbol, number
"""


async def next_unsigned(connection: Connection, limit: int) -> list[Unsigned]:
    """Return the next invoices to sign, in the order of their numbers."""
    return [Unsigned(**dict(row)) for row in await connection.fetch(_UNSIGNED, limit)]


_ADD_CERTIFICATE = "INSERT INTO certificates (fingerprint, der) VALUES ($1, $2) ON CONFLICT DO NOTHING"
# What another copy has signed meanwhile is gone from the queue; its row was locked until that was committed.
_ADD_SIGNATURES = """
WITH signed AS (
    SELECT invoice_id, signed_at, signature
    FROM unnest($1::uuid[], $2::timestamptz[], $3::bytea[]) AS new (invoice_id, signed_at, signature)
), taken AS (
    DELETE FROM unsigned_invoices WHERE invoice_id = ANY ($1) RETURNING invoice_id
), added AS (
    INSERT INTO signatures (invoice_id, signed_at, fingerprint, signature)
    SELECT invoice_id, signed_at, $4, signature FROM signed JOIN taken USING (invoice_id)
    RETURNING invoice_id
)
SELECT invoice_id, bill_id, bill_number, customer_code, symbol, number, made_on, due_on, lookup_code, relation, link
FROM added JOIN invoices USING (invoice_id) ORDER BY symbol, number
"""


@dataclass(frozen=True, slots=True)
class Signed:
    """An invoice that was signed just now, as others quote it."""

    invoice_id: UUID
    bill_id: UUID
    bill_number: str
    customer_code: str
    symbol: str
    number: int
    made_on: date
    due_on: date | None
    """Until when its bill is to be paid; None of an invoice that a version before has numbered."""
    lookup_code: str
    relation: str | None
    link: bytes | None
    """None of an invoice that a version before has numbered."""


async def add_signatures(
    connection: Connection,
    unsigned: Sequence[Unsigned],
    moments: Sequence[datetime],
    signatures: Sequence[bytes],
    certificate: SigningCertificate,
) -> list[Signed]:
    """Store signatures of invoices that nobody has signed meanwhile; return those, in the order of their numbers."""
    await connection.execute(_ADD_CERTIFICATE, certificate.fingerprint, certificate.der)
    rows = await connection.fetch(
        _ADD_SIGNATURES,
        [each.invoice_id for each in unsigned],
        list(moments),
        list(signatures),
        certificate.fingerprint,
    )
    return [Signed(**dict(row)) for row in rows]


@dataclass(frozen=True, slots=True)
class Shown:
    """An invoice as it is shown and given away."""

    symbol: str
    number: int
    made_on: date
    bill_number: str
    customer_code: str
    total: int
    relation: str | None
    lookup_code: str
    data: bytes
    itemised: str | None
    """JSON: the list that has the lines."""
    signed_at: datetime | None
    signature: bytes | None
    certificate: bytes | None


_SHOWN = """
SELECT symbol, number, made_on, bill_number, customer_code, total, relation, lookup_code, data,
    itemised::text AS itemised, signed_at, signature, der AS certificate
FROM invoices LEFT JOIN signatures USING (invoice_id) LEFT JOIN certificates USING (fingerprint)
WHERE bill_number = $1 OR lookup_code = $1 OR symbol || ' ' || number = $1 OR customer_code = $1
ORDER BY symbol, number
"""


async def find(connection: Connection, text: str) -> list[Shown]:
    """Return the invoices of a bill's number, a customer, a lookup code, or of symbol and number (``1K26TAA 42``)."""
    return [Shown(**dict(row)) for row in await connection.fetch(_SHOWN, text)]


_COUNTS = """
SELECT symbol, last_number, last_made_at,
    (SELECT count(*) FROM unsigned_invoices WHERE unsigned_invoices.symbol = number_rows.symbol) AS unsigned
FROM number_rows ORDER BY symbol
"""


async def counts(connection: Connection) -> Sequence[tuple[str, int, datetime | None, int]]:
    """Return for each row of numbers how far it has come, when, and how many invoices wait for their signature."""
    return [tuple(row) for row in await connection.fetch(_COUNTS)]
