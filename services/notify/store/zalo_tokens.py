"""Tokens of Zalo, which copies of the service share: the refresh token is used once, so one copy renews for all."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from asyncpg import Record

from shared.db import Connection

RENEWAL_LASTS = timedelta(seconds=60)
"""A copy that began to renew longer ago has died, and may have used the refresh token without storing its successor."""


@dataclass(frozen=True)
class ZaloTokens:
    """What is stored of one provider."""

    access_token: str | None
    expires_at: datetime | None
    refresh_token: str
    renewal_began_at: datetime | None
    """A copy renews, or died while it did."""


# Another refresh token in the configuration means that somebody has set the account up anew.
_SEED = """
INSERT INTO zalo_tokens (provider, seed, refresh_token) VALUES ($1, $2, $3)
ON CONFLICT (provider) DO UPDATE SET
    seed = EXCLUDED.seed, refresh_token = EXCLUDED.refresh_token, access_token = NULL, expires_at = NULL,
    renewal_began_at = NULL
WHERE zalo_tokens.seed <> EXCLUDED.seed
"""
_READ = """
SELECT access_token, expires_at, refresh_token, renewal_began_at FROM zalo_tokens WHERE provider = $1
"""


async def seed_tokens(connection: Connection, provider: str, seed: str, refresh_token: str) -> None:
    """Store the refresh token of the configuration unless it, known by its fingerprint ``seed``, has been before."""
    await connection.execute(_SEED, provider, seed, refresh_token)


async def read_tokens(connection: Connection, provider: str) -> ZaloTokens | None:
    """Return what is stored; None where nothing is."""
    row: Record | None = await connection.fetchrow(_READ, provider)
    return None if row is None else ZaloTokens(**row)


# Committed before Zalo is asked: whoever finds it later knows that the refresh token may be used up.
_BEGIN = """
WITH before AS (SELECT renewal_began_at FROM zalo_tokens WHERE provider = $1 FOR UPDATE)
UPDATE zalo_tokens SET renewal_began_at = $2::timestamptz FROM before
WHERE provider = $1 AND access_token IS NOT DISTINCT FROM $3
    AND (before.renewal_began_at IS NULL OR before.renewal_began_at < $4::timestamptz)
RETURNING refresh_token, before.renewal_began_at AS died_at
"""
_END = """
UPDATE zalo_tokens SET access_token = $3, expires_at = $4, refresh_token = $5, renewal_began_at = NULL
WHERE provider = $1 AND refresh_token = $2
"""
_GIVE_BACK = "UPDATE zalo_tokens SET renewal_began_at = NULL WHERE provider = $1 AND refresh_token = $2"


async def begin_renewal(
    connection: Connection, provider: str, moment: datetime, refused: str | None
) -> tuple[str, datetime | None] | None:
    """Return the refresh token for this copy alone, and when a copy that died had begun to use it.

    None: another copy renews, or has already replaced the ``refused`` access token.
    """
    row: Record | None = await connection.fetchrow(_BEGIN, provider, moment, refused, moment - RENEWAL_LASTS)
    return None if row is None else (row["refresh_token"], row["died_at"])


async def end_renewal(
    connection: Connection, provider: str, used: str, access_token: str, expires_at: datetime, refresh_token: str
) -> None:
    """Store the pair that came for the ``used`` refresh token."""
    await connection.execute(_END, provider, used, access_token, expires_at, refresh_token)


async def give_back_renewal(connection: Connection, provider: str, unused: str) -> None:
    """Let others renew: the refresh token was certainly not used, or Zalo has answered that it is worth nothing."""
    await connection.execute(_GIVE_BACK, provider, unused)
