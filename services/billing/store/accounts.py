"""Accounts: the lock under which debts change, and what is owed after each change."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from shared.contracts.common import AccountState, CustomerFacts
from shared.db import Connection

_STATE = "customer_code, version, debt, credit, open_bills, oldest_due_date"

_SAVE_CUSTOMER = """
INSERT INTO customers (customer_code, version, unit_code, collector_code, collector_name, facts)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (customer_code) DO UPDATE
SET version = excluded.version, unit_code = excluded.unit_code, collector_code = excluded.collector_code,
    collector_name = excluded.collector_name, facts = excluded.facts
WHERE customers.version < excluded.version
"""
_OPEN_ACCOUNT = "INSERT INTO accounts (customer_code) VALUES ($1) ON CONFLICT DO NOTHING"


async def save_customer(connection: Connection, facts: CustomerFacts) -> None:
    """Keep a customer's facts unless newer ones are known, and open the account."""
    await connection.execute(
        _SAVE_CUSTOMER,
        facts.customer_code,
        facts.version,
        facts.unit.unit_code,
        facts.collector.collector_code,
        facts.collector.name,
        facts.model_dump(mode="json"),
    )
    await connection.execute(_OPEN_ACCOUNT, facts.customer_code)


_FACTS = "SELECT customer_code, facts FROM customers WHERE customer_code = ANY ($1)"


async def facts_of(connection: Connection, customer_codes: Collection[str]) -> dict[str, CustomerFacts]:
    """Return the facts of those customers that are known."""
    rows = await connection.fetch(_FACTS, list(customer_codes))
    return {row["customer_code"]: CustomerFacts.model_validate(row["facts"]) for row in rows}


_UNIT = "SELECT unit_code FROM customers WHERE customer_code = $1"


async def unit_of(connection: Connection, customer_code: str) -> str:
    """Return the code of a customer's unit; that in the customer's own code where the facts have not come yet."""
    unit_code: str | None = await connection.fetchval(_UNIT, customer_code)
    return unit_code or customer_code[:6]


_COLLECTOR_NAME = """
SELECT collector_name FROM customers WHERE collector_code = $1 ORDER BY version DESC LIMIT 1
"""


async def collector_name(connection: Connection, collector_code: str) -> str | None:
    """Return the name of a collector as the customers of the routes have it; None when no customer names it."""
    name: str | None = await connection.fetchval(_COLLECTOR_NAME, collector_code)
    return name


# In the order of their codes, so that no two transactions wait for each other.
_LOCK = """
SELECT customer_code FROM accounts WHERE customer_code = ANY ($1) ORDER BY customer_code FOR NO KEY UPDATE
"""


async def lock(connection: Connection, customer_codes: Collection[str]) -> set[str]:
    """Lock the accounts; return the codes of those that exist."""
    rows = await connection.fetch(_LOCK, list(customer_codes))
    return {row["customer_code"] for row in rows}


_ACCOUNT = f"SELECT {_STATE} FROM accounts WHERE customer_code = $1"


async def state_of(connection: Connection, customer_code: str) -> AccountState | None:
    """Return what a customer owes; None for an unknown customer."""
    row = await connection.fetchrow(_ACCOUNT, customer_code)
    return None if row is None else _state(row)


_OWING = f"""
SELECT {_STATE}, facts FROM accounts JOIN (SELECT customer_code, facts FROM customers) AS known USING (customer_code)
WHERE debt > 0 AND customer_code > $1 ORDER BY customer_code LIMIT $2
"""


async def owing(connection: Connection, after: str, limit: int) -> list[tuple[AccountState, CustomerFacts]]:
    """Return the next customers after a code that owe something, in the order of their codes."""
    rows = await connection.fetch(_OWING, after, limit)
    return [(_state(row), CustomerFacts.model_validate(row["facts"])) for row in rows]


# Recomputed from bills and payments, never counted up: a change cannot leave the account behind its parts.
_REFRESH = f"""
WITH owed AS (
    SELECT customer_code, sum(open_principal + open_vat) AS debt, count(*) AS open_bills, min(due_date) AS oldest
    FROM bills
    WHERE customer_code = ANY ($1) AND open_principal + open_vat > 0
    GROUP BY customer_code
), kept AS (
    SELECT customer_code, sum(credit) AS credit
    FROM payments
    WHERE customer_code = ANY ($1) AND credit > 0 AND reversed_at IS NULL
    GROUP BY customer_code
)
UPDATE accounts
SET version = accounts.version + 1, debt = coalesce(owed.debt, 0), credit = coalesce(kept.credit, 0),
    open_bills = coalesce(owed.open_bills, 0), oldest_due_date = owed.oldest
FROM unnest($1::text[]) AS changed (code) LEFT JOIN owed ON owed.customer_code = code
    LEFT JOIN kept ON kept.customer_code = code
WHERE accounts.customer_code = code
RETURNING {", ".join(f"accounts.{column.strip()}" for column in _STATE.split(","))}
"""


async def refresh(connection: Connection, customer_codes: Sequence[str]) -> dict[str, AccountState]:
    """Bring locked accounts up to date after a change, each with the next version; return them."""
    rows = await connection.fetch(_REFRESH, list(customer_codes))
    return {row["customer_code"]: _state(row) for row in rows}


def _state(row: Mapping[str, Any]) -> AccountState:
    return AccountState(
        customer_code=row["customer_code"],
        version=row["version"],
        debt=row["debt"],
        credit=row["credit"],
        open_bills=row["open_bills"],
        oldest_due_date=row["oldest_due_date"],
    )
