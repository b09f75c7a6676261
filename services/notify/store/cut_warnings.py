"""Warnings of a cut: made with the hour that they name, and delivered."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.notify.domain.kinds import Kind
from services.notify.domain.reminders import Priority
from services.notify.texts.parameters import sms_appointment
from shared.contracts.notify import WarningTask, WayOfDelivery
from shared.db import Connection

_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('notify cut warnings', 0))"


async def lock_warnings(connection: Connection) -> bool:
    """Keep other copies from making warnings until this transaction ends; False when one of them is at it."""
    locked: bool = await connection.fetchval(_LOCK)
    return locked


# Those that somebody holds are skipped: a payment may be on its way, and the next round finds them.
_FREE = """
SELECT customer_code FROM accounts WHERE customer_code = ANY ($1) ORDER BY customer_code FOR UPDATE SKIP LOCKED
"""


async def lock_free(connection: Connection, customer_codes: Sequence[str]) -> list[str]:
    """Lock the accounts that nobody holds, until the transaction ends, and return whose they are."""
    return [row["customer_code"] for row in await connection.fetch(_FREE, list(customer_codes))]


_LOCK_ALL = "SELECT FROM accounts WHERE customer_code = ANY ($1) ORDER BY customer_code FOR UPDATE"


async def lock_accounts(connection: Connection, customer_codes: Sequence[str]) -> None:
    """Lock accounts until the transaction ends: what changes them comes before or after."""
    await connection.execute(_LOCK_ALL, list(customer_codes))


@dataclass(frozen=True)
class NewWarning:
    """A warning that is about to be made."""

    warning_id: UUID
    customer_code: str
    unit_code: str
    debt_due_on: date
    cut_from: datetime
    phone: str | None
    """The mobile number that gets the SMS; None: on paper alone."""
    made_at: datetime
    expires_at: datetime
    """Later it is of no use."""


# One SMS a debt: what was cancelled goes in its own row, and a later hour for the same debt is told on paper alone.
_ADD_SMS = """
INSERT INTO reminders AS known (reminder_id, customer_code, template, template_version, language, parameters, phone,
    text, segments, state, issued_at, due_at, expires_at, priority, unit_code, debt_due_on)
VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, '', 1, 'scheduled', $7, $7, $8, $9, $10, $11)
ON CONFLICT (customer_code, template, debt_due_on) WHERE debt_due_on IS NOT NULL DO UPDATE SET
    state = 'scheduled', cause = '', stopped = '', phone = excluded.phone, due_at = excluded.due_at,
    expires_at = excluded.expires_at, issued_at = excluded.issued_at, parameters = excluded.parameters,
    template_version = excluded.template_version, language = excluded.language
WHERE known.state = 'cancelled' AND known.cause IN ('paid', 'promised', 'complaint', 'instalments')
RETURNING reminder_id
"""
_ADD = """
INSERT INTO cut_warnings (warning_id, customer_code, unit_code, debt_due_on, cut_from, reminder_id, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


async def add_warning(connection: Connection, new: NewWarning, version: int, language: str) -> None:
    """Make a warning, with its SMS where one can reach the customer. The account is locked."""
    reminder_id = None
    if new.phone is not None:
        reminder_id = await connection.fetchval(
            _ADD_SMS,
            new.customer_code,
            Kind.CUT_WARNING.value,
            version,
            language,
            json.dumps({"cut_at": sms_appointment(new.cut_from)}),
            new.phone,
            new.made_at,
            new.expires_at,
            Priority.BULK.value,
            new.unit_code,
            new.debt_due_on,
        )
    await connection.execute(
        _ADD,
        new.warning_id,
        new.customer_code,
        new.unit_code,
        new.debt_due_on,
        new.cut_from,
        reminder_id,
        new.made_at,
    )


@dataclass(frozen=True)
class MadeWarning:
    """A warning as it is stored."""

    customer_code: str
    unit_code: str
    cut_from: datetime


_ONE = "SELECT customer_code, unit_code, cut_from FROM cut_warnings WHERE warning_id = $1"


async def warning(connection: Connection, warning_id: UUID) -> MadeWarning | None:
    """Return a warning; None where there is none under this id."""
    row = await connection.fetchrow(_ONE, warning_id)
    return None if row is None else MadeWarning(**row)


_LOCK_ONE = "SELECT pg_advisory_xact_lock(hashtextextended('cut warning ' || $1::uuid, 0))"


async def lock_warning(connection: Connection, warning_id: UUID) -> None:
    """Record deliveries of a warning one after the other."""
    await connection.execute(_LOCK_ONE, warning_id)


_ADD_DELIVERY = """
INSERT INTO warning_deliveries (delivery_id, warning_id, way, delivered_at, delivered_by, note)
VALUES ($1, $2, $3, $4, $5, $6)
"""


async def add_delivery(
    connection: Connection,
    delivery_id: UUID,
    warning_id: UUID,
    way: WayOfDelivery,
    delivered_at: datetime,
    delivered_by: str,
    note: str,
) -> None:
    """Keep that a warning was delivered on paper."""
    await connection.execute(_ADD_DELIVERY, delivery_id, warning_id, way.value, delivered_at, delivered_by, note)


# The latest of a customer about the present debt, which nobody has delivered yet.
_TO_DELIVER = """
SELECT warning_id, customer_code, cut_from FROM (
    SELECT DISTINCT ON (cut_warnings.customer_code) warning_id, cut_warnings.customer_code, cut_from
    FROM cut_warnings JOIN accounts USING (customer_code)
    WHERE cut_from > $2 AND collector_code = $1 AND debt > 0 AND oldest_due_date = debt_due_on
    ORDER BY cut_warnings.customer_code, made_at DESC
) AS latest
WHERE NOT EXISTS (SELECT FROM warning_deliveries WHERE warning_deliveries.warning_id = latest.warning_id)
ORDER BY cut_from, customer_code LIMIT $3
"""


async def warnings_to_deliver(
    connection: Connection, collector_code: str, after: datetime, limit: int
) -> list[WarningTask]:
    """Return the warnings that a collector has to deliver on paper, of cuts after a moment; the soonest first."""
    return [WarningTask(**row) for row in await connection.fetch(_TO_DELIVER, collector_code, after, limit)]
