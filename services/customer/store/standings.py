"""What billing reported of each account, and where the customer stands."""

from collections.abc import Mapping, Sequence

from services.customer.domain.visits import Account, Standing
from shared.contracts.common import NextStep
from shared.db import Connection

# Every change of a customer's visits and account takes this lock first.
_LOCK = """
SELECT account_version, debt, cleared_version, cleared_at, step, misses, appointment FROM standings
WHERE customer_code = $1 FOR UPDATE
"""
_ADD = "INSERT INTO standings (customer_code) VALUES ($1) ON CONFLICT DO NOTHING"


async def lock_standing(connection: Connection, customer_code: str) -> tuple[Account, Standing]:
    """Return account and standing of a customer, locked until the transaction ends."""
    row = await connection.fetchrow(_LOCK, customer_code)
    if row is None:
        await connection.execute(_ADD, customer_code)
        row = await connection.fetchrow(_LOCK, customer_code)
    assert row is not None  # noqa: S101 - rows are never deleted
    return (
        Account(row["account_version"], row["debt"], row["cleared_version"], row["cleared_at"]),
        Standing(NextStep(row["step"]), row["misses"], row["appointment"]),
    )


SAVE = """
UPDATE standings
SET account_version = $2, debt = $3, cleared_version = $4, cleared_at = $5, step = $6, misses = $7, appointment = $8
WHERE customer_code = $1
"""


async def save_standing(connection: Connection, customer_code: str, account: Account, standing: Standing) -> None:
    """Keep what is known of the account and where the customer stands; :func:`lock_standing` comes first."""
    await connection.execute(SAVE, *saved_values(customer_code, account, standing))


def saved_values(customer_code: str, account: Account, standing: Standing) -> tuple[object, ...]:
    """Return the arguments of :data:`SAVE`."""
    return (
        customer_code,
        account.version,
        account.debt,
        account.cleared_version,
        account.cleared_at,
        standing.step,
        standing.misses,
        standing.appointment,
    )


# In the order of their codes, so that two batches do not wait for each other.
_ADD_SEVERAL = """
INSERT INTO standings (customer_code) SELECT code FROM unnest($1::text[]) AS code
WHERE NOT EXISTS (SELECT FROM standings WHERE customer_code = code)
ORDER BY code
ON CONFLICT DO NOTHING
"""
_LOCK_SEVERAL = """
SELECT customer_code, account_version, debt, cleared_version, cleared_at FROM standings
WHERE customer_code = ANY ($1) ORDER BY customer_code FOR UPDATE
"""


async def lock_standings(connection: Connection, customer_codes: Sequence[str]) -> dict[str, Account]:
    """Return what is known of the accounts of many customers, locked until the transaction ends."""
    await connection.execute(_ADD_SEVERAL, customer_codes)
    return {
        row["customer_code"]: Account(row["account_version"], row["debt"], row["cleared_version"], row["cleared_at"])
        for row in await connection.fetch(_LOCK_SEVERAL, customer_codes)
    }


_SAVE_SEVERAL = """
UPDATE standings
SET account_version = new.account_version, debt = new.debt, cleared_version = new.cleared_version,
    cleared_at = new.cleared_at, step = new.step, misses = new.misses, appointment = new.appointment
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::text[], $7::int[],
    $8::timestamptz[])
    AS new (customer_code, account_version, debt, cleared_version, cleared_at, step, misses, appointment)
WHERE standings.customer_code = new.customer_code
"""


async def save_standings(connection: Connection, new: Mapping[str, tuple[Account, Standing]]) -> None:
    """Keep accounts and standings of many customers; :func:`lock_standings` comes first."""
    if not new:
        return
    rows = [
        (
            code,
            account.version,
            account.debt,
            account.cleared_version,
            account.cleared_at,
            standing.step.value,
            standing.misses,
            standing.appointment,
        )
        for code, (account, standing) in new.items()
    ]
    await connection.execute(_SAVE_SEVERAL, *(list(column) for column in zip(*rows, strict=True)))
