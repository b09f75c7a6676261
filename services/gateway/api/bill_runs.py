"""Bill runs: what waits, the runs with what they come to and change, and their steps by two people."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.gateway.api import refusals
from services.gateway.approvals.rules import SecondPersonNeeded
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import NO_DEVICE
from services.gateway.domain.staff import APPROVERS, READERS, READING_CLERKS
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import INTEGER, Id, Incoming, IncomingMoment, Nothing, Outgoing
from services.gateway.store import staff
from shared.contracts.actor import Actor, ActorKind, Proof
from shared.contracts.billing import (
    BillRun,
    BillRunState,
    DiscardBillRun,
    GetBillRun,
    GetBillRuns,
    GetWaitingReadings,
    ReadingsWaiting,
    ReleaseBillRun,
    RunProblem,
    RunReport,
    StartBillRun,
)
from shared.problems import NotFound, SameIdOtherContent

TAG = "bills"

_START_SECONDS = 12.0
"""A run over a million customers is divided into its parts within this time."""


class RunPath(Incoming):
    """One bill run."""

    run_id: Id


class RunsQuery(Incoming):
    """Which bill runs."""

    before: IncomingMoment | None = Field(default=None, description="`asked_at` of the last one of the page before.")
    limit: Annotated[int, Field(ge=1, le=200), INTEGER] = 20


class RunScope(Incoming):
    """Over what a bill run is; what is left out is not narrowed."""

    unit_prefix: Annotated[str, StringConstraints(pattern=r"^(P[A-Z][0-9A-Z]{0,4})?$")] = Field(
        default="", description="Units whose codes begin so: a unit by its whole code, all by nothing."
    )
    month: Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")] | None = Field(
        default=None, description="Null: all months that wait.", examples=["2026-10"]
    )


class Totals(Incoming):
    """What the run comes to, as whoever confirms it has checked."""

    bills: int = Field(ge=0, le=10**9)
    total: int = Field(ge=0, le=10**15, description="With VAT, in whole đồng.")


class RunPerson(Outgoing):
    """Who asked for a run or confirmed it."""

    staff_id: UUID | None = Field(description="The account; null for whoever worked at the command line.")
    name: str


class BillRunView(Outgoing):
    """A bill run as it stands."""

    run_id: UUID
    unit_prefix: str
    year: int | None
    month: int | None
    is_trial: bool = Field(description="Computed to be looked at, never released.")
    is_at_once: bool = Field(description="Released by whoever imported the readings: no second person.")
    state: BillRunState
    asked_by: RunPerson
    asked_at: datetime
    parts: int
    computed_parts: int
    computed_at: datetime | None
    bills: int = Field(description="What the drafts come to, as far as they are computed.")
    kwh: int
    pre_vat: int
    vat: int
    total: int
    set_aside: int = Field(description="Periods that cannot be billed.")
    confirmed_by: RunPerson | None
    confirmed_at: datetime | None
    released_parts: int
    released_bills: int
    released_total: int
    left_out_bills: int = Field(
        description="Drafts whose readings were held or replaced after the totals were confirmed: they are no bills."
    )
    left_out_total: int
    ended_at: datetime | None


class BillRunsView(Outgoing):
    """The latest first."""

    runs: list[BillRunView]


class BillRunDetailsView(Outgoing):
    """A bill run with what it changes and what it leaves."""

    run: BillRunView
    problems: list[RunProblem] = Field(description="The first hundred of `set_aside`.")
    held: int = Field(description="Periods of the same units and month whose readings wait for a person.")
    report: RunReport | None = Field(description="Null until it is made, some time after the last draft.")


async def waiting(call: Call[Nothing, Nothing, None], dependencies: Dependencies) -> ReadingsWaiting:
    """Read over what a run could be started."""
    return await dependencies.request(GetWaitingReadings(unit_codes=call.member.unit_codes))


async def read_all(call: Call[Nothing, RunsQuery, None], dependencies: Dependencies) -> BillRunsView:
    """List bill runs."""
    query = call.query
    asked = GetBillRuns(unit_codes=call.member.unit_codes, before=query.before, limit=query.limit)
    return BillRunsView(runs=await _views((await dependencies.request(asked)).runs, dependencies))


async def read(call: Call[RunPath, Nothing, None], dependencies: Dependencies) -> BillRunDetailsView:
    """Read one bill run."""
    asked = GetBillRun(run_id=call.path.run_id, unit_codes=call.member.unit_codes)
    found = await dependencies.request(asked)
    (run,) = await _views([found.run], dependencies)
    return BillRunDetailsView(run=run, problems=found.problems, held=found.held, report=found.report)


async def start(call: Call[Nothing, Nothing, RunScope], dependencies: Dependencies) -> BillRunView:
    """Begin a bill run."""
    scope = call.body
    year, month = (None, None) if scope.month is None else map(int, scope.month.split("-"))
    asked = StartBillRun(
        run_id=call.key, unit_prefix=scope.unit_prefix, year=year, month=month, unit_codes=call.member.unit_codes
    )
    run = (await dependencies.request(asked, within=_START_SECONDS)).run
    call.changes.after = {"unit_prefix": run.unit_prefix, "month": scope.month, "parts": run.parts}
    return (await _views([run], dependencies))[0]


async def release(call: Call[RunPath, Nothing, Totals], dependencies: Dependencies) -> BillRunView:
    """Confirm what a run comes to: its drafts become bills."""
    asked = ReleaseBillRun(
        run_id=call.path.run_id,
        bills=call.body.bills,
        total=call.body.total,
        unit_codes=call.member.unit_codes,
    )
    return await _done(call, (await dependencies.request(asked, within=_START_SECONDS)).run, dependencies)


async def discard(call: Call[RunPath, Nothing, None], dependencies: Dependencies) -> BillRunView:
    """End a run without bills."""
    asked = DiscardBillRun(run_id=call.path.run_id, unit_codes=call.member.unit_codes)
    return await _done(call, (await dependencies.request(asked)).run, dependencies)


async def _done(
    call: Call[RunPath, Nothing, Totals] | Call[RunPath, Nothing, None], run: BillRun, dependencies: Dependencies
) -> BillRunView:
    call.changes.after = {"state": run.state, "bills": run.bills, "total": run.total}
    return (await _views([run], dependencies))[0]


async def _views(runs: Iterable[BillRun], dependencies: Dependencies) -> list[BillRunView]:
    """Return runs with the people by their names."""
    found = list(runs)
    actors = [actor for run in found for actor in (run.asked_by, run.confirmed_by) if actor is not None]
    ids = {account for actor in actors if (account := _account_of(actor)) is not None}
    async with dependencies.database() as connection:
        names = await staff.names(connection, ids) if ids else {}
    return [
        BillRunView(
            **run.model_dump(exclude={"asked_by", "confirmed_by"}),
            asked_by=_person(run.asked_by, names),
            confirmed_by=None if run.confirmed_by is None else _person(run.confirmed_by, names),
        )
        for run in found
    ]


def _account_of(actor: Actor) -> UUID | None:
    is_member = actor.kind is ActorKind.PERSON and actor.proven_by is Proof.TOKEN
    return UUID(actor.id) if is_member else None


def _person(actor: Actor, names: dict[UUID, str]) -> RunPerson:
    account = _account_of(actor)
    known = None if account is None else names.get(account)
    return RunPerson(staff_id=account, name=known or actor.reference or actor.id)


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path="/v1/waiting-readings",
        name="listWaitingReadings",
        tag=TAG,
        summary="List how many readings wait for a bill, by unit and month",
        handler=waiting,
        answer=ReadingsWaiting,
        roles=NO_DEVICE,
        staff=READERS,
    ),
    Operation(
        method="GET",
        path="/v1/bill-runs",
        name="listBillRuns",
        tag=TAG,
        summary="List bill runs, the latest first",
        description="Who works for some units sees the runs over one of them.",
        handler=read_all,
        query_model=RunsQuery,
        answer=BillRunsView,
        roles=NO_DEVICE,
        staff=READERS,
    ),
    Operation(
        method="GET",
        path="/v1/bill-runs/{run_id}",
        name="getBillRun",
        tag=TAG,
        summary="Read a bill run: how far it is, what it comes to, what it changes and what it leaves",
        handler=read,
        path_model=RunPath,
        answer=BillRunDetailsView,
        roles=NO_DEVICE,
        staff=READERS,
        problems=(NotFound,),
    ),
    Operation(
        method="POST",
        path="/v1/bill-runs",
        name="startBillRun",
        tag=TAG,
        summary="Begin a bill run: compute drafts of what waits",
        description="Nobody owes a draft, and no phone shows it, until somebody else releases the run.",
        handler=start,
        body=RunScope,
        key="run_id",
        status=201,
        answer=BillRunView,
        roles=NO_DEVICE,
        staff=READING_CLERKS,
        problems=(NotFound, SameIdOtherContent, refusals.RUN_OVERLAPS),
    ),
    Operation(
        method="POST",
        path="/v1/bill-runs/{run_id}/release",
        name="releaseBillRun",
        tag=TAG,
        summary="Confirm what a bill run comes to, as another person than who began it: its drafts become bills",
        description="Repeating it with the same figures changes nothing.",
        handler=release,
        path_model=RunPath,
        body=Totals,
        answer=BillRunView,
        roles=NO_DEVICE,
        staff=APPROVERS,
        problems=(
            NotFound,
            SecondPersonNeeded,
            SameIdOtherContent,
            refusals.RUN_NOT_READY,
            refusals.RUN_TOTALS_DIFFER,
            refusals.RUN_OUT_OF_DATE,
        ),
    ),
    Operation(
        method="POST",
        path="/v1/bill-runs/{run_id}/discarding",
        name="discardBillRun",
        tag=TAG,
        summary="End a bill run that has released nothing; its readings wait for the next one",
        handler=discard,
        path_model=RunPath,
        answer=BillRunView,
        roles=NO_DEVICE,
        staff=READING_CLERKS | APPROVERS,
        problems=(NotFound, refusals.RUN_NOT_READY),
    ),
]
