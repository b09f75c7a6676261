"""Invoices that messages may lead to."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.notify.domain.reminders import DueReminder
from shared.clock import business_day
from shared.contracts.invoice import InvoicesIssued, InvoiceState
from shared.db import Connection
from shared.messaging import UnitOfWork

_ADD = """
INSERT INTO issued_invoices (invoice_id, bill_id, bill_number, customer_code, due_on, made_on, number, adjusts,
    lookup_code, lookup_address)
SELECT *, $10 FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::date[], $6::date[], $7::int[], $8::bool[],
    $9::text[])
ON CONFLICT DO NOTHING
RETURNING true
"""


def add_invoices(work: UnitOfWork, event: InvoicesIssued) -> None:
    """Keep invoices, all in one statement; one that is known changes nothing."""
    told = event.invoices
    work.write(
        _ADD,
        [each.invoice_id for each in told],
        [each.bill_id for each in told],
        [each.bill_number for each in told],
        [each.customer_code for each in told],
        [each.due_on for each in told],
        [each.made_on for each in told],
        [each.number for each in told],
        [each.state is InvoiceState.ADJUSTS for each in told],
        [each.lookup_code for each in told],
        event.lookup_address,
    )


# Payments clear the oldest bill first: a bill that is due no earlier than the oldest open one is open, too. What
# adjusts an invoice comes last: the page of the invoice itself names it. Each row is found by an index.
_LINKS = """
SELECT reminder_id, lookup_address || '/' || lookup_code AS link
FROM unnest($1::uuid[], $2::text[], $3::date[]) AS asked (reminder_id, customer_code, oldest_due_on)
CROSS JOIN LATERAL (
    SELECT lookup_address, lookup_code FROM issued_invoices AS invoice
    WHERE invoice.customer_code = asked.customer_code AND invoice.due_on >= asked.oldest_due_on
        AND NOT EXISTS (
            SELECT FROM accounts
            WHERE accounts.customer_code = asked.customer_code AND invoice.bill_number = ANY (disputed_bills))
    ORDER BY adjusts, due_on DESC, made_on DESC, number DESC LIMIT 1
) AS newest
UNION ALL
SELECT reminder_id, lookup_address || '/' || lookup_code
FROM unnest($4::uuid[]) AS receipted (reminder_id) JOIN reminders USING (reminder_id)
CROSS JOIN LATERAL (
    SELECT lookup_address, lookup_code FROM issued_invoices AS invoice WHERE invoice.bill_id = ANY (reminders.bill_ids)
    ORDER BY adjusts, due_on DESC NULLS LAST, made_on DESC, number DESC LIMIT 1
) AS newest
"""


async def links_of(connection: Connection, dues: Sequence[DueReminder]) -> dict[UUID, str]:
    """Return for messages the address of the invoice that they are about, where one is known.

    Of a receipt the invoice of the newest bill that it settles; of a debt that of the newest bill that may be asked
    for.
    """
    if not dues:
        return {}
    asked = [due for due in dues if due.debt is not None and due.oldest_due_on is not None]
    rows = await connection.fetch(
        _LINKS,
        [due.reminder_id for due in asked],
        [due.customer_code for due in asked],
        [due.oldest_due_on for due in asked],
        [due.reminder_id for due in dues if due.bill_ids],
    )
    return {row["reminder_id"]: row["link"] for row in rows}


_DELETE = """
DELETE FROM issued_invoices WHERE invoice_id IN (
    SELECT invoice_id FROM issued_invoices WHERE made_on < $1 LIMIT 5000)
RETURNING true
"""


async def delete_invoices(connection: Connection, before: datetime) -> int:
    """Delete some invoices that were made before the day of a moment; return how many."""
    return len(await connection.fetch(_DELETE, business_day(before)))
