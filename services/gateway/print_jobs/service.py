"""Changes to print jobs: lock, apply a rule of ``domain``, store, and say when one has ended."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.gateway.print_jobs import rules, store
from services.gateway.print_jobs.rules import PrintJob
from services.gateway.print_jobs.store import Paper
from shared.contracts.gateway import PrintJobFinished
from shared.messaging import UnitOfWork, tracing
from shared.messaging import context as contexts
from shared.problems import NotFound

Rule = Callable[[PrintJob], PrintJob]


async def change(
    work: UnitOfWork,
    job_id: UUID,
    rule: Rule,
    *,
    actor: str,
    now: datetime,
    device_id: UUID | None = None,
    with_document: bool = False,
) -> Paper:
    """Apply a rule to a job and return it, with its document where asked; ``device_id``: only a job of that device.

    Raises :class:`~shared.problems.NotFound`, and whatever the rule raises.
    """
    paper = await store.lock(work.connection, job_id, with_document=with_document)
    if paper is None or device_id not in (None, paper.job.device_id):
        raise NotFound("Không có giấy in này.")
    changed = rule(paper.job)
    if changed == paper.job:
        return paper
    by_machine = changed.attempt > paper.job.attempt and changed.retries > 0
    await store.save(work.connection, paper.job, changed, actor="gateway" if by_machine else actor, now=now)
    with _traced(paper, changed, now):
        if changed.state in rules.FINISHED and changed.state is not paper.job.state:
            await say_finished(work, replace(paper, job=changed), now)
    return replace(paper, job=changed, changed_at=now)


@contextmanager
def _traced(before: Paper, job: PrintJob, now: datetime) -> Iterator[None]:
    """Add the time that the job spent in its last state to the paper's trace; what is said inside belongs to it."""
    if not tracing.is_on() or before.traceparent is None:
        yield
        return
    facts: tracing.Facts = {
        "thungan.job_id": str(job.job_id),
        "thungan.attempt": job.attempt,
        "thungan.was": before.job.state.value,
        "thungan.cause": job.cause.value if job.cause else None,
    }
    traceparent = tracing.record(
        f"print job {job.state.value}", before.traceparent, start=before.changed_at, end=now, facts=facts
    )
    with contexts.use(replace(contexts.current_or_new(), traceparent=traceparent)):
        yield


async def say_finished(work: UnitOfWork, paper: Paper, now: datetime) -> None:
    """Tell everybody that a job has ended."""
    job = paper.job
    await work.emit(
        PrintJobFinished(
            job_id=job.job_id,
            device_id=job.device_id,
            kind=job.kind,
            state=job.state,
            cause=job.cause,
            attempt=job.attempt,
            copy_number=paper.copy_number,
            customer_code=paper.customer_code,
            receipt_id=paper.receipt_id,
            visit_id=paper.visit_id,
            finished_at=now,
        ),
        aggregate=f"print_job:{job.job_id}",
    )
