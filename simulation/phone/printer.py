"""A virtual printer: it runs out of paper, has its cover opened, loses its link, and keeps every printout."""

import asyncio
import base64
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from shared import clock
from shared.contracts.gateway import PrintJobCause, PrintJobState
from shared.contracts.receipt import PaperKind
from shared.printing import Document, PrinterProfile, to_escpos, to_png


class Fault(StrEnum):
    """What goes wrong with one print."""

    PAPER_OUT_BEFORE = "paper_out_before"
    """Seen before the first byte: the job is held, nothing comes out until paper is loaded."""
    COVER_OPEN_BEFORE = "cover_open_before"
    LINK_LOST_BEFORE = "link_lost_before"
    """The printer cannot be reached for this one attempt."""
    PAPER_OUT_DURING = "paper_out_during"
    """Half a printout has come out."""
    LINK_LOST_DURING = "link_lost_during"
    """Half a printout has come out, and the link is lost."""
    PAPER_OUT_AFTER = "paper_out_after"
    """The whole printout has come out, but the printer answers only once paper is loaded."""
    LINK_LOST_AFTER = "link_lost_after"
    """The whole printout has come out, and the answer is lost."""


_BEFORE = {
    Fault.PAPER_OUT_BEFORE: PrintJobCause.PAPER_OUT,
    Fault.COVER_OPEN_BEFORE: PrintJobCause.COVER_OPEN,
    Fault.LINK_LOST_BEFORE: PrintJobCause.LINK_LOST,
}
_HALF = {
    Fault.PAPER_OUT_DURING: PrintJobCause.PAPER_OUT,
    Fault.LINK_LOST_DURING: PrintJobCause.LINK_LOST,
}


@dataclass(frozen=True, slots=True)
class Printout:
    """Something that has come out of the printer."""

    job_id: UUID
    attempt: int
    kind: PaperKind
    summary: str
    document: Document | None
    """None for a device that asked for bytes."""
    copy_number: int
    customer_code: str | None
    receipt_id: UUID | None
    payment_id: UUID | None
    visit_id: UUID | None
    complete: bool
    """False: it tore off, or ended, in the middle."""
    printed_at: datetime
    escpos: bytes = b""
    png: Path | None = None
    """The picture, for a printer with a folder."""


@dataclass(slots=True)
class VirtualPrinter:
    """Prints one job at a time; a person (the test) loads paper, opens the cover and orders faults."""

    folder: Path | None = None
    """Where printouts are kept as PNG and ESC/POS files; None keeps them in memory only, without pictures."""
    profile: PrinterProfile = field(default_factory=PrinterProfile)
    seconds_per_job: float = 0.0
    answers: bool = True
    """False: a cheap printer that never reports whether it has printed; every job ends unconfirmed."""
    printouts: list[Printout] = field(default_factory=list)
    not_ready: PrintJobCause | None = None
    faults: deque[Fault] = field(default_factory=deque)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    unconfirmed: int = 0
    """Prints that began and whose end it could not report."""
    owed_answers: list[tuple[UUID, int]] = field(default_factory=list)
    """Jobs that were printed and will be answered for once paper is loaded."""

    def __post_init__(self) -> None:
        self.ready.set()
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)

    def fail(self, *faults: Fault) -> None:
        """Let the next prints fail, one fault each."""
        self.faults.extend(faults)

    def stop(self, cause: PrintJobCause) -> None:
        """The printer is not ready from now on."""
        self.not_ready = cause
        self.ready.clear()

    def make_ready(self) -> None:
        """Somebody loads paper, closes the cover, switches the printer on."""
        self.not_ready = None
        self.ready.set()

    @property
    def looks_well(self) -> bool:
        """Whether nothing keeps it from printing the next job."""
        return self.not_ready is None and not (self.faults and self.faults[0] in _BEFORE)

    def look(self) -> PrintJobCause | None:
        """Ask whether it can print now, before the first byte; None when all is well."""
        if self.faults and self.faults[0] in _BEFORE:
            fault = self.faults.popleft()
            if fault is Fault.LINK_LOST_BEFORE:
                return PrintJobCause.LINK_LOST
            self.stop(_BEFORE[fault])
        return self.not_ready

    async def print(self, job: Mapping[str, Any]) -> tuple[PrintJobState, PrintJobCause | None]:
        """Print a ``job`` frame and return what the phone can know of it."""
        fault = self.faults.popleft() if self.faults and self.faults[0] not in _BEFORE else None
        if self.seconds_per_job:
            await asyncio.sleep(self.seconds_per_job)
        complete = fault not in _HALF
        self.printouts.append(await self._printout(job, complete=complete))
        if fault is None and self.answers:
            return PrintJobState.PRINTED, None
        self.unconfirmed += 1
        if fault is None:
            return PrintJobState.UNCONFIRMED, PrintJobCause.NO_CONFIRMATION
        if fault is Fault.PAPER_OUT_DURING:
            self.stop(PrintJobCause.PAPER_OUT)
        if fault is Fault.PAPER_OUT_AFTER:
            self.stop(PrintJobCause.PAPER_OUT)
            self.owed_answers.append((UUID(job["job_id"]), int(job["attempt"])))
            return PrintJobState.UNCONFIRMED, PrintJobCause.NO_CONFIRMATION
        return PrintJobState.UNCONFIRMED, _HALF.get(fault, PrintJobCause.NO_CONFIRMATION)

    async def _printout(self, job: Mapping[str, Any], *, complete: bool) -> Printout:
        document = Document.model_validate(job["document"]) if "document" in job else None
        escpos, png = b"", None
        if "escpos" in job:
            escpos = base64.b64decode(job["escpos"])
        if self.folder is not None:
            stem = f"{len(self.printouts) + 1:03d}-{job['kind']}{'' if complete else '-half'}"
            if document is not None:
                escpos, picture = await asyncio.to_thread(_render, document, self.profile)
                png = self.folder / f"{stem}.png"
                await asyncio.to_thread(png.write_bytes, picture)
            await asyncio.to_thread((self.folder / f"{stem}.escpos").write_bytes, escpos)

        def identifier(name: str) -> UUID | None:
            return UUID(job[name]) if job.get(name) else None

        return Printout(
            job_id=UUID(job["job_id"]),
            attempt=int(job["attempt"]),
            kind=PaperKind(job["kind"]),
            summary=str(job["summary"]),
            document=document,
            copy_number=int(job["copy_number"]),
            customer_code=job.get("customer_code"),
            receipt_id=identifier("receipt_id"),
            payment_id=identifier("payment_id"),
            visit_id=identifier("visit_id"),
            complete=complete,
            printed_at=clock.now(),
            escpos=escpos,
            png=png,
        )


def _render(document: Document, profile: PrinterProfile) -> tuple[bytes, bytes]:
    return to_escpos(document, profile), to_png(document, profile.width_dots, margin=8)
