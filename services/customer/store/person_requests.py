"""The register of what people ask for about their data: requests, steps, and which clock has run out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.customer.personal_data.rules import Clocks
from shared.contracts.actor import Actor
from shared.contracts.customer import (
    GetPersonRequests,
    NotePersonRequest,
    OpenPersonRequest,
    PersonRequest,
    PersonRequestAct,
)
from shared.db import Connection, add_once

_ADD = """
INSERT INTO person_requests (request_id, kind, customer_code, note, with_processors, received_at, acknowledge_by,
    due_at, extended_due_at, opened_at, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING RETURNING true
"""


async def add_request(
    connection: Connection, request: OpenPersonRequest, clocks: Clocks, moment: datetime, actor: Actor
) -> bool:
    """Keep a request; False when its id is in use."""
    return await add_once(
        connection,
        _ADD,
        request.request_id,
        request.kind,
        request.customer_code,
        request.note,
        request.with_processors,
        request.received_at,
        clocks.acknowledge_by,
        clocks.due_at,
        clocks.extended_due_at,
        moment,
        actor.model_dump(mode="json"),
    )


_ADD_ACT = """
INSERT INTO person_request_acts (act_id, request_id, step, note, taken_at, actor)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING true
"""


async def add_act(connection: Connection, request: NotePersonRequest, moment: datetime, actor: Actor) -> bool:
    """Keep a step; False when its id is in use, or it may be taken once and was."""
    return await add_once(
        connection,
        _ADD_ACT,
        request.act_id,
        request.request_id,
        request.step,
        request.note,
        moment,
        actor.model_dump(mode="json"),
    )


# Where each request stands. It is extended by its own act; what ends it ends its clocks.
_STANDING = """
SELECT request_id, kind, customer_code, note, with_processors, received_at, acknowledge_by, opened_at,
    CASE WHEN steps.extended THEN extended_due_at ELSE due_at END AS due_at, steps.acknowledged_at, steps.ended_at
FROM person_requests, LATERAL (
    SELECT coalesce(bool_or(step = 'extend'), false) AS extended, min(taken_at) AS acknowledged_at,
        min(taken_at) FILTER (WHERE step IN ('done', 'refuse')) AS ended_at
    FROM person_request_acts WHERE person_request_acts.request_id = person_requests.request_id
) AS steps
"""
_LIST = f"""
SELECT standing.*, coalesce((
    SELECT json_agg(json_build_object('step', step, 'note', acts.note, 'taken_at', taken_at,
        'taken_by', coalesce(nullif(actor ->> 'reference', ''), actor ->> 'id')) ORDER BY taken_at, act_id)
    FROM person_request_acts AS acts WHERE acts.request_id = standing.request_id
), '[]') AS acts
FROM ({_STANDING}) AS standing
WHERE ($1::uuid IS NULL OR request_id = $1) AND ($2::text IS NULL OR customer_code = $2)
    AND (NOT $3 OR ended_at IS NULL)
ORDER BY ended_at IS NOT NULL, due_at, request_id LIMIT $4
"""


async def requests_of(connection: Connection, asked: GetPersonRequests) -> list[PersonRequest]:
    """Return requests, those that are open first, and of them that which is due first."""
    rows = await connection.fetch(_LIST, asked.request_id, asked.customer_code, asked.open_only, asked.limit)
    return [_request(row) for row in rows]


def _request(row: Mapping[str, Any]) -> PersonRequest:
    values = {name: value for name, value in dict(row).items() if name not in {"acts", "opened_at"}}
    return PersonRequest(**values, acts=[PersonRequestAct.model_validate(act) for act in row["acts"]])


# Not of the row: there may be none yet, and the service may change none.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 0))"


async def lock_request(connection: Connection, request_id: UUID) -> None:
    """Lock a request until the transaction ends."""
    await connection.execute(_LOCK, request_id)


_KIND_IF_OPEN = """
SELECT kind FROM person_requests WHERE request_id = $1 AND customer_code = $2 AND NOT EXISTS (
    SELECT FROM person_request_acts
    WHERE person_request_acts.request_id = person_requests.request_id AND step IN ('done', 'refuse'))
"""


async def kind_if_open(connection: Connection, request_id: UUID, customer_code: str) -> str | None:
    """Return what an open request of a customer asks for; None where there is none."""
    kind: str | None = await connection.fetchval(_KIND_IF_OPEN, request_id, customer_code)
    return kind


_STANDINGS = f"""
SELECT kind, count(*) AS open,
    count(*) FILTER (WHERE due_at < $1 OR acknowledged_at IS NULL AND acknowledge_by < $1) AS late,
    min(CASE WHEN acknowledged_at IS NULL THEN least(acknowledge_by, due_at) ELSE due_at END) AS next
FROM ({_STANDING}) AS standing WHERE ended_at IS NULL GROUP BY kind
"""


async def count_open(connection: Connection, moment: datetime) -> dict[str, tuple[int, int, datetime]]:
    """Return for each kind how many requests are open, of how many a clock has run out, and when the next one does."""
    rows = await connection.fetch(_STANDINGS, moment)
    return {row["kind"]: (row["open"], row["late"], row["next"]) for row in rows}


# The steps go with the request. Some at a time, and none that another copy is deleting.
_DELETE = """
WITH old AS (
    SELECT request_id FROM person_request_acts WHERE step IN ('done', 'refuse') AND taken_at < $1
    ORDER BY taken_at LIMIT 500
), acts AS (DELETE FROM person_request_acts USING old WHERE person_request_acts.request_id = old.request_id)
DELETE FROM person_requests USING old WHERE person_requests.request_id = old.request_id
"""


async def delete_requests(connection: Connection, ended_before: datetime) -> int:
    """Delete some of the requests that ended before a moment, with their steps; return how many."""
    return int((await connection.execute(_DELETE, ended_before)).rpartition(" ")[2])
