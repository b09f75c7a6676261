"""Cut-off lists: made by one person, approved by another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from shared.contracts.actor import Actor
from shared.contracts.notify import CutList, CutListState
from shared.db import Connection

_LISTS = """
SELECT list_id, unit_code, day, made_by, made_at, approved_by, approved_at, discarded_at,
    (SELECT count(*) FROM cut_list_entries WHERE cut_list_entries.list_id = cut_lists.list_id) AS customers,
    (SELECT coalesce(sum(debt), 0)::bigint FROM cut_list_entries WHERE cut_list_entries.list_id = cut_lists.list_id)
        AS debt
FROM cut_lists
"""
_ONE = f"{_LISTS} WHERE list_id = $1 AND (cardinality($2::text[]) = 0 OR unit_code = ANY ($2))"
_LATEST = f"""{_LISTS} WHERE cardinality($1::text[]) = 0 OR unit_code = ANY ($1)
ORDER BY made_at DESC, list_id LIMIT $2
"""


async def cut_list(connection: Connection, list_id: UUID, unit_codes: Sequence[str]) -> CutList | None:
    """Return a list of one of the units (none: of any)."""
    row = await connection.fetchrow(_ONE, list_id, list(unit_codes))
    return None if row is None else _list(row)


async def latest_lists(connection: Connection, unit_codes: Sequence[str], limit: int) -> list[CutList]:
    """Return the latest lists of some units (none: of all)."""
    return [_list(row) for row in await connection.fetch(_LATEST, list(unit_codes), limit)]


def _list(row: Record) -> CutList:
    values: dict[str, Any] = dict(row)
    discarded_at = values.pop("discarded_at")
    state = CutListState.ASKED
    if values["approved_at"] is not None:
        state = CutListState.APPROVED
    if discarded_at is not None:
        state = CutListState.DISCARDED
    return CutList.model_validate(values | {"state": state})


_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('cut list ' || $1::uuid, 0))"


async def lock_list(connection: Connection, list_id: UUID) -> None:
    """Make, approve and discard a list one request after the other."""
    await connection.execute(_LOCK, list_id)


@dataclass(frozen=True)
class Entry:
    """A customer of a list, as it was made."""

    customer_code: str
    warning_id: UUID
    debt: int
    debt_due_on: date


_ADD = "INSERT INTO cut_lists (list_id, unit_code, day, made_by, made_at) VALUES ($1, $2, $3, $4, $5)"
_ADD_ENTRIES = """
INSERT INTO cut_list_entries (list_id, customer_code, warning_id, debt, debt_due_on)
SELECT $1, * FROM unnest($2::text[], $3::uuid[], $4::bigint[], $5::date[])
"""


async def add_list(
    connection: Connection,
    list_id: UUID,
    unit_code: str,
    day: date,
    made_by: Actor,
    moment: datetime,
    entries: Sequence[Entry],
) -> None:
    """Keep a list with its customers."""
    await connection.execute(_ADD, list_id, unit_code, day, made_by.model_dump(mode="json"), moment)
    await connection.execute(
        _ADD_ENTRIES,
        list_id,
        [entry.customer_code for entry in entries],
        [entry.warning_id for entry in entries],
        [entry.debt for entry in entries],
        [entry.debt_due_on for entry in entries],
    )


_ENTRIES = """
SELECT customer_code, warning_id, debt, debt_due_on FROM cut_list_entries WHERE list_id = $1 ORDER BY customer_code
"""


async def entries_of(connection: Connection, list_id: UUID) -> list[Entry]:
    """Return the customers of a list as it was made, in the order of their codes."""
    return [Entry(**row) for row in await connection.fetch(_ENTRIES, list_id)]


_APPROVE = "UPDATE cut_lists SET approved_by = $2, approved_at = $3 WHERE list_id = $1"


async def approve(connection: Connection, list_id: UUID, actor: Actor, moment: datetime) -> None:
    """Keep who approved a list."""
    await connection.execute(_APPROVE, list_id, actor.model_dump(mode="json"), moment)


_DISCARD = "UPDATE cut_lists SET discarded_by = $2, discarded_at = $3 WHERE list_id = $1"


async def discard(connection: Connection, list_id: UUID, actor: Actor, moment: datetime) -> None:
    """Keep who discarded a list."""
    await connection.execute(_DISCARD, list_id, actor.model_dump(mode="json"), moment)
