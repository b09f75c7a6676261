"""Accounts of people of the office, for administrators."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import NO_DEVICE
from services.gateway.domain.staff import ADMINISTRATORS, StaffMember, StaffRole
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import Id, Incoming, Nothing, Outgoing, Words
from services.gateway.staff import accounts
from services.gateway.store import staff as store
from services.gateway.store import staff_sessions
from services.gateway.store.staff import Account
from shared.problems import Conflict, SameIdOtherContent

TAG = "people"

NewLoginName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{1,39}$")]
FullName = Annotated[Words, Field(max_length=80)]


def _different(values: list[Any]) -> list[Any]:
    if len(set(values)) != len(values):
        raise ValueError("names something twice")
    return values


UnitOrAll = Annotated[str, StringConstraints(pattern=r"^(P[A-Z][0-9A-Z]{4}|\*)$")]
Units = Annotated[list[UnitOrAll], Field(min_length=1, max_length=200), AfterValidator(_different)]
Roles = Annotated[list[StaffRole], Field(min_length=1), AfterValidator(_different)]


class StaffPath(Incoming):
    """One person."""

    staff_id: Id


class NewStaff(Incoming):
    """A person who is to sign in."""

    login_name: NewLoginName = Field(examples=["lan.tran"], description="For good: nobody else gets it later.")
    full_name: FullName = Field(examples=["Trần Thị Lan"])
    units: Units = Field(description="Codes of units; `*` for all.", examples=[["PB1501"]])
    roles: Roles = Field(examples=[["cashier"]])


class Grant(Incoming):
    """What a person may do from now on."""

    units: Units = Field(description="Codes of units; `*` for all.", examples=[["PB1501"]])
    roles: Roles = Field(examples=[["cashier", "supervisor"]])


class StaffDeactivation(Incoming):
    """Why an account is closed."""

    reason: Words = Field(examples=["Nghỉ việc"])


class PasswordReset(Incoming):
    """What is taken away beside the password."""

    second_factor: bool = Field(default=False, description="Take the second factor away, too: the phone is lost.")


class StaffView(Outgoing):
    """An account, without anything secret."""

    staff_id: UUID
    login_name: str
    full_name: str
    units: list[str]
    roles: list[StaffRole]
    second_factor: bool
    has_password: bool = Field(description="False until the first sign-in, and after a reset.")
    created_at: datetime
    last_sign_in_at: datetime | None
    deactivated_at: datetime | None


class StaffList(Outgoing):
    """Accounts by login name, closed ones included."""

    staff: list[StaffView]


class StaffWithCode(Outgoing):
    """An account and the one-time code that enters it; the code is shown only here."""

    staff: StaffView
    code: str
    expires_at: datetime


def view(account: Account) -> StaffView:
    """Return an account as the API shows it."""
    return StaffView(
        staff_id=account.staff_id,
        login_name=account.login_name,
        full_name=account.full_name,
        units=sorted(account.units),
        roles=sorted(account.roles),
        second_factor=account.second_factor_secret is not None,
        has_password=account.password_hash is not None,
        created_at=account.created_at,
        last_sign_in_at=account.last_sign_in_at,
        deactivated_at=account.deactivated_at,
    )


async def read_all(call: Call[Nothing, Nothing, None], dependencies: Dependencies) -> StaffList:
    """List the accounts that the administrator may change."""
    async with dependencies.database() as connection:
        found = await store.accounts(connection)
    return StaffList(staff=[view(account) for account in found if call.member.may_grant(account.units)])


async def create(call: Call[Nothing, Nothing, NewStaff], dependencies: Dependencies) -> StaffWithCode:
    """Make an account that its one-time code enters."""
    body = call.body
    _require_own_units(call.member, body.units)
    code, now = _new_code(dependencies), dependencies.clock()
    async with dependencies.database() as connection, connection.transaction():
        account = await accounts.create(
            connection,
            call.key,
            login_name=body.login_name,
            full_name=body.full_name,
            units=body.units,
            roles=body.roles,
            code=code,
            now=now,
        )
    call.changes.after = _rights(account)
    return StaffWithCode(staff=view(account), code=code.code, expires_at=code.expires_at)


async def grant(call: Call[StaffPath, Nothing, Grant], dependencies: Dependencies) -> StaffView:
    """Give a person other units and roles, from the next request on."""
    _require_own_units(call.member, call.body.units)
    async with dependencies.database() as connection, connection.transaction():
        account = await accounts.changeable(connection, call.path.staff_id, call.member)
        await accounts.grant(connection, account, units=call.body.units, roles=call.body.roles)
        changed = await store.locked(connection, account.staff_id)
    return _changed(call.changes, account, changed)


async def deactivate(call: Call[StaffPath, Nothing, StaffDeactivation], dependencies: Dependencies) -> StaffView:
    """Close an account for good; the person is out at once."""
    async with dependencies.database() as connection, connection.transaction():
        account = await accounts.changeable(connection, call.path.staff_id, call.member)
        await accounts.deactivate(connection, account, dependencies.clock())
        changed = await store.locked(connection, account.staff_id)
    return _changed(call.changes, account, changed)


async def revoke_sessions(call: Call[StaffPath, Nothing, None], dependencies: Dependencies) -> StaffView:
    """End all sessions of a person, who may sign in again."""
    async with dependencies.database() as connection, connection.transaction():
        account = await accounts.changeable(connection, call.path.staff_id, call.member)
        ended = await staff_sessions.end_all(connection, account.staff_id, dependencies.clock(), "revoked")
    call.changes.after = {"sessions_ended": ended}
    return view(account)


async def reset_password(call: Call[StaffPath, Nothing, PasswordReset], dependencies: Dependencies) -> StaffWithCode:
    """Take a person's password away; a one-time code sets another one."""
    code, now = _new_code(dependencies), dependencies.clock()
    async with dependencies.database() as connection, connection.transaction():
        account = await accounts.changeable(connection, call.path.staff_id, call.member)
        if account.deactivated_at is not None:
            raise Deactivated
        await accounts.reset(connection, account, code, now, second_factor=call.body.second_factor)
        changed = await store.locked(connection, account.staff_id)
    return StaffWithCode(staff=_changed(call.changes, account, changed), code=code.code, expires_at=code.expires_at)


class Deactivated(Conflict):
    """The account is closed for good."""

    slug = "account-deactivated"
    title = "The account is closed"
    usual_detail = "Tài khoản này đã khóa."


def _new_code(dependencies: Dependencies) -> accounts.OneTimeCode:
    lifetime = timedelta(seconds=dependencies.settings.first_sign_in_code_lifetime)
    return accounts.new_code(dependencies.clock(), lifetime)


def _require_own_units(member: StaffMember, units: list[str]) -> None:
    if not member.may_grant(units):
        raise accounts.UnitsNotOwn


def _changed(changes: Any, before: Account, after: Account | None) -> StaffView:
    assert after is not None, "accounts are never deleted"  # noqa: S101 a locked row
    changes.before, changes.after = _rights(before), _rights(after)
    return view(after)


def _rights(account: Account) -> Mapping[str, Any]:
    seen = view(account).model_dump(mode="json")
    return {
        name: seen[name] for name in ("login_name", "units", "roles", "second_factor", "has_password", "deactivated_at")
    }


_CHANGE_PROBLEMS = (accounts.OwnAccount, accounts.LastAdministrator)

OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path="/v1/staff",
        name="listStaff",
        tag=TAG,
        summary="List the accounts of people",
        handler=read_all,
        answer=StaffList,
        roles=NO_DEVICE,
        staff=ADMINISTRATORS,
    ),
    Operation(
        method="POST",
        path="/v1/staff",
        name="createStaff",
        tag=TAG,
        summary="Make an account for a person, with a one-time code for the first sign-in",
        description="When the answer is lost, the same again gives another code, until the person has signed in.",
        handler=create,
        body=NewStaff,
        key="staff_id",
        status=201,
        answer=StaffWithCode,
        roles=NO_DEVICE,
        staff=ADMINISTRATORS,
        problems=(accounts.LoginNameTaken, accounts.UnitsNotOwn, SameIdOtherContent),
    ),
    Operation(
        method="POST",
        path="/v1/staff/{staff_id}/roles",
        name="grantStaff",
        tag=TAG,
        summary="Give a person other units and roles",
        handler=grant,
        path_model=StaffPath,
        body=Grant,
        answer=StaffView,
        roles=NO_DEVICE,
        staff=ADMINISTRATORS,
        problems=(*_CHANGE_PROBLEMS, accounts.UnitsNotOwn),
    ),
    Operation(
        method="POST",
        path="/v1/staff/{staff_id}/deactivation",
        name="deactivateStaff",
        tag=TAG,
        summary="Close an account for good; its sessions end at once",
        handler=deactivate,
        path_model=StaffPath,
        body=StaffDeactivation,
        answer=StaffView,
        roles=NO_DEVICE,
        staff=ADMINISTRATORS,
        problems=_CHANGE_PROBLEMS,
    ),
    Operation(
        method="POST",
        path="/v1/staff/{staff_id}/sessions-revocation",
        name="revokeStaffSessions",
        tag=TAG,
        summary="End all sessions of a person",
        handler=revoke_sessions,
        path_model=StaffPath,
        answer=StaffView,
        roles=NO_DEVICE,
        staff=ADMINISTRATORS,
        problems=(accounts.OwnAccount,),
    ),
    Operation(
        method="POST",
        path="/v1/staff/{staff_id}/password-reset",
        name="resetStaffPassword",
        tag=TAG,
        summary="Take a person's password away; a one-time code sets another one",
        handler=reset_password,
        path_model=StaffPath,
        body=PasswordReset,
        answer=StaffWithCode,
        roles=NO_DEVICE,
        staff=ADMINISTRATORS,
        problems=(accounts.OwnAccount, Deactivated),
    ),
]
