"""Providers that are left alone: one row each, the same for every copy."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notify.domain.breakers import Breaker, opened_for
from shared.db import Connection

_OPEN = """
SELECT provider, opened_at, open_until, probe_until, openings, reason FROM provider_breakers
WHERE open_until IS NOT NULL
"""


async def open_breakers(connection: Connection) -> dict[str, Breaker]:
    """Return the breakers that are open, by provider."""
    return {row["provider"]: Breaker(**row) for row in await connection.fetch(_OPEN)}


_KNOWN = "SELECT provider, open_until IS NOT NULL AS is_open FROM provider_breakers"


async def known_breakers(connection: Connection) -> dict[str, bool]:
    """Return whether the breaker is open, by provider; of providers that were ever left alone."""
    return {row["provider"]: row["is_open"] for row in await connection.fetch(_KNOWN)}


# Never waits: where another copy is taking the probe, it has it.
_TAKE_PROBE = """
UPDATE provider_breakers SET probe_until = $3 WHERE provider = (
    SELECT provider FROM provider_breakers
    WHERE provider = $1 AND open_until <= $2 AND (probe_until IS NULL OR probe_until <= $2) FOR UPDATE SKIP LOCKED)
RETURNING true
"""


async def take_probe(connection: Connection, provider: str, moment: datetime, lease: timedelta) -> bool:
    """Take the one SMS that shows whether a provider works again; False where it is under way."""
    return bool(await connection.fetchval(_TAKE_PROBE, provider, moment, moment + lease))


_RETURN_PROBE = "UPDATE provider_breakers SET probe_until = NULL WHERE provider = $1"


async def return_probe(connection: Connection, provider: str) -> None:
    """Give back a probe for which there was no SMS."""
    await connection.execute(_RETURN_PROBE, provider)


@dataclass(frozen=True)
class Fault:
    """Why a provider is left alone."""

    provider: str
    reason: str
    is_refusal: bool
    """It refuses us: a person has to act."""
    started_at: datetime
    """When the attempt began that showed it."""


_LOCK = "SELECT openings, opened_at, open_until FROM provider_breakers WHERE provider = $1 FOR UPDATE"
_SET_OPEN = """
INSERT INTO provider_breakers AS known (provider, opened_at, open_until, openings, reason)
VALUES ($1, $2, $3, 1, $4)
ON CONFLICT (provider) DO UPDATE SET opened_at = excluded.opened_at, open_until = excluded.open_until,
    probe_until = NULL, openings = known.openings + 1, reason = excluded.reason
"""


async def open_breaker(connection: Connection, fault: Fault, moment: datetime) -> bool:
    """Leave a provider alone, longer each time in a row; False where that is known already."""
    known = await connection.fetchrow(_LOCK, fault.provider)
    if known and known["open_until"] is not None and fault.started_at < known["opened_at"]:
        return False
    until = moment + opened_for(known["openings"] + 1 if known else 1, is_refusal=fault.is_refusal)
    await connection.execute(_SET_OPEN, fault.provider, moment, until, fault.reason[:200])
    return True


_CLOSE = """
UPDATE provider_breakers SET open_until = NULL, probe_until = NULL, openings = 0
WHERE provider = $1 AND opened_at <= $2 AND open_until IS NOT NULL
RETURNING true
"""


async def close_breaker(connection: Connection, provider: str, started_at: datetime) -> bool:
    """Use a provider again because an attempt that began after it was left alone has succeeded."""
    return bool(await connection.fetchval(_CLOSE, provider, started_at))
