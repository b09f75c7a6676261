"""Summaries of invoices for the tax authority, and notices of errors. Only ever added."""

from collections.abc import Collection
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime
from uuid import UUID

from services.invoice.authority.summary import InvoiceToTell
from shared.db import Connection

# One at a time makes the summaries of a seller.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('summaries ' || $1))"


async def lock_seller(connection: Connection, tax_code: str) -> None:
    """Keep others from making summaries of a seller until the transaction ends."""
    await connection.execute(_LOCK, tax_code)


_SELLERS = "SELECT tax_code FROM sellers ORDER BY tax_code"


async def sellers(connection: Connection) -> list[str]:
    """Return the tax codes of all sellers."""
    return [row["tax_code"] for row in await connection.fetch(_SELLERS)]


_STAND = """
SELECT coalesce(max(number), 0) AS number, max(supplement) AS supplement FROM summaries
WHERE seller_tax_code = $1 AND first_day = $2 AND last_day = $3
"""


async def stand(connection: Connection, tax_code: str, first: date, last: date) -> tuple[int, int | None]:
    """Return the last number and the last supplement of a period; None where nothing was told of it."""
    row = await connection.fetchrow(_STAND, tax_code, first, last)
    assert row is not None  # noqa: S101 - an aggregate has a row
    return row["number"], row["supplement"]


_OVERLAPPING = """
SELECT first_day FROM summaries WHERE seller_tax_code = $1 AND first_day <= $3 AND last_day >= $2
    AND (first_day, last_day) <> ($2, $3) LIMIT 1
"""


async def has_other_periods(connection: Connection, tax_code: str, first: date, last: date) -> bool:
    """Whether something was told of these days in a period of another length."""
    return await connection.fetchval(_OVERLAPPING, tax_code, first, last) is not None


_TO_TELL = """
SELECT invoices.invoice_id, invoices.symbol, invoices.number, invoices.made_on, invoices.relation, invoices.data,
    related.symbol AS related_symbol, related.number AS related_number,
    summaries.kind AS told_kind, summaries.first_day AS told_first, summaries.last_day AS told_last
FROM invoices JOIN number_rows USING (symbol) JOIN signatures USING (invoice_id)
LEFT JOIN invoices AS related ON related.invoice_id = invoices.related_id
LEFT JOIN summary_rows AS told ON told.invoice_id = invoices.related_id
LEFT JOIN summaries USING (summary_id)
WHERE number_rows.seller_tax_code = $1 AND invoices.made_on BETWEEN $2 AND $3
    AND (invoices.symbol, invoices.number) > ($4::text, $5::integer)
    AND NOT EXISTS (SELECT FROM summary_rows WHERE summary_rows.invoice_id = invoices.invoice_id)
    AND NOT invoices.told_singly
ORDER BY invoices.symbol, invoices.number LIMIT $6
"""


async def to_tell(
    connection: Connection, tax_code: str, first: date, last: date, after: tuple[str, int], limit: int
) -> list[InvoiceToTell]:
    """Return the next signed invoices of some days that nobody was told of, in the order of their numbers."""
    rows = await connection.fetch(_TO_TELL, tax_code, first, last, *after, limit)
    return [InvoiceToTell(**dict(row)) for row in rows]


@dataclass(frozen=True, slots=True)
class NewSummary:
    """A summary as it is stored; the order of the fields is that of the columns."""

    summary_id: UUID
    seller_tax_code: str
    kind: str
    first_day: date
    last_day: date
    number: int
    supplement: int
    due_on: date
    invoices: int
    before_vat: int
    vat: int
    total: int
    made_at: datetime
    made_by: str
    data: bytes


_COLUMNS = ", ".join(field.name for field in fields(NewSummary))
_ADD = (
    f"INSERT INTO summaries ({_COLUMNS}) VALUES ({', '.join(f'${n}' for n in range(1, len(fields(NewSummary)) + 1))})"
)
_ADD_ROWS = "INSERT INTO summary_rows (invoice_id, summary_id) SELECT unnest($1::uuid[]), $2"


async def add(connection: Connection, summary: NewSummary, invoice_ids: Collection[UUID]) -> None:
    """Store a summary and which invoices stand in it."""
    await connection.execute(_ADD, *astuple(summary))
    await connection.execute(_ADD_ROWS, list(invoice_ids), summary.summary_id)


@dataclass(frozen=True, slots=True)
class ListedSummary:
    """A summary and what has become of it."""

    summary_id: UUID
    seller_tax_code: str
    kind: str
    first_day: date
    last_day: date
    number: int
    supplement: int
    due_on: date
    invoices: int
    before_vat: int
    vat: int
    total: int
    made_at: datetime
    made_by: str
    state: str | None
    """Of its last message; None where nobody has ordered it to be sent."""
    problem: str | None
    message_code: str | None


_LISTED = """
SELECT summary_id, summaries.seller_tax_code, summaries.kind, first_day, last_day, number, supplement, summaries.due_on,
    invoices, before_vat, vat, total, made_at, made_by, state, problem, message_code
FROM summaries LEFT JOIN LATERAL (
    SELECT message_code, state, problem FROM authority_messages JOIN message_states USING (message_id)
    WHERE authority_messages.summary_id = summaries.summary_id ORDER BY ordered_at DESC, message_id DESC LIMIT 1
) AS last ON true
WHERE ($1::date IS NULL OR (first_day, last_day) = ($1, $2)) AND ($3::text IS NULL OR summaries.seller_tax_code = $3)
ORDER BY first_day DESC, summaries.seller_tax_code, number LIMIT $4
"""


async def listed(
    connection: Connection, days: tuple[date, date] | None, tax_code: str | None, limit: int
) -> list[ListedSummary]:
    """Return summaries of a period and a seller, or all, the latest first."""
    first, last = days or (None, None)
    return [ListedSummary(**dict(row)) for row in await connection.fetch(_LISTED, first, last, tax_code, limit)]


_UNTOLD = """
SELECT seller_tax_code, date_trunc('month', made_on)::date AS month, count(*) AS invoices,
    count(*) FILTER (WHERE signatures.invoice_id IS NULL) AS unsigned
FROM invoices JOIN number_rows USING (symbol) LEFT JOIN signatures USING (invoice_id)
WHERE made_on >= $1 AND made_on < $2 AND NOT told_singly
    AND NOT EXISTS (SELECT FROM summary_rows WHERE summary_rows.invoice_id = invoices.invoice_id)
GROUP BY 1, 2 ORDER BY 2, 1
"""


@dataclass(frozen=True, slots=True)
class Untold:
    """Invoices of a seller's month that nobody was told of."""

    seller_tax_code: str
    month: date
    invoices: int
    unsigned: int


async def untold(connection: Connection, since: date, before: date) -> list[Untold]:
    """Return how many invoices of some days stand in no summary, by seller and month."""
    return [Untold(**dict(row)) for row in await connection.fetch(_UNTOLD, since, before)]


_ADD_NOTICE = """
INSERT INTO error_notices (notice_id, seller_tax_code, invoice_id, reason, made_at, made_by, data)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


async def add_notice(
    connection: Connection,
    notice_id: UUID,
    tax_code: str,
    invoice_id: UUID,
    reason: str,
    made_at: datetime,
    made_by: str,
    data: bytes,
) -> None:
    """Store a notice of an error."""
    await connection.execute(_ADD_NOTICE, notice_id, tax_code, invoice_id, reason, made_at, made_by, data)


_SUBJECT = """
SELECT invoice_id, seller_tax_code, data, made_on FROM invoices JOIN number_rows USING (symbol)
WHERE symbol = $1 AND number = $2
"""


@dataclass(frozen=True, slots=True)
class NoticeSubject:
    """The invoice that a notice of an error is about."""

    invoice_id: UUID
    seller_tax_code: str
    data: bytes
    made_on: date


async def notice_subject(connection: Connection, symbol: str, number: int) -> NoticeSubject | None:
    """Return an invoice by its number; None where there is none."""
    row = await connection.fetchrow(_SUBJECT, symbol, number)
    return None if row is None else NoticeSubject(**dict(row))
