"""Rules of print jobs: pure, so that every path can be tried by a property test.

A job is one paper. What may have reached the printer is never sent again by a machine: it ends ``unconfirmed`` and a
person decides. ``attempt`` is a fencing number: each offer and each result carries it, and a new one begins only when
nothing has reached the printer, or when a person asks for the paper again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from shared.contracts.gateway import PrintJobCause, PrintJobState
from shared.contracts.receipt import PaperKind
from shared.problems import Conflict

QUEUED = PrintJobState.QUEUED
OFFERED = PrintJobState.OFFERED
ACCEPTED = PrintJobState.ACCEPTED
PRINTING = PrintJobState.PRINTING
PRINTED = PrintJobState.PRINTED
FAILED = PrintJobState.FAILED
UNCONFIRMED = PrintJobState.UNCONFIRMED
HELD = PrintJobState.HELD
EXPIRED = PrintJobState.EXPIRED
CANCELLED = PrintJobState.CANCELLED

FINISHED = frozenset({PRINTED, FAILED, UNCONFIRMED, EXPIRED, CANCELLED})
"""A machine moves a job out of none of these, but for ``unconfirmed`` → ``printed``."""

IN_FLIGHT = frozenset({OFFERED, ACCEPTED, PRINTING})
"""On its way through the phone to the paper."""

ON_THE_PHONE = frozenset({ACCEPTED, HELD, PRINTING})
"""The phone has promised to keep the job; only the phone knows how far it came."""

REPORTABLE = frozenset({PRINTED, FAILED, UNCONFIRMED, HELD, EXPIRED, CANCELLED})
"""What a phone may report as a result."""

MAX_RETRIES = 2
"""How often a machine begins a new attempt after a failure before the first byte."""

RECEIPTS = frozenset({PaperKind.RECEIPT, PaperKind.COPY, PaperKind.VOID})
"""Papers that are money: once printed, another one is a counted copy and not the same job again."""

PRIORITIES: Mapping[PaperKind, int] = {
    PaperKind.RECEIPT: 0,
    PaperKind.VOID: 0,
    PaperKind.COPY: 1,
    PaperKind.SHIFT_SLIP: 1,
    PaperKind.TEST_PAGE: 1,
    PaperKind.NOTICE: 2,
}
"""The smaller number first: a person waits for a receipt, a pile of notices can wait."""


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One paper for one phone's printer."""

    job_id: UUID
    device_id: UUID
    kind: PaperKind
    sequence: int
    """Order of making on this device, from 1."""
    not_after: datetime | None = None
    """Past this moment the paper is stale and is not printed; None for receipts."""
    state: PrintJobState = QUEUED
    cause: PrintJobCause | None = None
    attempt: int = 1
    retries: int = 0
    """Attempts that a machine began since a person last asked."""
    earlier: Mapping[int, PrintJobState] = field(default_factory=dict)
    """How the earlier attempts ended."""

    @property
    def priority(self) -> int:
        """The smaller number is printed first."""
        return PRIORITIES[self.kind]

    def is_stale(self, now: datetime) -> bool:
        """Say whether the paper must no longer be printed."""
        return self.not_after is not None and now > self.not_after


@dataclass(frozen=True, slots=True)
class Move:
    """A step that most papers take, told as data: the database makes it in one statement, without a look before.

    It clears the cause. Where the job is in no state of ``before``, is another attempt, or is out of date and must not
    be (``fresh``), nothing is done, and the rule of the same step says what is to be done instead.
    """

    before: frozenset[PrintJobState]
    after: PrintJobState
    fresh: bool

    def fits(self, job: PrintJob, now: datetime) -> bool:
        """Say whether a job may take this step."""
        return job.state in self.before and not (self.fresh and job.is_stale(now))


OFFERING = Move(frozenset({QUEUED}), OFFERED, fresh=True)
ACCEPTING = Move(frozenset({OFFERED}), ACCEPTED, fresh=True)
STARTING = Move(frozenset({ACCEPTED, HELD}), PRINTING, fresh=False)
FINISHING = Move(frozenset({PRINTING}), PRINTED, fresh=False)


class PrintJobFinishedAlready(Conflict):
    """The job has come to an end and does not change any more."""

    slug = "print-job-finished"
    title = "The print job is finished"


class PrintJobNotFinished(Conflict):
    """The job is still on its way; asking again now could print it twice."""

    slug = "print-job-not-finished"
    title = "The print job is not finished"


class PrintJobStale(Conflict):
    """The paper is out of date and is not printed any more."""

    slug = "print-job-expired"
    title = "The paper is out of date"


class PrintACopy(Conflict):
    """A receipt that was printed is printed again only as a counted copy."""

    slug = "print-a-copy"
    title = "Ask for a copy of the receipt"


class UnknownAttempt(Conflict):
    """The attempt was never offered."""

    slug = "unknown-attempt"
    title = "This attempt was never offered"


class PrintJobOnThePhone(Conflict):
    """The phone has the job and may be printing it: only that phone can cancel it."""

    slug = "print-job-on-the-phone"
    title = "Only the phone that has the job can cancel it"


def offer(job: PrintJob, now: datetime) -> PrintJob:
    """Offer a waiting job to its phone, again if an earlier offer was not answered."""
    if job.state not in OFFERING.before and job.state is not OFFERED:
        return job
    return expire(job, now) if job.is_stale(now) else replace(job, state=OFFERED, cause=None)


def accept(job: PrintJob, attempt: int, now: datetime) -> PrintJob:
    """The phone has stored the job. It prints only once this is confirmed, so that a withdrawal is never late."""
    if attempt != job.attempt or job.state not in ACCEPTING.before:
        return job
    return expire(job, now) if job.is_stale(now) else replace(job, state=ACCEPTED, cause=None)


def start(job: PrintJob, attempt: int) -> PrintJob:
    """The phone is about to send the first byte: from here on the paper may come out."""
    if attempt == job.attempt and job.state in STARTING.before:
        return replace(job, state=PRINTING, cause=None)
    return job


def report(job: PrintJob, attempt: int, state: PrintJobState, cause: PrintJobCause | None, now: datetime) -> PrintJob:
    """Take in a phone's result; repeating one changes nothing, and a late ``printed`` wins over ``unconfirmed``.

    Raises :class:`UnknownAttempt` for an attempt that was never offered.
    """
    if not 1 <= attempt <= job.attempt or (attempt == job.attempt and job.state is QUEUED):
        raise UnknownAttempt("Lần in này chưa được gửi tới máy.", facts={"attempt": job.attempt})
    if attempt < job.attempt:
        return _report_earlier(job, attempt, state)
    if state is PRINTED:
        believed = job.state not in FINISHED or job.state is UNCONFIRMED
        return replace(job, state=PRINTED, cause=None) if believed else job
    if job.state in FINISHED:
        return job
    if job.state is PRINTING or state is UNCONFIRMED:
        return replace(job, state=UNCONFIRMED, cause=cause or PrintJobCause.NO_CONFIRMATION)
    return _report_nothing_printed(job, state, cause, now)


def _report_nothing_printed(
    job: PrintJob, state: PrintJobState, cause: PrintJobCause | None, now: datetime
) -> PrintJob:
    if state is FAILED:
        return _retry(job, cause, now)
    if state is HELD:
        return replace(job, state=HELD, cause=cause or PrintJobCause.NO_PRINTER)
    if state is EXPIRED:
        return expire(job, now) if job.not_after is not None else job
    return replace(job, state=CANCELLED, cause=PrintJobCause.USER_CANCELLED)


def _report_earlier(job: PrintJob, attempt: int, state: PrintJobState) -> PrintJob:
    """An attempt before the present one turns out to have been printed: do not print again if that can be helped."""
    if state is not PRINTED or job.earlier.get(attempt) is not UNCONFIRMED:
        return job
    job = replace(job, earlier={**job.earlier, attempt: PRINTED})
    return replace(job, state=PRINTED, cause=None) if job.state in (QUEUED, OFFERED) else job


def _retry(job: PrintJob, cause: PrintJobCause | None, now: datetime) -> PrintJob:
    """A failure before the first byte: a machine may try again, but not for ever and not with a stale paper."""
    failed = replace(job, state=FAILED, cause=cause or PrintJobCause.WRITE_ERROR)
    if job.retries >= MAX_RETRIES or job.is_stale(now):
        return failed
    return replace(_next_attempt(failed), retries=job.retries + 1)


def _next_attempt(job: PrintJob) -> PrintJob:
    earlier = {**job.earlier, job.attempt: job.state}
    return replace(job, state=QUEUED, cause=None, attempt=job.attempt + 1, earlier=earlier)


def resume(job: PrintJob, *, holding: bool, now: datetime) -> PrintJob:
    """The phone has come back and says whether it holds the job.

    A job that it had promised to keep and holds no more may have been printed before the phone forgot it.
    """
    if job.state is OFFERED and holding:
        return accept(job, job.attempt, now)
    if job.state in ON_THE_PHONE and not holding:
        return replace(job, state=UNCONFIRMED, cause=PrintJobCause.APP_CLOSED)
    return job


def print_again(job: PrintJob, after_attempt: int, now: datetime) -> PrintJob:
    """A person asks for the paper again after looking at the printer. Repeatable by the attempt that went before.

    Raises a :class:`~shared.problems.Conflict` when the job is under way, out of date, or a printed receipt.
    """
    if job.attempt == after_attempt + 1 and job.retries == 0:
        return job
    if job.attempt != after_attempt:
        raise UnknownAttempt("Đã có lần in khác sau lần này.", facts={"attempt": job.attempt})
    if job.state not in FINISHED:
        raise PrintJobNotFinished("Giấy này đang được in.", facts={"state": job.state})
    if job.state is EXPIRED or job.is_stale(now):
        raise PrintJobStale("Giấy này đã quá hạn in.")
    if job.state is PRINTED and job.kind in RECEIPTS:
        raise PrintACopy("Biên nhận đã in rồi; hãy in bản sao.")
    return replace(_next_attempt(job), retries=0)


def cancel(job: PrintJob, *, by_its_phone: bool) -> PrintJob:
    """A person gives the paper up. Only its own phone knows that a job it has accepted was not begun.

    Raises a :class:`~shared.problems.Conflict` when it may be too late.
    """
    if job.state is CANCELLED:
        return job
    if job.state in FINISHED:
        raise PrintJobFinishedAlready("Việc in đã kết thúc.", facts={"state": job.state})
    if job.state is PRINTING:
        raise PrintJobNotFinished("Giấy này đang được in.", facts={"state": job.state})
    if job.state in ON_THE_PHONE and not by_its_phone:
        raise PrintJobOnThePhone("Máy của thu ngân viên đang giữ giấy này.", facts={"state": job.state})
    return replace(job, state=CANCELLED, cause=PrintJobCause.USER_CANCELLED)


def expire(job: PrintJob, now: datetime) -> PrintJob:
    """End a job that has not reached the printer because its paper is stale, or because the phone says so."""
    if job.state in FINISHED or job.state is PRINTING:
        return job
    if job.state in (QUEUED, OFFERED) and not job.is_stale(now):
        return job
    return replace(job, state=EXPIRED, cause=PrintJobCause.EXPIRED)


def give_up_waiting(job: PrintJob) -> PrintJob:
    """The phone began to print and has said nothing for too long."""
    if job.state is not PRINTING:
        return job
    return replace(job, state=UNCONFIRMED, cause=PrintJobCause.NO_CONFIRMATION)


def next_to_offer(
    unfinished: Iterable[PrintJob], max_in_flight: int, offered_here: frozenset[tuple[UUID, int]] = frozenset()
) -> list[PrintJob]:
    """Choose what to offer to one phone now: receipts first, then in the order of making.

    No more than ``max_in_flight`` are on their way. ``offered_here`` names the (job, attempt) pairs that this
    connection has offered already; an offer made on another connection is made again. While the printer is not ready
    (a job is held), only receipts are offered: notices would pile up on the phone.
    """
    jobs = list(unfinished)
    busy = sum(
        job.state in (ACCEPTED, PRINTING) or (job.state is OFFERED and (job.job_id, job.attempt) in offered_here)
        for job in jobs
    )
    printer_ready = all(job.state is not HELD for job in jobs)
    waiting = [
        job
        for job in jobs
        if (job.state is QUEUED or (job.state is OFFERED and (job.job_id, job.attempt) not in offered_here))
        and (printer_ready or job.kind in RECEIPTS)
    ]
    # What was offered before is offered again first: the phone may have it already, and the window stays as it was.
    waiting.sort(key=lambda job: (job.state is not OFFERED, job.priority, job.sequence))
    return waiting[: max(0, max_in_flight - busy)]
