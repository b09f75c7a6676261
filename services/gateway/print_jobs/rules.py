"""Rules of print jobs: one table of transitions, pure, so that every path can be tried by a property test.

A print job is one document for one phone's printer. What may have reached the printer is never sent again by a
machine: it ends ``unconfirmed`` and a person decides. ``attempt`` is a fencing number: each offer and each result
carries it, and a new one begins only when nothing has reached the printer, or when a person asks for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, StrEnum, auto
from uuid import UUID

from shared.contracts.gateway import WITHDRAWN, PrintJobCause, PrintJobState
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

States = frozenset[PrintJobState]

FINISHED: States = frozenset({PRINTED, FAILED, UNCONFIRMED, EXPIRED, CANCELLED})
"""A machine moves a job out of none of these, but for ``unconfirmed`` → ``printed``, and for what a phone saw come out
although it was being withdrawn."""

IN_FLIGHT: States = frozenset({OFFERED, ACCEPTED, PRINTING})
"""On its way through the phone to the printer."""

ON_THE_PHONE: States = frozenset({ACCEPTED, HELD, PRINTING})
"""The phone has stored the job, and only the phone has its progress."""

UNFINISHED: States = frozenset(PrintJobState) - FINISHED

MAX_RETRIES = 2
"""How often a machine begins a new attempt after a failure before the first byte."""

MOST_FURTHER_PRINTS = 2
"""How often a person without a supervisor has the same receipt sent to the printer again, when it may have come out."""

RECEIPTS = frozenset({PaperKind.RECEIPT, PaperKind.COPY, PaperKind.VOID})
"""Documents that are money: once printed, another one is a counted copy and not the same job again."""

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
    """One document for one phone's printer."""

    job_id: UUID
    device_id: UUID
    kind: PaperKind
    sequence: int
    """Order of making on this device, from 1."""
    not_after: datetime | None = None
    """Past this moment the document is stale and is not printed; None for receipts."""
    state: PrintJobState = QUEUED
    cause: PrintJobCause | None = None
    attempt: int = 1
    retries: int = 0
    """Attempts that a machine began since a person last asked."""
    earlier: Mapping[int, PrintJobState] = field(default_factory=dict)
    """How the earlier attempts ended."""

    @property
    def further_prints(self) -> int:
        """Attempts before the present one that may have come out of the printer."""
        return sum(state in (UNCONFIRMED, PRINTED) for state in self.earlier.values())

    @property
    def priority(self) -> int:
        """The smaller number is printed first."""
        return PRIORITIES[self.kind]

    def is_stale(self, now: datetime) -> bool:
        """Return whether the document must no longer be printed."""
        return self.not_after is not None and now > self.not_after


class PrintJobFinishedAlready(Conflict):
    """The job has come to an end and does not change any more."""

    slug = "print-job-finished"
    title = "The print job is finished"


class PrintJobNotFinished(Conflict):
    """The job is still on its way; asking again now could print it twice."""

    slug = "print-job-not-finished"
    title = "The print job is not finished"


class PrintJobStale(Conflict):
    """The document is out of date and is not printed any more."""

    slug = "print-job-expired"
    title = "The document is out of date"


class PrintACopy(Conflict):
    """A receipt that was printed, or may have been several times, is printed again only as a counted copy."""

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


class Trigger(StrEnum):
    """What happens to a print job."""

    OFFER = "offer"
    """The gateway is about to send it to its phone."""
    ACCEPT = "accept"
    """The phone has stored it. It prints only once this is confirmed, so that a withdrawal is never late."""
    START = "start"
    """The phone is about to send the first byte: from here on the document may come out of the printer."""
    START_AT_ONCE = "start at once"
    """``ACCEPT`` and ``START`` in one: the phone has stored it, and sends the first byte once this is confirmed."""
    REPORT_PRINTED = "report printed"
    REPORT_FAILED = "report failed"
    REPORT_UNCONFIRMED = "report unconfirmed"
    REPORT_HELD = "report held"
    REPORT_EXPIRED = "report expired"
    REPORT_CANCELLED = "report cancelled"
    RESUME_WITH = "resume with"
    """The phone has connected again and holds the job."""
    RESUME_WITHOUT = "resume without"
    """The phone has connected again and does not hold the job: it may have printed it before it lost it."""
    EXPIRE = "expire"
    """The document is out of date."""
    TIME_OUT = "time out"
    """The phone began to print and has reported nothing for too long."""
    CANCEL = "cancel"
    """A person other than the phone's own cancels the job."""
    CANCEL_ON_THE_PHONE = "cancel on the phone"
    """The person with the phone cancels the job."""
    WITHDRAW = "withdraw"
    """The document is no longer true: the debt is paid, the payment reversed, the door left."""
    PRINT_AGAIN = "print again"
    """A person has looked at the printer and asks for the document again."""


REPORTS: Mapping[PrintJobState, Trigger] = {
    PRINTED: Trigger.REPORT_PRINTED,
    FAILED: Trigger.REPORT_FAILED,
    UNCONFIRMED: Trigger.REPORT_UNCONFIRMED,
    HELD: Trigger.REPORT_HELD,
    EXPIRED: Trigger.REPORT_EXPIRED,
    CANCELLED: Trigger.REPORT_CANCELLED,
}
"""What a phone may report as a result."""


class Condition(Enum):
    """What must hold beside the state."""

    NONE = auto()
    FRESH = auto()
    """The document is not out of date."""
    STALE = auto()
    """The document is out of date."""
    DATED = auto()
    """The document can become out of date."""
    RETRIES_LEFT = auto()
    """A machine may begin another attempt, and the document is not out of date."""
    RECEIPT = auto()
    """The document is money."""
    PRINTED_OFTEN = auto()
    """The document is money that may be on paper several times, and no supervisor asks for it."""
    WITHDRAWN = auto()
    """The document was withdrawn because it is no longer true."""


class NextAttempt(Enum):
    """Who begins another attempt."""

    BY_MACHINE = auto()
    BY_PERSON = auto()


@dataclass(frozen=True, slots=True)
class Transition:
    """What becomes of a job in one of ``sources``."""

    sources: States
    target: PrintJobState
    cause: PrintJobCause | None = None
    or_reported: bool = False
    """Whether the cause that the phone reports takes the place of ``cause``."""
    condition: Condition = Condition.NONE
    next_attempt: NextAttempt | None = None

    def cause_with(self, reported: PrintJobCause | None) -> PrintJobCause | None:
        """Return the cause to store, given the one that the phone reports."""
        return (reported or self.cause) if self.or_reported else self.cause


@dataclass(frozen=True, slots=True)
class Refusal:
    """A job in one of ``sources`` stays as it is, and the caller gets a problem."""

    sources: States
    problem: type[Conflict]
    detail: str
    condition: Condition = Condition.NONE


def _of(*states: PrintJobState) -> States:
    return frozenset(states)


_NEVER_OFFERED = Refusal(_of(QUEUED), UnknownAttempt, "Lần in này chưa được gửi tới máy.")
_MAY_BE_ON_PAPER = Transition(_of(PRINTING), UNCONFIRMED, PrintJobCause.NO_CONFIRMATION, or_reported=True)
_ACCEPTED = (
    Transition(_of(OFFERED), ACCEPTED, condition=Condition.FRESH),
    Transition(_of(OFFERED), EXPIRED, PrintJobCause.EXPIRED, condition=Condition.STALE),
)
_NOT_BEGUN = _of(OFFERED, ACCEPTED, HELD)

TRANSITIONS: Mapping[Trigger, tuple[Transition | Refusal, ...]] = {
    Trigger.OFFER: (
        Transition(_of(QUEUED), OFFERED, condition=Condition.FRESH),
        Transition(_of(QUEUED, OFFERED), EXPIRED, PrintJobCause.EXPIRED, condition=Condition.STALE),
    ),
    Trigger.ACCEPT: _ACCEPTED,
    Trigger.START: (Transition(_of(ACCEPTED, HELD), PRINTING),),
    Trigger.START_AT_ONCE: (
        Transition(_of(OFFERED), PRINTING, condition=Condition.FRESH),
        Transition(_of(OFFERED), EXPIRED, PrintJobCause.EXPIRED, condition=Condition.STALE),
        Transition(_of(ACCEPTED, HELD), PRINTING),
    ),
    Trigger.REPORT_PRINTED: (
        # Also late: what a phone has seen come out wins over what a machine assumed.
        Transition(_of(OFFERED, ACCEPTED, HELD, PRINTING, UNCONFIRMED), PRINTED),
        # A withdrawal that came while the first byte left.
        Transition(_of(CANCELLED), PRINTED, condition=Condition.WITHDRAWN),
        _NEVER_OFFERED,
    ),
    Trigger.REPORT_FAILED: (
        Transition(_NOT_BEGUN, QUEUED, condition=Condition.RETRIES_LEFT, next_attempt=NextAttempt.BY_MACHINE),
        Transition(_NOT_BEGUN, FAILED, PrintJobCause.WRITE_ERROR, or_reported=True),
        _MAY_BE_ON_PAPER,
        _NEVER_OFFERED,
    ),
    Trigger.REPORT_UNCONFIRMED: (
        Transition(_NOT_BEGUN | {PRINTING}, UNCONFIRMED, PrintJobCause.NO_CONFIRMATION, or_reported=True),
        Transition(
            _of(CANCELLED),
            UNCONFIRMED,
            PrintJobCause.NO_CONFIRMATION,
            or_reported=True,
            condition=Condition.WITHDRAWN,
        ),
        _NEVER_OFFERED,
    ),
    Trigger.REPORT_HELD: (
        Transition(_of(OFFERED, ACCEPTED), HELD, PrintJobCause.NO_PRINTER, or_reported=True),
        Transition(_of(HELD), HELD, PrintJobCause.NO_PRINTER, or_reported=True),
        _MAY_BE_ON_PAPER,
        _NEVER_OFFERED,
    ),
    Trigger.REPORT_EXPIRED: (
        Transition(_of(ACCEPTED, HELD), EXPIRED, PrintJobCause.EXPIRED, condition=Condition.DATED),
        Transition(_of(OFFERED), EXPIRED, PrintJobCause.EXPIRED, condition=Condition.STALE),
        _MAY_BE_ON_PAPER,
        _NEVER_OFFERED,
    ),
    Trigger.REPORT_CANCELLED: (
        Transition(_NOT_BEGUN, CANCELLED, PrintJobCause.USER_CANCELLED, or_reported=True),
        _MAY_BE_ON_PAPER,
        _NEVER_OFFERED,
    ),
    Trigger.RESUME_WITH: _ACCEPTED,
    Trigger.RESUME_WITHOUT: (Transition(ON_THE_PHONE, UNCONFIRMED, PrintJobCause.APP_CLOSED),),
    Trigger.EXPIRE: (Transition(_NOT_BEGUN | {QUEUED}, EXPIRED, PrintJobCause.EXPIRED, condition=Condition.STALE),),
    Trigger.TIME_OUT: (Transition(_of(PRINTING), UNCONFIRMED, PrintJobCause.NO_CONFIRMATION),),
    Trigger.CANCEL: (
        Refusal(FINISHED - {CANCELLED}, PrintJobFinishedAlready, "Việc in đã kết thúc."),
        Refusal(_of(PRINTING), PrintJobNotFinished, "Giấy này đang được in."),
        Refusal(ON_THE_PHONE, PrintJobOnThePhone, "Máy của thu ngân viên đang giữ giấy này."),
        Transition(_of(QUEUED, OFFERED), CANCELLED, PrintJobCause.USER_CANCELLED),
    ),
    Trigger.CANCEL_ON_THE_PHONE: (
        Refusal(FINISHED - {CANCELLED}, PrintJobFinishedAlready, "Việc in đã kết thúc."),
        Refusal(_of(PRINTING), PrintJobNotFinished, "Giấy này đang được in."),
        Transition(_NOT_BEGUN | {QUEUED}, CANCELLED, PrintJobCause.USER_CANCELLED),
    ),
    Trigger.WITHDRAW: (Transition(_NOT_BEGUN | {QUEUED}, CANCELLED, PrintJobCause.REPLACED, or_reported=True),),
    Trigger.PRINT_AGAIN: (
        Refusal(UNFINISHED, PrintJobNotFinished, "Giấy này đang được in."),
        Refusal(_of(EXPIRED), PrintJobStale, "Giấy này đã quá hạn in."),
        Refusal(FINISHED, PrintJobStale, "Giấy này đã quá hạn in.", condition=Condition.STALE),
        Refusal(_of(CANCELLED), PrintJobStale, "Giấy này không còn đúng, không in nữa.", condition=Condition.WITHDRAWN),
        Refusal(_of(PRINTED), PrintACopy, "Biên nhận đã in rồi; hãy in bản sao.", condition=Condition.RECEIPT),
        Refusal(
            _of(UNCONFIRMED),
            PrintACopy,
            "Biên nhận này có thể đã in ra nhiều lần; hãy in bản sao, hoặc nhờ người quản lý.",
            condition=Condition.PRINTED_OFTEN,
        ),
        Transition(FINISHED, QUEUED, next_attempt=NextAttempt.BY_PERSON),
    ),
}
"""What each trigger makes of a job: the first row that has the job's state and whose condition holds.

Where there is none, nothing happens: a repeated report changes nothing.
"""


def usual(trigger: Trigger) -> Transition | None:
    """Return the transition that most jobs make, where it can be tried without a look at the job before.

    Whether it holds, the database decides in the statement that makes it.
    """
    first = TRANSITIONS[trigger][0]
    if not isinstance(first, Transition) or first.next_attempt is not None:
        return None
    return first if first.condition in (Condition.NONE, Condition.FRESH) else None


def apply(
    job: PrintJob,
    trigger: Trigger,
    now: datetime,
    *,
    attempt: int | None = None,
    cause: PrintJobCause | None = None,
    supervised: bool = False,
) -> PrintJob:
    """Return what a trigger makes of a job: the same job where it changes nothing.

    ``attempt`` is the one that the trigger is about, None for whichever is the job's; ``cause`` is what a phone
    reports; ``supervised``: a supervisor asks for it. Raises a :class:`~shared.problems.Conflict` where the trigger is
    refused.
    """
    if trigger is Trigger.PRINT_AGAIN:
        # Named is the attempt that went before, so that a person can repeat the request.
        if attempt is not None and job.attempt == attempt + 1 and job.retries == 0:
            return job
        if attempt != job.attempt:
            raise UnknownAttempt("Đã có lần in khác sau lần này.", facts={"attempt": job.attempt})
    elif attempt not in (None, job.attempt):
        return _apply_to_other_attempt(job, trigger, attempt or 0)
    for row in TRANSITIONS[trigger]:
        if job.state in row.sources and _holds(row.condition, job, now, supervised=supervised):
            if isinstance(row, Refusal):
                raise row.problem(row.detail, facts=_facts(row.problem, job))
            return _moved(job, row, cause)
    return job


def _holds(condition: Condition, job: PrintJob, now: datetime, *, supervised: bool = False) -> bool:
    match condition:
        case Condition.NONE:
            return True
        case Condition.FRESH | Condition.STALE:
            return job.is_stale(now) is (condition is Condition.STALE)
        case Condition.DATED:
            return job.not_after is not None
        case Condition.RETRIES_LEFT:
            return job.retries < MAX_RETRIES and not job.is_stale(now)
        case Condition.PRINTED_OFTEN:
            return job.kind in RECEIPTS and not supervised and job.further_prints >= MOST_FURTHER_PRINTS
        case Condition.RECEIPT | Condition.WITHDRAWN:
            return job.kind in RECEIPTS if condition is Condition.RECEIPT else job.cause in WITHDRAWN


def _facts(problem: type[Conflict], job: PrintJob) -> Mapping[str, int | str]:
    if problem is UnknownAttempt:
        return {"attempt": job.attempt}
    return {} if problem in (PrintJobStale, PrintACopy) else {"state": job.state}


def _moved(job: PrintJob, row: Transition, reported: PrintJobCause | None) -> PrintJob:
    moved = replace(job, state=row.target, cause=row.cause_with(reported))
    match row.next_attempt:
        case None:
            return moved
        case NextAttempt.BY_MACHINE:
            # Nothing has reached the printer: this attempt has failed, whatever state it was in.
            ended, retries = FAILED, job.retries + 1
        case NextAttempt.BY_PERSON:
            ended, retries = job.state, 0
    earlier = {**job.earlier, job.attempt: ended}
    return replace(moved, attempt=job.attempt + 1, retries=retries, earlier=earlier)


def _apply_to_other_attempt(job: PrintJob, trigger: Trigger, attempt: int) -> PrintJob:
    """A late ``printed`` of an earlier attempt counts: do not print again if that can be helped."""
    if trigger not in REPORTS.values():
        return job
    if not 1 <= attempt < job.attempt:
        raise UnknownAttempt("Lần in này chưa được gửi tới máy.", facts={"attempt": job.attempt})
    if trigger is not Trigger.REPORT_PRINTED or job.earlier.get(attempt) is not UNCONFIRMED:
        return job
    job = replace(job, earlier={**job.earlier, attempt: PRINTED})
    return replace(job, state=PRINTED, cause=None) if job.state in (QUEUED, OFFERED) else job


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
