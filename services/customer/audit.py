"""What the customer service can say in an audit of the whole system: read-only, on a connection to its database."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.customer.statements import statement
from shared.contracts.common import NextStep, Outcome
from shared.contracts.customer import VisitRecorded
from shared.db import Connection

_BROKEN_STANDINGS = statement("broken_standings")

_VISITS = """
SELECT visit_id, customer_code, visit_records.outcome, answer->>'next_step' AS next_step, device_id, recorded_at,
    row_number() OVER (PARTITION BY visit_id ORDER BY recorded_at, visit_records.outcome = $1) = 1 AS first,
    coalesce(cleared_version > visits.account_version, false) AS cleared_since
FROM visit_records JOIN visits USING (visit_id) LEFT JOIN standings USING (customer_code)
ORDER BY recorded_at, visit_id, visit_records.outcome = $1
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
    """Nothing was owed at some time after the visit: paid at the door, it may have come too late for a notice."""


@dataclass(frozen=True)
class CustomerAudit:
    """What was recorded, and what is wrong with it in itself."""

    visits: list[RecordedVisit]
    accounts: dict[str, tuple[int, int]]
    """Customer code → version of the account and debt in đồng, as billing reported them last."""
    versions: dict[str, int]
    """Customer code → version of the facts last announced: billing's copy must have it."""
    violations: list[str]


async def audit_facts(connection: Connection) -> CustomerAudit:
    """Read the facts in one snapshot; needs no running service."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        visits = await connection.fetch(_VISITS, Outcome.CANNOT_PAY)
        accounts = await connection.fetch("SELECT customer_code, account_version, debt FROM standings")
        versions = await connection.fetch("SELECT customer_code, version FROM announcements")
        broken = await connection.fetch(_BROKEN_STANDINGS)
        told_wrongly = await _visits_told_wrongly(connection)
    return CustomerAudit(
        visits=[
            RecordedVisit(
                visit_id=row["visit_id"],
                customer_code=row["customer_code"],
                outcome=Outcome(row["outcome"]),
                next_step=NextStep(row["next_step"]),
                first=row["first"],
                device_id=row["device_id"],
                recorded_at=row["recorded_at"],
                cleared_since=row["cleared_since"],
            )
            for row in visits
        ],
        accounts={row["customer_code"]: (row["account_version"], row["debt"]) for row in accounts},
        versions={row["customer_code"]: row["version"] for row in versions},
        violations=[*(row["violation"] for row in broken), *told_wrongly],
    )


async def _visits_told_wrongly(connection: Connection) -> list[str]:
    """Return the visits that were told of not once per record; the outbox keeps what was sent for some days only."""
    rows = await connection.fetch(
        "SELECT visit_id, outcome, count(told.body) AS times FROM visit_records LEFT JOIN ("
        "  SELECT body::jsonb AS body FROM outbox WHERE routing_key = $1"
        ") AS told ON (told.body->'visit'->>'visit_id')::uuid = visit_id AND told.body->'visit'->>'outcome' = outcome"
        " WHERE recorded_at > (SELECT coalesce(min(created_at), 'infinity') FROM outbox)"
        " GROUP BY visit_id, outcome HAVING count(told.body) <> 1",
        VisitRecorded.routing_key(),
    )
    return [f"visit {row['visit_id']} ({row['outcome']}) was told of {row['times']} times" for row in rows]
