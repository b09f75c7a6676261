"""Visits, and the answers to the requests that recorded them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.customer.domain.visits import Account, LatestVisit, PastVisit, Standing
from services.customer.store.recorded import Recorded
from shared.contracts.actor import Actor
from shared.contracts.common import Outcome
from shared.contracts.customer import Visit
from shared.db import Connection, add_once

_PAST_VISITS = """
SELECT outcome, visited_at, appointment, account_version, recorded_at FROM visits
WHERE customer_code = $1 AND account_version > $2 AND visit_id IS DISTINCT FROM $3 AND withdrawn_at IS NULL
"""


async def past_visits(
    connection: Connection, customer_code: str, cleared_version: int, besides: UUID | None = None
) -> list[PastVisit]:
    """Return the visits for the present debt, all but the visit ``besides``."""
    rows = await connection.fetch(_PAST_VISITS, customer_code, cleared_version, besides)
    return [_past_visit(row) for row in rows]


_PAST_VISITS_OF = """
SELECT visits.customer_code, outcome, visited_at, appointment, account_version, recorded_at
FROM unnest($1::text[], $2::bigint[]) AS cleared (customer_code, version) JOIN visits USING (customer_code)
WHERE account_version > cleared.version AND withdrawn_at IS NULL
"""


async def past_visits_of(connection: Connection, cleared_versions: Mapping[str, int]) -> dict[str, list[PastVisit]]:
    """Return the visits for the present debts of many customers; those without any are left out."""
    found: dict[str, list[PastVisit]] = {}
    rows = await connection.fetch(_PAST_VISITS_OF, list(cleared_versions), list(cleared_versions.values()))
    for row in rows:
        found.setdefault(row["customer_code"], []).append(_past_visit(row))
    return found


def _past_visit(row: Mapping[str, Any]) -> PastVisit:
    return PastVisit(
        Outcome(row["outcome"]), row["visited_at"], row["appointment"], row["account_version"], row["recorded_at"]
    )


_FIND = """
SELECT visit_id, customer_code, collector_code, outcome, visited_at, appointment, note, next_step, misses,
    withdrawn_at,
    ARRAY(
        SELECT visit_notes.note FROM visit_notes WHERE visit_notes.visit_id = $1 ORDER BY noted_at, note_id
    ) AS later_notes
FROM visits WHERE visit_id = $1
"""


async def find_visit(connection: Connection, visit_id: UUID) -> Visit | None:
    """Return a visit as it was last recorded; None when it never was."""
    row = await connection.fetchrow(_FIND, visit_id)
    return None if row is None else Visit.model_validate(dict(row))


_LATEST = """
SELECT visit_id, coalesce(recorded_at, visited_at) AS recorded_at, account_version FROM visits
WHERE customer_code = $1 AND withdrawn_at IS NULL
ORDER BY coalesce(recorded_at, visited_at) DESC, visited_at DESC, visit_id DESC LIMIT 1
"""


async def latest_visit_of(connection: Connection, customer_code: str) -> LatestVisit | None:
    """Return the last visit to a customer that stands, in the order of recording."""
    row = await connection.fetchrow(_LATEST, customer_code)
    return None if row is None else LatestVisit(**row)


_VISITED = "SELECT customer_code FROM visits WHERE visit_id = $1"


async def customer_of_visit(connection: Connection, visit_id: UUID) -> str | None:
    """Return whom a visit was made to; None for an unknown visit."""
    code: str | None = await connection.fetchval(_VISITED, visit_id)
    return code


_ADD_WITHDRAWAL = """
INSERT INTO visit_withdrawals (withdrawal_id, visit_id, collector_code, device_id, reason, withdrawn_at, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING
RETURNING true
"""
_MARK_WITHDRAWN = "UPDATE visits SET withdrawn_at = $2 WHERE visit_id = $1"


async def withdraw(
    connection: Connection,
    visit: Visit,
    *,
    withdrawal_id: UUID,
    device_id: UUID | None,
    reason: str,
    moment: datetime,
    actor: Actor,
) -> bool:
    """Mark a visit as taken back and keep who did it, when and why. Returns False when the id is already in use."""
    if not await add_once(
        connection,
        _ADD_WITHDRAWAL,
        withdrawal_id,
        visit.visit_id,
        visit.collector_code,
        device_id,
        reason,
        moment,
        actor.model_dump(mode="json"),
    ):
        return False
    await connection.execute(_MARK_WITHDRAWN, visit.visit_id, moment)
    return True


_RECORDED = "SELECT outcome, fingerprint, answer FROM visit_records WHERE visit_id = $1"


async def recorded_visit(connection: Connection, visit_id: UUID) -> dict[Outcome, Recorded]:
    """Return what was recorded of a visit, by outcome; empty when nothing was."""
    rows = await connection.fetch(_RECORDED, visit_id)
    return {Outcome(row["outcome"]): Recorded(row["fingerprint"], row["answer"]) for row in rows}


_BEFORE = """
SELECT EXISTS (
        SELECT FROM customers JOIN routes USING (route_code) WHERE customer_code = $2 AND collector_code = $3
    ) AS is_on_route,
    (SELECT unit_code FROM customers WHERE customer_code = $2) AS unit_code,
    ARRAY(SELECT outcome FROM visit_records WHERE visit_id = $1) AS outcomes,
    EXISTS (SELECT FROM visits WHERE visit_id = $1 AND withdrawn_at IS NOT NULL) AS is_withdrawn
"""


@dataclass(frozen=True, slots=True)
class BeforeVisit:
    """What is known when a visit is to be recorded."""

    is_on_route: bool
    """Whether there is such a customer on a route of the collector."""

    unit_code: str
    """Of the unit that manages the customer; empty for an unknown one."""

    outcomes: frozenset[Outcome]
    """What was recorded of this visit before."""

    is_withdrawn: bool


async def before_visit(connection: Connection, visit_id: UUID, customer_code: str, collector_code: str) -> BeforeVisit:
    """Return what is known when a visit is to be recorded, read by one statement."""
    [row] = await connection.fetch(_BEFORE, visit_id, customer_code, collector_code)
    outcomes = frozenset(Outcome(outcome) for outcome in row["outcomes"])
    return BeforeVisit(row["is_on_route"], row["unit_code"] or "", outcomes, row["is_withdrawn"])


# Keep a visit with its answer, and where it leads; one that was recorded before goes on to its next outcome. Returns
# nothing, and keeps nothing, when the visit is known for another customer or collector.
_SAVE = """
WITH kept AS (
    INSERT INTO visits AS known (visit_id, customer_code, collector_code, device_id, outcome, visited_at, appointment,
        note, next_step, misses, account_version, recorded_at, actor)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    ON CONFLICT (visit_id) DO UPDATE
        SET outcome = excluded.outcome, visited_at = excluded.visited_at, appointment = excluded.appointment,
            note = excluded.note, next_step = excluded.next_step, misses = excluded.misses,
            account_version = excluded.account_version, device_id = excluded.device_id,
            recorded_at = excluded.recorded_at, actor = excluded.actor
        WHERE known.customer_code = excluded.customer_code AND known.collector_code = excluded.collector_code
    RETURNING visit_id, known.customer_code
), recorded AS (
    INSERT INTO visit_records (visit_id, outcome, fingerprint, answer, recorded_at, actor)
    SELECT visit_id, $5, $14, $15, $12, $13 FROM kept
), stands AS (
    UPDATE standings SET account_version = $11, debt = $16, cleared_version = $17, cleared_at = $18, step = $19,
        misses = $20, appointment = $21
    FROM kept WHERE standings.customer_code = kept.customer_code
)
SELECT visit_id FROM kept
"""


async def save_visit(
    connection: Connection,
    visit: Visit,
    account: Account,
    stands: Standing,
    *,
    device_id: UUID | None,
    fingerprint: str,
    moment: datetime,
    actor: Actor,
) -> bool:
    """Keep a visit with its answer, and where it leads; the standing is locked.

    Returns False, and keeps nothing, when the visit id belongs to another customer or collector.
    """
    kept = await connection.fetchval(
        _SAVE,
        visit.visit_id,
        visit.customer_code,
        visit.collector_code,
        device_id,
        visit.outcome,
        visit.visited_at,
        visit.appointment,
        visit.note,
        visit.next_step,
        visit.misses,
        account.version,
        moment,
        actor.model_dump(mode="json"),
        fingerprint,
        visit.model_dump(mode="json"),
        account.debt,
        account.cleared_version,
        account.cleared_at,
        stands.step,
        stands.misses,
        stands.appointment,
    )
    return kept is not None
