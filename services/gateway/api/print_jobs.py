"""Print jobs: those in a device's queue, their results, and what a person decides about them."""

import re
from typing import Annotated, Literal

from pydantic import Field

from services.gateway.access import own_device, require_own_customer
from services.gateway.api.customers import CustomerPath
from services.gateway.api.devices import DevicePath
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import OFFICE, STAFF, Device, Role
from services.gateway.domain.staff import COUNTER, DEVICE_READERS, READERS, StaffMember, StaffRole
from services.gateway.edge import problems
from services.gateway.edge.operation import Answer, AnyOperation, Call, Caller, Operation
from services.gateway.edge.types import INTEGER, Id, Incoming, Nothing, Outgoing, PrinterId
from services.gateway.print_jobs import reports, rules, store, view
from services.gateway.print_jobs.rules import Trigger
from services.gateway.print_jobs.service import PrintJobEvent
from services.gateway.print_jobs.store import PrintJobRecord
from services.gateway.print_jobs.view import PrintJobView
from services.gateway.printers import profile_of
from shared.contracts.gateway import PrintJobCause, PrintJobState
from shared.printing import Document, PrinterProfile
from shared.problems import NotFound

TAG = "print jobs"
ESCPOS = "application/vnd.escpos"
PNG = "image/png"
MOST_OF_CUSTOMER = 100
MOST_HELD = 500
FORMS = ("application/json", ESCPOS, PNG)
"""The media types of a document; the first is the default."""


class JobPath(Incoming):
    """One print job."""

    job_id: Id


class JobsQuery(Incoming):
    """Which jobs to list."""

    state: PrintJobState | None = None
    before: Annotated[int, Field(ge=1, le=10**15), INTEGER] | None = Field(
        default=None, description="The last `sequence` of the page before."
    )
    limit: Annotated[int, Field(ge=1, le=200), INTEGER] = 50


class ContentQuery(Incoming):
    """For which printer."""

    printer_id: PrinterId | None = Field(default=None, description="A printer whose profile was stored.")
    paper_mm: Literal["58", "80"] | None = Field(
        default=None, description="Width of the paper when no printer is named; 58 by default."
    )


class JobResult(Incoming):
    """The result of a job on the phone."""

    attempt: Annotated[int, Field(ge=1, le=10**6)]
    state: Literal["printed", "failed", "unconfirmed", "held", "expired", "cancelled"] = Field(
        description="`failed` and `held` mean that nothing has reached the printer; else it is `unconfirmed`."
    )
    cause: PrintJobCause | None = None


class NextAttempt(Incoming):
    """A person has looked at the printer and asks for the document again."""

    after_attempt: Annotated[int, Field(ge=1, le=10**6)] = Field(
        description="The attempt that went before: repeating the request does not print twice."
    )


class PrintJobsView(Outgoing):
    """Print jobs, the latest first."""

    print_jobs: list[PrintJobView]


async def _readable(
    who: Caller, job_path: JobPath, dependencies: Dependencies, *, with_document: bool = False
) -> PrintJobRecord:
    read = store.get_with_document if with_document else store.get
    async with dependencies.database() as connection:
        found = await read(connection, job_path.job_id)
    if found is None or (isinstance(who, Device) and found.job.device_id != who.device_id and who.role not in OFFICE):
        raise NotFound("Không có giấy in này.")
    if isinstance(who, StaffMember) and not who.sees_all_units:
        await own_device(who, found.job.device_id, dependencies)
    return found


def _shown(who: Caller, record: PrintJobRecord) -> PrintJobView:
    """Return a print job as the caller may see it: who keeps devices and sees no customers sees none of their names."""
    seen = view.view_of(record)
    if isinstance(who, StaffMember) and who.roles.isdisjoint(READERS):
        return seen.model_copy(update={"summary": seen.summary.partition(" · ")[0], "customer_code": None})
    return seen


async def _list(
    call: Call[Nothing, JobsQuery, None] | Call[DevicePath, JobsQuery, None], device_id: Id, dependencies: Dependencies
) -> PrintJobsView:
    async with dependencies.database() as connection:
        found = await store.list_of_device(
            connection,
            device_id,
            states=[call.query.state] if call.query.state else None,
            before=call.query.before,
            limit=call.query.limit,
        )
    return PrintJobsView(print_jobs=[_shown(call.who, one) for one in found])


async def read_own(call: Call[Nothing, JobsQuery, None], dependencies: Dependencies) -> PrintJobsView:
    """List the calling device's print jobs."""
    return await _list(call, call.device.device_id, dependencies)


async def read_all(call: Call[DevicePath, JobsQuery, None], dependencies: Dependencies) -> PrintJobsView:
    """List any device's print jobs."""
    if isinstance(call.who, StaffMember) and not call.who.sees_all_units:
        await own_device(call.who, call.path.device_id, dependencies)
    return await _list(call, call.path.device_id, dependencies)


class HeldPrintJob(Outgoing):
    """A print job that waits for a person."""

    print_job: PrintJobView
    device_name: str
    collector_code: str | None


class HeldPrintJobs(Outgoing):
    """The oldest first."""

    print_jobs: list[HeldPrintJob]


async def of_customer(call: Call[CustomerPath, Nothing, None], dependencies: Dependencies) -> PrintJobsView:
    """List a customer's print jobs on all devices."""
    await require_own_customer(call.who, call.path.customer_code, dependencies)
    async with dependencies.database() as connection:
        found = await store.list_of_customer(connection, call.path.customer_code, MOST_OF_CUSTOMER)
    return PrintJobsView(print_jobs=[view.view_of(one) for one in found])


async def held(call: Call[Nothing, Nothing, None], dependencies: Dependencies) -> HeldPrintJobs:
    """List the jobs of all devices of which nobody knows whether they were printed."""
    units = call.who.unit_codes if isinstance(call.who, StaffMember) else []
    async with dependencies.database() as connection:
        found = await store.list_unconfirmed(connection, MOST_HELD, units)
    return HeldPrintJobs(
        print_jobs=[
            HeldPrintJob(print_job=_shown(call.who, one), device_name=name, collector_code=collector)
            for one, name, collector in found
        ]
    )


async def read(call: Call[JobPath, Nothing, None], dependencies: Dependencies) -> PrintJobView:
    """Read a print job."""
    return view.view_of(await _readable(call.who, call.path, dependencies))


def preferred(accept: str) -> str:
    """Return the media type that an ``Accept`` header prefers: the document, bytes or a picture.

    Raises :class:`~services.gateway.edge.problems.NotAcceptable`.
    """
    wanted: dict[str, float] = {}
    for part in accept.split(","):
        media_type, _, parameters = part.strip().partition(";")
        quality = re.search(r"q=([01](?:\.\d{1,3})?)", parameters)
        wanted[media_type.strip().lower()] = float(quality[1]) if quality else 1.0

    def quality_of(offered: str) -> float:
        # The most specific range that fits decides the quality of a type (RFC 9110, 12.5.1).
        ranges = (offered, f"{offered.partition('/')[0]}/*", "*/*")
        return next((wanted[one] for one in ranges if one in wanted), 0.0)

    best = max(FORMS, key=quality_of)
    if not quality_of(best):
        raise problems.NotAcceptable("Không có định dạng được yêu cầu.")
    return best


async def content(call: Call[JobPath, ContentQuery, None], dependencies: Dependencies) -> Document | Answer:
    """Read the document, in the form that the caller accepts.

    A receipt that may be on paper is not given out again: another one is a counted copy.
    """
    wanted = preferred(call.accept)
    found = await _readable(call.who, call.path, dependencies, with_document=True)
    if found.job.kind in rules.RECEIPTS and found.job.state in (PrintJobState.PRINTED, PrintJobState.UNCONFIRMED):
        raise rules.PrintACopy("Biên nhận đã in rồi; hãy in bản sao.")
    if not found.document:
        raise NotFound("Nội dung giấy in này không còn được lưu.")
    if wanted == "application/json":
        return Answer(content=found.document.encode())
    profile = await _profile(call, found, dependencies)
    if wanted == PNG:
        return Answer(content=await view.as_png(found.document, profile), content_type=PNG)
    return Answer(content=await view.as_escpos(found.document, profile), content_type=ESCPOS)


async def _profile(
    call: Call[JobPath, ContentQuery, None], found: PrintJobRecord, dependencies: Dependencies
) -> PrinterProfile:
    if call.query.printer_id is None:
        return PrinterProfile(width_dots=576 if call.query.paper_mm == "80" else 384)
    async with dependencies.database() as connection:
        profile = await profile_of(connection, found.job.device_id, call.query.printer_id)
    if profile is None:
        raise NotFound("Không có máy in này.")
    return profile


async def _apply(event: PrintJobEvent, dependencies: Dependencies) -> PrintJobView:
    record = await dependencies.print_jobs.apply(event)
    await dependencies.notifier.print_jobs([record.job.device_id])
    return view.view_of(record)


async def report(call: Call[JobPath, Nothing, JobResult], dependencies: Dependencies) -> PrintJobView:
    """Accept a result from a phone whose stream is down."""
    body = call.body
    result = reports.result(call.device, call.path.job_id, body.attempt, PrintJobState(body.state), body.cause)
    return await _apply(result, dependencies)


async def print_again(call: Call[JobPath, Nothing, NextAttempt], dependencies: Dependencies) -> PrintJobView:
    """Begin a new attempt because a person asked for it."""
    await _readable(call.who, call.path, dependencies)
    event = PrintJobEvent(
        call.path.job_id,
        Trigger.PRINT_AGAIN,
        actor=call.who.actor,
        by=call.who.as_actor,
        attempt=call.body.after_attempt,
        supervised=_is_supervisor(call.who),
    )
    return await _apply(event, dependencies)


def _is_supervisor(who: Caller) -> bool:
    return who.role is Role.SUPERVISOR if isinstance(who, Device) else who.has_role(StaffRole.SUPERVISOR)


async def cancel(call: Call[JobPath, Nothing, None], dependencies: Dependencies) -> PrintJobView:
    """Cancel a print job."""
    found = await _readable(call.who, call.path, dependencies)
    by_its_phone = isinstance(call.who, Device) and found.job.device_id == call.who.device_id
    trigger = Trigger.CANCEL_ON_THE_PHONE if by_its_phone else Trigger.CANCEL
    return await _apply(
        PrintJobEvent(call.path.job_id, trigger, actor=call.who.actor, by=call.who.as_actor), dependencies
    )


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path="/v1/print-jobs",
        name="listPrintJobs",
        tag=TAG,
        summary="List the print jobs of this device",
        handler=read_own,
        query_model=JobsQuery,
        answer=PrintJobsView,
        roles=STAFF,
    ),
    Operation(
        method="GET",
        path="/v1/devices/{device_id}/print-jobs",
        name="listPrintJobsOfDevice",
        tag=TAG,
        summary="List the print jobs of a device",
        handler=read_all,
        path_model=DevicePath,
        query_model=JobsQuery,
        answer=PrintJobsView,
        roles=OFFICE,
        staff=DEVICE_READERS,
    ),
    Operation(
        method="GET",
        path="/v1/customers/{customer_code}/print-jobs",
        name="listPrintJobsOfCustomer",
        tag=TAG,
        summary="List the print jobs of a customer, of all devices",
        description=f"The latest {MOST_OF_CUSTOMER}.",
        handler=of_customer,
        path_model=CustomerPath,
        answer=PrintJobsView,
        roles=OFFICE,
        staff=READERS,
    ),
    Operation(
        method="GET",
        path="/v1/held-print-jobs",
        name="listHeldPrintJobs",
        tag=TAG,
        summary="List papers of which nobody knows whether they were printed, the oldest first",
        description=f"The first {MOST_HELD} of all devices.",
        handler=held,
        answer=HeldPrintJobs,
        roles=OFFICE,
        staff=DEVICE_READERS | COUNTER,
    ),
    Operation(
        method="GET",
        path="/v1/print-jobs/{job_id}",
        name="getPrintJob",
        tag=TAG,
        summary="Read a print job",
        handler=read,
        path_model=JobPath,
        answer=PrintJobView,
        roles=STAFF,
        staff=READERS,
    ),
    Operation(
        method="GET",
        path="/v1/print-jobs/{job_id}/content",
        name="getPaper",
        tag=TAG,
        summary="Read what is printed: the document, ESC/POS bytes for a printer, or a picture, by `Accept`",
        handler=content,
        path_model=JobPath,
        query_model=ContentQuery,
        answer=Document,
        media_types={ESCPOS: "Bytes for the printer.", PNG: "The document as it comes out of the printer."},
        roles=STAFF,
        staff=READERS,
        description="Of a receipt only until it may be on paper: another one is a counted copy.",
        problems=(problems.NotAcceptable, rules.PrintACopy),
    ),
    Operation(
        method="POST",
        path="/v1/print-jobs/{job_id}/results",
        name="reportPrintResult",
        tag=TAG,
        summary="Report the result of a print job (usually done on the stream)",
        description=(
            "Only its own device reports. Repeating a result changes nothing; the answer is the state in effect. "
            "A late `printed` wins over `unconfirmed`."
        ),
        handler=report,
        path_model=JobPath,
        body=JobResult,
        answer=PrintJobView,
        roles=STAFF,
        problems=(rules.UnknownAttempt,),
    ),
    Operation(
        method="POST",
        path="/v1/print-jobs/{job_id}/attempts",
        name="printAgain",
        tag=TAG,
        summary="Print again, because a person has looked at the printer and asks for it",
        description=(
            "A receipt that may be on paper is sent to the printer again twice at most; after that a supervisor asks "
            "for it, or it is a counted copy. The check page says how often it was printed."
        ),
        handler=print_again,
        path_model=JobPath,
        body=NextAttempt,
        answer=PrintJobView,
        roles=STAFF,
        staff=COUNTER,
        problems=(rules.UnknownAttempt, rules.PrintJobNotFinished, rules.PrintJobStale, rules.PrintACopy),
    ),
    Operation(
        method="POST",
        path="/v1/print-jobs/{job_id}/cancellation",
        name="cancelPrintJob",
        tag=TAG,
        summary="Cancel a print job",
        description="Once its phone has accepted a job, only that phone can cancel it: no other knows how far it came.",
        handler=cancel,
        path_model=JobPath,
        answer=PrintJobView,
        roles=STAFF,
        staff=COUNTER,
        problems=(rules.PrintJobFinishedAlready, rules.PrintJobNotFinished, rules.PrintJobOnThePhone),
    ),
]
