"""Invoices of the bills that receipts settle."""

import json
from collections.abc import Collection
from uuid import UUID

from services.receipt.checkpoints.checkpoint import InvoiceMark
from services.receipt.domain.quotes import Quote, read_quotes
from shared.contracts.invoice import InvoicesIssued
from shared.contracts.receipt import QuotedInvoice
from shared.db import Connection
from shared.messaging import UnitOfWork

_ADD = """
WITH written AS (
    INSERT INTO issued_invoice (
        invoice_id, bill_id, bill_number, template, symbol, number, made_on, lookup_code, state, lookup_address
    )
    SELECT *, $10 FROM unnest(
        $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::date[], $8::text[], $9::text[]
    )
    ON CONFLICT DO NOTHING
    RETURNING true
), marked AS (
    INSERT INTO invoice_mark (symbol, number, link)
    SELECT DISTINCT ON (symbol) symbol, number, decode(link, 'hex')
    FROM unnest($11::text[], $6::int[], $12::text[]) AS told (symbol, number, link)
    WHERE link <> '' ORDER BY symbol, number DESC
    ON CONFLICT (symbol) DO UPDATE SET number = excluded.number, link = excluded.link
    WHERE invoice_mark.number < excluded.number
)
SELECT * FROM written
"""


def add_invoices(work: UnitOfWork, event: InvoicesIssued) -> None:
    """Keep invoices, all in one statement; one that is known changes nothing."""
    told = event.invoices
    work.write(
        _ADD,
        [each.invoice_id for each in told],
        [each.bill_id for each in told],
        [each.bill_number for each in told],
        [each.template for each in told],
        [each.symbol for each in told],
        [each.number for each in told],
        [each.made_on for each in told],
        [each.lookup_code for each in told],
        [each.state.value for each in told],
        event.lookup_address,
        [each.template + each.symbol for each in told],
        [each.link for each in told],
    )


_MARKS = "SELECT symbol, number, link FROM invoice_mark ORDER BY symbol"


async def invoice_marks(connection: Connection) -> tuple[InvoiceMark, ...]:
    """Return how far the invoices of each template and symbol have come."""
    return tuple(InvoiceMark(**dict(row)) for row in await connection.fetch(_MARKS))


# The bills by a sub-select: as a bare parameter, their number is looked at and the statement planned for each receipt.
QUOTES = """
SELECT json_agg(known ORDER BY made_on, template, symbol, number)::text FROM (
    SELECT bill_number, template, symbol, number, made_on, lookup_address, lookup_code, state FROM issued_invoice
    WHERE bill_id = ANY ((SELECT $1::uuid[])::uuid[])
) AS known
"""
"""The invoices of bills as receipts quote them, as JSON, in the order of their numbers; NULL where there is none."""


async def quotes_of(connection: Connection, bill_ids: Collection[UUID]) -> tuple[Quote, ...]:
    """Return what is known of the invoices of bills, as receipts quote it."""
    return read_quotes(json.loads(await connection.fetchval(QUOTES, list(bill_ids)) or "[]"))


_OF_BILLS = """
SELECT bill_number, template, symbol, number, made_on, state, lookup_code FROM issued_invoice
WHERE bill_id = ANY ($1) ORDER BY made_on, template, symbol, number
"""


async def invoices_of(connection: Connection, bill_ids: Collection[UUID]) -> list[QuotedInvoice]:
    """Return the invoices of bills and what adjusts them downwards, the earliest first."""
    rows = await connection.fetch(_OF_BILLS, list(bill_ids))
    return [QuotedInvoice.model_validate(dict(row)) for row in rows]
