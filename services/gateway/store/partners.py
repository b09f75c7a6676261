"""Partners that call with signed requests: their keys, and the nonces that were used."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.gateway.domain.partners import KeyAlgorithm, Partner, PartnerKey
from shared.db import Connection

_KEY = """
SELECT key_id, algorithm, key, valid_from, valid_until, deactivated_at, partner_id, partner_code, requests_per_minute,
    networks
FROM partner_keys JOIN partners USING (partner_id)
"""
_FIND_KEY = f"{_KEY} WHERE key_id = $1"
_KEYS = f"{_KEY} ORDER BY partner_code, valid_from, key_id"


async def find_key(connection: Connection, key_id: str) -> PartnerKey | None:
    """Return a key with its partner; None for one that was never made."""
    row = await connection.fetchrow(_FIND_KEY, key_id)
    return None if row is None else _key(row)


async def keys(connection: Connection) -> list[PartnerKey]:
    """Return all keys, by partner, the oldest first."""
    return [_key(row) for row in await connection.fetch(_KEYS)]


def _key(row: Any) -> PartnerKey:
    return PartnerKey(
        key_id=row["key_id"],
        partner=Partner(row["partner_id"], row["partner_code"], row["requests_per_minute"], tuple(row["networks"])),
        algorithm=KeyAlgorithm(row["algorithm"]),
        key=row["key"],
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        deactivated_at=row["deactivated_at"],
    )


# One statement: of two copies that are sent the same at once, one finds it used.
_USE_NONCE = "INSERT INTO partner_nonces VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING true"


async def use_nonce(connection: Connection, partner_id: UUID, nonce: str, expires_at: datetime) -> bool:
    """Keep that a nonce is used; False where it was before."""
    return bool(await connection.fetchval(_USE_NONCE, partner_id, nonce, expires_at))


_FORGET_NONCES = """
DELETE FROM partner_nonces WHERE (partner_id, nonce) IN (
    SELECT partner_id, nonce FROM partner_nonces WHERE expires_at < $1 LIMIT 5000 FOR UPDATE SKIP LOCKED)
"""


async def forget_nonces(connection: Connection, before: datetime) -> int:
    """Delete some nonces whose requests are too old by themselves; return how many."""
    return int((await connection.execute(_FORGET_NONCES, before)).rpartition(" ")[2])


_LISTED = """
SELECT partner_id, partner_code, name, networks, requests_per_minute, made_at, deactivated_at FROM partners
ORDER BY partner_code
"""


async def listed(connection: Connection) -> Sequence[Any]:
    """Return all partners, deactivated ones too."""
    rows: Sequence[Any] = await connection.fetch(_LISTED)
    return rows


_FIND = "SELECT partner_id FROM partners WHERE partner_code = $1"


async def id_of(connection: Connection, partner_code: str) -> UUID | None:
    """Return the id of a partner; None where there is none of this code."""
    found: UUID | None = await connection.fetchval(_FIND, partner_code)
    return found


_ADD = """
INSERT INTO partners (partner_id, partner_code, name, networks, requests_per_minute, made_at)
VALUES ($1, $2, $3, $4::text[]::cidr[], $5, $6)
ON CONFLICT (partner_code) DO NOTHING RETURNING true
"""


async def add(
    connection: Connection,
    partner_id: UUID,
    partner_code: str,
    name: str,
    *,
    networks: Sequence[str],
    requests_per_minute: int,
    moment: datetime,
) -> bool:
    """Add a partner; False where there is one of this code."""
    return bool(
        await connection.fetchval(_ADD, partner_id, partner_code, name, list(networks), requests_per_minute, moment)
    )


_LIMIT = """
UPDATE partners SET networks = coalesce($2::text[]::cidr[], networks),
    requests_per_minute = coalesce($3, requests_per_minute)
WHERE partner_code = $1
"""


async def limit(
    connection: Connection, partner_code: str, networks: Sequence[str] | None, requests_per_minute: int | None
) -> None:
    """Set from where and how often a partner calls; what is None stays."""
    await connection.execute(_LIMIT, partner_code, None if networks is None else list(networks), requests_per_minute)


_DEACTIVATE = """
UPDATE partners SET deactivated_at = $2 WHERE partner_code = $1 AND deactivated_at IS NULL RETURNING true
"""


async def deactivate(connection: Connection, partner_code: str, moment: datetime) -> bool:
    """Throw a partner out for good; False where it is not there, or is out already."""
    return bool(await connection.fetchval(_DEACTIVATE, partner_code, moment))


_ADD_KEY = """
INSERT INTO partner_keys (key_id, partner_id, algorithm, key, made_at, valid_from, valid_until)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (key_id) DO NOTHING RETURNING true
"""


async def add_key(
    connection: Connection,
    key_id: str,
    partner_id: UUID,
    algorithm: KeyAlgorithm,
    key: str,
    *,
    moment: datetime,
    valid_from: datetime,
    valid_until: datetime | None,
) -> bool:
    """Add a key beside those that a partner has; False where its id is taken."""
    return bool(
        await connection.fetchval(_ADD_KEY, key_id, partner_id, algorithm.value, key, moment, valid_from, valid_until)
    )


_END_KEY = """
UPDATE partner_keys SET valid_until = greatest($2, valid_from)
WHERE key_id = $1 AND (valid_until IS NULL OR valid_until > $2) RETURNING partner_id
"""


async def end_key(connection: Connection, key_id: str, until: datetime) -> UUID | None:
    """Let a key be valid no longer than until a moment; return whose it is, None where it ends before."""
    found: UUID | None = await connection.fetchval(_END_KEY, key_id, until)
    return found


_LOCK_SECRETS = """
SELECT key_id, partner_id, key FROM partner_keys WHERE algorithm = 'hmac-sha256' ORDER BY key_id FOR NO KEY UPDATE
"""


async def lock_secrets(connection: Connection) -> list[tuple[str, UUID, str]]:
    """Return key id, partner and stored secret of all keys that are secrets, locked."""
    return [tuple(row) for row in await connection.fetch(_LOCK_SECRETS)]


_SEAL = "UPDATE partner_keys SET key = $2 WHERE key_id = $1"


async def replace_secret(connection: Connection, key_id: str, sealed: str) -> None:
    """Store a secret as it is encrypted anew."""
    await connection.execute(_SEAL, key_id, sealed)
