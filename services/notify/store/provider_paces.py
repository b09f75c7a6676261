"""The rate of each provider, which all copies of the service share."""

from collections.abc import Collection, Mapping

from shared.db import Connection

# Always in one order, and before any other lock of a transaction. By the database's clock: those of copies differ.
_LOCK = """
SELECT pg_advisory_xact_lock(number) FROM (
    SELECT DISTINCT hashtextextended('pace ' || provider, 0) AS number FROM unnest($1::text[]) AS provider
    ORDER BY number) AS numbers
"""
_BUSY = """
SELECT provider, greatest(extract(epoch FROM full_at - clock_timestamp()), 0)::float8 AS seconds
FROM provider_paces WHERE provider = ANY($1)
"""


async def lock_paces(connection: Connection, providers: Collection[str]) -> Mapping[str, float]:
    """Let no other copy use the rates of providers before the transaction ends.

    Return for how many seconds each is still busy with what it was handed. A provider that is not named is idle.
    """
    await connection.execute(_LOCK, list(providers))
    return {row["provider"]: row["seconds"] for row in await connection.fetch(_BUSY, list(providers))}


_USE = """
INSERT INTO provider_paces AS known (provider, full_at)
SELECT provider, clock_timestamp() + seconds * interval '1 second'
FROM unnest($1::text[], $2::float8[]) AS used (provider, seconds) ORDER BY provider
ON CONFLICT (provider) DO UPDATE
SET full_at = greatest(known.full_at, clock_timestamp()) + (excluded.full_at - clock_timestamp())
"""


async def use_paces(connection: Connection, seconds: Mapping[str, float]) -> None:
    """Note for how many seconds more providers are busy with what they are handed."""
    await connection.execute(_USE, list(seconds), list(seconds.values()))
