"""Lists that the office hands in, of units, collectors, routes, customers and meters: tried first, then imported."""

import hashlib
from typing import Annotated

from pydantic import Field, StringConstraints

from services.gateway.api.handed_in_file import content_of
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import NO_DEVICE
from services.gateway.domain.staff import LIST_CLERKS, StaffMember
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import Incoming, Nothing
from shared.contracts.customer import CompanyListKind, ListFile, ListKind, TakeCompanyList, TakeList
from shared.problems import NotAllowed

TAG = "customers"

LARGEST_FILE = 2_000_000
"""Bytes: some 15,000 customers. More is imported from the command line."""
_SECONDS = 14.0
"""What the handler has, and what a person waits for."""


class List(Incoming):
    """A list, and how it is imported."""

    kind: ListKind | CompanyListKind = Field(
        description="Lists of units, collectors and routes are for those who work for all units."
    )
    name: Annotated[str, StringConstraints(pattern=r"^[^/\\\x00-\x1f\x7f]{1,150}$")] = Field(examples=["customers.csv"])
    content: Annotated[str, StringConstraints(max_length=LARGEST_FILE * 4 // 3 + 8)] = Field(
        description=f"CSV, Parquet, XLSX, ODS or XLS of at most {LARGEST_FILE:,} bytes, as base64."
    )
    keep_good: bool = Field(
        default=False, description="Leave wrong lines out, with all lines of their customers: `reject_file` has them."
    )
    trial: bool = Field(default=False, description="Say what an import would do; nothing is stored.")


async def take(call: Call[Nothing, Nothing, List], dependencies: Dependencies) -> ListFile:
    """Import a list, or try it."""
    file = call.body
    content = content_of(file.content, LARGEST_FILE)
    done = await dependencies.request(_request(file, call.member), within=_SECONDS)
    call.changes.after = {
        "name": file.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "outcome": done.outcome,
        "added": done.added,
        "changed": done.changed,
    }
    return done


def _request(file: List, member: StaffMember) -> TakeList | TakeCompanyList:
    """Raises :class:`~shared.problems.NotAllowed`."""
    if isinstance(file.kind, ListKind):
        return TakeList(
            kind=file.kind,
            name=file.name,
            content=file.content,
            keep_good=file.keep_good,
            is_trial=file.trial,
            unit_codes=member.unit_codes,
        )
    if not member.sees_all_units:
        raise NotAllowed("Danh sách điện lực, thu ngân viên và tuyến chỉ do người làm ở mọi điện lực nhập.")
    return TakeCompanyList(
        kind=file.kind, name=file.name, content=file.content, keep_good=file.keep_good, is_trial=file.trial
    )


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="POST",
        path="/v1/customer-lists",
        name="takeList",
        tag=TAG,
        summary="Import a list of units, collectors, routes, customers or meters, or try it",
        description=(
            "All lines or none; the same again changes nothing, and what a list does not name stays as it is. Phones "
            "of the collectors concerned learn what has changed. To whoever works for some units, units, routes, "
            "customers and meters of others are unknown."
        ),
        handler=take,
        body=List,
        largest_body=LARGEST_FILE * 4 // 3 + 2_000,
        secret=frozenset({"content"}),
        answer=ListFile,
        roles=NO_DEVICE,
        staff=LIST_CLERKS,
    ),
]
