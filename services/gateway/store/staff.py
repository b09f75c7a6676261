"""Accounts of people of the office."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.gateway.domain.staff import StaffRole
from shared.db import Connection


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is stored."""

    staff_id: UUID
    login_name: str
    full_name: str
    units: Sequence[str]
    roles: Sequence[StaffRole]
    password_hash: str | None = field(repr=False)
    code_hash: bytes | None = field(repr=False)
    code_expires_at: datetime | None
    second_factor_secret: str | None = field(repr=False)
    second_factor_begun: str | None = field(repr=False)
    second_factor_step: int
    created_at: datetime
    last_sign_in_at: datetime | None
    deactivated_at: datetime | None


_COLUMNS = ", ".join(Account.__dataclass_fields__)


def _account(row: Record) -> Account:
    members = dict(row)
    return Account(**{**members, "roles": [StaffRole(role) for role in members["roles"]]})


BY_LOGIN_NAME = f"SELECT {_COLUMNS} FROM staff WHERE login_name = $1"


async def by_login_name(connection: Connection, login_name: str) -> Account | None:
    """Return the account of a login name, deactivated or not."""
    row = await connection.fetchrow(BY_LOGIN_NAME, login_name)
    return _account(row) if row else None


LOCKED = f"SELECT {_COLUMNS} FROM staff WHERE staff_id = $1 FOR UPDATE"


async def locked(connection: Connection, staff_id: UUID) -> Account | None:
    """Return an account, locked until the transaction ends."""
    row = await connection.fetchrow(LOCKED, staff_id)
    return _account(row) if row else None


IS_KNOWN = "SELECT EXISTS (SELECT FROM staff WHERE staff_id = $1)"


async def is_known(connection: Connection, staff_id: UUID) -> bool:
    """Whether an id is that of an account."""
    return await connection.fetchval(IS_KNOWN, staff_id) is True


ALL = f"SELECT {_COLUMNS} FROM staff ORDER BY login_name"


async def accounts(connection: Connection) -> list[Account]:
    """Return all accounts, deactivated ones included, by login name."""
    return [_account(row) for row in await connection.fetch(ALL)]


NAMES = "SELECT staff_id, login_name, full_name FROM staff WHERE staff_id = ANY ($1)"


async def names(connection: Connection, staff_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the full names of accounts, with their login names in brackets."""
    rows = await connection.fetch(NAMES, list(staff_ids))
    return {row["staff_id"]: f"{row['full_name']} ({row['login_name']})" for row in rows}


ADD = """
INSERT INTO staff (staff_id, login_name, full_name, units, roles, code_hash, code_expires_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING RETURNING staff_id
"""


async def add(
    connection: Connection,
    staff_id: UUID,
    *,
    login_name: str,
    full_name: str,
    units: Collection[str],
    roles: Collection[StaffRole],
    code_hash: bytes,
    code_expires_at: datetime,
    now: datetime,
) -> bool:
    """Store a new account; False when its id or its login name is taken."""
    row = await connection.fetchrow(
        ADD, staff_id, login_name, full_name, sorted(units), sorted(roles), code_hash, code_expires_at, now
    )
    return row is not None


GRANT = "UPDATE staff SET units = $2, roles = $3 WHERE staff_id = $1"


async def grant(connection: Connection, staff_id: UUID, units: Collection[str], roles: Collection[StaffRole]) -> None:
    """Give a locked account other units and roles."""
    await connection.execute(GRANT, staff_id, sorted(units), sorted(roles))


SET_CODE = """
UPDATE staff SET code_hash = $2, code_expires_at = $3, password_hash = NULL WHERE staff_id = $1
"""


async def set_code(connection: Connection, staff_id: UUID, code_hash: bytes, expires_at: datetime) -> None:
    """Give a locked account a one-time code in place of its password."""
    await connection.execute(SET_CODE, staff_id, code_hash, expires_at)


ENTER = """
UPDATE staff SET password_hash = $2, code_hash = NULL, code_expires_at = NULL WHERE staff_id = $1
"""


async def set_password(connection: Connection, staff_id: UUID, password_hash: str) -> None:
    """Give a locked account a password; its one-time code is used up."""
    await connection.execute(ENTER, staff_id, password_hash)


SIGNED_IN = "UPDATE staff SET last_sign_in_at = $2 WHERE staff_id = $1"


async def signed_in(connection: Connection, staff_id: UUID, now: datetime) -> None:
    """Keep when somebody signed in last."""
    await connection.execute(SIGNED_IN, staff_id, now)


DEACTIVATE = "UPDATE staff SET deactivated_at = coalesce(deactivated_at, $2) WHERE staff_id = $1"


async def deactivate(connection: Connection, staff_id: UUID, now: datetime) -> None:
    """Close a locked account for good; repeating it keeps the first moment."""
    await connection.execute(DEACTIVATE, staff_id, now)


BEGIN_SECOND_FACTOR = "UPDATE staff SET second_factor_begun = $2 WHERE staff_id = $1"


async def begin_second_factor(connection: Connection, staff_id: UUID, secret: str) -> None:
    """Keep a secret that counts once it is confirmed by a code."""
    await connection.execute(BEGIN_SECOND_FACTOR, staff_id, secret)


CONFIRM_SECOND_FACTOR = """
UPDATE staff SET second_factor_secret = second_factor_begun, second_factor_since = $2, second_factor_begun = NULL,
    second_factor_step = $3
WHERE staff_id = $1
"""


async def confirm_second_factor(connection: Connection, staff_id: UUID, step: int, now: datetime) -> None:
    """Let the secret count that a locked account has begun with; the code of this time step is used."""
    await connection.execute(CONFIRM_SECOND_FACTOR, staff_id, now, step)


# In one statement: of two sign-ins with one code at once, one gets in.
USE_STEP = """
UPDATE staff SET second_factor_step = $2 WHERE staff_id = $1 AND second_factor_step < $2 RETURNING true
"""


async def use_step(connection: Connection, staff_id: UUID, step: int) -> bool:
    """Use the code of a time step; False where it, or a later one, was used before."""
    return bool(await connection.fetchval(USE_STEP, staff_id, step))


REMOVE_SECOND_FACTOR = """
UPDATE staff SET second_factor_secret = NULL, second_factor_since = NULL, second_factor_begun = NULL WHERE staff_id = $1
"""


async def remove_second_factor(connection: Connection, staff_id: UUID) -> None:
    """Let a locked account sign in by its password alone."""
    await connection.execute(REMOVE_SECOND_FACTOR, staff_id)


# One lock for whatever takes an administrator away, and for the first one: two at once must not both find another.
LOCK_ADMINISTRATORS = "SELECT pg_advisory_xact_lock(hashtextextended('administrators of thungan', 0))"
ADMINISTRATORS = """
SELECT staff_id FROM staff WHERE deactivated_at IS NULL AND 'administrator' = ANY (roles) AND '*' = ANY (units)
"""


async def lock_administrators(connection: Connection) -> set[UUID]:
    """Return the administrators of all units who are not deactivated; they stay so until the transaction ends."""
    await connection.execute(LOCK_ADMINISTRATORS)
    return {row["staff_id"] for row in await connection.fetch(ADMINISTRATORS)}


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """The secrets of an account as they are stored: the one that counts, and the one that was begun with."""

    staff_id: UUID
    secret: str | None = field(repr=False)
    begun: str | None = field(repr=False)


LOCK_SECOND_FACTORS = """
SELECT staff_id, second_factor_secret AS secret, second_factor_begun AS begun FROM staff
WHERE second_factor_secret IS NOT NULL OR second_factor_begun IS NOT NULL ORDER BY staff_id FOR UPDATE
"""


async def lock_second_factors(connection: Connection) -> list[SecondFactors]:
    """Return all secrets that are stored; their accounts are locked until the transaction ends."""
    return [SecondFactors(**dict(row)) for row in await connection.fetch(LOCK_SECOND_FACTORS)]


REPLACE_SECOND_FACTORS = "UPDATE staff SET second_factor_secret = $2, second_factor_begun = $3 WHERE staff_id = $1"


async def replace_second_factors(connection: Connection, factors: SecondFactors) -> None:
    """Store the same secrets of a locked account in another form."""
    await connection.execute(REPLACE_SECOND_FACTORS, factors.staff_id, factors.secret, factors.begun)
