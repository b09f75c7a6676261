"""Orders to cut and to reconnect, and what was reported of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from services.notify.domain.causes import Cause
from shared.contracts.actor import Actor
from shared.contracts.notify import CutOrder, OrderOutcome, ReportCutOrder
from shared.db import Connection

_COLUMNS = """
order_id, kind, customer_code, unit_code, collector_code, list_id, cut_order_id, ordered_at, cut_from, due_by,
    state, cause, ended_at, is_late,
    (SELECT meter_reading FROM cut_order_reports
        WHERE cut_order_reports.order_id = cut_orders.order_id AND outcome = 'done'
        ORDER BY recorded_at LIMIT 1) AS meter_reading,
    EXISTS (
        SELECT FROM cut_order_reports JOIN order_photos USING (report_id)
        WHERE cut_order_reports.order_id = cut_orders.order_id) AS has_photo
"""
_RETURNED = f"RETURNING {_COLUMNS}"


def _order(row: Record) -> CutOrder:
    return CutOrder.model_validate({name: row[name] for name in CutOrder.model_fields})


@dataclass(frozen=True)
class Concerned:
    """An order to cut whose customer's account has changed."""

    order: CutOrder
    debt_due_on: date
    """Of the debt that supply is cut for."""
    nothing_left: Cause
    """Why nothing is asked for any more, where that is so."""


_OPEN_CUT = "kind = 'cut' AND state = 'open'"
_CUT_OFF = """kind = 'cut' AND state = 'done' AND NOT EXISTS (
    SELECT FROM cut_orders AS further WHERE further.cut_order_id = cut_orders.order_id)"""
# The customers by a sub-select: as a bare parameter, their number is looked at and the statement planned at each call.
_CONCERNED = f"""
SELECT {_COLUMNS}, cut_orders.debt_due_on,
    (SELECT disputed_debt FROM accounts WHERE accounts.customer_code = cut_orders.customer_code) AS disputed_debt
FROM cut_orders WHERE customer_code = ANY ((SELECT $1::text[])::text[]) AND ({_OPEN_CUT} OR {_CUT_OFF})
ORDER BY customer_code, ordered_at
"""


async def concerned(connection: Connection, customer_codes: Sequence[str]) -> list[Concerned]:
    """Return the orders to cut that are open, and those that were carried out and have no reconnection.

    The accounts are locked.
    """
    return [
        Concerned(_order(row), row["debt_due_on"], Cause.COMPLAINT if row["disputed_debt"] else Cause.PAID)
        for row in await connection.fetch(_CONCERNED, list(customer_codes))
    ]


@dataclass(frozen=True)
class NewCut:
    """An order to cut that is about to be given."""

    order_id: UUID
    customer_code: str
    unit_code: str
    collector_code: str | None
    list_id: UUID
    warning_id: UUID
    debt_due_on: date
    cut_from: datetime
    warned_at: datetime
    ordered_at: datetime
    due_by: datetime


# Whoever has an open order already, by another list, gets no second one.
_ADD_CUT = f"""
INSERT INTO cut_orders (order_id, kind, customer_code, unit_code, collector_code, list_id, warning_id, debt_due_on,
    cut_from, warned_at, ordered_at, due_by, state)
VALUES ($1, 'cut', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open')
ON CONFLICT (customer_code, kind) WHERE state = 'open' DO NOTHING
{_RETURNED}
"""


async def add_cut(connection: Connection, new: NewCut) -> CutOrder | None:
    """Give an order to cut; None where one is open already. The account is locked."""
    row = await connection.fetchrow(
        _ADD_CUT,
        new.order_id,
        new.customer_code,
        new.unit_code,
        new.collector_code,
        new.list_id,
        new.warning_id,
        new.debt_due_on,
        new.cut_from,
        new.warned_at,
        new.ordered_at,
        new.due_by,
    )
    return None if row is None else _order(row)


_ADD_RECONNECTION = f"""
INSERT INTO cut_orders (order_id, kind, customer_code, unit_code, collector_code, cut_order_id, debt_due_on,
    ordered_at, due_by, state, cause)
SELECT $1, 'reconnect', customer_code, unit_code,
    coalesce((SELECT accounts.collector_code FROM accounts WHERE accounts.customer_code = cut.customer_code),
        collector_code),
    order_id, debt_due_on, $3, $4, 'open', $5
FROM cut_orders AS cut WHERE order_id = $2
{_RETURNED}
"""


async def add_reconnection(
    connection: Connection, order_id: UUID, cut_order_id: UUID, moment: datetime, due_by: datetime, cause: str
) -> CutOrder:
    """Order that supply comes back. The account is locked."""
    [row] = await connection.fetch(_ADD_RECONNECTION, order_id, cut_order_id, moment, due_by, cause)
    return _order(row)


_WITHDRAW = f"""
UPDATE cut_orders SET state = 'withdrawn', cause = $2, ended_at = $3 WHERE order_id = $1
{_RETURNED}
"""
_CARRY_OUT = f"""
UPDATE cut_orders SET state = 'done', ended_at = $2, is_late = $3,
    debt_when_done = (SELECT debt FROM accounts WHERE accounts.customer_code = cut_orders.customer_code)
WHERE order_id = $1
{_RETURNED}
"""


async def withdraw(connection: Connection, order_id: UUID, cause: str, moment: datetime) -> CutOrder:
    """Withdraw an order to cut. The account is locked."""
    [row] = await connection.fetch(_WITHDRAW, order_id, cause, moment)
    return _order(row)


async def carry_out(connection: Connection, order_id: UUID, moment: datetime, *, is_late: bool = False) -> CutOrder:
    """End an order that was carried out; ``is_late``: it had been withdrawn before. The account is locked."""
    [row] = await connection.fetch(_CARRY_OUT, order_id, moment, is_late)
    return _order(row)


_ONE = f"SELECT {_COLUMNS} FROM cut_orders WHERE order_id = $1"


async def order(connection: Connection, order_id: UUID) -> CutOrder | None:
    """Return an order; None where there is none under this id."""
    row = await connection.fetchrow(_ONE, order_id)
    return None if row is None else _order(row)


_OPEN_ONE = f"SELECT {_COLUMNS} FROM cut_orders WHERE order_id = $1 AND state = 'open'"


async def open_order(connection: Connection, order_id: UUID) -> CutOrder | None:
    """Return an order that is open; None where it is not. The account is locked."""
    row = await connection.fetchrow(_OPEN_ONE, order_id)
    return None if row is None else _order(row)


_OF_LIST = f"SELECT {_COLUMNS} FROM cut_orders WHERE list_id = $1"


async def orders_of_list(connection: Connection, list_id: UUID) -> dict[str, CutOrder]:
    """Return the orders of a list, by the customer."""
    return {row["customer_code"]: _order(row) for row in await connection.fetch(_OF_LIST, list_id)}


_FOUND = f"""
SELECT {_COLUMNS} FROM cut_orders
WHERE (cardinality($1::text[]) = 0 OR unit_code = ANY ($1)) AND ($2::text IS NULL OR collector_code = $2)
    AND ($3::text IS NULL OR customer_code = $3) AND ($4::boolean IS NULL OR (state = 'open') = $4)
ORDER BY CASE WHEN state = 'open' THEN due_by END, ordered_at DESC, order_id LIMIT $5
"""


async def orders(
    connection: Connection,
    unit_codes: Sequence[str],
    collector_code: str | None,
    customer_code: str | None,
    is_open: bool | None,
    limit: int,
) -> list[CutOrder]:
    """Return orders: those that are open before others, by their clocks, the others with the latest first."""
    rows = await connection.fetch(_FOUND, list(unit_codes), collector_code, customer_code, is_open, limit)
    return [_order(row) for row in rows]


_ADD_REPORT = """
INSERT INTO cut_order_reports (report_id, order_id, outcome, meter_reading, note, stated_at, recorded_at, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


async def add_report(connection: Connection, report: ReportCutOrder, moment: datetime, actor: Actor) -> None:
    """Keep what was reported from the place."""
    await connection.execute(
        _ADD_REPORT,
        report.report_id,
        report.order_id,
        OrderOutcome(report.outcome).value,
        report.meter_reading,
        report.note,
        report.stated_at,
        moment,
        actor.model_dump(mode="json"),
    )


_LAPSED = f"SELECT order_id, customer_code FROM cut_orders WHERE {_OPEN_CUT} AND due_by < $1 ORDER BY due_by LIMIT $2"


async def lapsed(connection: Connection, moment: datetime, limit: int) -> list[tuple[UUID, str]]:
    """Return open orders to cut whose day is over, with their customers."""
    return [(row["order_id"], row["customer_code"]) for row in await connection.fetch(_LAPSED, moment, limit)]


_CLOCKS = """
SELECT count(*) AS open, count(*) FILTER (WHERE due_by < $1) AS late, min(due_by) AS first_due
FROM cut_orders WHERE kind = 'reconnect' AND state = 'open'
"""


async def reconnection_clocks(connection: Connection, moment: datetime) -> tuple[int, int, datetime | None]:
    """Return how many reconnections are open, how many of them are late, and when the first one is due."""
    [row] = await connection.fetch(_CLOCKS, moment)
    return row["open"], row["late"], row["first_due"]


_KEEP_PHOTO = "INSERT INTO order_photos (report_id, jpeg, kept_at) VALUES ($1, $2, $3)"


async def keep_photo(connection: Connection, report_id: UUID, jpeg: bytes, moment: datetime) -> None:
    """Keep the photo that came with a report."""
    await connection.execute(_KEEP_PHOTO, report_id, jpeg, moment)


# That of what was done before that of an attempt.
_PHOTO = """
SELECT jpeg FROM order_photos JOIN cut_order_reports USING (report_id) JOIN cut_orders USING (order_id)
WHERE order_id = $1 AND (cardinality($2::text[]) = 0 OR unit_code = ANY ($2))
ORDER BY outcome = 'done' DESC, recorded_at DESC LIMIT 1
"""


async def photo_of(connection: Connection, order_id: UUID, unit_codes: Sequence[str]) -> bytes | None:
    """Return the photo of an order; None where there is none, or no longer."""
    jpeg: bytes | None = await connection.fetchval(_PHOTO, order_id, list(unit_codes))
    return jpeg


_DELETE_PHOTOS = """
DELETE FROM order_photos WHERE report_id IN (
    SELECT report_id FROM order_photos WHERE kept_at < $1 ORDER BY kept_at LIMIT 500)
RETURNING true
"""


async def delete_photos(connection: Connection, before: datetime) -> int:
    """Delete some photos that were kept before a moment; return how many."""
    return len(await connection.fetch(_DELETE_PHOTOS, before))
