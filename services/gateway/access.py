"""Who may call what: tokens, sessions, roles, limits, and whose customers."""

from contextlib import suppress
from datetime import datetime
from hmac import compare_digest
from uuid import UUID

from aiohttp import web

from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import Device
from services.gateway.domain.partners import Partner
from services.gateway.domain.staff import StaffMember
from services.gateway.edge import problems
from services.gateway.edge.cookies import from_own_pages, session_cookie
from services.gateway.edge.operation import DEVICE, STAFF_MEMBER, Admission, AnyOperation, Caller
from services.gateway.enrolment import hash_token
from services.gateway.partners.admission import admit_partner
from services.gateway.staff.act_log import keep_refused
from services.gateway.staff.sessions import csrf_token_of, member_of
from services.gateway.store import collectors, devices, feeds, guess_limits
from services.gateway.store.guess_limits import Guess
from shared.contracts.billing import GetShifts, ListedShift
from shared.contracts.customer import CollectorDetails, CustomerDetails, GetCollector, GetCustomer
from shared.db.pool import ACQUIRE_SECONDS
from shared.problems import Conflict, NotAllowed, NotFound, Problem

UNATTENDED = "X-Unattended"
"""The header of what a page reads by itself, while nobody does anything there."""


class CollectorLeft(NotAllowed):
    """The device belongs to a collector who does not work for the utility any more."""

    slug = "collector-left"
    title = "The collector does not work any more"
    usual_detail = "Thu ngân viên này không còn làm việc. Hãy liên hệ người quản lý và nộp lại tiền đang giữ."


def admission(dependencies: Dependencies, *, attended: bool = True) -> Admission:
    """Return what finds who calls an operation, and refuses whoever may not call it or calls too often.

    Not ``attended``: nothing that calls it keeps a session.
    """

    async def admit(operation: AnyOperation, request: web.Request, address: str) -> Caller | Partner | None:
        if operation.partners:
            return await admit_partner(operation, request, address, dependencies)
        if operation.roles is None:
            limits = dependencies.report_limits if operation.passes_on else dependencies.public_limits
            _limit(limits.take(address))
            return None
        cookie = session_cookie(request, dependencies.settings.hops)
        if cookie.values:
            if len(cookie.values) > 1 or "Authorization" in request.headers:
                raise problems.AmbiguousRequest("Yêu cầu mang hai danh tính cùng lúc.")
            attends = attended and UNATTENDED not in request.headers
            return await _admit_member(operation, request, cookie.values[0], address, dependencies, attended=attends)
        device = request[DEVICE] = await _authenticated(request, address, dependencies)
        _limit(dependencies.device_limits.take(device.device_id))
        if device.left_at is not None and not operation.open_to_leavers:
            raise CollectorLeft(facts={"left_at": device.left_at.isoformat()})
        if device.role not in operation.roles:
            raise NotAllowed("Thiết bị này không có quyền làm việc này.", facts={"role": device.role})
        return device

    return admit


async def _admit_member(
    operation: AnyOperation,
    request: web.Request,
    token: str,
    address: str,
    dependencies: Dependencies,
    *,
    attended: bool,
) -> StaffMember:
    member = await member_of(token, dependencies, attended=attended)
    if member is None:
        await _limit_unknown(address, dependencies)
        raise problems.NotAuthenticated("Phiên làm việc đã hết. Hãy đăng nhập lại.")
    request[STAFF_MEMBER] = member
    _limit(dependencies.device_limits.take(member.staff_id))
    try:
        if request.method not in {"GET", "HEAD"}:
            _require_own_page(request, token)
        if member.roles.isdisjoint(operation.staff):
            raise NotAllowed("Bạn không có quyền làm việc này.", facts={"roles": sorted(member.roles)})
    except Problem as problem:
        await keep_refused(operation, member, request.match_info, address, problem, dependencies)
        raise
    return member


def _require_own_page(request: web.Request, token: str) -> None:
    given = request.headers.get("X-CSRF-Token", "").encode(errors="replace")
    if not from_own_pages(request) or not compare_digest(given, csrf_token_of(token).encode()):
        raise problems.CsrfRefused


async def _authenticated(request: web.Request, address: str, dependencies: Dependencies) -> Device:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    # A token is ASCII: bytes beyond it come as text that has no bytes, and nobody holds such a token.
    if scheme.lower() != "bearer" or not token or not token.isascii():
        _limit(dependencies.public_limits.take(address))
        raise problems.NotAuthenticated("Thiết bị chưa đăng nhập.")
    device = await device_of_token(token.strip(), address, dependencies, customer_code=_named_customer(request))
    if device is None or device.revoked_at is not None:
        raise problems.NotAuthenticated(
            "Thiết bị chưa đăng nhập hoặc đã bị thu hồi.", facts={"revoked": device is not None}
        )
    return device


def _named_customer(request: web.Request) -> str | None:
    """Return the customer whom the address names; None for what cannot be a code, before anything else is checked."""
    code = request.match_info.get("customer_code", "")
    return code if code.isascii() and code.isalnum() else None


async def device_of_token(
    token: str,
    address: str,
    dependencies: Dependencies,
    *,
    customer_code: str | None = None,
    within: float = ACQUIRE_SECONDS,
) -> Device | None:
    """Return the device of a token; None when nobody holds it. Unknown tokens are limited by the caller's address.

    With ``customer_code`` it is asked by the same statement whose customer that is (``asks_about``).

    Raises :class:`~services.gateway.edge.problems.TooManyRequests`. A known token is never refused here: phones
    behind one address of a carrier do not pay for a stranger there.
    """
    async with dependencies.database(within=within) as connection:
        device = await devices.device_of_token(connection, hash_token(token), customer_code=customer_code)
    if device is None:
        await _limit_unknown(address, dependencies, within=within)
    return device


async def _limit_unknown(address: str, dependencies: Dependencies, *, within: float = ACQUIRE_SECONDS) -> None:
    # This copy's own count first: a flood does not write to the database. Then all copies' count, in one statement,
    # whatever comes at once.
    _limit(dependencies.unknown_tokens.take(address))
    per_minute = dependencies.settings.wrong_tokens_per_minute
    async with dependencies.database(within=within) as connection:
        _limit(await guess_limits.take(connection, Guess.TOKEN, address, per_minute))


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


async def require_printing_device(who: Caller, device_id: UUID | None, dependencies: Dependencies) -> None:
    """Refuse to print on a device that was never enrolled, where the document would come out nowhere.

    A person prints in the own units alone. A device that was revoked is left: a request that was done before that must
    get its answer again.
    """
    if device_id is None:
        return
    async with dependencies.database() as connection:
        found = await devices.device(connection, device_id)
    if found is None:
        raise UnknownDevice("Không có máy in biên nhận này.", facts={"device_id": str(device_id)})
    if isinstance(who, StaffMember) and not who.sees_all_units:
        await own_device(who, device_id, dependencies)


async def require_own_customer(who: Caller, customer_code: str, dependencies: Dependencies) -> None:
    """Refuse who asks for a customer of somebody else's route or unit, as if there were no such customer.

    What the gateway knows from ``customer.changed`` answers most questions of phones; the customer service the rest.
    Raises :class:`~shared.problems.NotFound`.
    """
    if isinstance(who, StaffMember):
        if not who.sees_all_units:
            await unit_of_customer(who, customer_code, dependencies)
        return
    if who.collector_code is None:
        return
    named = who.asks_about
    if named is not None and named.customer_code == customer_code:
        collector_code = named.collector_code
    else:
        async with dependencies.database() as connection:
            collector_code = await feeds.collector_of(connection, customer_code)
    if collector_code == who.collector_code:
        return
    await dependencies.request(GetCustomer(customer_code=customer_code, collector_code=who.collector_code))


async def unit_of_customer(who: StaffMember, customer_code: str, dependencies: Dependencies) -> str:
    """Return the unit of a customer whom a person may see. Raises :class:`~shared.problems.NotFound`."""
    return (await own_customer(who, customer_code, dependencies)).facts.unit.unit_code


async def own_customer(who: StaffMember, customer_code: str, dependencies: Dependencies) -> CustomerDetails:
    """Return a customer whom a person may see.

    Raises :class:`~shared.problems.NotFound`, the same for one of another unit as for a code that nobody has.
    """
    found = None
    with suppress(NotFound):
        found = await dependencies.request(GetCustomer(customer_code=customer_code))
    if found is None or not who.sees_unit(found.facts.unit.unit_code):
        raise NotFound("Không tìm thấy khách hàng.")
    return found


async def own_collector(who: Caller, collector_code: str, dependencies: Dependencies) -> CollectorDetails:
    """Return a collector whom the office may see. Raises :class:`~shared.problems.NotFound` for another unit's."""
    asked = GetCollector(collector_code=collector_code)
    if not isinstance(who, StaffMember):
        return await dependencies.request(asked)
    found = None
    with suppress(NotFound):
        found = await dependencies.request(asked)
    if found is None or not who.sees_unit(found.unit_code):
        raise NotFound("Không có thu ngân viên này.")
    return found


async def require_own_collector(who: Caller, collector_code: str, dependencies: Dependencies) -> None:
    """Refuse a person who asks for a collector of another unit, as if there were none."""
    if isinstance(who, StaffMember) and not who.sees_all_units:
        await own_collector(who, collector_code, dependencies)


async def own_shift(who: Caller, shift_id: UUID, dependencies: Dependencies) -> ListedShift:
    """Return any shift that the office may see. Raises :class:`~shared.problems.NotFound` for another unit's."""
    found = (await dependencies.request(GetShifts(shift_id=shift_id))).shifts
    if not found or (isinstance(who, StaffMember) and not await _sees(who, found[0], dependencies)):
        raise NotFound("Không có ca thu tiền này.")
    return found[0]


async def require_own_shift(who: Caller, shift_id: UUID, dependencies: Dependencies) -> None:
    """Refuse a person who asks for a shift of another unit, as if there were none."""
    if isinstance(who, StaffMember) and not who.sees_all_units:
        await own_shift(who, shift_id, dependencies)


async def _sees(who: StaffMember, found: ListedShift, dependencies: Dependencies) -> bool:
    if who.sees_unit(found.unit_code):
        return True
    if found.unit_code:
        return False
    # Opened before shifts had their unit.
    collector = await dependencies.request(GetCollector(collector_code=found.shift.collector_code))
    return who.sees_unit(collector.unit_code)


async def own_device(who: Caller, device_id: UUID, dependencies: Dependencies) -> Device:
    """Return a device that the office may see. Raises :class:`~shared.problems.NotFound` for another unit's.

    Desks and collection points belong to no unit: only who works for all of them sees them.
    """
    async with dependencies.database() as connection:
        found = await devices.device(connection, device_id)
        codes = [found.collector_code] if found is not None and found.collector_code is not None else []
        units = await collectors.units_of(connection, codes)
    if found is None or (isinstance(who, StaffMember) and not who.sees_unit(units.get(found.collector_code or ""))):
        raise NotFound("Không có thiết bị này.")
    return found
