"""SMS over SMPP 3.4: what to send, again per part when the SMSC is too slow, and what became of it."""

import asyncio
import random
import ssl
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

import structlog
from prometheus_client import Counter

from services.notify.domain.delivery_reports import DeliveryReport, DeliveryState
from services.notify.domain.outcome import Handover
from services.notify.providers.base import HandoverResult, OutgoingSms, ReportSink
from services.notify.providers.smpp.pace import Pace
from services.notify.providers.smpp.parts import Part, TooLong, make_parts
from services.notify.providers.smpp.pdus import Address, Command, Pdu, Sm, Status, bind_body, message_id_of
from services.notify.providers.smpp.receipts import is_receipt, read_receipt
from services.notify.providers.smpp.session import AnswerLost, NotWritten, Refused, Session, connect
from services.notify.providers.smpp.settings import SmppSettings
from services.notify.providers.smpp.statuses import describe, outcome_of
from shared import metrics

log = structlog.get_logger(__name__)

DELIVERIES = Counter(
    "thungan_smpp_deliveries", "deliver_sm from an SMSC", ("provider", "result"), registry=metrics.REGISTRY
)
THROTTLED = Counter(
    "thungan_smpp_throttled", "Parts that an SMSC refused for speed", ("provider",), registry=metrics.REGISTRY
)

_CONNECT_SECONDS = 10.0
_THROTTLE_PAUSE_SECONDS = 0.25
_CONNECTION_PAUSE_SECONDS = 0.05
_SHORT_CODE_TON = 3
_REST_SECONDS = 600.0
"""For so long the parts that an SMSC was too slow for are tried after the SMS was recorded as unknown."""


@dataclass
class _Part:
    """One part on its way."""

    part: Part
    number: int
    sms: "_Sms"
    message_id: str | None = None
    written: bool = False
    """Whether it was written and neither answered nor certainly refused."""

    def mark_written(self) -> None:
        self.written = True


@dataclass
class _Sms:
    """An SMS on its way."""

    client_reference: str
    phone: str
    parts: list[_Part] = field(default_factory=list)

    @property
    def accepted(self) -> list[str]:
        return [part.message_id for part in self.parts if part.message_id is not None]

    @property
    def references(self) -> tuple[str, ...]:
        """The ids of all parts; empty for those that are not known to be accepted."""
        return tuple(part.message_id or "" for part in self.parts)

    @property
    def waiting(self) -> "_Part | None":
        """The first part that is not known to be accepted."""
        return next((part for part in self.parts if part.message_id is None), None)


class _Ended(Exception):
    """An SMS that was not accepted as a whole."""

    def __init__(self, outcome: Handover, detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome


class SmppProvider:
    """Holds the connection (or two) to one SMSC and hands SMS over on it."""

    remembers = timedelta(0)
    """An SMSC knows no client reference: whatever is submitted twice is sent twice."""

    def __init__(self, settings: SmppSettings) -> None:
        self._settings = settings
        self._password = settings.password.reveal()
        self._tls = _tls_context(settings)
        self._pace = Pace(settings.per_second)
        self._zone = ZoneInfo(settings.time_zone)
        self._record_report: ReportSink | None = None
        self._sender: Session | None = None
        self._receiver: Session | None = None
        self._settled = asyncio.Event()
        """Set while no connection is just being opened."""
        self._fault = "not connected yet"
        self._background: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def name(self) -> str:
        """The name under which attempts are recorded."""
        return self._settings.name

    def fault(self) -> str | None:
        """Return why nothing can be sent now; None when the connection stands."""
        if self._closed:
            return "closed"
        if self._sender is None:
            return self._fault
        return None if self._sender.usable else self._sender.end_cause or self._fault

    # --- the connection ---------------------------------------------------------------------------------------------

    async def run(self, record_report: ReportSink) -> None:
        """Hold the connection and pass reports on, for ever; it stays open for :meth:`close` when this is cancelled."""
        self._record_report = record_report
        both = self._settings.bind == "transceiver"
        commands = [Command.BIND_TRANSCEIVER] if both else [Command.BIND_TRANSMITTER, Command.BIND_RECEIVER]
        try:
            await asyncio.gather(*map(self._hold, commands))
        finally:
            self._record_report = None

    async def _hold(self, command: Command) -> None:
        sends = command != Command.BIND_RECEIVER
        pause = self._settings.reconnect_seconds
        while not self._closed:
            cause = "closed"
            try:
                session = await self._open(command)
            except (OSError, TimeoutError, AnswerLost, NotWritten) as error:
                cause = f"no connection: {error if str(error) else type(error).__name__}"
            except Refused as error:
                # Many an SMSC locks an account that knocks too often.
                cause, pause = str(error), self._settings.reconnect_longest_seconds
            else:
                pause = self._settings.reconnect_seconds
                if sends:
                    self._sender = session
                    self._settled.set()
                else:
                    self._receiver = session
                log.info("smpp_bound", provider=self.name, bind=command.name.lower())
                watch = asyncio.create_task(
                    session.watch(self._settings.enquire_link_seconds, self._settings.silence_seconds)
                )
                try:
                    await session.ended()
                finally:
                    watch.cancel()
                cause = session.end_cause
            if sends:
                self._fault = cause
                self._settled.set()
            log.warning("smpp_not_bound", provider=self.name, bind=command.name.lower(), cause=cause)
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreads copies
            pause = min(pause * 2, self._settings.reconnect_longest_seconds)
            if sends:
                self._settled.clear()

    async def _open(self, command: Command) -> Session:
        settings = self._settings
        body = bind_body(settings.system_id, self._password, settings.system_type, Address(0, 0, ""))
        async with asyncio.timeout(_CONNECT_SECONDS):
            session = await connect(
                settings.host,
                settings.port,
                lambda: Session(settings.window, self._deliver, self._answered_late),
                tls=self._tls,
                server_name=settings.tls.server_name if settings.tls else None,
            )
            try:
                await session.bind(command, body)
            except BaseException:
                session.abort("not bound")
                raise
        return session

    async def close(self) -> None:
        """Wait for answers that are under way, unbind, close."""
        self._closed = True
        self._settled.set()
        sessions = [one for one in (self._sender, self._receiver) if one is not None]
        await asyncio.gather(*(one.unbind(self._settings.timeout_seconds) for one in sessions))
        if self._background:
            _, waiting = await asyncio.wait(self._background, timeout=1)
            for task in waiting:
                task.cancel()

    # --- sending ----------------------------------------------------------------------------------------------------

    async def send(self, sms: OutgoingSms) -> HandoverResult:
        """Hand all parts over, one after the other, each again where the SMSC was too slow for it."""
        try:
            parts = make_parts(sms.text, sms.client_reference)
        except TooLong as error:
            return HandoverResult(Handover.REJECTED_TEMPLATE, detail=str(error))
        under_way = _Sms(sms.client_reference, sms.phone)
        under_way.parts = [_Part(part, number, under_way) for number, part in enumerate(parts, start=1)]
        try:
            async with asyncio.timeout(self._settings.longest_send.total_seconds()):
                await self._send_parts(under_way)
        except _Ended as end:
            return self._not_whole(under_way, end.outcome, str(end))
        except TimeoutError:
            return self._out_of_time(under_way)
        first, *_ = references = under_way.accepted
        return HandoverResult(
            Handover.ACCEPTED,
            first or None,
            detail="" if first else "accepted without an id",
            part_references=references if len(references) > 1 else (),
        )

    async def _send_parts(self, sms: _Sms) -> None:
        """Submit what is left of an SMS. Raises :class:`_Ended`."""
        while (part := sms.waiting) is not None:
            await self._send_part(part)

    def _out_of_time(self, sms: _Sms) -> HandoverResult:
        part = sms.waiting
        if part is not None and part.written:
            if self._sender is not None:
                self._sender.probe()
            return self._not_whole(sms, Handover.UNKNOWN, "no answer in time")
        fault = self.fault()
        outcome = Handover.THROTTLED if fault is None else Handover.NOT_SENT
        if sms.accepted:
            # The rest has certainly not left, and nobody else sends it: the customer is to get a whole SMS.
            self._in_background(self._send_rest(sms))
        return self._not_whole(sms, outcome, fault or "too slow for all parts in time")

    def _not_whole(self, sms: _Sms, outcome: Handover, why: str) -> HandoverResult:
        """A part that was accepted may be shown to the customer: the whole can be sent by nobody else then."""
        part, count, accepted = sms.waiting, len(sms.parts), sms.accepted
        where = f"part {part.number} of {count}: " if part is not None and count > 1 else ""
        if not accepted:
            return HandoverResult(outcome, detail=f"{where}{why}")
        detail = f"{len(accepted)} of {count} parts accepted ({', '.join(accepted)}), then {where}{why}"
        return HandoverResult(Handover.UNKNOWN, detail=detail, part_references=sms.references)

    async def _send_rest(self, sms: _Sms) -> None:
        """Submit what is left of an SMS that was recorded as unknown, and record what came of it."""
        try:
            async with asyncio.timeout(_REST_SECONDS):
                await self._send_parts(sms)
        except _Ended as end:
            if end.outcome is not Handover.UNKNOWN and end.outcome is not Handover.NOT_SENT:
                await self._record_late(sms, DeliveryState.FAILED, str(end))
        except TimeoutError:
            log.warning("smpp_rest_not_sent", provider=self.name)
        else:
            await self._record_late(sms, DeliveryState.UNDERWAY, "all parts accepted")

    async def _send_part(self, part: _Part) -> None:
        """Submit a part until it is accepted. Raises :class:`_Ended`."""
        body = self._submit_sm(part)
        # The first part keeps places for all of them.
        places = len(part.sms.parts) if part.number == 1 else 0
        while True:
            await self._pace.wait(places, ahead=bool(part.sms.accepted))
            places = 1
            try:
                session = await self._session(waits=bool(part.sms.accepted))
                answer = await session.submit(body, part, part.mark_written)
            except NotWritten as error:
                if part.sms.accepted:
                    await asyncio.sleep(_CONNECTION_PAUSE_SECONDS)
                    continue  # it was certainly not written: the next connection may complete the SMS
                raise _Ended(Handover.NOT_SENT, str(error)) from None
            except AnswerLost as error:
                raise _Ended(Handover.UNKNOWN, f"answer lost: {error}") from None
            outcome = outcome_of(answer.status, self._settings.statuses)
            if outcome is Handover.ACCEPTED and answer.command != Command.SUBMIT_SM_RESP:
                outcome = Handover.UNKNOWN
            if outcome is Handover.ACCEPTED:
                part.message_id = message_id_of(answer.body)
                self._pace.accepted()
                return
            if outcome is not Handover.THROTTLED:
                raise _Ended(outcome, describe(answer.status))
            part.written = False
            THROTTLED.labels(self.name).inc()
            self._pace.throttled()
            await asyncio.sleep(_THROTTLE_PAUSE_SECONDS)

    async def _session(self, *, waits: bool) -> Session:
        """Return the connection; one that is just being opened is waited for. Raises :class:`_Ended`."""
        while not self._closed:
            if self._sender is not None and self._sender.usable:
                return self._sender
            if not self._settled.is_set():
                await self._settled.wait()
            elif waits:
                await asyncio.sleep(_CONNECTION_PAUSE_SECONDS)
            else:
                break
        raise _Ended(Handover.NOT_SENT, self.fault() or "not connected")

    def _submit_sm(self, part: _Part) -> bytes:
        settings = self._settings
        hours = timedelta(hours=settings.validity_hours)
        sm = Sm(
            source=source_address(settings),
            destination=Address(settings.destination_ton, settings.destination_npi, part.sms.phone.removeprefix("+")),
            message=part.part.message,
            esm_class=part.part.esm_class,
            data_coding=part.part.data_coding,
            registered_delivery=1 if settings.receipts else 0,
            validity_period=f"0000{hours.days:02d}{hours.seconds // 3600:02d}0000000R",
            service_type=settings.service_type,
        )
        return sm.encode()

    # --- what comes -------------------------------------------------------------------------------------------------

    async def _deliver(self, sm: Sm) -> int:
        """Keep what the SMSC brings; the status is its answer."""
        if not is_receipt(sm):
            DELIVERIES.labels(self.name, "from_a_customer").inc()
            log.info("smpp_message_from_a_customer", provider=self.name)
            return Status.OK
        report = read_receipt(sm, self.name, self._zone)
        if report is None:
            # It would come again for ever, and would never be read.
            DELIVERIES.labels(self.name, "unreadable").inc()
            log.warning("smpp_unreadable_receipt", provider=self.name)
            return Status.OK
        record = self._record_report
        if record is None:
            DELIVERIES.labels(self.name, "refused").inc()
            return Status.RECEIVER_TEMPORARY
        try:
            await record(report)
        except Exception:
            DELIVERIES.labels(self.name, "refused").inc()
            raise
        DELIVERIES.labels(self.name, "receipt").inc()
        return Status.OK

    def _answered_late(self, label: object, answer: Pdu) -> None:
        """An answer came after its SMS was recorded as unknown: now its id is known, and receipts can be matched."""
        assert isinstance(label, _Part)  # noqa: S101 - this provider's own
        log.info("smpp_answered_late", provider=self.name, status=describe(answer.status))
        outcome = outcome_of(answer.status, self._settings.statuses)
        if answer.command != Command.SUBMIT_SM_RESP or outcome is Handover.UNKNOWN or label.message_id is not None:
            return
        sms = label.sms
        if outcome is Handover.ACCEPTED:
            label.message_id = message_id_of(answer.body)
            self._in_background(self._send_rest(sms))
        elif outcome is Handover.THROTTLED and sms.accepted:
            label.written = False
            self._in_background(self._send_rest(sms))
        else:
            # The customer cannot read an SMS of which a part was refused.
            self._in_background(self._record_late(sms, DeliveryState.FAILED, f"late answer {describe(answer.status)}"))

    async def _record_late(self, sms: _Sms, state: DeliveryState, detail: str) -> None:
        """Record what became known of an SMS after it was recorded as unknown."""
        record = self._record_report
        if record is None:
            return
        references = sms.references if state is DeliveryState.UNDERWAY else ()
        first = references[0] if references else None
        parts = references if len(references) > 1 else ()
        report = DeliveryReport(self.name, first or None, sms.client_reference, state, detail, part_references=parts)
        try:
            await record(report)
        except Exception:
            log.exception("smpp_late_answer_not_recorded", provider=self.name)

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def source_address(settings: SmppSettings) -> Address:
    """Return whom an SMS comes from, with the types of number that fit."""
    written = settings.source
    number = written.removeprefix("+")
    if not number.isdecimal():
        ton, npi = 5, 0
    elif written.startswith("+"):
        ton, npi = 1, 1
    else:
        ton, npi = _SHORT_CODE_TON, 0
    chosen_ton, chosen_npi = settings.source_ton, settings.source_npi
    return Address(ton if chosen_ton is None else chosen_ton, npi if chosen_npi is None else chosen_npi, number)


def _tls_context(settings: SmppSettings) -> ssl.SSLContext | None:
    if settings.tls is None:
        return None
    context = ssl.create_default_context(cafile=settings.tls.ca_file)
    if settings.tls.certificate_file is not None:
        context.load_cert_chain(settings.tls.certificate_file)
    return context
