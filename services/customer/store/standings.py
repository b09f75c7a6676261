"""What billing reported of each account, and where the customer stands."""

from asyncpg import Record

from services.customer.domain.visits import Account, Standing
from shared.contracts.common import NextStep
from shared.db import Connection

_STANDING = """
SELECT account_version, debt, cleared_version, cleared_at, step, misses, appointment FROM standings
WHERE customer_code = $1
"""


async def standing(connection: Connection, customer_code: str) -> tuple[Account, Standing]:
    """Return what billing has reported of a customer and where the customer stands."""
    return _standing(await connection.fetchrow(_STANDING, customer_code))


# Every change of a customer's visits and account takes this lock first.
_LOCK = f"{_STANDING} FOR UPDATE"
_ADD = "INSERT INTO standings (customer_code) VALUES ($1) ON CONFLICT DO NOTHING"


async def lock_standing(connection: Connection, customer_code: str) -> tuple[Account, Standing]:
    """Return the same, locked until the transaction ends; the row is made when there is none."""
    row = await connection.fetchrow(_LOCK, customer_code)
    if row is None:
        await connection.execute(_ADD, customer_code)
        row = await connection.fetchrow(_LOCK, customer_code)
    return _standing(row)


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


def _standing(row: Record | None) -> tuple[Account, Standing]:
    if row is None:
        return Account(), Standing(NextStep.SETTLED, misses=0, appointment=None)
    return (
        Account(row["account_version"], row["debt"], row["cleared_version"], row["cleared_at"]),
        Standing(NextStep(row["step"]), row["misses"], row["appointment"]),
    )
