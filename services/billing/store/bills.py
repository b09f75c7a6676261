"""Bills and what is open of them."""

import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.billing.corrections.rules import Reduction
from services.billing.payments.rules import Cleared, Debt
from services.billing.rehearsals.vat_switch import VatBase
from shared.contracts.actor import Actor
from shared.contracts.billing import Bill, BillState
from shared.db import Connection
from shared.stored_records import readable

COLUMNS = (
    "bill_id",
    "bill_number",
    "customer_code",
    "year",
    "month",
    "cycle",
    "period_from",
    "period_to",
    "price_group",
    "households",
    "kwh",
    "pre_vat",
    "vat_rate",
    "vat",
    "total",
    "open_principal",
    "open_vat",
    "due_date",
    "issued_at",
    "readings",
    "lines",
    "explanation",
)
LINK_COLUMNS = ("kind", "corrects", "corrected_by", "is_disputed", "charge")
"""What :data:`LINKS` and :data:`SHOWN` add: what the bill corrects, what followed on it, whether it is disputed, and
what it charges where no electricity is."""

LINKS = """
LEFT JOIN LATERAL (
    SELECT bill_details.readings, bill_details.lines, bill_details.explanation FROM bill_details
    WHERE bill_details.bill_id = bills.bill_id AND bill_details.year = bills.year AND bill_details.month = bills.month
) AS details ON true
LEFT JOIN LATERAL (
    SELECT bill_corrections.kind AS kind,
        json_build_object('bill_id', earlier.bill_id, 'bill_number', earlier.bill_number) AS corrects
    FROM bill_corrections JOIN bills AS earlier USING (bill_id)
    WHERE bill_corrections.new_bill_id = bills.bill_id
) AS cause ON true
LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('correction_id', bill_corrections.correction_id, 'kind', bill_corrections.kind,
        'corrected_at', corrected_at, 'reduced_vat', coalesce(taken.vat, 0),
        'reduced_principal', coalesce(taken.principal, 0), 'new_bill', CASE WHEN later.bill_id IS NOT NULL
        THEN json_build_object('bill_id', later.bill_id, 'bill_number', later.bill_number) END
    ) ORDER BY bill_corrections.sequence) AS corrected_by
    FROM (
        SELECT correction_id FROM bill_corrections WHERE bill_corrections.bill_id = bills.bill_id
        UNION SELECT correction_id FROM bill_reductions WHERE bill_reductions.bill_id = bills.bill_id
    ) AS concerning JOIN bill_corrections USING (correction_id)
        LEFT JOIN bill_reductions AS taken
            ON taken.correction_id = bill_corrections.correction_id AND taken.bill_id = bills.bill_id
        LEFT JOIN bills AS later ON later.bill_id = new_bill_id
) AS followed ON true
"""
"""Joins to ``bills`` the details of each, and what corrections have to do with it."""

_DETAILS = ("readings", "lines", "explanation")
SHOWN = (
    # Bills of a version before have their details with them.
    ", ".join(
        f"coalesce(details.{column}, bills.{column}) AS {column}" if column in _DETAILS else f"bills.{column}"
        for column in COLUMNS
    )
    + ", coalesce(cause.kind, 'ordinary') AS kind, corrects, coalesce(corrected_by, '[]') AS corrected_by, EXISTS ("
    "SELECT FROM disputed_bills WHERE disputed_bills.customer_code = bills.customer_code"
    " AND disputed_bills.bill_id = bills.bill_id) AS is_disputed,"
    # Bills of electricity, which have a cycle, are not looked for.
    " CASE WHEN bills.cycle = 0 THEN (SELECT charges.kind FROM charges WHERE charges.bill_id = bills.bill_id)"
    " END AS charge"
)
_BILL = f"SELECT {SHOWN} FROM bills {LINKS}"
_OPEN = "open_principal + open_vat > 0"

_PLAIN_TYPES = {
    "bill_id": "uuid",
    "year": "int",
    "month": "int",
    "cycle": "int",
    "period_from": "date",
    "period_to": "date",
    "kwh": "bigint",
    "pre_vat": "bigint",
    "vat": "bigint",
    "total": "bigint",
    "open_principal": "bigint",
    "open_vat": "bigint",
    "due_date": "date",
    "issued_at": "timestamptz",
}
DETAILS_IN_BOTH_PLACES = """
(SELECT attnotnull FROM pg_attribute WHERE attrelid = 'bills'::regclass AND attname = 'lines')
"""
"""Whether copies of the version before, which look for details in the register, may still run (0121)."""

# asyncpg makes arrays of two dimensions of lists of lists, so what is JSON is passed as text.
_INSERT = (
    "WITH issued AS MATERIALIZED (SELECT "
    + ", ".join(f"{column}::json" if column in _DETAILS else column for column in COLUMNS)
    + " FROM unnest("
    + ", ".join(f"${place}::{_PLAIN_TYPES.get(column, 'text')}[]" for place, column in enumerate(COLUMNS, 1))
    + f") AS row ({', '.join(COLUMNS)})), explained AS ("
    + "INSERT INTO bill_details (bill_id, year, month, readings, lines, explanation)"
    + " SELECT bill_id, year, month, readings, lines, explanation FROM issued)"
    + f" INSERT INTO bills ({', '.join(COLUMNS)}, details_digest, actor) SELECT "
    + ", ".join(
        f"CASE WHEN {DETAILS_IN_BOTH_PLACES} THEN {column} END" if column in _DETAILS else column for column in COLUMNS
    )
    + f", digest_of_details(readings, lines, explanation), ${len(COLUMNS) + 1}::jsonb FROM issued"
)


async def add(connection: Connection, bills: Sequence[Bill], actor: Actor) -> None:
    """Store new bills; ``actor`` ran the bill run."""
    if bills:
        rows = [_values(bill) for bill in bills]
        columns = (list(column) for column in zip(*rows, strict=True))
        await connection.execute(_INSERT, *columns, actor.model_dump(mode="json"))


_OPEN_OF = f"{_BILL} WHERE customer_code = $1 AND {_OPEN} ORDER BY year, month, cycle, issued_at"


async def open_of(connection: Connection, customer_code: str) -> list[Bill]:
    """Return a customer's open bills, the oldest first: the order in which money clears them."""
    rows = await connection.fetch(_OPEN_OF, customer_code)
    return [bill_of(row) for row in rows]


_PAID_OF = f"""
{_BILL} WHERE customer_code = $1 AND NOT ({_OPEN}) ORDER BY year DESC, month DESC, cycle DESC, issued_at DESC LIMIT $2
"""


async def paid_of(connection: Connection, customer_code: str, limit: int) -> list[Bill]:
    """Return a customer's latest bills with nothing open, the latest first."""
    rows = await connection.fetch(_PAID_OF, customer_code, limit)
    return readable(rows, bill_of, kind="bill", key="bill_id")


_BY_ID = f"{_BILL} WHERE bill_id = ANY ($1)"


async def by_id(connection: Connection, bill_ids: Collection[UUID]) -> dict[UUID, Bill]:
    """Return those bills that exist."""
    rows = await connection.fetch(_BY_ID, list(bill_ids))
    return {row["bill_id"]: bill_of(row) for row in rows}


_BY_NUMBER = f"{_BILL} WHERE bills.bill_number = $1"


async def by_number(connection: Connection, bill_number: str) -> Bill | None:
    """Return the bill with a number."""
    row = await connection.fetchrow(_BY_NUMBER, bill_number)
    return None if row is None else bill_of(row)


_CHAIN_OF = f"""
{_BILL} LEFT JOIN bill_corrections AS adjusted ON adjusted.new_bill_id = bills.bill_id AND adjusted.bill_id = $1
    AND adjusted.kind = 'adjustment'
WHERE bills.bill_id = $1 OR bills.bill_id IN (
    SELECT new_bill_id FROM bill_corrections WHERE bill_id = $1 AND kind = 'adjustment')
ORDER BY bills.bill_id <> $1, adjusted.sequence
"""


async def chain_of(connection: Connection, bill_id: UUID) -> list[Bill]:
    """Return a bill and those that adjust it, the first one first."""
    return [bill_of(row) for row in await connection.fetch(_CHAIN_OF, bill_id)]


_NUMBERS_OF = "SELECT bill_number FROM bills WHERE customer_code = $1 AND year = $2 AND month = $3 AND cycle = $4"


async def numbers_of(connection: Connection, customer_code: str, year: int, month: int, cycle: int) -> list[str]:
    """Return the numbers of all bills of a period."""
    return [row[0] for row in await connection.fetch(_NUMBERS_OF, customer_code, year, month, cycle)]


async def reduce(connection: Connection, reductions: Sequence[Reduction]) -> None:
    """Take what is not owed any more off what is open."""
    await _change(connection, [(each.bill_id, -each.amounts.vat, -each.amounts.principal) for each in reductions])


async def clear(connection: Connection, parts: Sequence[Cleared]) -> None:
    """Take cleared parts off what is open."""
    await _change(connection, [(part.bill_id, -part.vat, -part.principal) for part in parts])


async def reopen(connection: Connection, parts: Sequence[Cleared]) -> None:
    """Put parts that money no longer clears back to what is open."""
    await _change(connection, [(part.bill_id, part.vat, part.principal) for part in parts])


_CHANGE_ONE = """
UPDATE bills SET open_vat = open_vat + $2, open_principal = open_principal + $3 WHERE bill_id = $1
"""
_CHANGE_OPEN = """
UPDATE bills SET open_vat = open_vat + change.vat, open_principal = open_principal + change.principal
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS change (bill_id, vat, principal)
WHERE bills.bill_id = change.bill_id
"""


async def _change(connection: Connection, changes: Sequence[tuple[UUID, int, int]]) -> None:
    """Change what is open; several changes of one bill are added up, because an UPDATE joins each row once."""
    sums: dict[UUID, tuple[int, int]] = {}
    for bill_id, vat, principal in changes:
        before = sums.get(bill_id, (0, 0))
        sums[bill_id] = (before[0] + vat, before[1] + principal)
    if len(sums) == 1:
        (bill_id, amounts), *_ = sums.items()
        # Apart, because PostgreSQL plans `unnest` anew each time.
        await connection.execute(_CHANGE_ONE, bill_id, *amounts)
    elif sums:
        vats, principals = zip(*sums.values(), strict=True)
        await connection.execute(_CHANGE_OPEN, list(sums), list(vats), list(principals))


_VAT_BASES = """
SELECT period_to, pre_vat, (issued_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS invoice_date
FROM billed_months WHERE year = $1 AND month = $2
"""
_VAT_BASES_AT_ONCE = 5_000


async def vat_bases(connection: Connection, year: int, month: int) -> AsyncIterator[list[VatBase]]:
    """Yield what VAT was computed from, for the bills of a month, some at a time. Inside a transaction."""
    cursor = await connection.cursor(_VAT_BASES, year, month)
    while rows := await cursor.fetch(_VAT_BASES_AT_ONCE):
        yield [VatBase(*row) for row in rows]


def debt_of(bill: Bill) -> Debt:
    """Return what is open of a bill."""
    return Debt(bill.bill_id, bill.open_vat, bill.open_principal)


def _values(bill: Bill) -> tuple[Any, ...]:
    plain = bill.model_dump(mode="json", include=set(_DETAILS))
    return tuple(
        json.dumps(plain[column], ensure_ascii=False) if column in plain else getattr(bill, column)
        for column in COLUMNS
    )


def bill_of(row: Mapping[str, Any]) -> Bill:
    """Return the bill in a row that has :data:`COLUMNS`; without details where its month is in the archive."""
    state = BillState.OPEN if row["open_principal"] + row["open_vat"] else BillState.PAID
    values = {**row, "state": state}
    if row["lines"] is None:
        values |= {**dict.fromkeys(_DETAILS, ()), "details_archived": True}
    return Bill.model_validate(values)
