"""The log of what people of the office do: searched, and exported for a spreadsheet."""

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from asyncpg import Record
from pydantic import Field, StringConstraints

from services.gateway.api.staff_sessions import LoginName
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import NO_DEVICE
from services.gateway.domain.staff import LOG_READERS
from services.gateway.edge.operation import Answer, AnyOperation, Call, Operation
from services.gateway.edge.types import INTEGER, Id, Incoming, IncomingMoment, Nothing, Outgoing
from services.gateway.store import staff_acts
from shared.clock import VIETNAM
from shared.csv_files.export import as_csv

TAG = "people"
CSV = "text/csv"
_MOST_EXPORTED = 20_000


class ActsFilter(Incoming):
    """Which acts."""

    staff_id: Id | None = None
    login_name: LoginName | None = None
    what: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{1,60}$")] | None = Field(
        default=None, description="The operation's id: `reversePayment`, `signIn`."
    )
    object: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.-]{1,64}$")] | None = Field(
        default=None, description="Id or code of what it was done to."
    )
    since: IncomingMoment | None = None
    until: IncomingMoment | None = Field(default=None, description="Before this moment.")


class ActsQuery(ActsFilter):
    """Which acts, and how many."""

    before: Id | None = Field(default=None, description="`next` of the page before.")
    limit: Annotated[int, Field(ge=1, le=500), INTEGER] = 100


class StaffAct(Outgoing):
    """Something that a person asked for, and what came of it."""

    act_id: UUID
    acted_at: datetime
    staff_id: UUID | None = Field(description="Null where nobody was signed in: a refused sign-in.")
    login_name: str | None
    what: str
    object: str | None
    address: str = Field(description="The network address that it came from.")
    asked: dict[str, Any] | None = Field(description="The body of the request, without secrets.")
    status: int | None = Field(description="Null where the outcome is not known.")
    problem: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    correlation_id: str


class StaffActs(Outgoing):
    """The latest first."""

    acts: list[StaffAct]
    next: UUID | None = Field(description="To be given as `before` for the next page; null on the last one.")


def _wanted(
    call: Call[Nothing, ActsQuery, None] | Call[Nothing, ActsFilter, None], before: UUID | None, limit: int
) -> staff_acts.Wanted:
    query, member = call.query, call.member
    return staff_acts.Wanted(
        staff_id=query.staff_id,
        login_name=query.login_name.lower() if query.login_name else None,
        what=query.what,
        object_id=query.object,
        since=query.since,
        until=query.until,
        before=before,
        limit=limit,
        units=None if member.sees_all_units else sorted(member.units),
    )


async def read_all(call: Call[Nothing, ActsQuery, None], dependencies: Dependencies) -> StaffActs:
    """Search the log."""
    async with dependencies.database() as connection:
        rows = await staff_acts.found(connection, _wanted(call, call.query.before, call.query.limit))
    acts = [StaffAct.model_validate(dict(row)) for row in rows]
    return StaffActs(acts=acts, next=acts[-1].act_id if len(acts) == call.query.limit else None)


_COLUMNS = ("acted_at", "login_name", "what", "object", "address", "status", "problem", "asked", "before", "after")


async def export(call: Call[Nothing, ActsFilter, None], dependencies: Dependencies) -> Answer:
    """Give the log, as far as it is searched for, as a file for a spreadsheet."""
    async with dependencies.database() as connection:
        rows = await staff_acts.found(connection, _wanted(call, None, _MOST_EXPORTED))
    content = as_csv(_COLUMNS, ([_cell(row, column) for column in _COLUMNS] for row in rows))
    headers = {"Content-Disposition": 'attachment; filename="staff-acts.csv"'}
    return Answer(content=content, content_type=CSV, headers=headers)


def _cell(row: Record, column: str) -> object:
    value = row[column]
    if isinstance(value, datetime):
        return f"{value.astimezone(VIETNAM):%Y-%m-%d %H:%M:%S}"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path="/v1/staff-acts",
        name="listStaffActs",
        tag=TAG,
        summary="Search the log of what people did, the latest first",
        description="Who only works for some units sees what people of these units alone did.",
        handler=read_all,
        query_model=ActsQuery,
        answer=StaffActs,
        kept=True,
        roles=NO_DEVICE,
        staff=LOG_READERS,
    ),
    Operation(
        method="GET",
        path="/v1/staff-acts/export",
        name="exportStaffActs",
        tag=TAG,
        summary="Read the log as CSV; the latest 20,000 at most",
        handler=export,
        query_model=ActsFilter,
        media_types={CSV: "UTF-8 with a header; times of Vietnam; no cell is read as a formula."},
        kept=True,
        roles=NO_DEVICE,
        staff=LOG_READERS,
    ),
]
