"""Corrections of bills: what was done, and from which readings and facts. Only ever added."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.billing.bills.metered_period import RegisterReading
from services.billing.corrections.rules import Reduction
from shared.contracts.actor import Actor
from shared.contracts.billing import BillCorrection, BillLine, CorrectionKind
from shared.db import Connection, add_once


@dataclass(frozen=True, slots=True)
class CorrectedFacts:
    """What a bill was computed from anew."""

    period_id: UUID | None
    """None: of a charge, which no metered period has made."""
    readings: tuple[RegisterReading, ...]
    price_group: str
    households: str
    kwh: int
    lines: list[BillLine]


_ADD = """
INSERT INTO bill_corrections (correction_id, customer_code, bill_id, kind, new_bill_id, period_id, readings,
    price_group, households, lines, old_kwh, old_pre_vat, old_vat, new_kwh, new_pre_vat, new_vat, released, reason,
    asked_by, approved_by, corrected_at, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
ON CONFLICT (correction_id) DO NOTHING
RETURNING true
"""
_ADD_REDUCTIONS = """
INSERT INTO bill_reductions (correction_id, bill_id, vat, principal)
SELECT $1, bill_id, vat, principal
FROM unnest($2::uuid[], $3::bigint[], $4::bigint[]) AS taken (bill_id, vat, principal)
"""


async def add(
    connection: Connection,
    correction: BillCorrection,
    facts: CorrectedFacts,
    reductions: Sequence[Reduction],
    actor: Actor,
) -> bool:
    """Store a correction with what it took off bills; return False when its id is taken."""
    is_new = await add_once(
        connection,
        _ADD,
        correction.correction_id,
        correction.customer_code,
        correction.corrects.bill_id,
        correction.kind.value,
        correction.new_bill.bill_id if correction.new_bill is not None else None,
        facts.period_id,
        [asdict(reading) for reading in facts.readings],
        facts.price_group,
        facts.households,
        [line.model_dump(mode="json") for line in facts.lines],
        correction.before.kwh,
        correction.before.pre_vat,
        correction.before.vat,
        correction.after.kwh,
        correction.after.pre_vat,
        correction.after.vat,
        correction.released,
        correction.reason,
        correction.asked_by,
        correction.approved_by,
        correction.corrected_at,
        actor.model_dump(mode="json"),
    )
    if is_new and reductions:
        await connection.execute(
            _ADD_REDUCTIONS,
            correction.correction_id,
            [each.bill_id for each in reductions],
            [each.amounts.vat for each in reductions],
            [each.amounts.principal for each in reductions],
        )
    return is_new


# The latest one that the bill was adjusted by, else the one that it was issued by.
_FACTS = """
SELECT period_id, readings, price_group, households, new_kwh, lines FROM bill_corrections
WHERE (bill_id = $1 AND kind = 'adjustment') OR new_bill_id = $1
ORDER BY sequence DESC LIMIT 1
"""


async def facts_of(connection: Connection, bill_id: UUID) -> CorrectedFacts | None:
    """Return what a bill, with its adjustments, was computed from last; None where it was never corrected."""
    row = await connection.fetchrow(_FACTS, bill_id)
    if row is None:
        return None
    return CorrectedFacts(
        row["period_id"],
        tuple(_reading(reading) for reading in row["readings"]),
        row["price_group"],
        row["households"],
        row["new_kwh"],
        [BillLine.model_validate(line) for line in row["lines"]],
    )


_FIRST_METHOD = """
SELECT kind FROM bill_corrections WHERE bill_id = $1 OR new_bill_id = $1 ORDER BY sequence LIMIT 1
"""


async def first_method(connection: Connection, bill_id: UUID) -> CorrectionKind | None:
    """Return how a bill, or the one whose place it took, was corrected first."""
    kind = await connection.fetchval(_FIRST_METHOD, bill_id)
    return None if kind is None else CorrectionKind(kind)


_CORRECTIONS = """
SELECT correction_id, bill_corrections.kind, bill_corrections.customer_code,
    json_build_object('bill_id', earlier.bill_id, 'bill_number', earlier.bill_number) AS corrects,
    CASE WHEN later.bill_id IS NOT NULL
        THEN json_build_object('bill_id', later.bill_id, 'bill_number', later.bill_number) END AS new_bill,
    json_build_object('kwh', old_kwh, 'pre_vat', old_pre_vat, 'vat', old_vat, 'total', old_pre_vat + old_vat) AS before,
    json_build_object('kwh', new_kwh, 'pre_vat', new_pre_vat, 'vat', new_vat, 'total', new_pre_vat + new_vat) AS after,
    coalesce(reductions, '[]') AS reductions, released, reason, asked_by, approved_by, corrected_at
FROM bill_corrections
    JOIN bills AS earlier ON earlier.bill_id = bill_corrections.bill_id
    LEFT JOIN bills AS later ON later.bill_id = new_bill_id
    LEFT JOIN LATERAL (
        SELECT json_agg(json_build_object('bill_id', bills.bill_id, 'bill_number', bill_number, 'vat', taken.vat,
            'principal', principal) ORDER BY reduction_id) AS reductions
        FROM bill_reductions AS taken JOIN bills USING (bill_id)
        WHERE taken.correction_id = bill_corrections.correction_id
    ) AS taken_off ON true
"""
_LISTED = f"""{_CORRECTIONS}
WHERE ($1::text IS NULL OR earlier.bill_number = $1 OR later.bill_number = $1 OR correction_id IN (
        SELECT correction_id FROM bill_reductions JOIN bills USING (bill_id) WHERE bill_number = $1))
    AND ($2::text IS NULL OR bill_corrections.customer_code = $2)
    AND (cardinality($3::text[]) = 0 OR (
        SELECT unit_code FROM customers WHERE customers.customer_code = bill_corrections.customer_code) = ANY ($3))
    AND ($4::timestamptz IS NULL OR corrected_at < $4)
ORDER BY corrected_at DESC, correction_id LIMIT $5
"""


async def listed(
    connection: Connection,
    *,
    bill_number: str | None,
    customer_code: str | None,
    unit_codes: Sequence[str],
    before: datetime | None,
    limit: int,
) -> list[BillCorrection]:
    """Return corrections, the latest first."""
    rows = await connection.fetch(_LISTED, bill_number, customer_code, list(unit_codes), before, limit)
    return [BillCorrection.model_validate(dict(row)) for row in rows]


def _reading(stored: Mapping[str, Any]) -> RegisterReading:
    return RegisterReading(**{**stored, "change_readings": tuple(stored["change_readings"])})
