"""Files of readings that the office hands in: tried first, then imported."""

import hashlib
from typing import Annotated

from pydantic import Field, StringConstraints

from services.gateway.api.handed_in_file import content_of
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import NO_DEVICE
from services.gateway.domain.staff import READING_CLERKS
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import Incoming, Nothing
from shared.contracts.billing import ReadingsFile, TakeReadings

TAG = "readings"

LARGEST_FILE = 2_000_000
"""Bytes: some 25,000 lines of CSV. More is imported from the command line, or put into a watched folder."""
_SECONDS = 14.0
"""What the handler has, and what a person waits for."""


class File(Incoming):
    """A file, and how it is imported."""

    name: Annotated[str, StringConstraints(pattern=r"^[^/\\\x00-\x1f\x7f]{1,150}$")] = Field(examples=["readings.csv"])
    content: Annotated[str, StringConstraints(max_length=LARGEST_FILE * 4 // 3 + 8)] = Field(
        description=f"CSV, Parquet, XLSX, ODS or XLS of at most {LARGEST_FILE:,} bytes, as base64."
    )
    keep_good: bool = Field(
        default=False, description="Leave wrong lines out, with all lines of their customers: `reject_file` has them."
    )
    trial: bool = Field(default=False, description="Say what an import would do; nothing is stored.")


async def take(call: Call[Nothing, Nothing, File], dependencies: Dependencies) -> ReadingsFile:
    """Import a file of readings, or try it."""
    file = call.body
    content = content_of(file.content, LARGEST_FILE)
    request = TakeReadings(
        name=file.name,
        content=file.content,
        keep_good=file.keep_good,
        is_trial=file.trial,
        unit_codes=call.member.unit_codes,
    )
    done = await dependencies.request(request, within=_SECONDS)
    call.changes.after = {
        "name": file.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "outcome": done.outcome,
        "added": done.added,
        "held": done.held,
    }
    return done


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="POST",
        path="/v1/readings-files",
        name="takeReadings",
        tag=TAG,
        summary="Import a file of readings, or try it",
        description=(
            "All lines or none, and the same content once: `outcome` is `repeated` the next time. Nothing is billed by "
            "it. To whoever works for some units, customers of others are unknown."
        ),
        handler=take,
        body=File,
        largest_body=LARGEST_FILE * 4 // 3 + 2_000,
        secret=frozenset({"content"}),
        answer=ReadingsFile,
        roles=NO_DEVICE,
        staff=READING_CLERKS,
    ),
]
