"""The log of what people of the office do. Only ever added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from shared.contracts.actor import Actor
from shared.db import Connection
from shared.ids import new_id
from shared.messaging import context as contexts

_ADD = """
INSERT INTO staff_acts (act_id, staff_id, login_name, what, object, asked, address, actor, correlation_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


async def add(
    connection: Connection,
    what: str,
    *,
    staff_id: UUID | None,
    login_name: str | None,
    object_id: str | None,
    asked: Mapping[str, Any] | None,
    address: str,
    actor: Actor,
) -> UUID:
    """Keep that somebody asks for something; the context gives the id under which logs have it."""
    act_id = new_id()
    await connection.execute(
        _ADD,
        act_id,
        staff_id,
        login_name,
        what,
        object_id,
        None if asked is None else dict(asked),
        address,
        actor.model_dump(mode="json"),
        contexts.current_or_new().correlation_id,
    )
    return act_id


_END = "INSERT INTO staff_act_outcomes (act_id, status, problem, before, after) VALUES ($1, $2, $3, $4, $5)"


async def end(
    connection: Connection,
    act_id: UUID,
    status: int,
    problem: str | None = None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Keep what came of it."""
    await connection.execute(
        _END, act_id, status, problem, None if before is None else dict(before), None if after is None else dict(after)
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which acts are looked for."""

    staff_id: UUID | None = None
    login_name: str | None = None
    what: str | None = None
    object_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: UUID | None = None
    """The last act of the page before."""
    limit: int = 100
    units: Sequence[str] | None = None
    """Only acts of people who work for these alone; None: of everybody."""


# Ids are made in the order of time.
_FOUND = """
SELECT act_id, acted_at, staff_acts.staff_id, staff_acts.login_name, what, object, asked, address, correlation_id,
    status, problem, before, after
FROM staff_acts LEFT JOIN staff_act_outcomes USING (act_id) LEFT JOIN staff ON staff.staff_id = staff_acts.staff_id
WHERE ($1::uuid IS NULL OR staff_acts.staff_id = $1) AND ($2::text IS NULL OR staff_acts.login_name = $2)
    AND ($3::text IS NULL OR what = $3) AND ($4::text IS NULL OR object = $4)
    AND ($5::timestamptz IS NULL OR acted_at >= $5) AND ($6::timestamptz IS NULL OR acted_at < $6)
    AND ($7::uuid IS NULL OR act_id < $7) AND ($8::text[] IS NULL OR staff.units <@ $8)
ORDER BY act_id DESC LIMIT $9
"""


async def found(connection: Connection, wanted: Wanted) -> list[Record]:
    """Return acts, the latest first."""
    return list(
        await connection.fetch(
            _FOUND,
            wanted.staff_id,
            wanted.login_name,
            wanted.what,
            wanted.object_id,
            wanted.since,
            wanted.until,
            wanted.before,
            None if wanted.units is None else list(wanted.units),
            wanted.limit,
        )
    )
