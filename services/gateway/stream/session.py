"""One stream from its ``hello`` to its end."""

import asyncio
from contextlib import suppress
from uuid import UUID

import structlog
from aiohttp import WSMsgType, web
from pydantic import BaseModel, ValidationError

from services.gateway.access import device_of_token
from services.gateway.dependencies import STREAM_PATIENCE, Dependencies
from services.gateway.domain.devices import Device
from services.gateway.edge import problems
from services.gateway.edge.ambiguity import require_single_members
from services.gateway.edge.limits import TokenBuckets
from services.gateway.edge.problems import AmbiguousRequest
from services.gateway.edge.server import address_of
from services.gateway.print_jobs import store
from services.gateway.print_jobs.rules import ON_THE_PHONE
from services.gateway.print_jobs.service import resume
from services.gateway.printers import profile_of
from services.gateway.store import feeds, presence
from services.gateway.stream import replies
from services.gateway.stream.connection import Connection, TooSlowError, close_socket
from services.gateway.stream.frames import (
    MAX_FRAME_BYTES,
    AnyFromPhone,
    Battery,
    CloseCode,
    Confirmed,
    Hello,
    ProblemFrame,
    Result,
    Revoked,
    Welcome,
    Withdrawn,
    from_phone,
)
from services.gateway.stream.hub import Hub
from services.gateway.stream.wakeups import Wakeups
from services.gateway.stream.window import Window
from shared.contracts.gateway import PrintJobState
from shared.db import Connection as DatabaseConnection
from shared.db.transaction import is_connection_lost
from shared.http_server import RETRY_SECONDS, HeldConnections
from shared.ids import new_id
from shared.messaging import correlated
from shared.printing import PrinterProfile
from shared.problems import Busy, Problem, Unavailable

log = structlog.get_logger()

_BATTERY_SECONDS = 5.0
"""Of one phone the battery is kept this often at most, whatever it sends."""


class UpgradeRequired(Problem):
    """A request for the stream without a WebSocket."""

    slug = "upgrade-required"
    status = 426
    title = "This address speaks WebSocket"


class Stream:
    """Serves ``/v1/stream``."""

    def __init__(self, dependencies: Dependencies, hub: Hub, wakeups: Wakeups) -> None:
        self._dependencies = dependencies
        self._hub = hub
        self._wakeups = wakeups
        settings = dependencies.settings
        # Never one limit for all: a single host would use it up and keep everybody else out.
        self._opens_of_address = TokenBuckets(settings.stream_opens_per_second, settings.stream_open_burst)
        self._held = HeldConnections(settings.connections_per_address)
        self._opens_of_device = TokenBuckets(settings.stream_opens_per_device / 60, settings.stream_opens_per_device)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Accept a WebSocket and serve it until it ends."""
        settings = self._dependencies.settings
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return problems.problem_response(
                UpgradeRequired("Địa chỉ này chỉ dùng WebSocket."), {"Upgrade": "websocket"}
            )
        if self._hub.draining:
            return problems.problem_response(Busy())
        address = address_of(request, settings.hops)
        wait = self._opens_of_address.take(address)
        if wait:
            return problems.problem_response(problems.too_many_requests(wait))
        if not self._held.take(address):
            return problems.problem_response(problems.too_many_requests(RETRY_SECONDS))
        try:
            return await self._served(request, address)
        finally:
            self._held.give_back(address)

    async def _served(self, request: web.Request, address: str) -> web.StreamResponse:
        settings = self._dependencies.settings
        socket = web.WebSocketResponse(
            heartbeat=settings.heartbeat, compress=False, max_msg_size=MAX_FRAME_BYTES, timeout=2.0
        )
        await socket.prepare(request)
        self._hub.unauthenticated.add(socket)
        connection: Connection | None = None
        try:
            connection = await self._welcomed(socket, address)
            self._hub.unauthenticated.discard(socket)
            if connection is not None:
                log.info("stream_opened", device_id=str(connection.device.device_id))
                await self._listen(connection)
        except TooSlowError:
            await close_socket(socket, CloseCode.TOO_SLOW)
        except ConnectionError:
            log.info("stream_lost")
        except Exception as error:
            if isinstance(error, Unavailable) or is_connection_lost(error):
                log.warning("stream_not_served", error=type(error).__name__)
            else:
                log.exception("stream_failed")
            await close_socket(socket, CloseCode.TRY_LATER)
        finally:
            self._hub.unauthenticated.discard(socket)
            self._let_go(request)
            if connection is not None:
                self._hub.remove(connection)
                await self._leave(connection)
                self._wakeups.day_changed(connection.device.collector_code)
                log.info("stream_closed", device_id=str(connection.device.device_id), close_code=socket.close_code)
        return socket

    def _let_go(self, request: web.Request) -> None:
        """Free the connection soon, whatever the network does: unsent bytes keep a closed one open for minutes."""
        if request.transport is not None:
            patience = self._dependencies.settings.send_timeout
            asyncio.get_running_loop().call_later(patience, request.transport.abort)

    # --- hello and welcome -----------------------------------------------------------------------------------

    async def _welcomed(self, socket: web.WebSocketResponse, address: str) -> Connection | None:
        hello = await self._hello(socket)
        if hello is None:
            return None
        try:
            device = await device_of_token(hello.token, address, self._dependencies, within=STREAM_PATIENCE)
        except problems.TooManyRequests:
            await close_socket(socket, CloseCode.TRY_LATER)
            return None
        if device is None or device.revoked_at is not None:
            await socket.send_str(Revoked().model_dump_json())
            await close_socket(socket, CloseCode.REVOKED)
            return None
        if device.left_at is not None:
            await close_socket(socket, CloseCode.COLLECTOR_LEFT)
            return None
        if self._opens_of_device.take(device.device_id):
            await close_socket(socket, CloseCode.TRY_LATER)
            return None
        return await self._opened(socket, device, hello)

    async def _hello(self, socket: web.WebSocketResponse) -> Hello | None:
        """Return the first frame; where it does not come or is another one, the socket is closed."""
        try:
            async with asyncio.timeout(self._dependencies.settings.hello_timeout):
                message = await socket.receive()
        except TimeoutError:
            await close_socket(socket, CloseCode.NO_HELLO)
            return None
        hello = _parsed(message.data) if message.type is WSMsgType.TEXT else None
        if isinstance(hello, Hello):
            return hello
        if not socket.closed:
            await close_socket(socket, CloseCode.PROTOCOL_ERROR)
        return None

    async def _opened(self, socket: web.WebSocketResponse, device: Device, hello: Hello) -> Connection:
        dependencies = self._dependencies
        connection_id = new_id()
        async with dependencies.bus.work(within=STREAM_PATIENCE) as work:
            database = work.connection
            before = await presence.enter(
                database,
                device.device_id,
                dependencies.instance,
                connection_id,
                dependencies.clock(),
                hello.app_version,
            )
            epoch = await feeds.epoch(database)
            position = feeds.FeedPosition()
            if device.collector_code is not None:
                position = await feeds.position(database, device.collector_code)
            profile = await _profile(database, device, hello)
        sequence = _resume_from(hello, epoch, position, dependencies.settings.feed_limit)
        connection = Connection(
            device=device,
            connection_id=connection_id,
            socket=socket,
            dependencies=dependencies,
            sequence=position.last_sequence if sequence is None else sequence,
            profile=profile,
            window=Window(dependencies.settings.max_in_flight),
        )
        self._hub.add(connection)
        self._wakeups.day_changed(device.collector_code)
        if self._hub.draining:
            await connection.close(CloseCode.SERVICE_RESTART, "restart")
            return connection
        if before not in (None, dependencies.instance):
            await self._wakeups.stream_replaced(str(before), device.device_id, connection_id)
        try:
            frames = await self._resumed(connection, hello.holding)
            await connection.send(
                Welcome(
                    device_id=device.device_id,
                    epoch=epoch,
                    seq=connection.sequence,
                    refresh=sequence is None,
                    heartbeat=dependencies.settings.heartbeat,
                    max_inflight=dependencies.settings.max_in_flight,
                    now=dependencies.clock(),
                ),
                *frames,
            )
        except BaseException:
            self._hub.remove(connection)
            raise
        connection.welcomed = True
        self._hub.wake(connection, jobs=True, feed=True)
        return connection

    async def _resumed(self, connection: Connection, holding: list[UUID]) -> list[BaseModel]:
        """Bring the phone's jobs and ours in line, and return the frames about them."""
        dependencies, device = self._dependencies, connection.device
        held = set(holding)
        frames: list[BaseModel] = []
        async with dependencies.bus.work(within=STREAM_PATIENCE) as work:
            if device.collector_code is not None:
                await feeds.settle(work.connection, device.collector_code)
            for job in await resume(work, device.device_id, held, dependencies.clock()):
                if job.state in ON_THE_PHONE:
                    connection.window.known[job.job_id] = job.attempt
                    frames.append(Confirmed(job_id=job.job_id, attempt=job.attempt))
                    held.discard(job.job_id)
            jobs = await store.named(work.connection, device.device_id, list(held))
        known = {job.job_id: (job.state, job.cause) for job in jobs}
        for job_id in sorted(held):
            state, cause = known.get(job_id, (PrintJobState.CANCELLED, None))
            frames.append(Withdrawn(job_id=job_id, state=state, cause=cause))
        return frames

    async def _leave(self, connection: Connection) -> None:
        try:
            async with self._dependencies.database(within=STREAM_PATIENCE) as database:
                await presence.leave(
                    database, connection.device.device_id, connection.connection_id, self._dependencies.clock()
                )
        except Exception as error:
            if not is_connection_lost(error):
                raise
            # The lease ends by itself.
            log.info("presence_not_cleared", error=type(error).__name__)

    # --- frames ----------------------------------------------------------------------------------------------

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if message.type is not WSMsgType.TEXT:
                await connection.close(CloseCode.PROTOCOL_ERROR)
                return
            frame = _parsed(message.data)
            if frame is None or isinstance(frame, Hello):
                await connection.close(CloseCode.PROTOCOL_ERROR)
                return
            if connection.closing:
                # Revoked, replaced or draining: a phone that may come back repeats it on its next connection.
                return
            if isinstance(frame, Battery):
                await self._note_battery(connection, frame)
                continue
            with correlated(actor=connection.device.as_actor):
                try:
                    if await replies.handle(connection, frame):
                        self._hub.wake(connection, jobs=True)
                    if isinstance(frame, Result):
                        self._wakeups.day_changed(connection.device.collector_code)
                except Unavailable:
                    raise
                except Problem as problem:
                    await connection.send(ProblemFrame(slug=problem.slug, detail=problem.detail, job_id=frame.job_id))

    async def _note_battery(self, connection: Connection, frame: Battery) -> None:
        """Keep how full the battery is; what comes too often, or while the database is away, is left out."""
        now = asyncio.get_running_loop().time()
        if now < connection.battery_again_at:
            return
        connection.battery_again_at = now + _BATTERY_SECONDS
        with suppress(Unavailable):
            async with self._dependencies.database(within=STREAM_PATIENCE) as database:
                await presence.note_battery(
                    database,
                    connection.device.device_id,
                    frame.percent,
                    self._dependencies.clock(),
                    charging=frame.charging,
                )


def _parsed(data: str) -> AnyFromPhone | None:
    try:
        require_single_members(data.encode())
        return from_phone.validate_json(data, strict=True)
    except (ValidationError, AmbiguousRequest, ValueError, RecursionError):
        return None


def _resume_from(hello: Hello, epoch: UUID, position: feeds.FeedPosition, limit: int) -> int | None:
    """Return the account update to go on from, or None when the phone has to read everything afresh."""
    if hello.last_seq is None or hello.epoch != epoch:
        return None
    behind = position.last_sequence - hello.last_seq
    if behind < 0 or behind > limit or position.pruned_to > hello.last_seq:
        return None
    return hello.last_seq


async def _profile(database: DatabaseConnection, device: Device, hello: Hello) -> PrinterProfile | None:
    if hello.content == "document":
        return None
    if hello.printer_id is not None:
        return await profile_of(database, device.device_id, hello.printer_id) or PrinterProfile()
    return PrinterProfile()
