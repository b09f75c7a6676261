"""Instalment agreements: what was agreed is never changed; how they end is written once."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.billing.arrears.instalments import filled
from shared.contracts.actor import Actor
from shared.contracts.billing import (
    AgreedBill,
    AgreeInstalments,
    AgreementState,
    GetAgreements,
    Instalment,
    InstalmentAgreement,
)
from shared.db import Connection, add_once

_ADD = """
INSERT INTO instalment_agreements (agreement_id, customer_code, amount, late_days, paper, reason, asked_by, approved_by,
    agreed_at, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (agreement_id) DO NOTHING
RETURNING true
"""
_ADD_PARTS = """
INSERT INTO agreement_parts (agreement_id, due_on, amount)
SELECT $1, due_on, amount FROM unnest($2::date[], $3::bigint[]) AS part (due_on, amount) ORDER BY due_on
"""
# All that is open under the lock of the account.
_ADD_BILLS = """
INSERT INTO agreement_bills (agreement_id, bill_id, amount)
SELECT $1, bill_id, open_principal + open_vat FROM bills
WHERE customer_code = $2 AND open_principal + open_vat > 0 ORDER BY year, month, cycle, issued_at
"""


async def add(
    connection: Connection, request: AgreeInstalments, amount: int, late_days: int, moment: datetime, actor: Actor
) -> bool:
    """Store an agreement about all that is open of a locked account; return False when its id is taken."""
    is_new = await add_once(
        connection,
        _ADD,
        request.agreement_id,
        request.customer_code,
        amount,
        late_days,
        request.paper,
        request.reason,
        request.asked_by,
        request.approved_by,
        moment,
        actor.model_dump(mode="json"),
    )
    if is_new:
        days, amounts = [part.due_on for part in request.parts], [part.amount for part in request.parts]
        await connection.execute(_ADD_PARTS, request.agreement_id, days, amounts)
        await connection.execute(_ADD_BILLS, request.agreement_id, request.customer_code)
    return is_new


_SHOWN = """
SELECT agreement_id, agreements.customer_code, coalesce(unit_code, '') AS unit_code, state, agreements.amount,
    late_days, paper, reason, asked_by, approved_by, agreed_at, ended_at, end_reason, parts, agreed
FROM instalment_agreements AS agreements LEFT JOIN customers USING (customer_code),
LATERAL (
    SELECT json_agg(json_build_object('due_on', due_on, 'amount', part.amount) ORDER BY due_on) AS parts
    FROM agreement_parts AS part WHERE part.agreement_id = agreements.agreement_id
) AS agreed_parts,
LATERAL (
    SELECT json_agg(json_build_object('bill_id', bill_id, 'bill_number', bill_number, 'amount', agreed.amount,
        -- What is open beyond it was paid before, and taken back since.
        'open', least(agreed.amount, open_principal + open_vat)) ORDER BY agreed_bill_id) AS agreed
    FROM agreement_bills AS agreed JOIN bills USING (bill_id)
    WHERE agreed.agreement_id = agreements.agreement_id
) AS agreed_bills
WHERE {which}
"""
_LISTED = _SHOWN.format(
    which="""(cardinality($1::text[]) = 0 OR state = ANY ($1))
    AND ($2::text IS NULL OR agreements.customer_code = $2) AND ($3::uuid IS NULL OR agreement_id = $3)
    AND (cardinality($4::text[]) = 0 OR unit_code = ANY ($4)) AND ($5::timestamptz IS NULL OR agreed_at < $5)
ORDER BY agreed_at DESC, agreement_id LIMIT $6"""
)


async def listed(connection: Connection, request: GetAgreements) -> list[InstalmentAgreement]:
    """Return agreements, the one made last first."""
    rows = await connection.fetch(
        _LISTED,
        request.states,
        request.customer_code,
        request.agreement_id,
        request.unit_codes,
        request.before,
        request.limit,
    )
    return [_agreement(row) for row in rows]


_ONE = _SHOWN.format(which="agreement_id = $1")


async def find(connection: Connection, agreement_id: UUID) -> InstalmentAgreement | None:
    """Return an agreement as it stands."""
    row = await connection.fetchrow(_ONE, agreement_id)
    return None if row is None else _agreement(row)


_IN_FORCE = "SELECT agreement_id FROM instalment_agreements WHERE customer_code = $1 AND state = 'in_force'"


async def in_force(connection: Connection, customer_code: str) -> UUID | None:
    """Return the agreement by which a customer pays now."""
    found: UUID | None = await connection.fetchval(_IN_FORCE, customer_code)
    return found


_END = """
UPDATE instalment_agreements SET state = $2, ended_at = $3, end_reason = $4, ended_by = $5
WHERE agreement_id = $1 AND state = 'in_force'
"""


async def end(
    connection: Connection, agreement_id: UUID, state: AgreementState, moment: datetime, reason: str, actor: Actor
) -> None:
    """Keep how an agreement that is in force ended. The account is locked."""
    await connection.execute(_END, agreement_id, state.value, moment, reason, actor.model_dump(mode="json"))


# Those of which nothing is open, and those of which less is paid than should be by a day ($1). Read without locks, and
# judged again under them.
_TO_JUDGE = """
SELECT agreements.agreement_id, agreements.customer_code
FROM instalment_agreements AS agreements, LATERAL (
    SELECT sum(least(agreed.amount, open_principal + open_vat)) AS still_open
    FROM agreement_bills AS agreed JOIN bills USING (bill_id) WHERE agreed.agreement_id = agreements.agreement_id
) AS bills, LATERAL (
    SELECT coalesce(sum(part.amount), 0) AS due FROM agreement_parts AS part
    WHERE part.agreement_id = agreements.agreement_id AND part.due_on < $1::date - late_days
) AS parts
WHERE state = 'in_force' AND (still_open = 0 OR agreements.amount - still_open < due)
ORDER BY sequence LIMIT $2
"""


async def to_judge(connection: Connection, today: date, limit: int) -> list[tuple[UUID, str]]:
    """Return agreements in force that are kept or broken on a day, with their customers."""
    return [(row[0], row[1]) for row in await connection.fetch(_TO_JUDGE, today, limit)]


def _agreement(row: Mapping[str, Any]) -> InstalmentAgreement:
    bills = [AgreedBill.model_validate(each) for each in row["agreed"]]
    parts: Sequence[Instalment] = [Instalment.model_validate(each) for each in row["parts"]]
    paid = row["amount"] - sum(bill.open for bill in bills)
    values = {**row, "bills": bills, "paid": paid, "parts": filled(parts, paid)}
    del values["agreed"]
    return InstalmentAgreement.model_validate(values)


_COUNT = """
SELECT count(*) AS in_force, count(*) FILTER (WHERE agreements.amount - still_open < due) AS late
FROM instalment_agreements AS agreements, LATERAL (
    SELECT sum(least(agreed.amount, open_principal + open_vat)) AS still_open
    FROM agreement_bills AS agreed JOIN bills USING (bill_id) WHERE agreed.agreement_id = agreements.agreement_id
) AS bills, LATERAL (
    SELECT coalesce(sum(part.amount), 0) AS due FROM agreement_parts AS part
    WHERE part.agreement_id = agreements.agreement_id AND part.due_on < $1
) AS parts
WHERE state = 'in_force'
"""


async def count_in_force(connection: Connection, today: date) -> tuple[int, int]:
    """Return how many agreements are in force, and of how many a part is late: they will be broken."""
    row = await connection.fetchrow(_COUNT, today)
    return (row["in_force"], row["late"]) if row is not None else (0, 0)
