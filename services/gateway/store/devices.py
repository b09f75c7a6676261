"""Enrolment codes, devices and printer profiles."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.gateway.domain.devices import Device, NamedCustomer, Role
from shared.db import Connection

_COLUMNS = "device_id, device_name, role, collector_code, collection_point_code, enrolled_at, public_key, revoked_at"
# With since when its collector does not work any more: one look says who is refused.
_DEVICE = f"SELECT {_COLUMNS}, left_at FROM devices LEFT JOIN collectors USING (collector_code)"


def _device(row: Record) -> Device:
    members = dict(row)
    return Device(**{**members, "role": Role(members["role"])})


DEVICE_OF_TOKEN = f"{_DEVICE} WHERE token_hash = $1"
# With whose route a customer is on, which is asked next.
DEVICE_OF_TOKEN_AND_CUSTOMER = f"""
SELECT device.*, (SELECT collector_code FROM customer_collectors WHERE customer_code = $2) AS collector_of_customer
FROM ({DEVICE_OF_TOKEN}) AS device
"""


async def device_of_token(
    connection: Connection, token_hash: bytes, *, customer_code: str | None = None
) -> Device | None:
    """Return the device that holds a token, revoked or not; with whose customer that is where one is named."""
    if customer_code is None:
        row = await connection.fetchrow(DEVICE_OF_TOKEN, token_hash)
        return _device(row) if row else None
    row = await connection.fetchrow(DEVICE_OF_TOKEN_AND_CUSTOMER, token_hash, customer_code)
    if row is None:
        return None
    members = dict(row)
    asks_about = NamedCustomer(customer_code, members.pop("collector_of_customer"))
    return Device(**{**members, "role": Role(members["role"]), "asks_about": asks_about})


DEVICE = f"{_DEVICE} WHERE device_id = $1"


async def device(connection: Connection, device_id: UUID) -> Device | None:
    """Return one device, revoked or not."""
    row = await connection.fetchrow(DEVICE, device_id)
    return _device(row) if row else None


DEVICES = f"""
{_DEVICE}
WHERE ($1::text IS NULL OR role = $1) AND ($2::uuid IS NULL OR device_id > $2)
    AND (cardinality($4::text[]) = 0 OR unit_code = ANY ($4))
ORDER BY device_id LIMIT $3
"""


async def devices(
    connection: Connection, *, role: Role | None, after: UUID | None, limit: int, unit_codes: Sequence[str] = ()
) -> list[Device]:
    """Return devices in the order of their ids; with ``unit_codes`` those of the collectors of these units alone."""
    return [_device(row) for row in await connection.fetch(DEVICES, role, after, limit, list(unit_codes))]


SAVE_CODE = """
INSERT INTO enrolment_codes
    (code_id, code_hash, role, collector_code, collection_point_code, made_by, made_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (code_hash) DO NOTHING RETURNING code_id
"""


async def save_code(
    connection: Connection,
    *,
    code_id: UUID,
    code_hash: bytes,
    role: Role,
    collector_code: str | None,
    collection_point_code: str | None,
    made_by: str,
    made_at: datetime,
    expires_at: datetime,
) -> bool:
    """Store a code; False when another code has the same hash."""
    row = await connection.fetchrow(
        SAVE_CODE, code_id, code_hash, role, collector_code, collection_point_code, made_by, made_at, expires_at
    )
    return row is not None


LOCK_CODE = """
SELECT code_id, role, collector_code, collection_point_code, expires_at, device_id, used_at
FROM enrolment_codes WHERE code_hash = $1 FOR UPDATE
"""


async def lock_code(connection: Connection, code_hash: bytes) -> Record | None:
    """Return a code, locked until the transaction ends."""
    row: Record | None = await connection.fetchrow(LOCK_CODE, code_hash)
    return row


USE_CODE = "UPDATE enrolment_codes SET device_id = $2, used_at = $3 WHERE code_id = $1"


async def use_code(connection: Connection, code_id: UUID, device_id: UUID, now: datetime) -> None:
    """Mark a locked code as used by a device."""
    await connection.execute(USE_CODE, code_id, device_id, now)


SAVE_DEVICE = """
INSERT INTO devices (device_id, device_name, role, collector_code, collection_point_code, token_hash, public_key,
                     code_id, enrolled_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (device_id) DO NOTHING RETURNING device_id
"""


async def save_device(connection: Connection, device: Device, token_hash: bytes, code_id: UUID) -> bool:
    """Store a new device; False when the id is taken."""
    row = await connection.fetchrow(
        SAVE_DEVICE,
        device.device_id,
        device.device_name,
        device.role,
        device.collector_code,
        device.collection_point_code,
        token_hash,
        device.public_key,
        code_id,
        device.enrolled_at,
    )
    return row is not None


REPLACE_TOKEN = "UPDATE devices SET token_hash = $2 WHERE device_id = $1"  # noqa: S105 - no secret


async def replace_token(connection: Connection, device_id: UUID, token_hash: bytes) -> None:
    """Give a device another token: the one before no longer works."""
    await connection.execute(REPLACE_TOKEN, device_id, token_hash)


# What the office sees of devices: papers that wait, and why the printer does not print them.
_REPORTS = """
SELECT devices.device_id, app_version, contact_at, presence.device_id IS NOT NULL AS connected,
    battery_percent, battery_charging, battery_at,
    printer.name AS printer, waiting.papers AS waiting, waiting.fault, unconfirmed.papers AS unconfirmed
FROM devices
LEFT JOIN device_contacts USING (device_id)
LEFT JOIN presence USING (device_id)
LEFT JOIN LATERAL (
    SELECT profile::json ->> 'name' AS name FROM printer_profiles WHERE printer_profiles.device_id = devices.device_id
    ORDER BY updated_at DESC LIMIT 1
) AS printer ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS papers, (array_agg(cause ORDER BY sequence) FILTER (WHERE state = 'held'))[1] AS fault
    FROM print_jobs WHERE print_jobs.device_id = devices.device_id
        AND state IN ('queued', 'offered', 'accepted', 'printing', 'held')
) AS waiting ON true
LEFT JOIN (
    SELECT device_id, count(*) AS papers FROM print_jobs
    WHERE state = 'unconfirmed' AND device_id = ANY ($1) GROUP BY device_id
) AS unconfirmed USING (device_id)
WHERE devices.device_id = ANY ($1)
"""


async def reports(connection: Connection, device_ids: Sequence[UUID]) -> dict[UUID, Record]:
    """Return what is known of devices beyond themselves: contact, version, battery, printer, papers that wait."""
    return {row["device_id"]: row for row in await connection.fetch(_REPORTS, device_ids)}


REVOKE = f"""
UPDATE devices SET revoked_at = coalesce(revoked_at, $2), revoked_by = coalesce(revoked_by, $3),
                   revocation_reason = coalesce(revocation_reason, $4)
WHERE device_id = $1 RETURNING {_COLUMNS}
"""


async def revoke(connection: Connection, device_id: UUID, *, by: str, reason: str, now: datetime) -> Device | None:
    """Revoke a device for good; repeating it keeps the first moment. None when it is unknown."""
    row = await connection.fetchrow(REVOKE, device_id, now, by, reason)
    return _device(row) if row else None


REVOKED_SINCE = "SELECT device_id FROM devices WHERE revoked_at > $1"


async def revoked_since(connection: Connection, moment: datetime) -> list[UUID]:
    """Return the devices that were revoked after a moment."""
    return [row["device_id"] for row in await connection.fetch(REVOKED_SINCE, moment)]


SAVE_PRINTER_PROFILE = """
INSERT INTO printer_profiles (device_id, printer_id, profile, updated_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (device_id, printer_id) DO UPDATE SET profile = $3, updated_at = $4
"""


async def save_printer_profile(
    connection: Connection, device_id: UUID, printer_id: str, profile: str, now: datetime
) -> None:
    """Store how a printer wants its bytes; the one before is replaced."""
    await connection.execute(SAVE_PRINTER_PROFILE, device_id, printer_id, profile, now)


PRINTER_PROFILE = """
SELECT printer_id, profile, updated_at FROM printer_profiles WHERE device_id = $1 AND printer_id = $2
"""


async def printer_profile(connection: Connection, device_id: UUID, printer_id: str) -> Record | None:
    """Return ``profile`` (JSON text) and ``updated_at`` of one printer of a device."""
    row: Record | None = await connection.fetchrow(PRINTER_PROFILE, device_id, printer_id)
    return row


PRINTER_PROFILES = """
SELECT printer_id, profile, updated_at FROM printer_profiles WHERE device_id = $1
ORDER BY updated_at DESC, printer_id LIMIT 100
"""


async def printer_profiles(connection: Connection, device_id: UUID) -> list[Record]:
    """Return the profiles of a device's printers, the latest first."""
    return list(await connection.fetch(PRINTER_PROFILES, device_id))
