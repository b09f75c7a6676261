"""Accounts: the lock under which debts change, and what is owed after each change.

What is asked for one customer has statements of its own: PostgreSQL plans ``= ANY`` anew at each call, which costs more
than running it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.billing.judgement.contract import KnownContract
from services.billing.store.bills import COLUMNS, LINK_COLUMNS, LINKS, SHOWN, bill_of
from shared.contracts.billing import Bill
from shared.contracts.common import AccountState, CustomerFacts, DisputedBills
from shared.db import Connection
from shared.stored_records import readable

# Of a row ``accounts``. Nearly always there is no disputed bill: one look into an index of few rows, and no more.
_DISPUTED = """
CASE WHEN EXISTS (SELECT FROM disputed_bills AS any_bill WHERE any_bill.customer_code = accounts.customer_code)
THEN (SELECT json_build_object('bill_numbers', json_agg(bill_number ORDER BY bill_number),
    'debt', sum(open_principal + open_vat), 'other_due_date', (
        SELECT min(due_date) FROM bills AS other
        WHERE other.customer_code = accounts.customer_code AND other.open_principal + other.open_vat > 0
            AND NOT EXISTS (SELECT FROM disputed_bills AS those
                WHERE those.customer_code = accounts.customer_code AND those.bill_id = other.bill_id)))
FROM disputed_bills JOIN bills AS disputed USING (bill_id)
WHERE disputed_bills.customer_code = accounts.customer_code) END AS disputed
"""
_OWED = f"""
accounts.version, accounts.debt, accounts.credit, accounts.open_bills, accounts.oldest_due_date, {_DISPUTED}
"""
_STATE = f"accounts.customer_code, {_OWED}"

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


# In the order of the codes, so that no two transactions wait for each other.
_SAVE_CUSTOMERS = """
INSERT INTO customers (customer_code, version, unit_code, collector_code, collector_name, facts)
SELECT customer_code, version, unit_code, collector_code, collector_name, facts
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::jsonb[])
    AS row (customer_code, version, unit_code, collector_code, collector_name, facts)
ORDER BY customer_code
ON CONFLICT (customer_code) DO UPDATE
SET version = excluded.version, unit_code = excluded.unit_code, collector_code = excluded.collector_code,
    collector_name = excluded.collector_name, facts = excluded.facts
WHERE customers.version < excluded.version
"""
_OPEN_ACCOUNTS = """
INSERT INTO accounts (customer_code) SELECT code FROM unnest($1::text[]) AS row (code) ORDER BY code
ON CONFLICT DO NOTHING
"""


async def save_customers(connection: Connection, customers: Sequence[CustomerFacts]) -> None:
    """Keep the facts of many different customers; see :func:`save_customer`."""
    codes = [facts.customer_code for facts in customers]
    await connection.execute(
        _SAVE_CUSTOMERS,
        codes,
        [facts.version for facts in customers],
        [facts.unit.unit_code for facts in customers],
        [facts.collector.collector_code for facts in customers],
        [facts.collector.name for facts in customers],
        [facts.model_dump(mode="json") for facts in customers],
    )
    await connection.execute(_OPEN_ACCOUNTS, codes)


# As text: one step from there to the facts.
_FACTS = "SELECT customer_code, facts::text FROM customers WHERE customer_code = ANY ($1)"


async def facts_of(connection: Connection, customer_codes: Collection[str]) -> dict[str, CustomerFacts]:
    """Return the facts of those customers that are known."""
    rows = await connection.fetch(_FACTS, list(customer_codes))
    return {row["customer_code"]: CustomerFacts.model_validate_json(row["facts"]) for row in rows}


async def contracts_of(connection: Connection, customer_codes: Collection[str]) -> dict[str, KnownContract]:
    """Return the contracts of those customers that are known, for imports, which need no more of the facts."""
    rows = await connection.fetch(_FACTS, list(customer_codes))
    return {row["customer_code"]: KnownContract.model_validate_json(row["facts"]) for row in rows}


_COUNT_KNOWN = "SELECT count(*) FROM customers WHERE customer_code = ANY ($1)"


async def count_known(connection: Connection, customer_codes: Collection[str]) -> int:
    """Return how many of these customers are known."""
    count: int = await connection.fetchval(_COUNT_KNOWN, list(customer_codes))
    return count


_WITH_OPEN_BILLS = f"""
SELECT {_OWED}, accounts.customer_code AS account, facts, {SHOWN}
FROM accounts LEFT JOIN customers USING (customer_code)
    LEFT JOIN bills ON bills.customer_code = accounts.customer_code AND bills.open_principal + bills.open_vat > 0
    {LINKS}
WHERE accounts.customer_code = $1
ORDER BY year, month, cycle, issued_at
"""


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """An account as of one moment, with whose it is and its open bills, the oldest first."""

    state: AccountState
    facts: CustomerFacts | None
    """None where the customer's facts have not come yet."""

    rows: Sequence[Mapping[str, Any]]

    @property
    def unit_code(self) -> str:
        """The code of the customer's unit; that in the customer's own code where the facts have not come yet."""
        return self.state.customer_code[:6] if self.facts is None else self.facts.unit.unit_code

    def bills(self) -> list[Bill]:
        """Return the open bills: the order in which money clears them. Raises where one cannot be read."""
        return [bill_of(row) for row in self.rows]

    def shown_bills(self) -> list[Bill]:
        """Return the open bills to be shown: one that cannot be read hides neither the others nor the account."""
        return readable(self.rows, bill_of, kind="bill", key="bill_id")


async def with_open_bills(connection: Connection, customer_code: str) -> OpenAccount | None:
    """Return what a customer owes with the open bills, read by one statement; None for an unknown customer."""
    rows = await connection.fetch(_WITH_OPEN_BILLS, customer_code)
    return _open_account(rows) if rows else None


def _open_account(rows: Sequence[Mapping[str, Any]]) -> OpenAccount:
    first = rows[0]
    state = _state({**first, "customer_code": first["account"]})
    facts = None if first["facts"] is None else CustomerFacts.model_validate(first["facts"])
    shown = (*COLUMNS, *LINK_COLUMNS)
    open_bills = [{column: row[column] for column in shown} for row in rows if row["bill_id"] is not None]
    return OpenAccount(state, facts, open_bills)


_WITH_OPEN_BILLS_OF = f"""
SELECT {_OWED}, accounts.customer_code AS account, facts, {SHOWN}
FROM accounts LEFT JOIN customers USING (customer_code)
    LEFT JOIN bills ON bills.customer_code = accounts.customer_code AND bills.open_principal + bills.open_vat > 0
    {LINKS}
WHERE accounts.customer_code = ANY ($1)
ORDER BY year, month, cycle, issued_at
"""


async def with_open_bills_of(connection: Connection, customer_codes: Collection[str]) -> dict[str, OpenAccount]:
    """Return what many customers owe with their open bills, by code; those that are unknown are left out."""
    rows_of: dict[str, list[Mapping[str, Any]]] = {}
    for row in await connection.fetch(_WITH_OPEN_BILLS_OF, list(customer_codes)):
        rows_of.setdefault(row["account"], []).append(row)
    return {code: _open_account(rows) for code, rows in rows_of.items()}


_COLLECTOR_NAME = """
SELECT collector_name FROM customers WHERE collector_code = $1 ORDER BY version DESC LIMIT 1
"""


async def collector_name(connection: Connection, collector_code: str) -> str | None:
    """Return the name of a collector as the customers of the routes have it; None when no customer names it."""
    name: str | None = await connection.fetchval(_COLLECTOR_NAME, collector_code)
    return name


_LOCK_ONE = "SELECT customer_code FROM accounts WHERE customer_code = $1 FOR NO KEY UPDATE"
# In the order of their codes, so that no two transactions wait for each other.
_LOCK = """
SELECT customer_code FROM accounts WHERE customer_code = ANY ($1) ORDER BY customer_code FOR NO KEY UPDATE
"""


# Of a thousand codes PostgreSQL would rather read the whole table; of neighbours it reads a piece of the index.
_LOCK_WITHIN = """
SELECT customer_code FROM accounts WHERE customer_code BETWEEN $2 AND $3 AND customer_code = ANY ($1)
ORDER BY customer_code FOR NO KEY UPDATE
"""


async def lock(
    connection: Connection, customer_codes: Collection[str], *, within: tuple[str, str] | None = None
) -> set[str]:
    """Lock the accounts; return the codes of those that exist. ``within``: all lie between these two."""
    if within is not None:
        rows = await connection.fetch(_LOCK_WITHIN, list(customer_codes), *within)
    else:
        statement, codes = _for(customer_codes, one=_LOCK_ONE, several=_LOCK)
        rows = await connection.fetch(statement, codes)
    return {row["customer_code"] for row in rows}


_ACCOUNT = f"SELECT {_STATE} FROM accounts WHERE customer_code = $1"


async def state_of(connection: Connection, customer_code: str) -> AccountState | None:
    """Return what a customer owes; None for an unknown customer."""
    row = await connection.fetchrow(_ACCOUNT, customer_code)
    return None if row is None else _state(row)


_OWING = f"""
SELECT {_STATE}, facts FROM accounts JOIN (SELECT customer_code, facts FROM customers) AS known USING (customer_code)
WHERE debt > 0 AND accounts.customer_code > $1 ORDER BY accounts.customer_code LIMIT $2
"""


async def owing(connection: Connection, after: str, limit: int) -> list[tuple[AccountState, CustomerFacts]]:
    """Return the next customers after a code that owe something, in the order of their codes."""
    rows = await connection.fetch(_OWING, after, limit)
    return [(_state(row), CustomerFacts.model_validate(row["facts"])) for row in rows]


# Recomputed from bills and payments, never counted up: a change cannot leave the account behind its parts.
_REFRESH = f"""
UPDATE accounts
SET version = accounts.version + 1, debt = owed.debt, open_bills = owed.open_bills, oldest_due_date = owed.oldest,
    credit = kept.credit
FROM {{changed}}, LATERAL (
    SELECT coalesce(sum(open_principal + open_vat), 0) AS debt, count(*) AS open_bills, min(due_date) AS oldest
    FROM bills WHERE bills.customer_code = code AND open_principal + open_vat > 0
) AS owed, LATERAL (
    SELECT coalesce(sum(credit), 0) AS credit
    FROM payments WHERE payments.customer_code = code AND credit > 0 AND reversed_at IS NULL
) AS kept
WHERE accounts.customer_code = code{{within}}
RETURNING {_STATE}
"""
_REFRESH_ONE = _REFRESH.format(changed="(SELECT $1::text AS code) AS changed", within="")
_REFRESH_SEVERAL = _REFRESH.format(changed="unnest($1::text[]) AS changed (code)", within="")
_REFRESH_WITHIN = _REFRESH.format(
    changed="unnest($1::text[]) AS changed (code)", within=" AND accounts.customer_code BETWEEN $2 AND $3"
)


async def refresh(connection: Connection, customer_codes: Sequence[str]) -> dict[str, AccountState]:
    """Bring locked accounts up to date after a change, each with the next version; return them."""
    statement, codes = _for(customer_codes, one=_REFRESH_ONE, several=_REFRESH_SEVERAL)
    rows = await connection.fetch(statement, codes)
    return {row["customer_code"]: _state(row) for row in rows}


async def refresh_within(
    connection: Connection, customer_codes: Sequence[str], first: str, last: str
) -> dict[str, dict[str, Any]]:
    """Bring many locked accounts up to date, whose codes lie between two; return the members of each one's state.

    They are what :class:`~shared.contracts.common.AccountState` has as JSON: to be written, and not looked at.
    """
    rows = await connection.fetch(_REFRESH_WITHIN, list(customer_codes), first, last)
    return {row["customer_code"]: dict(row) if row["disputed"] is None else _state(row).model_dump() for row in rows}


def _for(customer_codes: Collection[str], *, one: str, several: str) -> tuple[str, str | list[str]]:
    codes = list(customer_codes)
    return (one, codes[0]) if len(codes) == 1 else (several, codes)


def _state(row: Mapping[str, Any]) -> AccountState:
    return AccountState(
        customer_code=row["customer_code"],
        version=row["version"],
        debt=row["debt"],
        credit=row["credit"],
        open_bills=row["open_bills"],
        oldest_due_date=row["oldest_due_date"],
        disputed=None if row["disputed"] is None else DisputedBills.model_validate(row["disputed"]),
    )
