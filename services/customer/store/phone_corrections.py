"""Corrected phone numbers: who changed which number, when and why."""

from datetime import datetime
from uuid import UUID

from services.customer.store.recorded import Recorded
from shared.contracts.actor import Actor
from shared.contracts.customer import PhoneCorrected
from shared.db import Connection, add_once

_PHONE = "SELECT phone FROM customers WHERE customer_code = $1"


async def phone_of(connection: Connection, customer_code: str) -> str | None:
    """Return the number on record, or None."""
    phone: str | None = await connection.fetchval(_PHONE, customer_code)
    return phone


_RECORDED = """
SELECT correction_id, customer_code, old_phone, new_phone, fingerprint FROM phone_corrections
WHERE correction_id = $1
"""


async def recorded_correction(connection: Connection, correction_id: UUID) -> Recorded | None:
    """Return what was recorded under this id, or None."""
    row = await connection.fetchrow(_RECORDED, correction_id)
    return None if row is None else Recorded(row["fingerprint"], PhoneCorrected.model_validate(dict(row)))


_SAVE = """
INSERT INTO phone_corrections (correction_id, customer_code, collector_code, old_phone, new_phone, reason, fingerprint,
    corrected_at, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT DO NOTHING
RETURNING correction_id
"""
_CHANGE_PHONE = "UPDATE customers SET phone = $2 WHERE customer_code = $1 AND phone IS DISTINCT FROM $2"


async def save_correction(
    connection: Connection,
    corrected: PhoneCorrected,
    *,
    collector_code: str | None,
    reason: str,
    fingerprint: str,
    moment: datetime,
    actor: Actor,
) -> bool:
    """Change a customer's number and keep who did it, when and why. Returns False when the id is already in use."""
    is_new = await add_once(
        connection,
        _SAVE,
        corrected.correction_id,
        corrected.customer_code,
        collector_code,
        corrected.old_phone,
        corrected.new_phone,
        reason,
        fingerprint,
        moment,
        actor.model_dump(mode="json"),
    )
    if not is_new:
        return False
    await connection.execute(_CHANGE_PHONE, corrected.customer_code, corrected.new_phone)
    return True
