"""Facts for the audit: visits and standings, and what must never be true of them."""

from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from shared.audit import AuditViolation, broken_rules, implausible_times, rows_in_order
from shared.contracts.common import NextStep, Outcome
from shared.contracts.customer import VisitRecorded
from shared.db import Connection
from shared.messaging.pruner import ARCHIVE_DAYS
from shared.money_history import MoneyTable
from shared.stored_records import readable

HISTORY = {
    "collectors": MoneyTable("collector_code"),
    "visits": MoneyTable("visit_id", once=("withdrawn_at",), digested=("note",)),
    "visit_withdrawals": MoneyTable("withdrawal_id"),
}
"""Tables whose history is kept (0009)."""

# Each rule selects what breaks it as (subject, detail); a sound database selects nothing.
_RULES: dict[str, str] = {
    "a step and its misses follow from the account and the visits": """
        SELECT customer_code, format('stands at %s with %s misses, but owes %s đồng and was missed %s times',
            step, misses, debt, missed)
        FROM standings, LATERAL (
            SELECT count(*) AS missed FROM visits
            WHERE visits.customer_code = standings.customer_code AND account_version > cleared_version
                AND outcome <> 'met' AND withdrawn_at IS NULL
        ) AS counted
        WHERE (step = 'settled') <> (debt <= 0)
            OR (debt > 0 AND misses <> missed)
            OR (step = 'due') <> (debt > 0 AND missed = 0)
        ORDER BY customer_code
    """,
}

# Only from met to cannot_pay can a visit go on, so its records have an order without their moments, which may be those
# of two copies' clocks.
_VISITS = """
SELECT visit_id, customer_code, visit_records.outcome, answer->>'next_step' AS next_step, device_id,
    visit_records.recorded_at, visit_records.actor,
    row_number() OVER (PARTITION BY visit_id ORDER BY visit_records.outcome = $1) = 1 AS first,
    visits.withdrawn_at IS NOT NULL OR coalesce(cleared_version > visits.account_version, false) AS cleared_since
FROM visit_records JOIN visits USING (visit_id) LEFT JOIN standings USING (customer_code)
ORDER BY visit_id, visit_records.outcome = $1
"""

# Whether the event must still be in the outbox is asked of the database's clock alone: it dated the record, it dates
# what the relay sent, and the relay prunes by it. A day less than the archive keeps, so that a clock that was set back
# a little does no harm. Only records from before written_at was kept fall back to the service's clock.
_NOT_EMITTED_ONCE = """
SELECT visit_id, outcome, count(event.body) AS times
FROM visit_records LEFT JOIN (SELECT body::jsonb AS body FROM outbox WHERE routing_key = $1) AS event
    ON (event.body->'visit'->>'visit_id')::uuid = visit_id AND event.body->'visit'->>'outcome' = outcome
WHERE coalesce(written_at, recorded_at) > now() - make_interval(days => $2)
GROUP BY visit_id, outcome HAVING count(event.body) <> 1
"""


@dataclass(frozen=True)
class RecordedVisit:
    """One outcome of one visit: one ``visit.recorded`` event, and what others must have made of it.

    The first record of a visit expects one notice from billing; with ``away`` it expects one reminder from notify,
    too. A visit that went on from ``met`` has a second record, with ``first`` false.
    """

    visit_id: UUID
    customer_code: str
    outcome: Outcome
    next_step: NextStep
    first: bool
    device_id: UUID | None
    """The phone whose printer prints the notice; None prints nowhere."""
    recorded_at: datetime
    cleared_since: bool
    """Nothing was owed at some time after the visit: paid at the door, it may have come too late for a notice. Or the
    visit was taken back."""
    actor: str | None = None
    """Who recorded it: JSON; None from a version before."""


@dataclass(frozen=True)
class VisitFacts:
    """The violations found inside this database."""

    violations: list[AuditViolation]
    remarks: list[AuditViolation] = field(default_factory=list)
    """What breaks no rule and waits for a person to look at it."""


async def audit_facts(connection: Connection) -> VisitFacts:
    """Read the facts in one snapshot; needs no running service."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        violations = await broken_rules(connection, "customer", _RULES)
        remarks = await implausible_times(connection, "customer")
        violations += await _not_emitted_once(connection)
        violations += await _unreadable(connection)
    return VisitFacts(violations, remarks)


async def _unreadable(connection: Connection) -> list[AuditViolation]:
    unreadable: Counter[UUID] = Counter()
    async for row in rows_in_order(connection, _VISITS, Outcome.CANNOT_PAY):
        if not readable([row], _visit, kind="visit_record", key="visit_id"):
            unreadable[row["visit_id"]] += 1
    return [
        AuditViolation("customer", "a record of a visit can be read", str(visit_id), f"{records} records cannot")
        for visit_id, records in unreadable.items()
    ]


# What is compared row by row with the other services' (ops/audit/comparison.py): each in the order of its key.

_ACCOUNTS = 'SELECT customer_code, account_version, debt FROM standings ORDER BY customer_code COLLATE "C"'
_VERSIONS = 'SELECT customer_code, version FROM announcements ORDER BY customer_code COLLATE "C"'


async def visits_in_order(connection: Connection) -> AsyncIterator[tuple[UUID, RecordedVisit]]:
    """Yield the records of visits that can be read, by the visit; its last record last."""
    async for row in rows_in_order(connection, _VISITS, Outcome.CANNOT_PAY):
        for visit in readable([row], _visit, kind="visit_record", key="visit_id"):
            yield visit.visit_id, visit


async def accounts_in_order(connection: Connection) -> AsyncIterator[tuple[str, tuple[int, int]]]:
    """Yield version of the account and debt, as billing reported them last, by the customer."""
    async for row in rows_in_order(connection, _ACCOUNTS):
        yield row[0], (row[1], row[2])


async def versions_in_order(connection: Connection) -> AsyncIterator[tuple[str, int]]:
    """Yield the version of the facts last announced, by the customer: billing's copy must have it."""
    async for row in rows_in_order(connection, _VERSIONS):
        yield row[0], row[1]


# Those from before complaints were told of have no day of an answer. One is deleted long after it was settled.
_COMPLAINTS = """
SELECT complaint_id, settlement_id IS NULL
FROM reading_complaints LEFT JOIN complaint_settlements USING (complaint_id)
WHERE bill_number IS NOT NULL AND answer_by IS NOT NULL ORDER BY complaint_id
"""


async def complaints_in_order(connection: Connection) -> AsyncIterator[tuple[UUID, bool]]:
    """Yield whether each complaint about a bill is open, by its id."""
    async for row in rows_in_order(connection, _COMPLAINTS):
        yield row[0], row[1]


async def _not_emitted_once(connection: Connection) -> list[AuditViolation]:
    """Return the records of visits whose event is not in the outbox exactly once, as far as the outbox reaches back."""
    rows = await connection.fetch(_NOT_EMITTED_ONCE, VisitRecorded.routing_key(), ARCHIVE_DAYS - 1)
    return [
        AuditViolation(
            "customer",
            "each record of a visit is emitted once",
            str(row["visit_id"]),
            f"{row['outcome']}: emitted {row['times']} times",
        )
        for row in rows
    ]


def _visit(row: Mapping[str, Any]) -> RecordedVisit:
    return RecordedVisit(
        visit_id=row["visit_id"],
        customer_code=row["customer_code"],
        outcome=Outcome(row["outcome"]),
        next_step=NextStep(row["next_step"]),
        first=row["first"],
        device_id=row["device_id"],
        recorded_at=row["recorded_at"],
        cleared_since=row["cleared_since"],
        actor=row["actor"],
    )


# What the rules between services look at (ops/audit/recomputation.py).


class VisitAtTheDoor(NamedTuple):
    """A visit with who made it."""

    visit_id: UUID
    customer_code: str
    collector_code: str
    device_id: UUID | None
    recorded_at: datetime | None
    """First record of it, by the service's clock."""
    withdrawn_at: datetime | None
    visited_at: datetime | None = None
    """As the phone states it."""
    actor: str | None = None
    """JSON; None from a version before."""


_VISITS_AT_THE_DOOR = """
SELECT visit_id, customer_code, collector_code, device_id,
    (SELECT min(visit_records.recorded_at) FROM visit_records WHERE visit_records.visit_id = visits.visit_id),
    withdrawn_at, visited_at, actor
FROM visits WHERE customer_code = ANY ($1) AND ($2::uuid[] IS NULL OR visit_id = ANY ($2))
"""
_ACTIVITY = """
SELECT row_key, changed_at, (new_values ->> 'active')::boolean FROM money_history
WHERE table_name = 'collectors' AND new_values ? 'active' ORDER BY entry
"""


async def visits_to(
    connection: Connection, customer_codes: Sequence[str], visit_ids: Collection[UUID] | None = None
) -> dict[UUID, VisitAtTheDoor]:
    """Return the visits to some customers; ``visit_ids``: only these of them."""
    only = None if visit_ids is None else list(visit_ids)
    rows = await connection.fetch(_VISITS_AT_THE_DOOR, customer_codes, only)
    return {row[0]: VisitAtTheDoor(*row) for row in rows}


_CUSTOMERS_OF = "SELECT DISTINCT customer_code FROM visits WHERE visit_id = ANY ($1::uuid[]) ORDER BY customer_code"


async def customers_visited(connection: Connection, visit_ids: Sequence[UUID]) -> list[str]:
    """Return whom these visits were made to."""
    return [row[0] for row in await connection.fetch(_CUSTOMERS_OF, visit_ids)]


_COLLECTORS = "SELECT collector_code, active FROM collectors"


async def collectors_at_work(connection: Connection) -> dict[str, bool]:
    """Return which collectors work for the utility."""
    return {row[0]: row[1] for row in await connection.fetch(_COLLECTORS)}


async def activity_of_collectors(connection: Connection) -> dict[str, list[tuple[datetime, bool]]]:
    """Return since when each collector was active or not, in order, as far as it is known."""
    found: dict[str, list[tuple[datetime, bool]]] = {}
    for row in await connection.fetch(_ACTIVITY):
        found.setdefault(row[0], []).append((row[1], row[2]))
    return found
