"""One phone's open stream: what is sent to it, and in what order."""

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

import structlog
from aiohttp import web
from pydantic import BaseModel

from services.gateway.dependencies import STREAM_PATIENCE, Dependencies
from services.gateway.domain.devices import Device
from services.gateway.print_jobs import store, view
from services.gateway.print_jobs.rules import FINISHED, PrintJob, Trigger
from services.gateway.print_jobs.service import PrintJobEvent
from services.gateway.print_jobs.store import PrintJobRecord
from services.gateway.store import feeds
from services.gateway.stream.frames import CloseCode, Job, Refresh, Withdrawn
from services.gateway.stream.window import Window
from shared.contracts.gateway import PrintJobCause
from shared.printing import PrinterProfile

log = structlog.get_logger()

_FEED_BATCH = 200


class TooSlowError(Exception):
    """The phone does not read what it is sent."""


async def close_socket(socket: web.WebSocketResponse, code: CloseCode, reason: str = "") -> None:
    """Close a socket; a peer that does not answer within two seconds is left to the transport."""
    try:
        async with asyncio.timeout(2):
            # Without draining: a phone that reads nothing would keep us here.
            await socket.close(code=code, message=(reason or code.name.lower()).encode(), drain=False)
    except (TimeoutError, ConnectionError):
        log.info("stream_cut_off", close_code=int(code))


@dataclass(slots=True, eq=False)
class Connection:
    """A socket after its ``hello``. ``pump`` sends what waits; it is safe to call it at any time."""

    device: Device
    connection_id: UUID
    socket: web.WebSocketResponse
    dependencies: Dependencies
    sequence: int
    """The last account update that was sent."""
    profile: PrinterProfile | None
    """Set for a device that asks for ESC/POS bytes."""
    window: Window
    welcomed: bool = False
    """Nothing is sent before the ``welcome``."""
    jobs_wait: bool = False
    """Print jobs may wait in the database: look."""
    feed_waits: bool = False
    """Account updates wait in the database."""
    pumping: bool = False
    closing: bool = False
    battery_again_at: float = 0
    """From when on the battery is kept again, by the event loop's clock."""
    last_sent: float = 0
    """When a frame was last sent, by the event loop's clock."""
    offers: dict[UUID, PrintJobRecord] = field(default_factory=dict)
    """Jobs as they were offered on this stream, without their documents, until they have ended."""
    _offered: list[PrintJobRecord] = field(default_factory=list)
    """Jobs that have been queued as offered, to be sent."""
    _updates: list[tuple[int, str]] = field(default_factory=list)
    """Account updates to be sent, with their numbers."""

    async def send(self, *frames: BaseModel | str) -> None:
        """Send frames; raises :class:`TooSlowError` when the phone does not read them in time."""
        try:
            async with asyncio.timeout(self.dependencies.settings.send_timeout):
                for frame in frames:
                    text = frame if isinstance(frame, str) else frame.model_dump_json(exclude_none=True)
                    self.last_sent = asyncio.get_running_loop().time()
                    await self.socket.send_str(text)
        except TimeoutError as error:
            raise TooSlowError from error

    async def close(self, code: CloseCode, reason: str = "") -> None:
        """Close the socket once. A peer that does not answer is cut off by the transport."""
        if self.closing:
            return
        self.closing = True
        await close_socket(self.socket, code, reason)

    @property
    def has_work(self) -> bool:
        """Whether there is something for :meth:`pump` to do."""
        return bool(self.jobs_wait or self.feed_waits or self._offered or self._updates)

    async def pump(self) -> None:
        """Send what waits, until nothing does. Only one pump runs; a wake-up meanwhile makes it go round again."""
        if self.pumping:
            return
        self.pumping = True
        try:
            while self.has_work and not self.closing:
                while self._offered:
                    await self._send_job(self._offered.pop(0))
                if self.jobs_wait:
                    self.jobs_wait = False
                    await self._send_jobs()
                while self._updates:
                    await self._send_update(*self._updates.pop(0))
                if self.feed_waits:
                    self.feed_waits = False
                    await self._send_feed()
        finally:
            self.pumping = False

    # --- print jobs ------------------------------------------------------------------------------------------

    def reserve(self, job_id: UUID) -> bool:
        """Return whether a new job may be queued as offered, because it is the next one anyway, and keep its place."""
        return not self.jobs_wait and not self.closing and self.window.reserve(job_id)

    def send_offered(self, record: PrintJobRecord) -> bool:
        """Let the next pump send a job that was queued as offered; False when no place was kept for it."""
        new = self.window.redeem(record.job)
        if new:
            self._offered.append(record)
        return new is not None

    async def _send_jobs(self) -> None:
        """Look into the database and send what is next."""
        self.window.look()
        async with self.dependencies.database(within=STREAM_PATIENCE) as connection:
            unfinished = await store.unfinished(connection, self.device.device_id)
        await self._withdraw(self.window.looked(unfinished))
        chosen = self.window.choose(unfinished)
        if not chosen:
            return
        offered = await self.dependencies.print_jobs.offer(self.device.device_id, chosen, within=STREAM_PATIENCE)
        sent = [await self._send_job(offered[job.job_id]) for job in chosen if job.job_id in offered]
        if sum(sent) < len(chosen):
            # Something was out of date: its place in the window is free for the next one.
            self.jobs_wait = True

    async def _send_job(self, offered: PrintJobRecord) -> bool:
        """Send the frame that offers a job; False when it cannot be drawn, which is then recorded."""
        self.window.known[offered.job.job_id] = offered.job.attempt
        frame = await self._frame(offered)
        if frame is None:
            self.window.known.pop(offered.job.job_id, None)
            self.jobs_wait = True
            return False
        self.offers[offered.job.job_id] = replace(offered, document="")
        await self.send(frame)
        return True

    async def _frame(self, offered: PrintJobRecord) -> str | None:
        """Return the frame that offers a job; None when it cannot be drawn, which has then been recorded."""
        job, document = offered.job, offered.document
        escpos = None
        if not document:
            log.error("document_not_kept", job_id=str(job.job_id))
            await self._fail(job)
            return None
        if self.profile is not None:
            try:
                escpos = base64.b64encode(await view.as_escpos(document, self.profile)).decode()
            except Exception:
                # A document that cannot be drawn must not keep the phone from all others.
                log.exception("document_not_drawn", job_id=str(job.job_id))
                await self._fail(job)
                return None
        frame = Job(
            seq=job.sequence,
            job_id=job.job_id,
            attempt=job.attempt,
            kind=job.kind,
            priority=job.priority,
            summary=offered.summary,
            not_after=job.not_after,
            copy_number=offered.copy_number,
            customer_code=offered.customer_code,
            receipt_id=offered.receipt_id,
            payment_id=offered.payment_id,
            visit_id=offered.visit_id,
            escpos=escpos,
        ).model_dump_json(exclude_none=True)
        # The document is JSON already: reading it only to write it again would cost more than everything else here.
        return frame if escpos is not None else f'{frame[:-1]},"document":{document}}}'

    async def _fail(self, job: PrintJob) -> None:
        failed = PrintJobEvent(job.job_id, Trigger.REPORT_FAILED, attempt=job.attempt, cause=PrintJobCause.WRITE_ERROR)
        await self.dependencies.print_jobs.apply(failed, within=STREAM_PATIENCE)

    async def _withdraw(self, gone: Sequence[UUID]) -> None:
        """Withdraw jobs that have ended without the phone: cancelled, expired, or printed by an earlier attempt."""
        if not gone:
            return
        async with self.dependencies.database(within=STREAM_PATIENCE) as connection:
            ended = await store.named(connection, self.device.device_id, gone)
        for job in ended:
            self.offers.pop(job.job_id, None)
            if job.state in FINISHED and self.window.known.pop(job.job_id, None) is not None:
                await self.send(Withdrawn(job_id=job.job_id, state=job.state, cause=job.cause))

    # --- account updates -------------------------------------------------------------------------------------

    def add_update(self, sequence: int, entry: str) -> None:
        """Let the next pump send an account update (JSON text)."""
        if len(self._updates) < _FEED_BATCH:
            self._updates.append((sequence, entry))
        else:
            # The phone is slow; what is too much to keep is read when its turn comes.
            self._updates.clear()
            self.feed_waits = True

    async def _send_update(self, sequence: int, entry: str) -> None:
        if sequence == self.sequence + 1:
            await self._send_entry(sequence, entry)
        elif sequence > self.sequence:
            # One before it has not come to this process yet; it is in the database, because numbers are taken under a
            # lock.
            self.feed_waits = True

    async def _send_entry(self, sequence: int, entry: str) -> None:
        # Entries are stored as the frame without its number.
        await self.send(f'{{"seq":{sequence},{entry[1:]}')
        self.sequence = sequence

    async def _send_feed(self) -> None:
        collector = self.device.collector_code
        if collector is None:
            return
        while not self.closing:
            async with self.dependencies.database(within=STREAM_PATIENCE) as connection:
                position = await feeds.position(connection, collector)
                behind = position.last_sequence - self.sequence
                if behind <= 0:
                    return
                if behind > self.dependencies.settings.feed_limit or position.pruned_to > self.sequence:
                    entries = None
                else:
                    entries = await feeds.entries(connection, collector, self.sequence, _FEED_BATCH)
            if entries is None:
                self.sequence = position.last_sequence
                await self.send(Refresh(seq=self.sequence))
                return
            if not entries:
                return
            for sequence, entry in entries:
                await self._send_entry(sequence, entry)
