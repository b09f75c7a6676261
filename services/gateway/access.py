"""Who may call what: tokens, roles, limits, and whose customers."""

from datetime import datetime
from uuid import UUID

from aiohttp import web

from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import Device, Role
from services.gateway.edge import problems
from services.gateway.edge.operation import DEVICE, Admission, AnyOperation
from services.gateway.enrolment import hash_token
from services.gateway.store import devices, feeds, guess_limits
from services.gateway.store.guess_limits import Guess
from shared.contracts.customer import GetCustomer
from shared.db.pool import ACQUIRE_SECONDS
from shared.problems import Conflict, NotAllowed


class CollectorLeft(NotAllowed):
    """The device belongs to a collector who does not work for the utility any more."""

    slug = "collector-left"
    title = "The collector does not work any more"
    usual_detail = "Thu ngân viên này không còn làm việc. Hãy liên hệ người quản lý và nộp lại tiền đang giữ."


def admission(dependencies: Dependencies) -> Admission:
    """Return what finds the device that calls an operation, and refuses whoever may not call it or calls too often."""

    async def admit(operation: AnyOperation, request: web.Request, address: str) -> Device | None:
        if operation.roles is None:
            limits = dependencies.report_limits if operation.passes_on else dependencies.public_limits
            _limit(limits.take(address))
            return None
        device = request[DEVICE] = await _authenticated(request, address, dependencies)
        _limit(dependencies.device_limits.take(device.device_id))
        if device.left_at is not None and not operation.open_to_leavers:
            raise CollectorLeft(facts={"left_at": device.left_at.isoformat()})
        if device.role not in operation.roles:
            raise NotAllowed("Thiết bị này không có quyền làm việc này.", facts={"role": device.role})
        return device

    return admit


async def _authenticated(request: web.Request, address: str, dependencies: Dependencies) -> Device:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    # A token is ASCII: bytes beyond it come as text that has no bytes, and nobody holds such a token.
    if scheme.lower() != "bearer" or not token or not token.isascii():
        _limit(dependencies.public_limits.take(address))
        raise problems.NotAuthenticated("Thiết bị chưa đăng nhập.")
    device = await device_of_token(token.strip(), address, dependencies)
    if device is None or device.revoked_at is not None:
        raise problems.NotAuthenticated(
            "Thiết bị chưa đăng nhập hoặc đã bị thu hồi.", facts={"revoked": device is not None}
        )
    return device


async def device_of_token(
    token: str, address: str, dependencies: Dependencies, *, within: float = ACQUIRE_SECONDS
) -> Device | None:
    """Return the device of a token; None when nobody holds it. Unknown tokens are limited by the caller's address.

    Raises :class:`~services.gateway.edge.problems.TooManyRequests`. A known token is never refused here: phones
    behind one address of a carrier do not pay for a stranger there.
    """
    async with dependencies.database(within=within) as connection:
        device = await devices.device_of_token(connection, hash_token(token))
        if device is None:
            # This copy's own count first: a flood does not write to the database. Then all copies' count, in one
            # statement, whatever comes at once.
            _limit(dependencies.unknown_tokens.take(address))
            per_minute = dependencies.settings.wrong_tokens_per_minute
            _limit(await guess_limits.take(connection, Guess.TOKEN, address, per_minute))
    return device


def require_before_leaving(device: Device, stated_at: datetime) -> None:
    """Refuse what the phone of a collector who has left states to have happened after that.

    What a phone kept without signal happened before: it is recorded, so that no money is lost. Raises
    :class:`CollectorLeft`.
    """
    if device.left_at is not None and stated_at > device.left_at:
        raise CollectorLeft(facts={"left_at": device.left_at.isoformat()})


def _limit(wait: float) -> None:
    if wait:
        raise problems.too_many_requests(wait)


class UnknownDevice(Conflict):
    """A document is to be printed on a device that was never enrolled."""

    slug = "unknown-device"
    title = "No such device to print on"


async def require_printing_device(device_id: UUID | None, dependencies: Dependencies) -> None:
    """Refuse to print on a device that was never enrolled: the document would come out nowhere.

    One that was revoked is left: a request that was done before that must get its answer again.
    """
    if device_id is None:
        return
    async with dependencies.database() as connection:
        found = await devices.device(connection, device_id)
    if found is None:
        raise UnknownDevice("Không có máy in biên nhận này.", facts={"device_id": str(device_id)})


async def require_own_customer(device: Device, customer_code: str, dependencies: Dependencies) -> None:
    """Refuse a collector who asks for a customer of somebody else's route, as if there were no such customer.

    What the gateway knows from ``customer.changed`` answers most questions; the customer service the rest.
    Raises :class:`~shared.problems.NotFound`.
    """
    if device.role is not Role.COLLECTOR:
        return
    async with dependencies.database() as connection:
        collector_code = await feeds.collector_of(connection, customer_code)
    if collector_code == device.collector_code:
        return
    await dependencies.request(GetCustomer(customer_code=customer_code, collector_code=device.collector_code))
