"""Who works for the utility, as far as the gateway knows, and what came from the phones of those who have left."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from uuid import UUID

from asyncpg import Record

from services.gateway.domain.devices import Device
from shared.db import Connection

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""Older than any event: what is kept with it gives way to the first one."""

# Of several changes while the collector is away, the first one says since when.
_NOTE = """
INSERT INTO collectors AS known (collector_code, active, changed_at, left_at, noted_at, unit_code)
VALUES ($1, $2, $3, CASE WHEN $2 THEN NULL ELSE $4::timestamptz END, $5, $6)
ON CONFLICT (collector_code) DO UPDATE
SET active = excluded.active, changed_at = excluded.changed_at, noted_at = excluded.noted_at,
    unit_code = coalesce(excluded.unit_code, known.unit_code),
    left_at = CASE WHEN excluded.active THEN NULL ELSE coalesce(known.left_at, excluded.left_at) END
WHERE known.changed_at < excluded.changed_at
RETURNING NOT active
"""


async def note(
    connection: Connection,
    collector_code: str,
    *,
    active: bool,
    changed_at: datetime,
    left_at: datetime,
    now: datetime,
    unit_code: str | None = None,
) -> bool:
    """Note whether a collector works for the utility, unless something newer is known.

    Returns whether the collector has left by this.
    """
    has_left = await connection.fetchval(_NOTE, collector_code, active, changed_at, left_at, now, unit_code)
    return has_left is True


_UNITS = "SELECT collector_code, unit_code FROM collectors WHERE collector_code = ANY ($1)"


async def units_of(connection: Connection, collector_codes: Collection[str]) -> dict[str, str | None]:
    """Return the units of collectors, as far as they are known."""
    rows = await connection.fetch(_UNITS, list(collector_codes)) if collector_codes else []
    return {row["collector_code"]: row["unit_code"] for row in rows}


# Known from before units were kept.
_WITHOUT_UNIT = """
SELECT DISTINCT collector_code FROM devices JOIN collectors USING (collector_code)
WHERE unit_code IS NULL AND revoked_at IS NULL ORDER BY collector_code LIMIT $1
"""


async def without_unit(connection: Connection, limit: int) -> list[str]:
    """Return collectors with devices whose unit is not known."""
    return [row["collector_code"] for row in await connection.fetch(_WITHOUT_UNIT, limit)]


_SET_UNIT = "UPDATE collectors SET unit_code = $2 WHERE collector_code = $1 AND unit_code IS NULL"


async def set_unit(connection: Connection, collector_code: str, unit_code: str) -> None:
    """Keep the unit of a collector, where no event has named it."""
    await connection.execute(_SET_UNIT, collector_code, unit_code)


_HAS_LEFT = "SELECT NOT active FROM collectors WHERE collector_code = $1"


async def has_left(connection: Connection, collector_code: str) -> bool:
    """Whether it is known that a collector does not work any more."""
    return await connection.fetchval(_HAS_LEFT, collector_code) is True


_DEVICES = "SELECT device_id FROM devices WHERE collector_code = $1 AND revoked_at IS NULL"


async def devices_of(connection: Connection, collector_code: str) -> list[UUID]:
    """Return the devices of a collector that are not revoked."""
    return [row["device_id"] for row in await connection.fetch(_DEVICES, collector_code)]


_LEFT_SINCE = """
SELECT device_id FROM collectors JOIN devices USING (collector_code)
WHERE NOT active AND noted_at > $1 AND revoked_at IS NULL
"""


async def devices_left_since(connection: Connection, moment: datetime) -> list[UUID]:
    """Return the devices of collectors who left after a moment."""
    return [row["device_id"] for row in await connection.fetch(_LEFT_SINCE, moment)]


# Databases that were filled before there was collector.changed, and collectors whose event is still on its way.
_UNKNOWN = """
SELECT DISTINCT collector_code FROM devices
WHERE collector_code IS NOT NULL AND revoked_at IS NULL
    AND NOT EXISTS (SELECT FROM collectors WHERE collectors.collector_code = devices.collector_code)
ORDER BY collector_code LIMIT $1
"""


async def unknown(connection: Connection, limit: int) -> list[str]:
    """Return collectors with devices of whom it is not known whether they still work."""
    return [row["collector_code"] for row in await connection.fetch(_UNKNOWN, limit)]


_ADD_PAYMENT = """
INSERT INTO leaver_payments (payment_id, device_id, collector_code, customer_code, amount, stated_at, sent_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (payment_id) DO NOTHING
"""


async def add_payment(
    connection: Connection,
    payment_id: UUID,
    device: Device,
    *,
    customer_code: str,
    amount: int,
    stated_at: datetime,
    now: datetime,
) -> None:
    """Keep that cash came from the phone of a collector who has left; repeating it keeps the first."""
    await connection.execute(
        _ADD_PAYMENT, payment_id, device.device_id, device.collector_code, customer_code, amount, stated_at, now
    )


# What is recorded stays so, whatever comes later under the same id.
_END_PAYMENT = """
UPDATE leaver_payments SET outcome = $2 WHERE payment_id = $1 AND coalesce(outcome, '') NOT LIKE 'recorded%'
"""


async def end_payment(connection: Connection, payment_id: UUID, outcome: str) -> None:
    """Keep what became of cash from the phone of a collector who has left."""
    await connection.execute(_END_PAYMENT, payment_id, outcome)


_PAYMENTS = """
SELECT payment_id, device_id, collector_code, customer_code, amount, stated_at, sent_at, outcome
FROM leaver_payments LEFT JOIN collectors USING (collector_code)
WHERE outcome IS DISTINCT FROM 'recorded_before' AND (cardinality($2::text[]) = 0 OR unit_code = ANY ($2))
ORDER BY sent_at DESC, payment_id LIMIT $1
"""


async def payments(connection: Connection, limit: int, unit_codes: Sequence[str] = ()) -> Sequence[Record]:
    """Return the cash that came from phones of collectors who had left, the latest first; of some units alone."""
    rows: Sequence[Record] = await connection.fetch(_PAYMENTS, limit, list(unit_codes))
    return rows
