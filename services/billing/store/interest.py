"""What interest on late payment is computed from, and which days of which bills are settled. Only ever added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.billing.arrears.interest import LateBill, OpenSince
from shared.contracts.actor import Actor
from shared.contracts.billing import BillInterest, SettledInterest, WaiveInterest
from shared.db import Connection


@dataclass(frozen=True, slots=True)
class StoredLateBill:
    """A bill that was due before a day, and is not paid or was paid late."""

    bill_id: UUID
    bill_number: str
    customer_code: str
    unit_code: str
    facts: LateBill


# Of customers ($1) the bills of electricity that were due before a day ($2) and have days behind that which are not
# settled: open, or cleared after they were due. A bill that another one replaced is not owed and never was; what an
# adjustment took off was never owed, either. Disputed bills wait for the answer, those of an agreement for its end.
_LATE = """
SELECT bills.bill_id, bill_number, bills.customer_code, coalesce(unit_code, '') AS unit_code, bills.due_date,
    pre_vat - less_principal AS principal, bills.vat - less_vat AS vat, cleared, agreed, settled_until, settled
FROM bills LEFT JOIN customers USING (customer_code),
LATERAL (
    SELECT coalesce(sum(principal), 0)::bigint AS less_principal, coalesce(sum(taken.vat), 0)::bigint AS less_vat
    FROM bill_reductions AS taken WHERE taken.bill_id = bills.bill_id
) AS reduced,
LATERAL (
    SELECT json_agg(json_build_array((made_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date,
        (released_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, principal, allocations.vat)
        ORDER BY allocation_id) AS cleared,
        max((made_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date) AS last_cleared
    FROM allocations WHERE allocations.bill_id = bills.bill_id
) AS payments,
LATERAL (
    SELECT json_agg(json_build_array((agreed_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date,
        (ended_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date) ORDER BY sequence) AS agreed,
        coalesce(bool_or(state = 'in_force'), false) AS is_agreed
    FROM agreement_bills JOIN instalment_agreements USING (agreement_id) WHERE agreement_bills.bill_id = bills.bill_id
) AS agreements,
LATERAL (
    SELECT max(last_day) AS settled_until, coalesce(sum(interest), 0)::bigint AS settled
    FROM settled_interest WHERE settled_interest.bill_id = bills.bill_id
) AS before
WHERE bills.customer_code = ANY ($1) AND cycle > 0 AND bills.due_date < $2 AND NOT is_agreed
    AND (open_principal + open_vat > 0 OR last_cleared > bills.due_date)
    AND (settled_until IS NULL OR open_principal + open_vat > 0 OR last_cleared > settled_until)
    AND NOT EXISTS (
        SELECT FROM bill_corrections WHERE bill_corrections.bill_id = bills.bill_id AND kind = 'replacement')
    AND NOT EXISTS (
        SELECT FROM disputed_bills
        WHERE disputed_bills.customer_code = bills.customer_code AND disputed_bills.bill_id = bills.bill_id)
ORDER BY bills.customer_code, year, month, cycle, issued_at
"""


async def late_bills(connection: Connection, customer_codes: Sequence[str], day: date) -> list[StoredLateBill]:
    """Return what bears or bore interest of some customers: bills that were due before a day."""
    return [_late(row) for row in await connection.fetch(_LATE, list(customer_codes), day)]


def _late(row: Mapping[str, Any]) -> StoredLateBill:
    facts = LateBill(
        total=row["principal"] + row["vat"],
        due_date=row["due_date"],
        open_since=open_since(row["principal"], row["vat"], row["cleared"] or ()),
        agreed=[
            (date.fromisoformat(begun), ended and date.fromisoformat(ended)) for begun, ended in row["agreed"] or ()
        ],
        settled_until=row["settled_until"],
        settled=row["settled"],
    )
    return StoredLateBill(row["bill_id"], row["bill_number"], row["customer_code"], row["unit_code"], facts)


def open_since(principal: int, vat: int, cleared: Sequence[Sequence[Any]]) -> list[OpenSince]:
    """Return what was open from which day on, by the parts that cleared a bill and were released again."""
    changes: dict[date, tuple[int, int]] = {}

    def change(day: str, of_principal: int, of_vat: int) -> None:
        known = changes.get(date.fromisoformat(day), (0, 0))
        changes[date.fromisoformat(day)] = (known[0] + of_principal, known[1] + of_vat)

    for made, released, part_principal, part_vat in cleared:
        change(made, -part_principal, -part_vat)
        if released is not None:
            change(released, part_principal, part_vat)
    found = [OpenSince(date.min, principal, vat)]
    for day in sorted(changes):
        last = found[-1]
        found.append(OpenSince(day, last.principal + changes[day][0], last.vat + changes[day][1]))
    # What a correction took off may have been paid before: less than nothing was never open.
    return [OpenSince(each.day, max(each.principal, 0), max(each.vat, 0)) for each in found]


# Whose bills may bear interest, in the order of the codes: owing now, or paid late.
_CUSTOMERS = """
SELECT customer_code, unit_code FROM customers
WHERE ($1::text IS NULL OR customer_code > $1) AND unit_code = ANY ($2) ORDER BY customer_code LIMIT $3
"""


async def customers_of_units(
    connection: Connection, after: str | None, unit_codes: Sequence[str], limit: int
) -> dict[str, str]:
    """Return the next customers of some units, with these, in the order of their codes."""
    return {row[0]: row[1] for row in await connection.fetch(_CUSTOMERS, after, list(unit_codes), limit)}


_UNITS = "SELECT DISTINCT unit_code FROM customers ORDER BY unit_code"


async def units(connection: Connection) -> list[str]:
    """Return the units that have customers."""
    return [row[0] for row in await connection.fetch(_UNITS)]


_SETTLE = """
INSERT INTO settled_interest (bill_id, first_day, last_day, interest, charge_id, waiver_id, settled_at)
SELECT bill_id, first_day, last_day, interest, $5, $6, $7
FROM unnest($1::uuid[], $2::date[], $3::date[], $4::bigint[]) AS days (bill_id, first_day, last_day, interest)
"""


async def settle(
    connection: Connection,
    bills: Sequence[BillInterest],
    moment: datetime,
    *,
    charge_id: UUID | None = None,
    waiver_id: UUID | None = None,
) -> None:
    """Keep which days of which bills are charged or waived. The account is locked."""
    await connection.execute(
        _SETTLE,
        [each.bill_id for each in bills],
        [each.first_day for each in bills],
        [each.last_day for each in bills],
        [each.interest for each in bills],
        charge_id,
        waiver_id,
        moment,
    )


_SETTLED = """
SELECT bill_number, first_day, last_day, interest, charge_id, waiver_id, settled_at
FROM settled_interest JOIN bills USING (bill_id)
WHERE customer_code = $1 AND ($2::uuid IS NULL OR waiver_id = $2) ORDER BY settled_id DESC LIMIT 200
"""


async def settled_of(
    connection: Connection, customer_code: str, waiver_id: UUID | None = None
) -> list[SettledInterest]:
    """Return what was charged and waived of a customer, the latest first."""
    return [
        SettledInterest.model_validate(dict(row)) for row in await connection.fetch(_SETTLED, customer_code, waiver_id)
    ]


_WAIVE = """
INSERT INTO interest_waivers (waiver_id, customer_code, until_day, amount, reason, asked_by, approved_by, waived_at,
    actor)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (waiver_id) DO NOTHING
RETURNING true
"""


async def waive(connection: Connection, request: WaiveInterest, moment: datetime, actor: Actor) -> bool:
    """Store that a customer is let off interest; return False when the id is taken."""
    done = await connection.fetchval(
        _WAIVE,
        request.waiver_id,
        request.customer_code,
        request.until,
        request.expected,
        request.reason,
        request.asked_by,
        request.approved_by,
        moment,
        actor.model_dump(mode="json"),
    )
    return done is True
