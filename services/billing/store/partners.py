"""Partners, their own ids of payments, and what they hold of each day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.billing.partners.rules import PartnerCeilingReached
from shared.contracts.actor import Actor
from shared.contracts.billing import CollectionPoint, PartnerPayment, PartnerPaymentState
from shared.db import Connection
from shared.idempotency import joint_id
from shared.money import format_dong
from shared.stored_records import readable


def register_id(partner_code: str, partner_payment_id: str) -> UUID:
    """Return the id of a payment under a partner's own id: the same for each repetition."""
    return joint_id(partner_code, partner_payment_id)


# Until the end of the transaction. Whoever reads waits for whoever writes, and for nobody else.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('partner payment ' || $1::text, 0))"
_LOCK_SHARED = "SELECT pg_advisory_xact_lock_shared(hashtextextended('partner payment ' || $1::text, 0))"


async def lock_payment(connection: Connection, entry: UUID, *, to_read: bool = False) -> None:
    """Wait for whatever is being done under a partner's id, known or not, and keep others waiting."""
    await connection.execute(_LOCK_SHARED if to_read else _LOCK, str(entry))


_FIND = """
SELECT partner_payment_id, payment_id, partner_payments.customer_code, bill_ids, partner_payments.amount,
    partner_payments.collection_point_code, business_date, registered_at, cancellable_until, cancelled_at,
    payments.reversed_at, payments.receipt_number
FROM partner_payments LEFT JOIN partner_cancellations USING (register_id) LEFT JOIN payments USING (payment_id)
WHERE register_id = $1
"""


async def find(connection: Connection, entry: UUID) -> PartnerPayment | None:
    """Return where a partner's payment stands; None where its id is unknown."""
    row = await connection.fetchrow(_FIND, entry)
    if row is None:
        return None
    is_cancelled, is_payment = row["cancelled_at"] is not None, row["payment_id"] is not None
    if not is_payment:
        state = PartnerPaymentState.BARRED
    elif is_cancelled:
        state = PartnerPaymentState.CANCELLED
    else:
        state = PartnerPaymentState.PAID if row["reversed_at"] is None else PartnerPaymentState.REVERSED
    return PartnerPayment(
        partner_payment_id=row["partner_payment_id"],
        state=state,
        payment_id=row["payment_id"],
        customer_code=row["customer_code"],
        bill_ids=row["bill_ids"],
        amount=row["amount"],
        collection_point_code=row["collection_point_code"],
        business_date=row["business_date"] if is_payment else None,
        paid_at=row["registered_at"] if is_payment else None,
        cancellable_until=row["cancellable_until"],
        cancelled_at=row["cancelled_at"],
        reversed_at=None if is_cancelled else row["reversed_at"],
        receipt_number=row["receipt_number"],
    )


_ADD = """
INSERT INTO partner_payments (register_id, partner_code, partner_payment_id, business_date, registered_at, payment_id,
    collection_point_code, customer_code, bill_ids, amount, fee, cancellable_until, unit_code)
VALUES ($1, $2, $3, $4, $5, $1, $6, $7, $8, $9, $10, $11, $12)
"""


async def add(
    connection: Connection,
    entry: UUID,
    *,
    partner_code: str,
    partner_payment_id: str,
    business_date: date,
    registered_at: datetime,
    collection_point_code: str,
    customer_code: str,
    bill_ids: Sequence[UUID],
    amount: int,
    fee: int,
    cancellable_until: datetime,
    unit_code: str,
) -> None:
    """Register a payment under the partner's id, which is locked; ``unit_code``: whose terms gave the fee."""
    await connection.execute(
        _ADD,
        entry,
        partner_code,
        partner_payment_id,
        business_date,
        registered_at,
        collection_point_code,
        customer_code,
        list(bill_ids),
        amount,
        fee,
        cancellable_until,
        unit_code,
    )


_BAR = """
INSERT INTO partner_payments (register_id, partner_code, partner_payment_id, business_date, registered_at)
VALUES ($1, $2, $3, $4, $5)
"""


async def bar(
    connection: Connection, entry: UUID, partner_code: str, partner_payment_id: str, day: date, moment: datetime
) -> None:
    """Register a partner's id, which is locked, as one under which there will be no payment."""
    await connection.execute(_BAR, entry, partner_code, partner_payment_id, day, moment)


_CANCEL = "INSERT INTO partner_cancellations (register_id, cancelled_at, reason, actor) VALUES ($1, $2, $3, $4)"


async def cancel(connection: Connection, entry: UUID, moment: datetime, reason: str, actor: Actor) -> None:
    """Keep that a partner has taken back what it named by this id."""
    await connection.execute(_CANCEL, entry, moment, reason, actor.model_dump(mode="json"))


_COUNT_PAYMENT = """
INSERT INTO partner_days AS known (partner_code, business_date, payments, paid)
SELECT partner_code, $2, 1, $3 FROM partners WHERE partner_code = $1 AND $3 <= daily_ceiling
ON CONFLICT (partner_code, business_date) DO UPDATE SET payments = known.payments + 1, paid = known.paid + $3
WHERE known.paid - known.cancelled + $3 <= (SELECT daily_ceiling FROM partners WHERE partner_code = $1)
RETURNING true
"""
_HELD = """
SELECT daily_ceiling, coalesce(paid - cancelled, 0) AS held
FROM partners LEFT JOIN partner_days ON partner_days.partner_code = partners.partner_code AND business_date = $2
WHERE partners.partner_code = $1
"""


async def count_payment(connection: Connection, partner_code: str, day: date, amount: int) -> None:
    """Add a payment to what the partner holds of a day; the day stays locked. Raises :class:`PartnerCeilingReached`."""
    if await connection.fetchval(_COUNT_PAYMENT, partner_code, day, amount):
        return
    row = await connection.fetchrow(_HELD, partner_code, day)
    ceiling, held = (row["daily_ceiling"], row["held"]) if row is not None else (0, 0)
    raise PartnerCeilingReached(
        f"Đối tác đã thu {format_dong(held)} trong ngày, hạn mức {format_dong(ceiling)}.",
        facts={"ceiling": ceiling, "held": held, "amount": amount},
    )


_COUNT_CANCELLATION = """
UPDATE partner_days SET cancellations = cancellations + 1, cancelled = cancelled + $3
WHERE partner_code = $1 AND business_date = $2
"""


async def count_cancellation(connection: Connection, partner_code: str, day: date, amount: int) -> None:
    """Take a payment off what the partner holds of a day."""
    await connection.execute(_COUNT_CANCELLATION, partner_code, day, amount)


_IS_KNOWN = "SELECT true FROM partners WHERE partner_code = $1"


async def is_known(connection: Connection, partner_code: str) -> bool:
    """Whether there is such a partner."""
    return bool(await connection.fetchval(_IS_KNOWN, partner_code))


_POINTS = """
SELECT collection_point_code, name, kind, address, opening_hours, phone, unit_code, ward FROM collection_points
WHERE partner_code = $1 ORDER BY collection_point_code
"""


async def points_of(connection: Connection, partner_code: str) -> list[CollectionPoint]:
    """Return the collection points of a partner."""
    rows = await connection.fetch(_POINTS, partner_code)
    return readable(
        rows, lambda row: CollectionPoint.model_validate({**row}), kind="collection_point", key="collection_point_code"
    )


_IS_POINT_OF = "SELECT true FROM collection_points WHERE collection_point_code = $1 AND partner_code = $2"


async def is_point_of(connection: Connection, point: str, partner_code: str) -> bool:
    """Whether a collection point is a partner's."""
    return bool(await connection.fetchval(_IS_POINT_OF, point, partner_code))


@dataclass(frozen=True, slots=True)
class StoredPartner:
    """A partner as billing knows it."""

    partner_code: str
    name: str
    daily_ceiling: int
    points: list[str]


_LISTED = """
SELECT partner_code, name, daily_ceiling, ARRAY(
    SELECT collection_point_code FROM collection_points
    WHERE collection_points.partner_code = partners.partner_code ORDER BY collection_point_code
) AS points
FROM partners ORDER BY partner_code
"""


async def listed(connection: Connection) -> list[StoredPartner]:
    """Return all partners, in the order of their codes."""
    return [StoredPartner(*row) for row in await connection.fetch(_LISTED)]


_SAVE = """
INSERT INTO partners AS known (partner_code, name, daily_ceiling) VALUES ($1, $2, $3)
ON CONFLICT (partner_code) DO UPDATE
SET name = excluded.name, daily_ceiling = excluded.daily_ceiling, changed_at = clock_timestamp()
"""
_SET_CEILING = """
UPDATE partners SET daily_ceiling = $2, changed_at = clock_timestamp() WHERE partner_code = $1 RETURNING true
"""


async def save(connection: Connection, partner_code: str, name: str, daily_ceiling: int) -> None:
    """Add a partner, or give one another name and ceiling."""
    await connection.execute(_SAVE, partner_code, name, daily_ceiling)


async def set_ceiling(connection: Connection, partner_code: str, daily_ceiling: int) -> bool:
    """Set what a partner may hold of one day; False where there is no such partner."""
    return bool(await connection.fetchval(_SET_CEILING, partner_code, daily_ceiling))


_GIVE_POINTS = """
UPDATE collection_points SET partner_code = $1
WHERE collection_point_code = ANY ($2::text[]) AND (partner_code IS NULL OR partner_code = $1)
RETURNING collection_point_code
"""


async def give_points(connection: Connection, partner_code: str, points: Sequence[str]) -> set[str]:
    """Make collection points a partner's; return those that are. What is another partner's is left."""
    return {row[0] for row in await connection.fetch(_GIVE_POINTS, partner_code, list(points))}


_WHO_OWES = """
SELECT customer_code FROM accounts WHERE debt > 0 AND customer_code = ANY ($1) ORDER BY customer_code LIMIT 1
"""


async def somebody_who_owes(connection: Connection, codes: Sequence[str]) -> str | None:
    """Return the first of some customers who has open bills, for a try-out; None where none of them has."""
    found: str | None = await connection.fetchval(_WHO_OWES, list(codes))
    return found
