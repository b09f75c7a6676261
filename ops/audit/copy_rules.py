"""Counted copies and what was queued for printing. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from services.gateway.audit import PrintJobFact
from services.receipt.audit import CountedCopy
from shared.audit import AuditViolation


def copies_are_counted(copies: Sequence[CountedCopy], jobs: Mapping[UUID, PrintJobFact]) -> Iterator[AuditViolation]:
    """A copy is queued under its number, for its receipt; and no copy is queued that was not counted."""
    counted = {copy.document_id: copy for copy in copies}
    for job in jobs.values():
        copy = counted.get(job.job_id)
        if copy is None:
            if job.kind == "copy":
                yield _named(job, "queued, and never counted")
        elif (copy.receipt_id, copy.copy_number) != (job.receipt_id, job.copy_number):
            yield _named(job, f"counted as {copy.copy_number} of {copy.receipt_id}, queued as {job.copy_number}")


def copies_are_queued(copies: Sequence[CountedCopy], jobs: Mapping[UUID, PrintJobFact]) -> Iterator[AuditViolation]:
    """What was counted for a phone is queued there; once events under way have arrived."""
    for copy in copies:
        job = jobs.get(copy.document_id)
        if copy.device_id is not None and (job is None or job.device_id != copy.device_id):
            yield AuditViolation(
                "between",
                "a counted copy is queued on its phone",
                str(copy.receipt_id),
                f"copy {copy.copy_number} for {copy.device_id}: {'no job' if job is None else job.device_id}",
            )


def _named(job: PrintJobFact, detail: str) -> AuditViolation:
    return AuditViolation("between", "each printed copy is counted", str(job.receipt_id), detail)
