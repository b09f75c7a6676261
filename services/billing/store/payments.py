"""Payments, what they cleared, and their reversals."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.billing.corrections.rules import StandingPart
from services.billing.payments.rules import Credit, CreditUse, FirstPayment
from services.billing.store import accounts
from shared.contracts.actor import Actor
from shared.contracts.billing import Allocation, Payment
from shared.contracts.common import PaymentMethod
from shared.db import Connection, add_once
from shared.messaging.unit_of_work import UnitOfWork
from shared.stored_records import readable

# Of a reversed payment, its allocations as they stood when it was reversed; else those that stand.
_PAYMENT = """
SELECT payments.*, coalesce(cleared.allocations, '[]') AS allocations,
    (SELECT reported_at FROM payment_reports WHERE payment_reports.payment_id = payments.payment_id) AS reported_at
FROM payments LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('bill_id', bill_id, 'vat', vat, 'principal', principal) ORDER BY first)
        AS allocations
    FROM (
        SELECT bill_id, sum(vat) AS vat, sum(principal) AS principal, min(allocation_id) AS first
        FROM allocations
        WHERE allocations.payment_id = payments.payment_id
            AND (released_at IS NULL OR released_at = payments.reversed_at)
        GROUP BY bill_id
    ) AS parts
) AS cleared ON true
"""


@dataclass(frozen=True, slots=True)
class StoredPayment:
    """A payment with what messages do not carry."""

    payment: Payment
    visit_id: UUID | None
    recorded_at: datetime


# The id or the reference may be taken by another customer's payment that is being recorded at the same time: no lock
# stands between the two, so this waits for the other one's end.
_ADD = """
INSERT INTO payments (payment_id, customer_code, amount, credit, method, received_at, recorded_at, collector_code,
    collection_point_code, reference, shift_id, visit_id, device_id, transfer_content, stated_at, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT DO NOTHING
RETURNING true
"""
# With what it clears at once, in the order of clearing.
_ADD_WITH_ALLOCATIONS = f"""
WITH added AS ({_ADD}), allocated AS (
    INSERT INTO allocations (payment_id, bill_id, vat, principal, made_at)
    SELECT $1, bill_id, vat, principal, $7
    FROM added, unnest($17::uuid[], $18::bigint[], $19::bigint[]) WITH ORDINALITY
        AS part (bill_id, vat, principal, place)
    ORDER BY place
)
SELECT true FROM added
"""
# Apart, because PostgreSQL plans `unnest` anew each time.
_ADD_WITH_ONE_ALLOCATION = f"""
WITH added AS ({_ADD}), allocated AS (
    INSERT INTO allocations (payment_id, bill_id, vat, principal, made_at)
    SELECT $1, $17::uuid, $18::bigint, $19::bigint, $7 FROM added
)
SELECT true FROM added
"""


async def add(
    connection: Connection,
    payment: Payment,
    *,
    recorded_at: datetime,
    visit_id: UUID | None,
    device_id: UUID | None,
    actor: Actor,
) -> bool:
    """Store a payment with its allocations; return False when its id or its reference is taken."""
    parts = payment.allocations
    one = len(parts) == 1
    return await add_once(
        connection,
        _ADD_WITH_ONE_ALLOCATION if one else _ADD_WITH_ALLOCATIONS,
        payment.payment_id,
        payment.customer_code,
        payment.amount,
        payment.credit,
        payment.method.value,
        payment.received_at,
        recorded_at,
        payment.collector_code,
        payment.collection_point_code,
        payment.reference,
        payment.shift_id,
        visit_id,
        device_id,
        payment.transfer_content,
        payment.stated_at,
        actor.model_dump(mode="json"),
        *((parts[0].bill_id, parts[0].vat, parts[0].principal) if one else _columns_of(parts)),
    )


def _columns_of(parts: Sequence[Allocation]) -> tuple[list[UUID], list[int], list[int]]:
    return [part.bill_id for part in parts], [part.vat for part in parts], [part.principal for part in parts]


_ADD_TRANSFERS = """
INSERT INTO payments (payment_id, customer_code, amount, credit, method, received_at, recorded_at, reference, device_id,
    transfer_content, stated_at, actor)
SELECT payment_id, customer_code, amount, credit, 'transfer', $10, $10, reference, device_id, content, stated_at, $11
FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::uuid[], $7::text[], $8::timestamptz[],
    $9::int[]) AS told (payment_id, customer_code, amount, credit, reference, device_id, content, stated_at, place)
ORDER BY place
ON CONFLICT DO NOTHING
RETURNING true
"""


async def add_transfers(
    connection: Connection, transfers: Sequence[tuple[Payment, UUID | None]], *, recorded_at: datetime, actor: Actor
) -> bool:
    """Store transfers with their allocations, each with the phone that prints; False when an id or reference is taken.

    Whoever gets False undoes the transaction, or the part of it that this is.
    """
    added = await connection.fetch(
        _ADD_TRANSFERS,
        [payment.payment_id for payment, _ in transfers],
        [payment.customer_code for payment, _ in transfers],
        [payment.amount for payment, _ in transfers],
        [payment.credit for payment, _ in transfers],
        [payment.reference for payment, _ in transfers],
        [device_id for _, device_id in transfers],
        [payment.transfer_content for payment, _ in transfers],
        [payment.stated_at for payment, _ in transfers],
        list(range(len(transfers))),
        recorded_at,
        actor.model_dump(mode="json"),
    )
    if len(added) < len(transfers):
        return False
    parts = [(payment.payment_id, part) for payment, _ in transfers for part in payment.allocations]
    if parts:
        await connection.execute(
            _ALLOCATE,
            [payment_id for payment_id, _ in parts],
            [part.bill_id for _, part in parts],
            [part.vat for _, part in parts],
            [part.principal for _, part in parts],
            recorded_at,
        )
    return True


_KNOWN_REFERENCES = """
SELECT told.reference
FROM unnest($1::text[]) AS told (reference), LATERAL (
    SELECT FROM payments
    WHERE reference_key(method, payments.reference) = reference_key('transfer', told.reference)
        AND payments.reference <> '' AND method = 'transfer' AND reversed_at IS NULL
    LIMIT 1
) AS known
"""


async def known_references(connection: Connection, references: Collection[str]) -> set[str]:
    """Return those of the references of a bank that stand for payments, however they are written."""
    return {row[0] for row in await connection.fetch(_KNOWN_REFERENCES, list(references))}


_USE_CREDIT = """
UPDATE payments SET credit = payments.credit - used.amount
FROM (
    SELECT payment_id, sum(amount)::bigint AS amount
    FROM unnest($1::uuid[], $2::bigint[]) AS part (payment_id, amount)
    GROUP BY payment_id
) AS used
WHERE payments.payment_id = used.payment_id
"""


async def use_credit(connection: Connection, uses: Sequence[CreditUse], at: datetime) -> None:
    """Record that credit cleared bills."""
    if uses:
        await _allocate(connection, uses, at)
        amounts = [use.cleared.vat + use.cleared.principal for use in uses]
        await connection.execute(_USE_CREDIT, [use.payment_id for use in uses], amounts)


_PARTS_OF = """
SELECT allocation_id, payment_id, bill_id, vat, principal FROM allocations
WHERE bill_id = ANY ($1) AND released_at IS NULL ORDER BY allocation_id
"""


async def parts_of(connection: Connection, bill_ids: Collection[UUID]) -> list[StandingPart]:
    """Return what money clears of bills, in the order of clearing."""
    return [StandingPart(*row) for row in await connection.fetch(_PARTS_OF, list(bill_ids))]


_RELEASE_PARTS = "UPDATE allocations SET released_at = $2 WHERE allocation_id = ANY ($1) AND released_at IS NULL"
_GIVE_BACK = """
UPDATE payments SET credit = payments.credit + released.amount
FROM (
    SELECT payment_id, sum(amount)::bigint AS amount
    FROM unnest($1::uuid[], $2::bigint[]) AS part (payment_id, amount)
    GROUP BY payment_id
) AS released
WHERE payments.payment_id = released.payment_id
"""


async def release(connection: Connection, parts: Sequence[StandingPart], at: datetime) -> None:
    """Let parts of payments clear nothing any more: they are credit of their payments."""
    if parts:
        await connection.execute(_RELEASE_PARTS, [part.allocation_id for part in parts], at)
        amounts = [part.vat + part.principal for part in parts]
        await connection.execute(_GIVE_BACK, [part.payment_id for part in parts], amounts)


_CREDITS = """
SELECT customer_code, payment_id, credit FROM payments
WHERE customer_code = ANY ($1) AND credit > 0 AND reversed_at IS NULL
ORDER BY sequence
"""


async def credits_of(connection: Connection, customer_codes: Collection[str]) -> dict[str, list[Credit]]:
    """Return what is left of payments, by customer, the oldest payment first."""
    found: dict[str, list[Credit]] = {}
    for row in await connection.fetch(_CREDITS, list(customer_codes)):
        found.setdefault(row["customer_code"], []).append(Credit(row["payment_id"], row["credit"]))
    return found


_FIND = f"{_PAYMENT} WHERE payment_id = $1"


async def find(connection: Connection, payment_id: UUID) -> StoredPayment | None:
    """Return a payment; None when it was never recorded."""
    row = await connection.fetchrow(_FIND, payment_id)
    return None if row is None else _stored(row)


_BY_ID = f"{_PAYMENT} WHERE payment_id = ANY ($1)"


async def by_id(connection: Connection, payment_ids: Collection[UUID]) -> dict[UUID, Payment]:
    """Return those of the payments that exist and can be read."""
    rows = await connection.fetch(_BY_ID, list(payment_ids))
    found = readable(rows, lambda row: _stored(row).payment, kind="payment", key="payment_id")
    return {payment.payment_id: payment for payment in found}


_LATEST_OF = f"{_PAYMENT} WHERE customer_code = $1 ORDER BY sequence DESC LIMIT $2"


async def latest_of(connection: Connection, customer_code: str, limit: int) -> list[Payment]:
    """Return a customer's payments, the latest first; one that cannot be read is logged and hides no other."""
    rows = await connection.fetch(_LATEST_OF, customer_code, limit)
    return readable(rows, lambda row: _stored(row).payment, kind="payment", key="payment_id")


_WITH_REFERENCE = """
SELECT payment_id, customer_code FROM payments
WHERE method = $1 AND coalesce(collection_point_code, '') = $2
    AND reference_key(method, reference) = reference_key($1, $3) AND reference <> '' AND reversed_at IS NULL
ORDER BY sequence LIMIT 1
"""


async def with_reference(
    connection: Connection, method: PaymentMethod, point: str | None, reference: str
) -> tuple[UUID, str] | None:
    """Return payment and customer of a bank's or partner's transaction that is recorded, however it was typed."""
    row = await connection.fetchrow(_WITH_REFERENCE, method.value, point or "", reference)
    return None if row is None else (row["payment_id"], row["customer_code"])


_FIRST = """
SELECT payments.payment_id, payments.amount, payments.method, payments.received_at, payments.collector_code,
    payments.collection_point_code, payments.receipt_number, collection_points.name AS collection_point_name
FROM payments LEFT JOIN collection_points USING (collection_point_code)
WHERE payments.reversed_at IS NULL AND {condition}
ORDER BY {order} DESC
LIMIT 1
"""
_FIRST_FOR_BILLS = (
    "SELECT found.* FROM allocations JOIN LATERAL ("
    + _FIRST.format(condition="payments.payment_id = allocations.payment_id", order="payments.sequence")
    + ") AS found ON true WHERE allocations.bill_id = ANY ($1) AND allocations.released_at IS NULL"
    " ORDER BY allocations.allocation_id DESC LIMIT 1"
)
_LATEST = _FIRST.format(condition="payments.customer_code = $1", order="payments.sequence")


async def first_payment(connection: Connection, customer_code: str, bill_ids: Collection[UUID]) -> FirstPayment | None:
    """Return the payment that cleared one of ``bill_ids`` last; with none of them, the customer's latest payment."""
    if bill_ids:
        row = await connection.fetchrow(_FIRST_FOR_BILLS, list(bill_ids))
    else:
        row = await connection.fetchrow(_LATEST, customer_code)
    if row is None:
        return None
    name = None
    if row["collector_code"] is not None:
        name = await accounts.collector_name(connection, row["collector_code"])
    return FirstPayment(
        payment_id=row["payment_id"],
        amount=row["amount"],
        method=PaymentMethod(row["method"]),
        received_at=row["received_at"],
        collector_code=row["collector_code"],
        collector_name=name,
        collection_point_code=row["collection_point_code"],
        collection_point_name=row["collection_point_name"],
        receipt_number=row["receipt_number"],
    )


_ADD_REVERSAL = """
INSERT INTO reversals (reversal_id, payment_id, reason, reversed_by, reversed_at, device_id, shift_id, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (reversal_id) DO NOTHING
RETURNING true
"""
_MARK_REVERSED = "UPDATE payments SET reversed_at = $2 WHERE payment_id = $1"
_RELEASE = "UPDATE allocations SET released_at = $2 WHERE payment_id = $1 AND released_at IS NULL"


async def reverse(
    connection: Connection,
    payment_id: UUID,
    *,
    reversal_id: UUID,
    reason: str,
    reversed_by: str,
    reversed_at: datetime,
    device_id: UUID | None,
    shift_id: UUID | None,
    actor: Actor,
) -> bool:
    """Record a reversal and release what the payment cleared; return False when the reversal's id is taken."""
    is_new = await add_once(
        connection,
        _ADD_REVERSAL,
        reversal_id,
        payment_id,
        reason,
        reversed_by,
        reversed_at,
        device_id,
        shift_id,
        actor.model_dump(mode="json"),
    )
    if not is_new:
        return False
    await connection.execute(_MARK_REVERSED, payment_id, reversed_at)
    await connection.execute(_RELEASE, payment_id, reversed_at)
    return True


# Behind a gap of lost numbers a receipt has a higher number; what is heard of the lost one may come after that.
_SET_RECEIPT = """
UPDATE payments SET receipt_id = $2, receipt_number = CASE split_part(receipt_number, ' ', 1)
    WHEN split_part($3, ' ', 1) THEN greatest(receipt_number, $3) ELSE $3 END
WHERE payment_id = $1 RETURNING true
"""


def set_receipt(
    work: UnitOfWork, payment_id: UUID, receipt_id: UUID, receipt_number: str, *, otherwise: Exception
) -> None:
    """Keep the number of a payment's receipt; ``otherwise`` is raised for an unknown payment."""
    work.write(_SET_RECEIPT, payment_id, receipt_id, receipt_number, otherwise=otherwise)


_ALLOCATE = """
INSERT INTO allocations (payment_id, bill_id, vat, principal, made_at)
SELECT payment_id, bill_id, vat, principal, $5
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[]) WITH ORDINALITY
    AS part (payment_id, bill_id, vat, principal, place)
ORDER BY place
"""


async def _allocate(connection: Connection, uses: Sequence[CreditUse], at: datetime) -> None:
    if uses:
        await connection.execute(
            _ALLOCATE,
            [use.payment_id for use in uses],
            [use.cleared.bill_id for use in uses],
            [use.cleared.vat for use in uses],
            [use.cleared.principal for use in uses],
            at,
        )


def _stored(row: Mapping[str, Any]) -> StoredPayment:
    payment = Payment(
        payment_id=row["payment_id"],
        customer_code=row["customer_code"],
        amount=row["amount"],
        method=PaymentMethod(row["method"]),
        received_at=row["received_at"],
        stated_at=row["stated_at"],
        collector_code=row["collector_code"],
        collection_point_code=row["collection_point_code"],
        reference=row["reference"],
        transfer_content=row["transfer_content"],
        shift_id=row["shift_id"],
        allocations=[Allocation.model_validate(part) for part in row["allocations"]],
        credit=row["credit"],
        receipt_number=row["receipt_number"],
        receipt_id=row["receipt_id"],
        reversed_at=row["reversed_at"],
        reported_at=row["reported_at"],
    )
    return StoredPayment(payment, row["visit_id"], row["recorded_at"])
