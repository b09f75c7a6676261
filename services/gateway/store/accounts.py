"""What puts a notice out of date: each account as billing last reported it, and visits that were taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.common import AccountState
from shared.db import Connection

_KEEP = """
INSERT INTO customer_accounts AS known (customer_code, version, debt) VALUES ($1, $2, $3)
ON CONFLICT (customer_code) DO UPDATE SET version = excluded.version, debt = excluded.debt
WHERE known.version < excluded.version
RETURNING true
"""


async def keep_account(connection: Connection, account: AccountState) -> bool:
    """Keep what billing reports, unless something newer is known; return whether it was new.

    The row stays locked until the transaction ends: a notice that is queued meanwhile sees it, or is seen.
    """
    kept = await connection.fetchval(_KEEP, account.customer_code, account.version, account.debt)
    return kept is True


# In the order of their codes, so that two batches do not wait for each other.
_KEEP_SEVERAL = """
INSERT INTO customer_accounts AS known (customer_code, version, debt)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS new (customer_code) ORDER BY customer_code
ON CONFLICT (customer_code) DO UPDATE SET version = excluded.version, debt = excluded.debt
WHERE known.version < excluded.version
RETURNING customer_code
"""


async def keep_accounts(connection: Connection, accounts: Sequence[AccountState]) -> set[str]:
    """Do as :func:`keep_account` for many customers; return the codes of those of which it was new."""
    rows = await connection.fetch(
        _KEEP_SEVERAL,
        [account.customer_code for account in accounts],
        [account.version for account in accounts],
        [account.debt for account in accounts],
    )
    return {row["customer_code"] for row in rows}


# The lock keeps a report of billing from coming between this look and the notice that is queued after it.
_KNOWN = """
WITH known AS MATERIALIZED (SELECT version, debt FROM customer_accounts WHERE customer_code = $1 FOR SHARE)
SELECT EXISTS (SELECT FROM withdrawn_visits WHERE visit_id = $2) AS is_withdrawn,
    (SELECT version FROM known) AS version, (SELECT debt FROM known) AS debt
"""


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """What is known of a notice's account and visit."""

    is_withdrawn: bool
    """The visit was taken back."""
    version: int | None
    """Of the account, as last reported; None when nothing was."""
    debt: int | None


async def known_account(connection: Connection, customer_code: str | None, visit_id: UUID | None) -> KnownAccount:
    """Return what puts a notice out of date, and keep the account as it is until the transaction ends."""
    row = await connection.fetchrow(_KNOWN, customer_code, visit_id)
    assert row is not None  # noqa: S101 - it has always one
    return KnownAccount(row["is_withdrawn"], row["version"], row["debt"])


# By statements of their own: what waits for the lock looks with a snapshot from after it. Without it a withdrawal looks
# for notices before one is queued by a transaction that does not see the withdrawal yet.
_LOCK_VISIT = "SELECT pg_advisory_xact_lock(hashtextextended('paper of visit ' || $1::uuid, 0))"
_LOCK_VISIT_SHARED = "SELECT pg_advisory_xact_lock_shared(hashtextextended('paper of visit ' || $1::uuid, 0))"


async def lock_visit(connection: Connection, visit_id: UUID, *, shared: bool = False) -> None:
    """Let nobody take a visit back (``shared``), or queue a notice of it, until the transaction ends."""
    await connection.execute(_LOCK_VISIT_SHARED if shared else _LOCK_VISIT, visit_id)


_ADD_WITHDRAWN = "INSERT INTO withdrawn_visits (visit_id, withdrawn_at) VALUES ($1, $2) ON CONFLICT DO NOTHING"


async def add_withdrawn_visit(connection: Connection, visit_id: UUID, moment: datetime) -> None:
    """Keep that a visit was taken back."""
    await connection.execute(_ADD_WITHDRAWN, visit_id, moment)
