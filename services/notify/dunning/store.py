"""Dunning: what is known of customers who owe, and what was delivered to them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from services.notify.domain.kinds import Kind
from services.notify.dunning.rules import Case, Warned
from services.notify.store.reminders import IN_PARTS, STOPPED
from shared.contracts.common import Outcome
from shared.contracts.notify import Blocker
from shared.db import Connection


@dataclass(frozen=True)
class StoredCase:
    """A case with what it is stored under."""

    case: Case
    collector_code: str | None
    warning_id: UUID | None
    """Of the latest warning about the debt."""
    phone: str | None
    """A number that no wrong number or opt-out keeps from getting what the law demands."""


# What is delivered is delivered in all its parts. A visit counts for the debt that was due by then.
_CASES = f"""
SELECT customer_code, coalesce(unit_code, left(customer_code, 6)) AS unit_code, collector_code, debt, oldest_due_date,
    active, protected, promised_for, {STOPPED} AS is_disputed, {IN_PARTS} AS pays_in_parts,
    (SELECT accounts.phone WHERE NOT EXISTS (
        SELECT FROM blocked_phones WHERE blocked_phones.phone = accounts.phone AND cause = 'wrong_number')) AS phone,
    (SELECT jsonb_object_agg(template, (
            SELECT max(changed_at) FROM attempt_parts WHERE attempt_parts.reminder_id = reminders.reminder_id))
        FROM reminders WHERE reminders.customer_code = accounts.customer_code AND debt_due_on = oldest_due_date
            AND state = 'delivered') AS delivered,
    (SELECT jsonb_object_agg(outcome, visited_at) FROM (
        SELECT outcome, min(visited_at) AS visited_at FROM notice_visits
        WHERE notice_visits.customer_code = accounts.customer_code AND withdrawn_at IS NULL
            AND visited_at >= oldest_due_date
        GROUP BY outcome) AS visits) AS visited,
    EXISTS (
        SELECT FROM waiting_credits WHERE is_waiting AND customer_codes @> ARRAY[accounts.customer_code]
    ) AS has_waiting_credit,
    EXISTS (
        SELECT FROM cut_orders AS cut
        WHERE cut.customer_code = accounts.customer_code AND kind = 'cut' AND state = 'done' AND NOT EXISTS (
                SELECT FROM cut_orders AS back WHERE back.cut_order_id = cut.order_id AND back.state = 'done')
    ) AS is_cut_off,
    warned.warning_id, warned.cut_from, warned.reminder_id, warned.sms_delivered_at, warned.paper_delivered_at
FROM ({{accounts}}) AS accounts LEFT JOIN LATERAL (
    SELECT warning_id, cut_from, cut_warnings.reminder_id,
        (SELECT max(changed_at) FROM attempt_parts JOIN reminders USING (reminder_id)
            WHERE reminders.reminder_id = cut_warnings.reminder_id AND reminders.state = 'delivered')
            AS sms_delivered_at,
        (SELECT min(delivered_at) FROM warning_deliveries
            WHERE warning_deliveries.warning_id = cut_warnings.warning_id) AS paper_delivered_at
    FROM cut_warnings
    WHERE cut_warnings.customer_code = accounts.customer_code AND debt_due_on = accounts.oldest_due_date
    ORDER BY made_at DESC LIMIT 1
) warned ON true
ORDER BY customer_code
"""
_CASES_OF = _CASES.replace(
    "{accounts}",
    "SELECT * FROM accounts WHERE customer_code = ANY ($1) AND debt > 0 AND oldest_due_date IS NOT NULL",
)
_CASES_OF_UNIT = _CASES.replace(
    "{accounts}",
    """SELECT * FROM accounts WHERE unit_code = $1 AND debt > 0 AND oldest_due_date < $2 AND customer_code > $3
    ORDER BY customer_code LIMIT $4""",
)


async def cases_of(connection: Connection, customer_codes: Sequence[str], moment: datetime) -> list[StoredCase]:
    """Return the cases of those of the customers who owe, in the order of their codes."""
    return [_case(row, moment) for row in await connection.fetch(_CASES_OF, list(customer_codes))]


async def cases_of_unit(
    connection: Connection, unit_code: str, day: date, after: str, limit: int, moment: datetime
) -> list[StoredCase]:
    """Return the cases of a unit whose oldest bill was due before a day, in the order of the customers' codes."""
    return [_case(row, moment) for row in await connection.fetch(_CASES_OF_UNIT, unit_code, day, after, limit)]


def _case(row: Record, moment: datetime) -> StoredCase:
    warned = None
    if row["warning_id"] is not None:
        warned = Warned(
            row["cut_from"], row["reminder_id"] is not None, row["sms_delivered_at"], row["paper_delivered_at"]
        )
    blockers = {
        Blocker.COMPLAINT: row["is_disputed"],
        Blocker.PROMISE: row["promised_for"] is not None and row["promised_for"] > moment,
        Blocker.UNIDENTIFIED_TRANSFER: row["has_waiting_credit"],
        Blocker.INSTALMENTS: row["pays_in_parts"],
        Blocker.PROTECTED: row["protected"],
        Blocker.INACTIVE: not row["active"],
        Blocker.CUT_OFF: row["is_cut_off"],
    }
    case = Case(
        customer_code=row["customer_code"],
        unit_code=row["unit_code"],
        debt=row["debt"],
        debt_due_on=row["oldest_due_date"],
        delivered={
            Kind(kind): datetime.fromisoformat(at) for kind, at in (row["delivered"] or {}).items() if at is not None
        },
        visited={Outcome(outcome): datetime.fromisoformat(at) for outcome, at in (row["visited"] or {}).items()},
        warned=warned,
        blockers=frozenset(blocker for blocker, is_there in blockers.items() if is_there),
    )
    return StoredCase(case, row["collector_code"], row["warning_id"], row["phone"])


def _moments(found: Mapping[str, str | None] | None) -> Iterator[tuple[str, datetime]]:
    for name, text in (found or {}).items():
        if text is not None:
            yield name, datetime.fromisoformat(text)


_KEEP_VISIT = """
INSERT INTO notice_visits AS known (visit_id, customer_code, outcome, visited_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (visit_id) DO UPDATE SET outcome = excluded.outcome WHERE known.outcome = 'met'
"""


async def keep_visit(
    connection: Connection, visit_id: UUID, customer_code: str, outcome: Outcome, visited_at: datetime
) -> None:
    """Keep that a collector was at a customer's door; a visit may go from ``met`` to another outcome."""
    await connection.execute(_KEEP_VISIT, visit_id, customer_code, outcome.value, visited_at)


# It may be known before the visit itself.
_WITHDRAW_VISIT = """
INSERT INTO notice_visits (visit_id, customer_code, outcome, visited_at, withdrawn_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (visit_id) DO UPDATE SET withdrawn_at = excluded.withdrawn_at
"""


async def withdraw_visit(
    connection: Connection,
    visit_id: UUID,
    customer_code: str,
    outcome: Outcome,
    visited_at: datetime,
    withdrawn_at: datetime,
) -> None:
    """Keep that a visit was taken back: nothing was delivered at it."""
    await connection.execute(_WITHDRAW_VISIT, visit_id, customer_code, outcome.value, visited_at, withdrawn_at)
