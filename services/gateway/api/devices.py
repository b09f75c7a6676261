"""Devices: one-time codes, enrolment, who am I, revocation."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from asyncpg import PostgresError, Record
from pydantic import Field, StringConstraints

from services.gateway import enrolment
from services.gateway.access import own_collector, own_device
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import EVERYONE, SUPERVISOR_ONLY, Device, Role
from services.gateway.domain.staff import DEVICE_KEEPERS, DEVICE_READERS, StaffMember, StaffRole
from services.gateway.edge import problems
from services.gateway.edge.operation import AnyOperation, Call, Caller, Operation
from services.gateway.edge.types import (
    INTEGER,
    DeviceName,
    Id,
    Incoming,
    Nothing,
    Outgoing,
    TypedCollectionPointCode,
    TypedCollectorCode,
    Words,
)
from services.gateway.store import devices as store
from services.gateway.store import guess_limits
from services.gateway.store.guess_limits import Guess
from shared.contracts.billing import GetCollectionPoints
from shared.contracts.gateway import PrintJobCause
from shared.problems import Conflict, NotAllowed, NotFound, SameIdOtherContent, Unavailable

TAG = "devices"

_Coordinate = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]


class DeviceKey(Incoming):
    """The device's own ES256 key as a JSON Web Key (RFC 7517)."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: _Coordinate
    y: _Coordinate


class CollectorCodeRequest(Incoming):
    """A code for a collector's phone."""

    role: Literal["collector"]
    collector_code: TypedCollectorCode = Field(examples=["TN001"])


class CollectionPointCodeRequest(Incoming):
    """A code for a collection point's computer."""

    role: Literal["collection_point"]
    collection_point_code: TypedCollectionPointCode = Field(examples=["VNPOST-CM01"])


class CashierCodeRequest(Incoming):
    """A code for a cashier's desk."""

    role: Literal["cashier"]


class SupervisorCodeRequest(Incoming):
    """A code for a supervisor's desk."""

    role: Literal["supervisor"]


AnyCodeRequest = CollectorCodeRequest | CollectionPointCodeRequest | CashierCodeRequest | SupervisorCodeRequest


CodeRequest = Annotated[AnyCodeRequest, Field(discriminator="role")]


class EnrolmentCodeView(Outgoing):
    """A one-time code; it is shown only here."""

    code: str = Field(description="To be read out or scanned; capitals, spaces and dashes do not matter.")
    role: Role
    collector_code: str | None
    collection_point_code: str | None
    expires_at: datetime


class EnrolmentRequest(Incoming):
    """A device that enrols."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z -]{4,20}$")] = Field(examples=["K7MR-2WQX"])
    device_name: DeviceName = Field(examples=["Samsung A15 của TN001"])
    public_key: DeviceKey | None = None
    role: Role | None = Field(
        default=None, description="What the device is for. A code for another role is refused and can still be used."
    )


class DeviceView(Outgoing):
    """A device, without its token."""

    device_id: UUID
    device_name: str
    role: Role
    collector_code: str | None
    collection_point_code: str | None
    public_key: DeviceKey | None
    enrolled_at: datetime
    revoked_at: datetime | None
    left_at: datetime | None = Field(
        default=None, description="Since when its collector does not work any more: the device is refused."
    )
    connected: bool = Field(default=False, description="Whether it is on the stream now; for the office.")
    app_version: str | None = Field(default=None, description="As it last named it on the stream; for the office.")
    last_contact_at: datetime | None = Field(
        default=None, description="When it was last on the stream; for the office."
    )
    battery_percent: int | None = Field(
        default=None, description="How full its battery was, where the phone can tell; for the office."
    )
    battery_charging: bool | None = None
    battery_at: datetime | None = Field(default=None, description="When the phone said so.")
    printer_name: str | None = Field(default=None, description="The printer that was paired last; for the office.")
    printer_fault: PrintJobCause | None = Field(
        default=None, description="Why the next paper does not come out; for the office."
    )
    waiting_papers: int = Field(default=0, description="Papers that are not printed yet; for the office.")
    unconfirmed_papers: int = Field(default=0, description="Papers that may be printed; for the office.")


class EnrolmentView(Outgoing):
    """The device and its token, which is shown only here: keep it secret, send it with every request."""

    token: str
    device: DeviceView


class DevicesView(Outgoing):
    """Devices in the order of their ids."""

    devices: list[DeviceView]


class DevicePath(Incoming):
    """One device."""

    device_id: Id


class DevicesQuery(Incoming):
    """Which devices to list."""

    role: Role | None = None
    after: Id | None = Field(default=None, description="The last `device_id` of the page before.")
    limit: Annotated[int, Field(ge=1, le=200), INTEGER] = 50


class Revocation(Incoming):
    """Why a device is shut out."""

    reason: Words = Field(examples=["Mất điện thoại"])


def view(device: Device) -> DeviceView:
    """Return a device as the API shows it."""
    return DeviceView(
        device_id=device.device_id,
        device_name=device.device_name,
        role=device.role,
        collector_code=device.collector_code,
        collection_point_code=device.collection_point_code,
        public_key=DeviceKey.model_validate(device.public_key) if device.public_key else None,
        enrolled_at=device.enrolled_at,
        revoked_at=device.revoked_at,
        left_at=device.left_at,
    )


async def make_code(
    call: Call[Nothing, Nothing, AnyCodeRequest],
    dependencies: Dependencies,
) -> EnrolmentCodeView:
    """Make a one-time code; a collector or a collection point must be known."""
    body = call.body
    collector_code = body.collector_code if isinstance(body, CollectorCodeRequest) else None
    if collector_code is None:
        _require_desks(call.who)
    else:
        collector = await own_collector(call.who, collector_code, dependencies)
        if not collector.active:
            raise enrolment.InactiveCollector(facts={"collector_code": collector_code})
    if isinstance(body, CollectionPointCodeRequest):
        await _require_collection_point(body.collection_point_code, dependencies)
    async with dependencies.bus.work() as work:
        made = await enrolment.make_code(
            work.connection,
            role=Role(body.role),
            made_by=call.who.actor,
            collector_code=collector_code,
            collection_point_code=(
                body.collection_point_code if isinstance(body, CollectionPointCodeRequest) else None
            ),
            lifetime=timedelta(seconds=dependencies.settings.enrolment_code_lifetime),
            made_at=dependencies.clock(),
        )
    return EnrolmentCodeView(
        code=made.code,
        role=made.role,
        collector_code=made.collector_code,
        collection_point_code=made.collection_point_code,
        expires_at=made.expires_at,
    )


def _require_desks(who: Caller) -> None:
    """Refuse who may not let in desks and collection points: they see the customers of all units.

    A supervisor's desk may, as before there were accounts of people.
    """
    if isinstance(who, StaffMember) and not (who.sees_all_units and who.has_role(StaffRole.ADMINISTRATOR)):
        raise NotAllowed("Chỉ quản trị viên của tất cả đơn vị được cấp mã cho máy bàn.")


async def _require_collection_point(code: str, dependencies: Dependencies) -> None:
    reply = await dependencies.request(GetCollectionPoints(unit_code="", limit=100, collection_point_code=code))
    if all(point.collection_point_code != code for point in reply.collection_points):
        raise NotFound("Không có điểm thu này.", facts={"collection_point_code": code})


async def enrol(call: Call[Nothing, Nothing, EnrolmentRequest], dependencies: Dependencies) -> EnrolmentView:
    """Turn a one-time code into a device; wrong codes are limited by the caller's address."""
    # Taken before the code is looked up, and given back for anything but a wrong code: however many guesses come at
    # once, at however many copies of the gateway, no more than the limit are looked up. This copy's own count comes
    # first: a flood does not reach the database.
    await _take_guess(call.address, dependencies)
    try:
        async with dependencies.bus.work() as work:
            enrolled = await enrolment.enrol(
                work.connection,
                code=call.body.code,
                device_id=call.key,
                device_name=call.body.device_name,
                public_key=call.body.public_key.model_dump() if call.body.public_key else None,
                role=call.body.role,
                now=dependencies.clock(),
            )
    except enrolment.EnrolmentRefused:
        raise
    except BaseException:
        await _give_guess_back(call.address, dependencies)
        raise
    await _give_guess_back(call.address, dependencies)
    return EnrolmentView(token=enrolled.token, device=view(enrolled.device))


async def _take_guess(address: str, dependencies: Dependencies) -> None:
    wait = dependencies.enrolment_failures.take(address)
    if wait:
        raise problems.too_many_requests(wait)
    async with dependencies.database() as connection:
        wait = await guess_limits.take(
            connection, Guess.CODE, address, dependencies.settings.enrolment_failures_per_minute
        )
    if wait:
        raise problems.too_many_requests(wait)


async def _give_guess_back(address: str, dependencies: Dependencies) -> None:
    dependencies.enrolment_failures.give_back(address)
    # Without the database the guess counts; its place comes back with time.
    with suppress(Unavailable, OSError, PostgresError):
        async with dependencies.database() as connection:
            await guess_limits.give_back(
                connection, Guess.CODE, address, dependencies.settings.enrolment_failures_per_minute
            )


async def me(call: Call[Nothing, Nothing, None], dependencies: Dependencies) -> DeviceView:  # noqa: ARG001 same shape for all
    """Say which device is calling."""
    return view(call.device)


def _reported(device: Device, report: Record | None) -> DeviceView:
    """Return a device as the office sees it."""
    if report is None:
        return view(device)
    return view(device).model_copy(
        update={
            "connected": report["connected"],
            "app_version": report["app_version"] or None,
            "last_contact_at": report["contact_at"],
            "battery_percent": report["battery_percent"],
            "battery_charging": report["battery_charging"],
            "battery_at": report["battery_at"],
            "printer_name": report["printer"],
            "printer_fault": PrintJobCause(report["fault"]) if report["fault"] else None,
            "waiting_papers": report["waiting"],
            "unconfirmed_papers": report["unconfirmed"] or 0,
        }
    )


async def read_all(call: Call[Nothing, DevicesQuery, None], dependencies: Dependencies) -> DevicesView:
    """List devices, revoked ones included."""
    units = call.who.unit_codes if isinstance(call.who, StaffMember) else []
    async with dependencies.database() as connection:
        found = await store.devices(
            connection, role=call.query.role, after=call.query.after, limit=call.query.limit, unit_codes=units
        )
        reports = await store.reports(connection, [device.device_id for device in found])
    return DevicesView(devices=[_reported(device, reports.get(device.device_id)) for device in found])


async def read(call: Call[DevicePath, Nothing, None], dependencies: Dependencies) -> DeviceView:
    """Read one device."""
    device = await own_device(call.who, call.path.device_id, dependencies)
    async with dependencies.database() as connection:
        reports = await store.reports(connection, [device.device_id])
    return _reported(device, reports.get(device.device_id))


async def revoke(call: Call[DevicePath, Nothing, Revocation], dependencies: Dependencies) -> DeviceView:
    """Shut a device out for good, its open socket included."""
    if call.path.device_id == call.who.acting_id:
        raise OwnDevice("Không thể tự thu hồi thiết bị đang dùng.")
    if isinstance(call.who, StaffMember):
        await own_device(call.who, call.path.device_id, dependencies)
    now = dependencies.clock()
    async with dependencies.bus.work() as work:
        device = await enrolment.revoke(
            work.connection, call.path.device_id, by=call.who.actor, reason=call.body.reason, now=now
        )
        work.after_commit(lambda: dependencies.notifier.device_revoked(device.device_id))
    return view(device)


class OwnDevice(Conflict):
    """A supervisor tried to revoke the device that is asking, which could leave nobody to let others in."""

    slug = "own-device"
    title = "A device cannot revoke itself"


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="POST",
        path="/v1/enrolment-codes",
        name="makeEnrolmentCode",
        tag=TAG,
        summary="Make a one-time code that lets a device in",
        description="The code works once and for minutes; when the answer is lost, make another one.",
        handler=make_code,
        body=CodeRequest,
        status=201,
        answer=EnrolmentCodeView,
        roles=SUPERVISOR_ONLY,
        staff=DEVICE_KEEPERS,
        problems=(NotFound, enrolment.InactiveCollector),
    ),
    Operation(
        method="POST",
        path="/v1/enrolments",
        name="enrol",
        tag=TAG,
        summary="Enrol a device with a one-time code",
        description=(
            "The device makes its own `device_id`. When the answer is lost, the same code with the same "
            "`device_id` gives a new token while the code lives."
        ),
        handler=enrol,
        body=EnrolmentRequest,
        key="device_id",
        status=201,
        answer=EnrolmentView,
        problems=(
            enrolment.EnrolmentRefused,
            enrolment.InactiveCollector,
            enrolment.InvalidPublicKey,
            SameIdOtherContent,
        ),
    ),
    Operation(
        method="GET",
        path="/v1/me",
        name="getMe",
        tag=TAG,
        summary="Read the calling device",
        handler=me,
        answer=DeviceView,
        roles=EVERYONE,
    ),
    Operation(
        method="GET",
        path="/v1/devices",
        name="listDevices",
        tag=TAG,
        summary="List devices",
        handler=read_all,
        query_model=DevicesQuery,
        answer=DevicesView,
        roles=SUPERVISOR_ONLY,
        staff=DEVICE_READERS,
    ),
    Operation(
        method="GET",
        path="/v1/devices/{device_id}",
        name="getDevice",
        tag=TAG,
        summary="Read a device",
        handler=read,
        path_model=DevicePath,
        answer=DeviceView,
        roles=SUPERVISOR_ONLY,
        staff=DEVICE_READERS,
    ),
    Operation(
        method="POST",
        path="/v1/devices/{device_id}/revocation",
        name="revokeDevice",
        tag=TAG,
        summary="Shut a device out for good",
        description="Takes effect at once, also on an open stream. Repeating it changes nothing.",
        handler=revoke,
        path_model=DevicePath,
        body=Revocation,
        answer=DeviceView,
        roles=SUPERVISOR_ONLY,
        staff=DEVICE_KEEPERS,
        problems=(OwnDevice,),
    ),
]
