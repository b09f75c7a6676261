"""What receipts have earned collectors, settlement by settlement, and what was taken off again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.billing.commissions.rules import Commission, CommissionRule, commission_of
from shared.audit import AuditViolation
from shared.contracts.billing import CollectorCommission
from shared.db import Connection


@dataclass(frozen=True, slots=True)
class SettledShift:
    """A shift that is settled and has no commission yet, with the receipts that stand."""

    shift_id: UUID
    collector_code: str
    unit_code: str
    opened_at: datetime
    receipts: int


# Besides the shift that is settled now those that a version before has settled lately.
_UNPAID = """
SELECT shifts.shift_id FROM shifts JOIN shift_confirmations AS confirmed USING (shift_id)
    LEFT JOIN shift_decisions USING (shift_id)
WHERE collector_code = $1 AND NOT settled_before AND greatest(confirmed_at, decided_at) > $2
    AND (decided_at IS NOT NULL OR abs(confirmed.difference) <= coalesce(difference_limit, 0))
    AND NOT EXISTS (SELECT FROM shift_commissions WHERE shift_commissions.shift_id = shifts.shift_id)
ORDER BY opened_at FOR NO KEY UPDATE OF shifts
"""
_STANDING = """
SELECT shift_id, shifts.collector_code, unit_code, opened_at,
    count(payment_id) FILTER (WHERE reversed_at IS NULL)::int AS receipts
FROM shifts LEFT JOIN payments USING (shift_id)
WHERE shift_id = ANY ($1::uuid[]) GROUP BY shift_id ORDER BY opened_at
"""


async def lock_unpaid(connection: Connection, collector_code: str, since: datetime) -> list[SettledShift]:
    """Lock and return the collector's shifts that were settled since a moment and have no commission."""
    rows = await connection.fetch(_UNPAID, collector_code, since)
    # Counted once they are locked: whoever takes a payment back has locked its shift.
    standing = await connection.fetch(_STANDING, [row["shift_id"] for row in rows]) if rows else []
    return [SettledShift(**dict(row)) for row in standing]


_ADD = """
INSERT INTO shift_commissions (shift_id, collector_code, unit_code, opened_on, per_receipt, receipts, settled_at,
    settled_on)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (shift_id) DO NOTHING
"""


async def add(
    connection: Connection, shift: SettledShift, earned: Commission, *, opened_on: date, moment: datetime, day: date
) -> None:
    """Keep what a locked shift has earned."""
    await connection.execute(
        _ADD,
        shift.shift_id,
        shift.collector_code,
        shift.unit_code,
        opened_on,
        earned.per_receipt,
        earned.receipts,
        moment,
        day,
    )


_TAKE_OFF = "UPDATE commissions_taken_back SET settled_in = $1 WHERE collector_code = $2 AND settled_in IS NULL"


async def take_off(connection: Connection, shift_id: UUID, collector_code: str) -> None:
    """Let what waits to be taken off be taken off with the commission of a shift."""
    await connection.execute(_TAKE_OFF, shift_id, collector_code)


# $1 the first day, $2 the last one, $3 the units or none for all, $4 a collector or NULL for all.
_OF_MONTH = """
WITH paid AS (
    SELECT settled.collector_code, settled.unit_code, count(*) AS settlements, sum(receipts)::bigint AS receipts,
        sum(receipts * per_receipt)::bigint AS earned, sum(receipts_back)::bigint AS taken_back_receipts,
        sum(taken_off)::bigint AS taken_back
    FROM shift_commissions AS settled, LATERAL (
        SELECT count(*) AS receipts_back, coalesce(sum(amount), 0) AS taken_off FROM commissions_taken_back
        WHERE settled_in = settled.shift_id
    ) AS back
    WHERE settled_on BETWEEN $1 AND $2 AND (cardinality($3::text[]) = 0 OR settled.unit_code = ANY ($3))
        AND ($4::text IS NULL OR settled.collector_code = $4)
    GROUP BY 1, 2
)
SELECT paid.*, coalesce(collectors.name, paid.collector_code) AS collector_name, earned - taken_back AS payable, (
    SELECT coalesce(sum(amount), 0)::bigint FROM commissions_taken_back AS waiting
    WHERE waiting.collector_code = paid.collector_code AND settled_in IS NULL
) AS to_take_off
FROM paid LEFT JOIN collectors USING (collector_code)
ORDER BY paid.unit_code COLLATE "C", collector_code COLLATE "C"
"""


async def of_month(
    connection: Connection, first: date, last: date, unit_codes: Sequence[str], collector_code: str | None
) -> list[CollectorCommission]:
    """Return what settlements of some days pay, by collector and unit."""
    rows = await connection.fetch(_OF_MONTH, first, last, unit_codes, collector_code)
    return [CollectorCommission.model_validate(dict(row)) for row in rows]


_ALL = "SELECT shift_id, unit_code, opened_on, per_receipt, receipts FROM shift_commissions ORDER BY shift_id"


async def commissions_not_by_rules(connection: Connection, rules: Sequence[CommissionRule]) -> list[AuditViolation]:
    """For the audit: return the commissions that do not follow from the rule of their unit and day."""
    found = []
    async with connection.transaction():
        async for shift_id, unit_code, opened_on, per_receipt, receipts in connection.cursor(_ALL, prefetch=1000):
            by_rule = commission_of(rules, unit_code, opened_on, receipts)
            if by_rule.per_receipt != per_receipt:
                told = f"{per_receipt} đồng a receipt in {unit_code} on {opened_on}, by the rule {by_rule.per_receipt}"
                rule = "a commission is by the rule of its unit and day"
                found.append(AuditViolation("billing", rule, str(shift_id), told))
    return found
