"""One phone's open stream: what it is told, and in what order."""

import asyncio
import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from aiohttp import web
from pydantic import BaseModel

from services.gateway import domain, paper
from services.gateway.domain import PrintJob
from services.gateway.gateway import Gateway
from services.gateway.queueing import change
from services.gateway.roles import Device
from services.gateway.store import feeds
from services.gateway.store import print_jobs as store
from services.gateway.store.print_jobs import Paper
from services.gateway.stream.frames import CloseCode, Job, Refresh, Withdrawn
from shared.contracts.gateway import PrintJobCause
from shared.printing import PrinterProfile

log = structlog.get_logger()

_FEED_BATCH = 200


class TooSlowError(Exception):
    """The phone does not take what it is sent."""


async def close_socket(socket: web.WebSocketResponse, code: CloseCode, reason: str = "") -> None:
    """Close a socket; a peer that does not answer within two seconds is left to the transport."""
    try:
        async with asyncio.timeout(2):
            # Without draining: a phone that takes nothing would keep us here.
            await socket.close(code=code, message=(reason or code.name.lower()).encode(), drain=False)
    except (TimeoutError, ConnectionError):
        log.info("stream_cut_off", close_code=int(code))


@dataclass(slots=True, eq=False)
class Connection:
    """A socket after its ``hello``. ``pump`` sends what waits in the database; it is safe to call it at any time."""

    device: Device
    connection_id: UUID
    socket: web.WebSocketResponse
    gateway: Gateway
    sequence: int
    """The last account update that was sent."""
    profile: PrinterProfile | None
    """Set for a device that asks for ESC/POS bytes."""
    known: dict[UUID, int] = field(default_factory=dict)
    """Jobs that the phone has been offered or holds on this connection, with their attempts."""
    papers_wait: bool = False
    feed_waits: bool = False
    pumping: bool = False
    closing: bool = False

    async def send(self, *frames: BaseModel | str) -> None:
        """Send frames; raises :class:`TooSlowError` when the phone does not take them in time."""
        try:
            async with asyncio.timeout(self.gateway.settings.send_timeout):
                for frame in frames:
                    text = frame if isinstance(frame, str) else frame.model_dump_json(exclude_none=True)
                    await self.socket.send_str(text)
        except TimeoutError as error:
            raise TooSlowError from error

    async def close(self, code: CloseCode, reason: str = "") -> None:
        """Close the socket once. A peer that does not answer is cut off by the transport."""
        if self.closing:
            return
        self.closing = True
        await close_socket(self.socket, code, reason)

    async def pump(self) -> None:
        """Send what waits, until nothing does. Only one pump runs; a wake-up meanwhile makes it go round again."""
        if self.pumping:
            return
        self.pumping = True
        try:
            while (self.papers_wait or self.feed_waits) and not self.closing:
                if self.papers_wait:
                    self.papers_wait = False
                    await self._send_papers()
                if self.feed_waits:
                    self.feed_waits = False
                    await self._send_feed()
        finally:
            self.pumping = False

    # --- papers ----------------------------------------------------------------------------------------------

    def offered_here(self) -> frozenset[tuple[UUID, int]]:
        """Return the (job, attempt) pairs that the phone knows of on this connection."""
        return frozenset(self.known.items())

    async def _send_papers(self) -> None:
        gateway = self.gateway
        async with gateway.database() as connection:
            unfinished = await store.unfinished(connection, self.device.device_id)
        await self._withdraw(unfinished)
        if not domain.next_to_offer(unfinished, gateway.settings.max_in_flight, self.offered_here()):
            return
        now = gateway.now()
        papers: dict[UUID, Paper] = {}
        async with gateway.bus.work() as work:
            jobs = await store.lock_unfinished(work.connection, self.device.device_id)
            chosen = domain.next_to_offer(jobs, gateway.settings.max_in_flight, self.offered_here())
            for job in chosen:
                offered = await change(
                    work,
                    job.job_id,
                    lambda job: domain.offer(job, now),
                    actor="gateway",
                    now=now,
                    with_document=True,
                )
                if offered.job.state is domain.OFFERED:
                    papers[job.job_id] = offered
        sent = 0
        for job_id, offered in papers.items():
            frame = await self._offer(offered)
            if frame is not None:
                sent += 1
                self.known[job_id] = offered.job.attempt
                await self.send(frame)
        if sent < len(chosen):
            # Something was out of date: its place in the window is free for the next one.
            self.papers_wait = True

    async def _offer(self, offered: Paper) -> str | None:
        """Return the frame that offers a paper; None when it cannot be drawn, which has then been recorded."""
        job, document = offered.job, offered.document
        escpos = None
        if self.profile is not None:
            try:
                escpos = base64.b64encode(await paper.as_escpos(document, self.profile)).decode()
            except Exception:
                # A paper that cannot be drawn must not keep the phone from all others.
                log.exception("paper_not_drawn", job_id=str(job.job_id))
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
        now = self.gateway.now()
        async with self.gateway.bus.work() as work:
            await change(
                work,
                job.job_id,
                lambda one: domain.report(one, job.attempt, domain.FAILED, PrintJobCause.WRITE_ERROR, now),
                actor="gateway",
                now=now,
            )

    async def _withdraw(self, unfinished: Iterable[PrintJob]) -> None:
        """Tell the phone of jobs that have ended without it: cancelled, expired, or printed by an earlier attempt."""
        alive = {job.job_id: job.attempt for job in unfinished}
        gone = [job_id for job_id in self.known if job_id not in alive]
        if not gone:
            return
        async with self.gateway.database() as connection:
            ended = await store.states(connection, self.device.device_id, gone)
        for job in ended:
            if job.state in domain.FINISHED and self.known.pop(job.job_id, None) is not None:
                await self.send(Withdrawn(job_id=job.job_id, state=job.state))

    # --- account updates -------------------------------------------------------------------------------------

    async def _send_feed(self) -> None:
        collector = self.device.collector_code
        if collector is None:
            return
        while not self.closing:
            async with self.gateway.database() as connection:
                position = await feeds.position(connection, collector)
                behind = position.last_sequence - self.sequence
                if behind <= 0:
                    return
                if behind > self.gateway.settings.feed_limit or position.pruned_to > self.sequence:
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
                # Entries are stored as the frame without its number.
                await self.send(f'{{"seq":{sequence},{entry[1:]}')
                self.sequence = sequence
