"""What billing reported of each account, and where the customer stands."""

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


_SAVE = """
UPDATE standings
SET account_version = $2, debt = $3, cleared_version = $4, cleared_at = $5, step = $6, misses = $7, appointment = $8
WHERE customer_code = $1
"""


async def save_standing(connection: Connection, customer_code: str, account: Account, standing: Standing) -> None:
    """Keep what is known of the account and where the customer stands; :func:`lock_standing` comes first."""
    await connection.execute(
        _SAVE,
        customer_code,
        account.version,
        account.debt,
        account.cleared_version,
        account.cleared_at,
        standing.step,
        standing.misses,
        standing.appointment,
    )
