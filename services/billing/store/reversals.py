"""Reversals with what is still to come of them: cash as items of settlements, and receipts on paper."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.contracts.actor import Actor
from shared.contracts.billing import AskedPaper, CashItem, GetReversals, TakenBackPayment
from shared.db import Connection

_BY_OFFICE = """
UPDATE cash_given_back SET office_id = $2
WHERE reversal_id = $1 AND office_id IS NULL AND shift_id IS NULL AND NOT settled_before
RETURNING true
"""


async def give_back_at_office(connection: Connection, reversal_id: UUID, office_id: UUID) -> bool:
    """Let cash that waits be given back by the office; return False where it does not wait for the collector."""
    return await connection.fetchval(_BY_OFFICE, reversal_id, office_id) is True


_INTO_SHIFT = """
UPDATE cash_given_back SET shift_id = $1, settled_at = $3
WHERE collector_code = $2 AND office_id IS NULL AND shift_id IS NULL AND NOT settled_before
"""


async def take_into_shift(connection: Connection, shift_id: UUID, collector_code: str, moment: datetime) -> None:
    """Let what a collector has given back, or is to give back, leave the box of the own locked shift."""
    await connection.execute(_INTO_SHIFT, shift_id, collector_code, moment)


_INTO_COUNT = """
UPDATE cash_given_back SET shift_id = $1, settled_at = $3
WHERE office_id = $2 AND shift_id IS NULL AND NOT settled_before
"""


async def take_into_count(connection: Connection, shift_id: UUID, office_id: UUID, moment: datetime) -> None:
    """Settle what a desk or person of the office has given back with the shift that it has counted."""
    await connection.execute(_INTO_COUNT, shift_id, office_id, moment)


_ASK = """
INSERT INTO papers_asked_back (reversal_id, asked_at, returned_at, returned_to) VALUES ($1, $2, $3, $4)
"""


async def ask_for_paper(
    connection: Connection, reversal_id: UUID, moment: datetime, *, returned: bool, actor: Actor
) -> None:
    """Keep whether the customer has given the paper back."""
    await connection.execute(
        _ASK, reversal_id, moment, moment if returned else None, actor.model_dump(mode="json") if returned else None
    )


_RETURN = """
UPDATE papers_asked_back SET returned_at = $2, returned_to = $3 WHERE reversal_id = $1 AND returned_at IS NULL
"""


async def return_paper(connection: Connection, reversal_id: UUID, moment: datetime, actor: Actor) -> None:
    """Keep that a paper is at the office."""
    await connection.execute(_RETURN, reversal_id, moment, actor.model_dump(mode="json"))


_REVERSALS = """
SELECT reversal_id, reversals.payment_id, payments.customer_code, payments.collector_code, payments.amount, method,
    receipt_number, reason, reversed_by, reversals.reversed_at, items.reversal_id IS NOT NULL AND NOT settled_before
        AS has_item, office_id, items.shift_id AS settled_in, settled_at, asked_at, returned_at
FROM reversals JOIN payments USING (payment_id)
    LEFT JOIN cash_given_back AS items USING (reversal_id)
    LEFT JOIN papers_asked_back AS papers USING (reversal_id)
"""
_OF_UNITS = """(cardinality({units}::text[]) = 0 OR EXISTS (
        SELECT FROM customers
        WHERE customers.customer_code = payments.customer_code AND customers.unit_code = ANY ({units})))"""
_WAITING = f"""
{_REVERSALS}
WHERE reversal_id IN (
        SELECT reversal_id FROM papers_asked_back WHERE returned_at IS NULL
        UNION SELECT reversal_id FROM cash_given_back WHERE shift_id IS NULL AND NOT settled_before)
    AND ($1::text IS NULL OR payments.collector_code = $1) AND {_OF_UNITS.format(units="$2")}
ORDER BY reversals.reversed_at, reversal_id LIMIT $3
"""
_OTHERS = f"""
{_REVERSALS}
WHERE ($1::uuid IS NULL OR reversal_id = $1) AND ($2::uuid IS NULL OR reversals.payment_id = $2)
    AND ($3::uuid IS NULL OR items.shift_id = $3) AND ($4::text IS NULL OR payments.collector_code = $4)
    AND {_OF_UNITS.format(units="$5")}
ORDER BY reversals.reversed_at DESC, reversal_id LIMIT $6
"""


async def listed(connection: Connection, request: GetReversals) -> list[TakenBackPayment]:
    """Return the reversals that a request asks for."""
    if request.waiting:
        rows = await connection.fetch(_WAITING, request.collector_code, request.unit_codes, request.limit)
    else:
        rows = await connection.fetch(
            _OTHERS,
            request.reversal_id,
            request.payment_id,
            request.shift_id,
            request.collector_code,
            request.unit_codes,
            request.limit,
        )
    return [_reversal(row) for row in rows]


async def find(connection: Connection, reversal_id: UUID) -> TakenBackPayment | None:
    """Return a reversal; None when there is none."""
    found = await listed(connection, GetReversals(reversal_id=reversal_id))
    return found[0] if found else None


def _reversal(row: Mapping[str, Any]) -> TakenBackPayment:
    cash = paper = None
    if row["has_item"]:
        cash = CashItem(
            amount=row["amount"],
            given_back_by=row["office_id"],
            shift_id=row["settled_in"],
            settled_at=row["settled_at"],
        )
    if row["asked_at"] is not None:
        paper = AskedPaper(asked_at=row["asked_at"], returned_at=row["returned_at"])
    return TakenBackPayment.model_validate({**row, "cash": cash, "paper": paper})


_LOCK_PAPER = "SELECT true FROM papers_asked_back WHERE reversal_id = $1 FOR NO KEY UPDATE"


async def lock_paper(connection: Connection, reversal_id: UUID) -> bool:
    """Lock the paper of a reversal; return False where nobody has asked for one."""
    return await connection.fetchval(_LOCK_PAPER, reversal_id) is True


_LOCK_ITEM = "SELECT true FROM cash_given_back WHERE reversal_id = $1 FOR NO KEY UPDATE"


async def lock_item(connection: Connection, reversal_id: UUID) -> bool:
    """Lock the item of a reversal; return False where there is none."""
    return await connection.fetchval(_LOCK_ITEM, reversal_id) is True
