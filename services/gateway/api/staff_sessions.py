"""People of the office sign in and out, and keep their password and second factor."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import NO_DEVICE
from services.gateway.domain.staff import EVERYBODY, StaffMember, StaffRole
from services.gateway.edge import problems
from services.gateway.edge.operation import Answer, AnyOperation, Call, Operation
from services.gateway.edge.types import Incoming, Nothing, Outgoing
from services.gateway.passwords import WeakPassword, require_strong
from services.gateway.staff import sessions
from services.gateway.staff.second_factors import new_secret, step_of, uri_of
from services.gateway.staff.sessions import SecondFactorNeeded, SignedIn, WrongCredentials
from services.gateway.store import staff as store
from services.gateway.store import staff_sessions
from shared.problems import Conflict

TAG = "people"
ISSUER = "Thu Ngân"

LoginName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,39}$")]
Password = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
FactorCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
OneTimeCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z -]{4,24}$")]


class SignInRequest(Incoming):
    """Who signs in."""

    login_name: LoginName = Field(examples=["lan.tran"])
    password: Password = Field(examples=["bốn từ khó đoán"])
    second_factor: FactorCode | None = Field(default=None, description="The code of the authenticator app.")


class FirstSignInRequest(Incoming):
    """Who signs in by a one-time code of an administrator, and the password from now on."""

    login_name: LoginName = Field(examples=["lan.tran"])
    code: OneTimeCode = Field(examples=["K7MR-2WQX-HD4P"])
    password: Password = Field(description="At least 12 characters, not common, without the login name.")
    second_factor: FactorCode | None = None


class PasswordChange(Incoming):
    """The password until now and the one from now on."""

    old_password: Password
    new_password: Password = Field(description="At least 12 characters, not common, without the login name.")


class SecondFactorRequest(Incoming):
    """Shows again who it is."""

    password: Password
    second_factor: FactorCode | None = Field(default=None, description="Where one is in use already.")


class SecondFactorConfirmation(Incoming):
    """The first code of the authenticator app."""

    code: FactorCode


class Me(Outgoing):
    """Who is signed in, and what for."""

    staff_id: UUID
    login_name: str
    full_name: str
    units: list[str] = Field(description="Codes of units; `*` for all.")
    roles: list[StaffRole]
    second_factor: bool
    csrf_token: str = Field(description="To be sent as `X-CSRF-Token` with every request but `GET` and `HEAD`.")
    session_ends_at: datetime = Field(description="At the latest; earlier when nothing is done in it.")


class SignedInView(Outgoing):
    """Who has signed in; the session is in the cookie."""

    staff: Me
    csrf_token: str


class SecondFactorView(Outgoing):
    """To be scanned or typed into an authenticator app; it is shown only here."""

    secret: str
    otpauth_uri: str


class WrongCode(Conflict):
    """The code is not that of the secret that was begun with."""

    slug = "wrong-code"
    title = "Not the code of the new second factor"
    usual_detail = "Mã không đúng. Hãy kiểm tra giờ trên điện thoại rồi thử lại."


class NoSecondFactorBegun(Conflict):
    """There is no new secret to confirm."""

    slug = "no-second-factor-begun"
    title = "No second factor was begun"
    usual_detail = "Chưa bắt đầu cài đặt xác thực hai lớp."


def _me(member: StaffMember, csrf_token: str, dependencies: Dependencies) -> Me:
    return Me(
        staff_id=member.staff_id,
        login_name=member.login_name,
        full_name=member.full_name,
        units=sorted(member.units),
        roles=sorted(member.roles),
        second_factor=member.second_factor,
        csrf_token=csrf_token,
        session_ends_at=member.begun_at + timedelta(seconds=dependencies.settings.session_end),
    )


def _answer(
    call: Call[Nothing, Nothing, SignInRequest]
    | Call[Nothing, Nothing, FirstSignInRequest]
    | Call[Nothing, Nothing, PasswordChange],
    signed_in: SignedIn,
    dependencies: Dependencies,
) -> Answer:
    me = _me(signed_in.member, signed_in.csrf_token, dependencies)
    cookie = call.cookie.setting(signed_in.token, dependencies.settings.session_end)
    return Answer(SignedInView(staff=me, csrf_token=signed_in.csrf_token), headers={"Set-Cookie": cookie})


def _require_own_page(call: Call[Nothing, Nothing, SignInRequest] | Call[Nothing, Nothing, FirstSignInRequest]) -> None:
    # Nobody is signed in by a foreign page as somebody else, either.
    if not call.own_page:
        raise problems.CsrfRefused


async def sign_in(call: Call[Nothing, Nothing, SignInRequest], dependencies: Dependencies) -> Answer:
    """Begin a session."""
    _require_own_page(call)
    signed_in = await sessions.sign_in(
        call.body.login_name,
        call.body.password,
        call.body.second_factor,
        address=call.address,
        replaced=call.cookie.value,
        dependencies=dependencies,
    )
    return _answer(call, signed_in, dependencies)


async def first_sign_in(call: Call[Nothing, Nothing, FirstSignInRequest], dependencies: Dependencies) -> Answer:
    """Set a password by a one-time code and begin a session."""
    _require_own_page(call)
    require_strong(call.body.password, call.body.login_name)
    signed_in = await sessions.first_sign_in(
        call.body.login_name,
        call.body.code,
        call.body.password,
        call.body.second_factor,
        address=call.address,
        replaced=call.cookie.value,
        dependencies=dependencies,
    )
    return _answer(call, signed_in, dependencies)


async def me(call: Call[Nothing, Nothing, None], dependencies: Dependencies) -> Me:
    """Say who is signed in."""
    return _me(call.member, sessions.csrf_token_of(call.cookie.value or ""), dependencies)


async def sign_out(call: Call[Nothing, Nothing, None], dependencies: Dependencies) -> Answer:
    """End the session of the request."""
    await sessions.sign_out(call.cookie.value or "", dependencies)
    return Answer(headers={"Set-Cookie": call.cookie.clearing()})


async def change_password(call: Call[Nothing, Nothing, PasswordChange], dependencies: Dependencies) -> Answer:
    """Replace the own password; all sessions end, and this browser gets another one."""
    require_strong(call.body.new_password, call.member.login_name)
    signed_in = await sessions.change_password(
        call.member, call.body.old_password, call.body.new_password, address=call.address, dependencies=dependencies
    )
    return _answer(call, signed_in, dependencies)


async def begin_second_factor(
    call: Call[Nothing, Nothing, SecondFactorRequest], dependencies: Dependencies
) -> SecondFactorView:
    """Make a secret for an authenticator app; it counts once a code has shown that the app has it."""
    account = await sessions.verified(call.member, call.body.password, call.address, dependencies)
    await sessions.require_code(account, call.body.second_factor, dependencies)
    secret = new_secret()
    async with dependencies.database() as connection, connection.transaction():
        current = await store.locked(connection, account.staff_id)
        if current is None or current.password_hash != account.password_hash:
            raise WrongCredentials
        await sessions.use_code(connection, current, call.body.second_factor, dependencies)
        sealed = dependencies.second_factors.seal(secret, account.staff_id)
        await store.begin_second_factor(connection, account.staff_id, sealed)
    return SecondFactorView(secret=secret, otpauth_uri=uri_of(secret, call.member.login_name, ISSUER))


async def confirm_second_factor(
    call: Call[Nothing, Nothing, SecondFactorConfirmation], dependencies: Dependencies
) -> Me:
    """Let the new second factor count: its first code shows that the app has it. Other sessions end."""
    now, member = dependencies.clock(), call.member
    async with dependencies.database() as connection, connection.transaction():
        account = await store.locked(connection, member.staff_id)
        if account is None or account.second_factor_begun is None:
            raise NoSecondFactorBegun
        secret = sessions.opened(account.second_factor_begun, account, dependencies)
        step = step_of(secret, call.body.code, now)
        if step is None:
            raise WrongCode
        call.changes.before = {"second_factor": account.second_factor_secret is not None}
        call.changes.after = {"second_factor": True}
        await store.confirm_second_factor(connection, member.staff_id, step, now)
        await staff_sessions.end_all(connection, member.staff_id, now, "second_factor", but=member.session_id)
    return _me(member, sessions.csrf_token_of(call.cookie.value or ""), dependencies).model_copy(
        update={"second_factor": True}
    )


_SIGN_IN_PROBLEMS = (WrongCredentials, SecondFactorNeeded, problems.CsrfRefused)

OPERATIONS: list[AnyOperation] = [
    Operation(
        method="POST",
        path="/v1/staff/sessions",
        name="signIn",
        tag=TAG,
        summary="Begin the session of a person of the office",
        description=(
            "Sets the session's cookie. `wrong-credentials` is the same whatever of it is wrong; "
            "`second-factor-needed` comes only after a right password."
        ),
        handler=sign_in,
        body=SignInRequest,
        status=201,
        answer=SignedInView,
        problems=_SIGN_IN_PROBLEMS,
    ),
    Operation(
        method="POST",
        path="/v1/staff/first-sign-in",
        name="firstSignIn",
        tag=TAG,
        summary="Set a password by a one-time code of an administrator, and begin a session",
        handler=first_sign_in,
        body=FirstSignInRequest,
        status=201,
        answer=SignedInView,
        problems=(*_SIGN_IN_PROBLEMS, WeakPassword),
    ),
    Operation(
        method="DELETE",
        path="/v1/staff/sessions/current",
        name="signOut",
        tag=TAG,
        summary="End the session",
        handler=sign_out,
        status=204,
        roles=NO_DEVICE,
        staff=EVERYBODY,
    ),
    Operation(
        method="GET",
        path="/v1/staff/me",
        name="getStaffMe",
        tag=TAG,
        summary="Read who is signed in, with the CSRF token of the session",
        handler=me,
        answer=Me,
        roles=NO_DEVICE,
        staff=EVERYBODY,
    ),
    Operation(
        method="POST",
        path="/v1/staff/me/password",
        name="changePassword",
        tag=TAG,
        summary="Replace the own password",
        description="All sessions of the person end; the cookie and the CSRF token of another one are in the answer.",
        handler=change_password,
        body=PasswordChange,
        secret=frozenset({"old_password", "new_password"}),
        answer=SignedInView,
        roles=NO_DEVICE,
        staff=EVERYBODY,
        problems=(WrongCredentials, WeakPassword),
    ),
    Operation(
        method="POST",
        path="/v1/staff/me/second-factor",
        name="beginSecondFactor",
        tag=TAG,
        summary="Make a secret for an authenticator app (TOTP)",
        description="It counts once `confirmSecondFactor` was given a code of it; until then the one before does.",
        handler=begin_second_factor,
        body=SecondFactorRequest,
        secret=frozenset({"password", "second_factor"}),
        answer=SecondFactorView,
        roles=NO_DEVICE,
        staff=EVERYBODY,
        problems=(WrongCredentials, SecondFactorNeeded),
    ),
    Operation(
        method="POST",
        path="/v1/staff/me/second-factor/confirmation",
        name="confirmSecondFactor",
        tag=TAG,
        summary="Let the new second factor count, by its first code",
        handler=confirm_second_factor,
        body=SecondFactorConfirmation,
        secret=frozenset({"code"}),
        answer=Me,
        roles=NO_DEVICE,
        staff=EVERYBODY,
        problems=(WrongCode, NoSecondFactorBegun),
    ),
]
