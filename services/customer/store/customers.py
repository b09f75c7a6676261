"""The contract facts of customers, and what was announced of them."""

from collections.abc import Sequence
from datetime import datetime

from asyncpg import Record

from shared.contracts.common import CustomerFacts
from shared.contracts.customer import CustomerDetails, CustomerSummary, Visit
from shared.db import Connection
from shared.stored_records import readable

# One statement, so that facts, standing and visits are those of one moment.
# $1 customer code, $2 collector on whose routes the customer must be or NULL, $3 the most visits.
_DETAILS = """
SELECT facts, coalesce(version, 0) AS version, coalesce(step, 'settled') AS step, coalesce(debt, 0) AS debt,
    appointment, coalesce(misses, 0) AS misses,
    (
        SELECT coalesce(jsonb_agg(to_jsonb(latest) ORDER BY visited_at DESC, visit_id DESC), '[]')
        FROM (
            SELECT visit_id, customer_code, collector_code, outcome, visited_at, appointment, note, next_step, misses,
                withdrawn_at,
                ARRAY(
                    SELECT visit_notes.note FROM visit_notes WHERE visit_notes.visit_id = visits.visit_id
                    ORDER BY noted_at, note_id
                ) AS later_notes
            FROM visits WHERE visits.customer_code = $1
            ORDER BY visited_at DESC, visit_id DESC LIMIT $3
        ) AS latest
    ) AS visits,
    ARRAY(
        SELECT recorded_at FROM visits
        WHERE visits.customer_code = $1 AND outcome = 'cannot_pay' AND account_version > cleared_version
            AND withdrawn_at IS NULL
    ) AS refused_at
FROM customer_facts
LEFT JOIN announcements USING (customer_code)
LEFT JOIN standings USING (customer_code)
WHERE customer_code = $1
    AND ($2::text IS NULL OR EXISTS (
        SELECT FROM customers JOIN routes USING (route_code)
        WHERE customers.customer_code = $1 AND routes.collector_code = $2
    ))
"""


async def details(
    connection: Connection, customer_code: str, collector_code: str | None, most_visits: int
) -> tuple[CustomerDetails, list[datetime]] | None:
    """Return what is known of a customer, with the latest visits first; None when there is none.

    Beside it, when each ``cannot_pay`` for the present debt was recorded. With a ``collector_code``, only customers on
    that collector's routes exist.
    """
    row = await connection.fetchrow(_DETAILS, customer_code, collector_code, most_visits)
    if row is None:
        return None
    visits = readable(row["visits"], Visit.model_validate, kind="visit", key="visit_id")
    return CustomerDetails.model_validate({**row, "facts": _facts(row), "visits": visits}), row["refused_at"]


# $1 a customer code, or several. Apart, because PostgreSQL plans `= ANY` anew each time, which costs more than
# running it.
_SUMMARIES = """
SELECT customer_code, name, address, ward, address_old, phone, route_code, place_in_route, meter_number, appointment,
    coalesce(step, 'settled') AS step, coalesce(debt, 0) AS debt
FROM customers
LEFT JOIN standings USING (customer_code)
LEFT JOIN LATERAL (
    SELECT meter_number FROM meters WHERE meters.customer_code = customers.customer_code
    ORDER BY installed_on DESC, meter_number LIMIT 1
) AS meter ON true
WHERE customer_code = {these}
"""
_SUMMARY_OF_ONE = _SUMMARIES.format(these="$1")
_SUMMARIES_OF_SEVERAL = _SUMMARIES.format(these="ANY ($1::text[])")


async def summaries(connection: Connection, customer_codes: Sequence[str]) -> dict[str, CustomerSummary]:
    """Return each customer as a line of a list, by customer code."""
    one = len(customer_codes) == 1
    rows = await connection.fetch(
        _SUMMARY_OF_ONE if one else _SUMMARIES_OF_SEVERAL, customer_codes[0] if one else customer_codes
    )
    found = readable(rows, lambda row: CustomerSummary.model_validate(dict(row)), kind="customer", key="customer_code")
    return {summary.customer_code: summary for summary in found}


_OF_UNITS = "SELECT customer_code FROM customers WHERE customer_code = ANY ($1) AND unit_code = ANY ($2)"


async def of_units(connection: Connection, customer_codes: Sequence[str], unit_codes: Sequence[str]) -> set[str]:
    """Return those of some customers whom one of the units manages."""
    rows = await connection.fetch(_OF_UNITS, list(customer_codes), list(unit_codes))
    return {row["customer_code"] for row in rows}


_UNIT = "SELECT unit_code FROM customers WHERE customer_code = $1"


async def unit_of(connection: Connection, customer_code: str) -> str:
    """Return the code of the unit that manages a customer; empty for an unknown customer."""
    return await connection.fetchval(_UNIT, customer_code) or ""


_UNITS = "SELECT customer_code, unit_code FROM customers WHERE customer_code = ANY ($1)"


async def units_of(connection: Connection, customer_codes: Sequence[str]) -> dict[str, str]:
    """Return the codes of the units that manage customers; unknown customers are left out."""
    if not customer_codes:
        return {}
    rows = await connection.fetch(_UNITS, customer_codes)
    return {row["customer_code"]: row["unit_code"] for row in rows}


_LOCK_ONE = "SELECT FROM customers WHERE customer_code = $1 FOR NO KEY UPDATE"
# In the order of the codes, so that two transactions that lock several customers do not wait for each other.
_LOCK = """
SELECT FROM customers WHERE customer_code = ANY ($1::text[]) ORDER BY customer_code FOR NO KEY UPDATE
"""


async def lock_customers(connection: Connection, customer_codes: Sequence[str]) -> None:
    """Lock these customers until the transaction ends."""
    if len(customer_codes) == 1:
        await connection.execute(_LOCK_ONE, customer_codes[0])
    else:
        await connection.execute(_LOCK, customer_codes)


# Keep the next version of each customer's facts that differ from what was last announced; return those facts.
# $1 customer codes (their rows locked before, in a statement of its own, so that this one sees what is true now),
# $2 the moment.
_ANNOUNCE = """
WITH present AS MATERIALIZED (
    SELECT customer_code, collector_code, facts FROM customer_facts_as_text WHERE customer_code = ANY ($1::text[])
), kept AS (
    INSERT INTO announcements AS last (customer_code, version, digest, announced_at)
    SELECT customer_code, 1, md5(facts), $2 FROM present ORDER BY customer_code
    ON CONFLICT (customer_code) DO UPDATE
        SET version = last.version + 1, digest = excluded.digest, announced_at = excluded.announced_at
        WHERE last.digest <> excluded.digest
    RETURNING customer_code, version
)
SELECT left(facts, -1) || ', "version": ' || version || '}' AS facts
FROM kept JOIN present USING (customer_code) ORDER BY collector_code, customer_code
"""

# The same of customers that this transaction has added: nothing was announced of them.
_ANNOUNCE_NEW = """
WITH present AS MATERIALIZED (
    SELECT customer_code, collector_code, facts FROM customer_facts_as_text WHERE customer_code = ANY ($1::text[])
), kept AS (
    INSERT INTO announcements (customer_code, version, digest, announced_at)
    SELECT customer_code, 1, md5(facts), $2 FROM present ORDER BY customer_code
)
SELECT left(facts, -1) || ', "version": 1}' AS facts FROM present ORDER BY collector_code, customer_code
"""


async def announce(connection: Connection, customer_codes: Sequence[str], moment: datetime) -> list[CustomerFacts]:
    """Return what :func:`announced` returns, read."""
    return [CustomerFacts.model_validate_json(facts) for facts in await announced(connection, customer_codes, moment)]


async def announced(
    connection: Connection, customer_codes: Sequence[str], moment: datetime, *, are_new: bool = False
) -> list[str]:
    """Return, as JSON, the facts of those of the customers whose facts have changed, each with its new version.

    Those of a collector stand together. ``are_new``: this transaction has added all of them.

    The caller locks the customers before (:func:`lock_customers`), and emits ``customer.changed`` for each or
    ``customers.changed`` for many.
    """
    rows = await connection.fetch(_ANNOUNCE_NEW if are_new else _ANNOUNCE, customer_codes, moment, timeout=300)
    return [row["facts"] for row in rows]


def _facts(row: Record) -> CustomerFacts:
    return CustomerFacts.model_validate({**row["facts"], "version": row["version"]})
