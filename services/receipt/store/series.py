"""Sellers and their series."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.receipt.domain.quotes import read_quotes
from services.receipt.domain.series import LockedSeries, Series, next_suffix, series_of
from services.receipt.legal_forms.rules import LegalForm
from services.receipt.signatures.chain import first_link
from services.receipt.store.issued_invoices import QUOTES
from shared.contracts.receipt import ReceiptKind
from shared.db import Connection

# The transaction that numbers a receipt holds this lock until its commit: numbers have no gaps, and follow one another.
# A series is named by legal form, year and the seller's letters.
# The database that answers is known by its server's start, its own and its table's number: a restored one has others.
_INCARNATION = """
pg_postmaster_start_time()::text || ' ' || (SELECT oid FROM pg_database WHERE datname = current_database())
    || ' ' || 'series'::regclass::oid AS incarnation
"""
LOCK_SERIES = f"""
SELECT s.series, s.year, s.seller_tax_code, s.template, s.last_number, s.last_link, s.last_issued_at,
    clock_timestamp() AS database_time, (SELECT EXISTS (SELECT FROM recovered_receipt)) AS has_recovered,
    (SELECT EXISTS (SELECT FROM receipt WHERE payment_id = $3 AND kind = $4)) AS has_receipt,
    ({QUOTES.replace("$1", "$5")}) AS quotes,
    {_INCARNATION}
FROM seller JOIN series s ON s.series = $2 || seller.suffix
WHERE seller.tax_code = $1
FOR NO KEY UPDATE OF s
"""
"""Each receipt begins with it: its plan is to be kept."""


async def lock_series(
    connection: Connection,
    seller_tax_code: str,
    year: int,
    form: LegalForm,
    first_suffix: str,
    *,
    payment_id: UUID,
    kind: ReceiptKind,
    bill_ids: Sequence[UUID] = (),
) -> LockedSeries:
    """Lock the series of a seller, year and legal form until the transaction ends; make it when it is its first use.

    Whether the payment has a receipt of this kind, and which invoices its bills have, is known as of the beginning of
    the statement, which may have waited.
    """
    wanted = (seller_tax_code, form.series_head(year), payment_id, kind.value, list(bill_ids))
    row = await connection.fetchrow(LOCK_SERIES, *wanted)
    if row is None:
        await _make_series(connection, seller_tax_code, year, form, first_suffix)
        row = await connection.fetchrow(LOCK_SERIES, *wanted)
    if row is None:
        raise RuntimeError(f"the series of {seller_tax_code} in {year} is gone")
    return _series(row)


_NEW_SELLER_LOCK = 0x72637074  # "rcpt"
# Letters for a new seller are chosen by one transaction at a time.
_LOCK_SELLERS = "SELECT pg_advisory_xact_lock($1)"
_SELLERS = "SELECT tax_code, suffix FROM seller"
_ADD_SELLER = "INSERT INTO seller (tax_code, suffix, first_seen_at) VALUES ($1, $2, now())"
# Another copy may have made the series while this one waited for the lock.
_ADD_SERIES = """
INSERT INTO series (series, seller_tax_code, template, year, last_link) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING
"""


async def _make_series(
    connection: Connection, seller_tax_code: str, year: int, form: LegalForm, first_suffix: str
) -> None:
    await connection.execute(_LOCK_SELLERS, _NEW_SELLER_LOCK)
    suffixes = {row["tax_code"]: row["suffix"] for row in await connection.fetch(_SELLERS)}
    if seller_tax_code not in suffixes:
        suffixes[seller_tax_code] = next_suffix(set(suffixes.values()), first_suffix)
        await connection.execute(_ADD_SELLER, seller_tax_code, suffixes[seller_tax_code])
    series = series_of(seller_tax_code, suffixes[seller_tax_code], year, form)
    await connection.execute(
        _ADD_SERIES,
        series.name,
        series.seller_tax_code,
        series.template,
        series.year,
        first_link(series.seller_tax_code, series.symbol),
    )


_ALL_SERIES = """
SELECT series, year, seller_tax_code, template, last_number, last_link, last_issued_at FROM series
ORDER BY year, series
"""


async def all_series(connection: Connection) -> list[LockedSeries]:
    """Return every series with where it stands (not locked)."""
    return [_series(row) for row in await connection.fetch(_ALL_SERIES)]


_LAST_NUMBER = "SELECT last_number FROM series WHERE series = $1"


async def last_number(connection: Connection, series: str) -> int | None:
    """Return where a series stands; None when there is none of that name."""
    number: int | None = await connection.fetchval(_LAST_NUMBER, series)
    return number


_THIS_DATABASE = f"SELECT {_INCARNATION}, clock_timestamp() AS database_time"


async def database_identity(connection: Connection) -> tuple[str, datetime]:
    """Return what tells this database from one that is restored in its place, and its time."""
    row = await connection.fetchrow(_THIS_DATABASE)
    if row is None:
        raise RuntimeError("the database has not said which it is")
    return row["incarnation"], row["database_time"]


def _series(row: Mapping[str, Any]) -> LockedSeries:
    return LockedSeries(
        series=Series(row["series"], row["year"], row["seller_tax_code"], row["template"]),
        last_number=row["last_number"],
        last_link=row["last_link"],
        last_issued_at=row["last_issued_at"],
        incarnation=row.get("incarnation", ""),
        database_time=row.get("database_time"),
        has_recovered=row.get("has_recovered", False),
        has_receipt=row.get("has_receipt", False),
        quotes=read_quotes(json.loads(row.get("quotes") or "[]")),
    )
