"""One phone's open stream: what it is told, and in what order."""

import asyncio
import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from aiohttp import web
from pydantic import BaseModel

from services.gateway.dependencies import STREAM_PATIENCE, Dependencies
from services.gateway.domain.devices import Device
from services.gateway.print_jobs import rules, steps, store, view
from services.gateway.print_jobs.rules import PrintJob
from services.gateway.print_jobs.service import change
from services.gateway.print_jobs.store import Paper
from services.gateway.store import feeds
from services.gateway.stream.frames import CloseCode, Job, Refresh, Withdrawn
from shared.contracts.gateway import PrintJobCause, PrintJobState
from shared.messaging import tracing
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
    dependencies: Dependencies
    sequence: int
    """The last account update that was sent."""
    profile: PrinterProfile | None
    """Set for a device that asks for ESC/POS bytes."""
    known: dict[UUID, int] = field(default_factory=dict)
    """Jobs that the phone has been offered or holds on this connection, with their attempts."""
    welcomed: bool = False
    """Nothing is sent before the ``welcome``."""
    papers_wait: bool = False
    """Papers may wait in the database: look."""
    feed_waits: bool = False
    """Account updates wait in the database."""
    pumping: bool = False
    closing: bool = False
    _all_known: bool = False
    """No paper waits in the database, and none is held, as far as this process knows."""
    _reserved: set[UUID] = field(default_factory=set)
    """Papers that are being queued as offered."""
    _offered: list[Paper] = field(default_factory=list)
    """Papers that have been queued as offered, to be sent."""
    _updates: list[tuple[int, str]] = field(default_factory=list)
    """Account updates to be sent, with their numbers."""

    async def send(self, *frames: BaseModel | str) -> None:
        """Send frames; raises :class:`TooSlowError` when the phone does not take them in time."""
        try:
            async with asyncio.timeout(self.dependencies.settings.send_timeout):
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

    @property
    def has_work(self) -> bool:
        """Whether there is something for :meth:`pump` to do."""
        return bool(self.papers_wait or self.feed_waits or self._offered or self._updates)

    async def pump(self) -> None:
        """Send what waits, until nothing does. Only one pump runs; a wake-up meanwhile makes it go round again."""
        if self.pumping:
            return
        self.pumping = True
        try:
            while self.has_work and not self.closing:
                while self._offered:
                    await self._send_paper(self._offered.pop(0))
                if self.papers_wait:
                    self.papers_wait = False
                    await self._send_papers()
                while self._updates:
                    await self._send_update(*self._updates.pop(0))
                if self.feed_waits:
                    self.feed_waits = False
                    await self._send_feed()
        finally:
            self.pumping = False

    # --- papers ----------------------------------------------------------------------------------------------

    def offered_here(self) -> frozenset[tuple[UUID, int]]:
        """Return the (job, attempt) pairs that the phone knows of on this connection."""
        return frozenset(self.known.items())

    def reserve(self, job_id: UUID) -> bool:
        """Say whether a new paper may be queued as offered, because it is the next one anyway, and keep its place.

        True only where this connection knows of every unfinished job of its device. Should the paper not be queued
        after all, its place is free again after the next look into the database.
        """
        if job_id in self._reserved:
            return True
        on_their_way = len(self.known) + len(self._reserved)
        if not self._all_known or self.papers_wait or self.closing or on_their_way >= self.max_in_flight:
            return False
        self._reserved.add(job_id)
        return True

    def take_offered(self, paper: Paper) -> bool:
        """Take a paper that was queued as offered, to be sent by the next pump; False when no place was kept for it."""
        if paper.job.job_id not in self._reserved:
            return False
        self._reserved.discard(paper.job.job_id)
        if paper.job.job_id not in self.known:
            self.known[paper.job.job_id] = paper.job.attempt
            self._offered.append(paper)
        return True

    def take_note(self, job_id: UUID, state: PrintJobState) -> bool:
        """Note what has become of a job that the phone reported; return whether another paper may be offered now."""
        if state is rules.HELD:
            # While the printer is not ready, who comes next is another question.
            self._all_known = False
            return True
        if state in rules.FINISHED or state is rules.QUEUED:
            # Over, or back in the queue for another attempt: the next offer is a new one.
            self.known.pop(job_id, None)
            return state is rules.QUEUED or not self._all_known
        return False

    @property
    def max_in_flight(self) -> int:
        """How many papers may be on their way to this phone's printer."""
        return self.dependencies.settings.max_in_flight

    async def _send_papers(self) -> None:
        """Look into the database and send what is next."""
        self._all_known = False
        async with self.dependencies.database(within=STREAM_PATIENCE) as connection:
            unfinished = await store.unfinished(connection, self.device.device_id)
        self._reserved.clear()
        await self._withdraw(unfinished)
        chosen = rules.next_to_offer(unfinished, self.max_in_flight, self.offered_here())
        self._all_known = len(chosen) == sum(job.job_id not in self.known for job in unfinished) and all(
            job.state is not rules.HELD for job in unfinished
        )
        if not chosen:
            return
        papers = await self._mark_offered(chosen)
        sent = [await self._send_paper(papers[job.job_id]) for job in chosen if job.job_id in papers]
        if sum(sent) < len(chosen):
            # Something was out of date: its place in the window is free for the next one.
            self.papers_wait = True

    async def _mark_offered(self, chosen: list[PrintJob]) -> dict[UUID, Paper]:
        """Write down that papers are offered, and return them; those that have ended meanwhile are left out."""
        dependencies, now = self.dependencies, self.dependencies.clock()
        device_id, job_ids = self.device.device_id, [job.job_id for job in chosen]
        if not tracing.is_on() and all(rules.OFFERING.fits(job, now) for job in chosen):
            async with dependencies.database(within=STREAM_PATIENCE) as connection:
                return await steps.offer(connection, device_id, job_ids, now)
        papers: dict[UUID, Paper] = {}
        async with dependencies.bus.work(within=STREAM_PATIENCE) as work:
            for job in await store.lock_unfinished(work.connection, device_id):
                if job.job_id not in job_ids:
                    continue
                offered = await change(
                    work,
                    job.job_id,
                    lambda job: rules.offer(job, now),
                    actor="gateway",
                    now=now,
                    with_document=True,
                )
                if offered.job.state is rules.OFFERED:
                    papers[job.job_id] = offered
        return papers

    async def _send_paper(self, offered: Paper) -> bool:
        """Send the frame that offers a paper; False when it cannot be drawn, which is then written down."""
        self.known[offered.job.job_id] = offered.job.attempt
        frame = await self._offer(offered)
        if frame is None:
            self.known.pop(offered.job.job_id, None)
            self.papers_wait = True
            return False
        await self.send(frame)
        return True

    async def _offer(self, offered: Paper) -> str | None:
        """Return the frame that offers a paper; None when it cannot be drawn, which has then been recorded."""
        job, document = offered.job, offered.document
        escpos = None
        if self.profile is not None:
            try:
                escpos = base64.b64encode(await view.as_escpos(document, self.profile)).decode()
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
        now = self.dependencies.clock()
        async with self.dependencies.bus.work(within=STREAM_PATIENCE) as work:
            await change(
                work,
                job.job_id,
                lambda one: rules.report(one, job.attempt, rules.FAILED, PrintJobCause.WRITE_ERROR, now),
                actor="gateway",
                now=now,
            )

    async def _withdraw(self, unfinished: Iterable[PrintJob]) -> None:
        """Tell the phone of jobs that have ended without it: cancelled, expired, or printed by an earlier attempt."""
        alive = {job.job_id for job in unfinished}
        gone = [job_id for job_id in self.known if job_id not in alive]
        if not gone:
            return
        async with self.dependencies.database(within=STREAM_PATIENCE) as connection:
            ended = await store.states(connection, self.device.device_id, gone)
        for job in ended:
            if job.state in rules.FINISHED and self.known.pop(job.job_id, None) is not None:
                await self.send(Withdrawn(job_id=job.job_id, state=job.state))

    # --- account updates -------------------------------------------------------------------------------------

    def take_update(self, sequence: int, entry: str) -> None:
        """Take an account update (JSON text), to be sent by the next pump."""
        if len(self._updates) < _FEED_BATCH:
            self._updates.append((sequence, entry))
        else:
            # The phone takes its time; what is too much to keep is read when its turn comes.
            self._updates.clear()
            self.feed_waits = True

    async def _send_update(self, sequence: int, entry: str) -> None:
        if sequence == self.sequence + 1:
            await self._send_entry(sequence, entry)
        elif sequence > self.sequence:
            # One before it has not been heard of yet; it is there, because numbers are given under a lock.
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
