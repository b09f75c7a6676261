"""Accounts of people: made by an administrator, entered by a one-time code, closed for good."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from services.gateway.domain.staff import ALL_UNITS, StaffMember, StaffRole
from services.gateway.enrolment import CODE_ALPHABET
from services.gateway.staff.sessions import hash_code
from services.gateway.store import devices, staff_sessions
from services.gateway.store import staff as store
from services.gateway.store.staff import Account
from shared.db import Connection
from shared.problems import Conflict, NotAllowed, NotFound, SameIdOtherContent

CODE_LENGTH = 12


class LoginNameTaken(Conflict):
    """Somebody has this login name, or had it: what was done under it stays with one person."""

    slug = "login-name-taken"
    title = "The login name is taken"
    usual_detail = "Tên đăng nhập này đã có người dùng."


class OwnAccount(Conflict):
    """Administrators do not change their own roles, and do not close their own accounts."""

    slug = "own-account"
    title = "Another administrator has to do this"
    usual_detail = "Việc này phải do một quản trị viên khác làm."


class LastAdministrator(Conflict):
    """Nobody would be left who lets others in."""

    slug = "last-administrator"
    title = "The last administrator of all units"
    usual_detail = "Đây là quản trị viên cuối cùng của hệ thống."


class UnitsNotOwn(NotAllowed):
    """An administrator gives nobody a unit beyond the own ones."""

    slug = "units-not-own"
    title = "Not a unit of the administrator"
    usual_detail = "Không được giao đơn vị ngoài phạm vi của mình."


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """A code as it is shown once to whoever made it."""

    code: str = field(repr=False)
    expires_at: datetime


def new_code(now: datetime, lifetime: timedelta) -> OneTimeCode:
    """Return a code that nobody guesses, in three groups of four."""
    made = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    return OneTimeCode("-".join(made[at : at + 4] for at in range(0, CODE_LENGTH, 4)), now + lifetime)


async def create(
    connection: Connection,
    staff_id: UUID,
    *,
    login_name: str,
    full_name: str,
    units: Collection[str],
    roles: Collection[StaffRole],
    code: OneTimeCode,
    now: datetime,
) -> Account:
    """Make an account that its one-time code enters. Call inside a transaction.

    When the answer was lost, the same again makes another code, as long as nobody has signed in. Raises
    :class:`LoginNameTaken` and :class:`~shared.problems.SameIdOtherContent`.
    """
    if await devices.device(connection, staff_id) is not None:
        raise SameIdOtherContent("Mã này đã dùng cho một thiết bị.")
    added = await store.add(
        connection,
        staff_id,
        login_name=login_name,
        full_name=full_name,
        units=units,
        roles=roles,
        code_hash=hash_code(code.code),
        code_expires_at=code.expires_at,
        now=now,
    )
    account = await store.locked(connection, staff_id)
    if account is None:
        raise LoginNameTaken
    if not added:
        same = (account.login_name, account.full_name, set(account.units), set(account.roles)) == (
            login_name,
            full_name,
            set(units),
            set(roles),
        )
        if not same or account.password_hash is not None or account.deactivated_at is not None:
            raise SameIdOtherContent("Mã này đã dùng cho một tài khoản khác.")
        await store.set_code(connection, staff_id, hash_code(code.code), code.expires_at)
    return account


async def changeable(connection: Connection, staff_id: UUID, by: StaffMember) -> Account:
    """Return an account, locked, that an administrator may change: somebody else's, of the own units."""
    account = await store.locked(connection, staff_id)
    if account is None or not by.may_grant(account.units):
        raise NotFound("Không có tài khoản này.")
    if staff_id == by.staff_id:
        raise OwnAccount
    return account


async def grant(
    connection: Connection, account: Account, *, units: Collection[str], roles: Collection[StaffRole]
) -> None:
    """Give a locked account other units and roles, effective with its next request."""
    if StaffRole.ADMINISTRATOR not in roles or ALL_UNITS not in units:
        await require_not_last(connection, account.staff_id)
    await store.grant(connection, account.staff_id, units, roles)


async def deactivate(connection: Connection, account: Account, now: datetime) -> None:
    """Close a locked account for good; its sessions end at once."""
    await require_not_last(connection, account.staff_id)
    await close(connection, account.staff_id, now)


async def close(connection: Connection, staff_id: UUID, now: datetime) -> None:
    """Close any account, without a look at who is left."""
    await store.deactivate(connection, staff_id, now)
    await staff_sessions.end_all(connection, staff_id, now, "deactivated")


async def reset(
    connection: Connection, account: Account, code: OneTimeCode, now: datetime, *, second_factor: bool
) -> None:
    """Take a locked account's password away (and the second factor): a one-time code enters it. Its sessions end."""
    await store.set_code(connection, account.staff_id, hash_code(code.code), code.expires_at)
    if second_factor:
        await store.remove_second_factor(connection, account.staff_id)
    await staff_sessions.end_all(connection, account.staff_id, now, "revoked")


async def require_not_last(connection: Connection, staff_id: UUID) -> None:
    """Refuse to take away the last administrator of all units. Raises :class:`LastAdministrator`."""
    if await store.lock_administrators(connection) == {staff_id}:
        raise LastAdministrator
