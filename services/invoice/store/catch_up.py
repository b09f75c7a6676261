"""What is caught up: bills from before there were invoices, and invoices that nobody was told of."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.invoice.store.invoices import Signed
from shared.db import Connection

_START = "SELECT started_at FROM invoicing_start"


async def started_at(connection: Connection) -> datetime:
    """Return since when released bills are noted by themselves."""
    found: datetime = await connection.fetchval(_START)
    return found


# In the order of the list: it is the order in which they are invoiced.
_NOTE = """
INSERT INTO waiting_bills (cause_id, bill_id, reason)
SELECT bill_id, bill_id, reason FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS told (bill_id, reason, place)
WHERE NOT EXISTS (SELECT FROM invoices WHERE cause_id = told.bill_id)
    AND NOT EXISTS (SELECT FROM bills_without_invoice WHERE bills_without_invoice.bill_id = told.bill_id)
ORDER BY place
ON CONFLICT DO NOTHING
RETURNING cause_id
"""


async def note_bills(connection: Connection, bills: Sequence[tuple[UUID, str]]) -> int:
    """Note bills that have neither an invoice nor an entry; return how many those are."""
    return len(await connection.fetch(_NOTE, [bill_id for bill_id, _ in bills], [reason for _, reason in bills]))


_WITHOUT = """
SELECT count(*) FROM unnest($1::uuid[]) AS told (bill_id)
WHERE NOT EXISTS (SELECT FROM invoices WHERE cause_id = told.bill_id)
    AND NOT EXISTS (SELECT FROM bills_without_invoice WHERE bills_without_invoice.bill_id = told.bill_id)
    AND NOT EXISTS (SELECT FROM waiting_bills WHERE cause_id = told.bill_id)
"""


async def count_without(connection: Connection, bill_ids: Sequence[UUID]) -> int:
    """Return how many bills have neither an invoice nor an entry."""
    return int(await connection.fetchval(_WITHOUT, list(bill_ids)))


_NOTE_REDUCTIONS = """
INSERT INTO waiting_bills (cause_id, bill_id, correction_id, principal, vat, reason)
SELECT cause_id, bill_id, correction_id, principal, vat, reason
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::text[]) WITH ORDINALITY
    AS told (cause_id, bill_id, correction_id, principal, vat, reason, place)
WHERE NOT EXISTS (SELECT FROM invoices WHERE invoices.cause_id = told.cause_id)
ORDER BY place
ON CONFLICT (cause_id) DO UPDATE SET problem = NULL, asked_at = NULL WHERE waiting_bills.problem IS NOT NULL
RETURNING cause_id
"""


async def note_reductions(connection: Connection, reductions: Sequence[tuple[UUID, UUID, UUID, int, int, str]]) -> int:
    """Note what adjustments took off (cause, bill, correction, principal, VAT, reason); return how much is new.

    What could not be invoiced, because its bill had no invoice, is tried again.
    """
    columns = zip(*reductions, strict=True)
    return len(await connection.fetch(_NOTE_REDUCTIONS, *(list(column) for column in columns)))


_CAUGHT_UP = "UPDATE invoicing_start SET caught_up_from = least(coalesce(caught_up_from, $1), $1)"


async def note_caught_up(connection: Connection, since: datetime) -> None:
    """Keep since when bills are invoiced now: the audit asks for their invoices."""
    await connection.execute(_CAUGHT_UP, since)


_UNTOLD = """
SELECT invoice_id, bill_id, bill_number, customer_code, symbol, number, made_on, due_on, lookup_code, relation, link
FROM invoices JOIN signatures USING (invoice_id)
WHERE link IS NULL AND (symbol, number) > ($1, $2) ORDER BY symbol, number LIMIT $3
"""


async def signed_untold(connection: Connection, after: tuple[str, int], limit: int) -> list[Signed]:
    """Return the next signed invoices that a version before has made, which may have told nobody."""
    return [Signed(**dict(row)) for row in await connection.fetch(_UNTOLD, *after, limit)]
