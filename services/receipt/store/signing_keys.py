"""The public halves of the signing keys, as the register knows them: only ever added and ended."""

from datetime import datetime

from shared.contracts.receipt import PublicKey
from shared.db import Connection

_ALL = """
SELECT key_id, algorithm, public_key_pem, not_before, not_after FROM signing_key ORDER BY not_before, key_id
"""


async def registered_keys(connection: Connection) -> list[PublicKey]:
    """Return all keys of the register, the oldest first."""
    return [PublicKey(**dict(row)) for row in await connection.fetch(_ALL)]


_KEYS_LOCK = 0x6B657973  # "keys"
_LOCK = "SELECT pg_advisory_xact_lock($1)"


async def lock_keys(connection: Connection) -> None:
    """Let no other transaction change the keys until this one ends."""
    await connection.execute(_LOCK, _KEYS_LOCK)


_ADD = """
INSERT INTO signing_key (key_id, algorithm, public_key_pem, not_before, not_after, recorded_by)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (key_id) DO NOTHING
"""


async def add_key(connection: Connection, key: PublicKey, recorded_by: str) -> None:
    """Record a key, unless one of its id is recorded."""
    await connection.execute(
        _ADD, key.key_id, key.algorithm, key.public_key_pem, key.not_before, key.not_after, recorded_by
    )


_END = "UPDATE signing_key SET not_after = $2 WHERE key_id = $1 AND (not_after IS NULL OR not_after > $2)"


async def end_key(connection: Connection, key_id: str, moment: datetime) -> None:
    """End a key at ``moment``, unless it has ended before that."""
    await connection.execute(_END, key_id, moment)


_END_OTHERS = "UPDATE signing_key SET not_after = $2 WHERE key_id <> $1 AND (not_after IS NULL OR not_after > $2)"


async def end_other_keys(connection: Connection, key_id: str, moment: datetime) -> None:
    """End all keys but one at ``moment``, unless they have ended before that."""
    await connection.execute(_END_OTHERS, key_id, moment)


# The newest of each series: all receipts would have to be read, and there may be millions.
_LAST_SIGNERS = """
SELECT DISTINCT encode(r.key_id, 'hex') AS key_id
FROM series AS s JOIN receipt AS r ON r.series = s.series AND r.number = s.last_number
ORDER BY 1
"""


async def keys_of_last_receipts(connection: Connection) -> list[str]:
    """Return the ids of the keys that signed the newest receipt of each series; none: there is no receipt."""
    return [row["key_id"] for row in await connection.fetch(_LAST_SIGNERS)]


_ANY_RECEIPT = "SELECT EXISTS (SELECT FROM receipt)"


async def has_receipts(connection: Connection) -> bool:
    """Return whether anything was ever signed in this register."""
    found: bool = await connection.fetchval(_ANY_RECEIPT)
    return found
