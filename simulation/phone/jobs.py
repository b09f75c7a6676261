"""What the phone keeps of each print job: its storage survives a lost connection and a killed app."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.contracts.gateway import PrintJobCause, PrintJobState


class Phase(StrEnum):
    """How far the phone has come with a job."""

    STORED = "stored"
    """Accepted, not yet confirmed by the gateway: must not be printed."""
    READY = "ready"
    PRINTING = "printing"
    DONE = "done"
    """There is a result; kept until the gateway has acknowledged it."""


@dataclass(slots=True)
class KeptJob:
    """A job in the phone's storage."""

    frame: dict[str, Any]
    phase: Phase = Phase.STORED
    state: PrintJobState | None = None
    cause: PrintJobCause | None = None
    announced: bool = False
    """The gateway has been told that it begins, and has agreed."""

    @property
    def job_id(self) -> UUID:
        """The job."""
        return UUID(self.frame["job_id"])

    @property
    def attempt(self) -> int:
        """The attempt that was offered."""
        return int(self.frame["attempt"])

    @property
    def order(self) -> tuple[int, int]:
        """The smaller is printed first."""
        return int(self.frame["priority"]), int(self.frame["seq"])

    def about(self, kind: str, **more: Any) -> dict[str, Any]:
        """Return a frame about this job."""
        return {"type": kind, "job_id": str(self.job_id), "attempt": self.attempt, **more}

    def result(self) -> dict[str, Any]:
        """Return the frame that reports the result."""
        frame = self.about("result", state=str(self.state))
        return {**frame, "cause": str(self.cause)} if self.cause else frame


@dataclass(slots=True)
class KeptJobs:
    """The phone's storage of jobs."""

    by_id: dict[UUID, KeptJob] = field(default_factory=dict)

    def __iter__(self) -> Iterator[KeptJob]:
        return iter(list(self.by_id.values()))

    def next_ready(self) -> KeptJob | None:
        """Return what is to be printed next: receipts first, then in the order of making."""
        ready = [job for job in self.by_id.values() if job.phase is Phase.READY]
        return min(ready, key=lambda job: job.order, default=None)
