"""Which print jobs a phone knows of on one stream, and whether there is room for another. No input or output."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.gateway.print_jobs.rules import FINISHED, HELD, QUEUED, PrintJob, next_to_offer
from shared.contracts.gateway import PrintJobState


@dataclass(slots=True)
class Window:
    """The jobs on their way to one phone's printer, at most ``size`` of them."""

    size: int
    known: dict[UUID, int] = field(default_factory=dict)
    """Jobs that the phone has been offered or holds on this stream, with their attempts."""
    is_complete: bool = False
    """No other job waits in the database, and none is held, as far as this process knows."""
    _reserved: set[UUID] = field(default_factory=set)
    """Jobs that are being queued as offered."""

    def reserve(self, job_id: UUID) -> bool:
        """Return whether a new job may be queued as offered, because it is the next one anyway, and keep its place.

        True only where this stream knows of every unfinished job of its device. Should the job not be queued after
        all, its place is free again after the next look into the database.
        """
        if job_id in self._reserved:
            return True
        if not self.is_complete or len(self.known) + len(self._reserved) >= self.size:
            return False
        self._reserved.add(job_id)
        return True

    def redeem(self, job: PrintJob) -> bool | None:
        """Return whether a job that was queued as offered is still to be sent; None when no place was kept for it."""
        if job.job_id not in self._reserved:
            return None
        self._reserved.discard(job.job_id)
        if job.job_id in self.known:
            return False
        self.known[job.job_id] = job.attempt
        return True

    def note(self, job_id: UUID, state: PrintJobState) -> bool:
        """Note what has become of a job that the phone reported; return whether another job may be offered now."""
        if state is HELD:
            # While the printer is not ready, who comes next is another question.
            self.is_complete = False
            return True
        if state in FINISHED or state is QUEUED:
            # Over, or back in the queue for another attempt: the next offer is a new one.
            self.known.pop(job_id, None)
            return state is QUEUED or not self.is_complete
        return False

    def choose(self, unfinished: Sequence[PrintJob]) -> list[PrintJob]:
        """Return what to offer now, given all unfinished jobs of the device as they were just read."""
        chosen = next_to_offer(unfinished, self.size, frozenset(self.known.items()))
        self.is_complete = len(chosen) == sum(job.job_id not in self.known for job in unfinished) and all(
            job.state is not HELD for job in unfinished
        )
        return chosen

    def look(self) -> None:
        """Note that the database is about to be read: until then, new jobs are only queued."""
        self.is_complete = False

    def looked(self, unfinished: Sequence[PrintJob]) -> list[UUID]:
        """Note what was read; return the known jobs that are not unfinished any more."""
        self._reserved.clear()
        alive = {job.job_id for job in unfinished}
        return [job_id for job_id in self.known if job_id not in alive]
