"""The contract facts of customers, and what was announced of them."""

from collections.abc import Sequence
from datetime import datetime

from asyncpg import Record

from shared.contracts.common import CustomerFacts
from shared.contracts.customer import CustomerSummary
from shared.db import Connection

_FACTS = """
SELECT facts, coalesce(version, 0) AS version
FROM customer_facts LEFT JOIN announcements USING (customer_code)
WHERE customer_code = $1
"""


async def facts(connection: Connection, customer_code: str) -> CustomerFacts | None:
    """Return the contract facts of a customer, or None."""
    row = await connection.fetchrow(_FACTS, customer_code)
    return None if row is None else _facts(row)


# $1 customer codes.
_SUMMARIES = """
SELECT customer_code, name, address, phone, route_code, place_in_route, meter_number, appointment,
    coalesce(step, 'settled') AS step, coalesce(debt, 0) AS debt
FROM customers
LEFT JOIN standings USING (customer_code)
LEFT JOIN LATERAL (
    SELECT meter_number FROM meters WHERE meters.customer_code = customers.customer_code
    ORDER BY installed_on DESC, meter_number LIMIT 1
) AS meter ON true
WHERE customer_code = ANY ($1::text[])
"""


async def summaries(connection: Connection, customer_codes: Sequence[str]) -> dict[str, CustomerSummary]:
    """Return each customer as a line of a list, by customer code."""
    rows = await connection.fetch(_SUMMARIES, customer_codes)
    return {row["customer_code"]: CustomerSummary.model_validate(dict(row)) for row in rows}


# In the order of the codes, so that two transactions that lock several customers do not wait for each other.
_LOCK = """
SELECT FROM customers WHERE customer_code = ANY ($1::text[]) ORDER BY customer_code FOR NO KEY UPDATE
"""


async def lock_customers(connection: Connection, customer_codes: Sequence[str]) -> None:
    """Let nobody else change these customers before the transaction ends."""
    await connection.execute(_LOCK, customer_codes)


# Keep the next version of each customer's facts that differ from what was last announced; return those facts.
# $1 customer codes (their rows locked before, in a statement of its own, so that this one sees what is true now),
# $2 the moment.
_ANNOUNCE = """
WITH present AS MATERIALIZED (
    SELECT customer_code, facts, md5(facts::text) AS digest FROM customer_facts WHERE customer_code = ANY ($1::text[])
), kept AS (
    INSERT INTO announcements AS last (customer_code, version, digest, announced_at)
    SELECT customer_code, 1, digest, $2 FROM present ORDER BY customer_code
    ON CONFLICT (customer_code) DO UPDATE
        SET version = last.version + 1, digest = excluded.digest, announced_at = excluded.announced_at
        WHERE last.digest <> excluded.digest
    RETURNING customer_code, version
)
SELECT version, facts FROM kept JOIN present USING (customer_code) ORDER BY customer_code
"""


async def announce(connection: Connection, customer_codes: Sequence[str], moment: datetime) -> list[CustomerFacts]:
    """Return the facts of those of the customers whose facts have changed, each with its new version.

    The caller locks the customers before (:func:`lock_customers`) and emits ``customer.changed`` for each.
    """
    return [_facts(row) for row in await connection.fetch(_ANNOUNCE, customer_codes, moment, timeout=300)]


def _facts(row: Record) -> CustomerFacts:
    return CustomerFacts.model_validate({**row["facts"], "version": row["version"]})
