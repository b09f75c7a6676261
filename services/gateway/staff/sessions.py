"""Signing in and out: passwords, one-time codes, second factors, sessions, and how often may be guessed."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from asyncpg import PostgresError

from services.gateway.dependencies import Dependencies
from services.gateway.domain.staff import StaffMember, reference_of
from services.gateway.edge import problems
from services.gateway.secret_box import SecretsUnreadable
from services.gateway.staff.second_factors import step_of
from services.gateway.store import guess_limits, staff_acts, staff_sessions
from services.gateway.store import staff as store
from services.gateway.store.guess_limits import Guess
from services.gateway.store.staff import Account
from shared.contracts.actor import Actor, ActorKind, Proof
from shared.db import Connection
from shared.ids import new_id
from shared.problems import Problem, Unavailable

log = structlog.get_logger(__name__)

TOKEN_PREFIX = "ts_"  # noqa: S105 a prefix that secret scanners can look for
_SEEN_EVERY = timedelta(seconds=30)
"""How exactly it is kept when a session was used last."""
_USUAL_FOR = timedelta(days=30)
"""For so long after a sign-in its address is one from which its owner usually comes."""
_CODES_PER_HOUR = 20
"""Wrong codes of a second factor for one name: of a million, two or three are good at any time."""


class WrongCredentials(Problem):
    """Name, password or second factor are wrong; which, is not told."""

    slug = "wrong-credentials"
    status = 401
    title = "Name, password or code are wrong"
    usual_detail = "Tên đăng nhập, mật khẩu hoặc mã xác thực không đúng."


class SecondFactorNeeded(Problem):
    """The password is right, and the account has a second factor."""

    slug = "second-factor-needed"
    status = 401
    title = "The code of the second factor is needed"
    usual_detail = "Hãy nhập mã 6 số trên ứng dụng xác thực."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person and the token that only the person's browser knows."""

    member: StaffMember
    token: str = field(repr=False)

    @property
    def csrf_token(self) -> str:
        """What pages send along to show that they are ours."""
        return csrf_token_of(self.token)


def hash_token(token: str) -> bytes:
    """Return what is stored of a session's token: 256 random bits, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


def csrf_token_of(token: str) -> str:
    """Return the CSRF token of a session: nobody computes it without the session's own."""
    made = hmac.new(token.encode(errors="replace"), b"csrf token of thungan", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


async def sign_in(
    login_name: str, password: str, code: str | None, *, address: str, replaced: str | None, dependencies: Dependencies
) -> SignedIn:
    """Begin a session by name, password and, where the account has one, the code of the second factor.

    ``replaced`` is the token of a session that the browser has already: it ends. Raises :class:`WrongCredentials`,
    :class:`SecondFactorNeeded` and :class:`~services.gateway.edge.problems.TooManyRequests`.
    """
    login_name = login_name.lower()
    async with _kept("signIn", address, dependencies) as attempt:
        attempt.guess = await _take_guess(login_name, address, dependencies)
        async with dependencies.database() as connection:
            attempt.account = account = await store.by_login_name(connection, login_name)
        usable = account is not None and account.deactivated_at is None
        stored = account.password_hash if account is not None and usable else None
        if not await dependencies.passwords.fits(stored, password) or account is None or stored is None:
            raise WrongCredentials
        await require_code(account, code, dependencies)
        rehashed = await dependencies.passwords.hashed(password) if dependencies.passwords.is_dated(stored) else None
        async with dependencies.database() as connection, connection.transaction():
            current = await store.locked(connection, account.staff_id)
            # Changed, reset or closed since it was read: the old password lets nobody in any more.
            if current is None or current.password_hash != stored or current.deactivated_at is not None:
                raise WrongCredentials
            await use_code(connection, current, code, dependencies)
            if rehashed is not None:
                await store.set_password(connection, account.staff_id, rehashed)
            signed_in = await _begin(connection, current, address, replaced, dependencies)
        await _give_back(attempt.guess, dependencies)
        await _give_back_code(current, dependencies)
        return signed_in


async def first_sign_in(
    login_name: str,
    one_time_code: str,
    password: str,
    code: str | None,
    *,
    address: str,
    replaced: str | None,
    dependencies: Dependencies,
) -> SignedIn:
    """Set a password by a one-time code, and begin a session with it. Raises as :func:`sign_in` does."""
    login_name = login_name.lower()
    async with _kept("firstSignIn", address, dependencies) as attempt:
        attempt.guess = await _take_guess(login_name, address, dependencies)
        now = dependencies.clock()
        async with dependencies.database() as connection:
            attempt.account = found = await store.by_login_name(connection, login_name)
        if found is None or not _is_let_in_by(found, one_time_code, now):
            raise WrongCredentials
        await require_code(found, code, dependencies)
        password_hash = await dependencies.passwords.hashed(password)
        async with dependencies.database() as connection, connection.transaction():
            account = await store.locked(connection, found.staff_id)
            if account is None or not _is_let_in_by(account, one_time_code, now):
                raise WrongCredentials
            await use_code(connection, account, code, dependencies)
            await store.set_password(connection, account.staff_id, password_hash)
            await staff_sessions.end_all(connection, account.staff_id, now, "password")
            signed_in = await _begin(connection, account, address, replaced, dependencies)
        await _give_back(attempt.guess, dependencies)
        await _give_back_code(account, dependencies)
        return signed_in


async def change_password(
    member: StaffMember, old: str, new: str, *, address: str, dependencies: Dependencies
) -> SignedIn:
    """Replace a password that the person knows: all sessions end, another one begins. Raises as :func:`sign_in`."""
    known = await verified(member, old, address, dependencies)
    new_hash = await dependencies.passwords.hashed(new)
    now = dependencies.clock()
    async with dependencies.database() as connection, connection.transaction():
        account = await store.locked(connection, member.staff_id)
        if account is None or account.password_hash != known.password_hash or account.deactivated_at is not None:
            raise WrongCredentials
        await store.set_password(connection, member.staff_id, new_hash)
        await staff_sessions.end_all(connection, member.staff_id, now, "password")
        return await _begin(connection, account, address, None, dependencies)


async def verified(member: StaffMember, password: str, address: str, dependencies: Dependencies) -> Account:
    """Return the member's account, once the member has shown to know the password. Raises as :func:`sign_in`."""
    guess = await _take_guess(member.login_name, address, dependencies)
    async with dependencies.database() as connection:
        account = await store.by_login_name(connection, member.login_name)
    stored = None if account is None else account.password_hash
    if not await dependencies.passwords.fits(stored, password) or account is None:
        raise WrongCredentials
    await _give_back(guess, dependencies)
    return account


async def member_of(token: str, dependencies: Dependencies, *, attended: bool = True) -> StaffMember | None:
    """Return who is signed in by a token; None where nobody is any more.

    What a page reads by itself (not ``attended``) does not keep a session: it ends although the page is open.
    """
    now, settings = dependencies.clock(), dependencies.settings
    async with dependencies.database() as connection:
        found = await staff_sessions.member_of_token(
            connection,
            hash_token(token),
            idle_since=now - timedelta(seconds=settings.session_idle_end),
            begun_after=now - timedelta(seconds=settings.session_end),
        )
        if found is None:
            return None
        member, seen_at = found
        if attended and now - seen_at > min(_SEEN_EVERY, timedelta(seconds=settings.session_idle_end / 4)):
            await staff_sessions.seen(connection, member.session_id, now)
    return member


async def sign_out(token: str, dependencies: Dependencies) -> None:
    """End the session of a token."""
    async with dependencies.database() as connection:
        await staff_sessions.end(connection, hash_token(token), dependencies.clock(), "signed_out")


def hash_code(code: str) -> bytes:
    """Return the hash of a one-time code, however it was typed: small letters, spaces and dashes do not matter."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    return hashlib.sha256(plain.encode()).digest()


async def require_code(account: Account, code: str | None, dependencies: Dependencies) -> None:
    """Refuse who gives no code of the second factor that the account has, or has given many wrong ones."""
    if account.second_factor_secret is None:
        return
    if code is None:
        raise SecondFactorNeeded
    async with dependencies.database() as connection:
        wait = await guess_limits.take(
            connection, Guess.SECOND_FACTOR, account.login_name, _CODES_PER_HOUR / 60, burst=_CODES_PER_HOUR
        )
    if wait:
        raise problems.too_many_requests(wait)


def opened(stored: str, account: Account, dependencies: Dependencies) -> str:
    """Return a stored secret of an account. Raises :class:`~shared.problems.Unavailable` where no key opens it."""
    try:
        return dependencies.second_factors.open(stored, account.staff_id)
    except SecretsUnreadable as error:
        log.warning("second_factor_unreadable", staff_id=str(account.staff_id), error=str(error))
        raise Unavailable("Không đọc được mã xác thực của tài khoản này. Hãy liên hệ quản trị.") from error


async def use_code(connection: Connection, account: Account, code: str | None, dependencies: Dependencies) -> None:
    """Use a code of the second factor of a locked account, where it has one: once. Raises :class:`WrongCredentials`."""
    if account.second_factor_secret is None:
        return
    secret = opened(account.second_factor_secret, account, dependencies)
    step = None if code is None else step_of(secret, code, dependencies.clock())
    if step is None or not await store.use_step(connection, account.staff_id, step):
        raise WrongCredentials


def _is_let_in_by(account: Account, one_time_code: str, now: datetime) -> bool:
    return (
        account.deactivated_at is None
        and account.code_hash is not None
        and account.code_expires_at is not None
        and now < account.code_expires_at
        and hmac.compare_digest(account.code_hash, hash_code(one_time_code))
    )


async def _begin(
    connection: Connection, account: Account, address: str, replaced: str | None, dependencies: Dependencies
) -> SignedIn:
    """Begin a session with a token of its own: whatever the browser brought along counts for nothing."""
    now, session_id = dependencies.clock(), new_id()
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    if replaced is not None:
        await staff_sessions.end(connection, hash_token(replaced), now, "replaced")
    await staff_sessions.begin(connection, session_id, account.staff_id, hash_token(token), address, now)
    await store.signed_in(connection, account.staff_id, now)
    return SignedIn(_member(account, session_id, now), token)


def _member(account: Account, session_id: UUID, begun_at: datetime) -> StaffMember:
    return StaffMember(
        staff_id=account.staff_id,
        login_name=account.login_name,
        full_name=account.full_name,
        units=frozenset(account.units),
        roles=frozenset(account.roles),
        second_factor=account.second_factor_secret is not None,
        session_id=session_id,
        begun_at=begun_at,
    )


@dataclass(frozen=True, slots=True)
class _Guess:
    """A guess that was taken, and as what it counts."""

    address: str
    name: str
    """The login name; where its owner has signed in from the address before, of that address alone."""


async def _take_guess(login_name: str, address: str, dependencies: Dependencies) -> _Guess:
    """Take a guess before anything else is looked up: however many come at once, no more than the limits are tried.

    From where the owner of a name usually signs in its guesses are counted apart: whoever knows the name and keeps
    guessing elsewhere keeps nobody out.
    """
    settings = dependencies.settings
    wait, name = dependencies.sign_in_failures.take(address), login_name
    if not wait:
        async with dependencies.database() as connection:
            if await staff_sessions.has_begun_at(connection, login_name, address, dependencies.clock() - _USUAL_FOR):
                name = f"{login_name} {address}"
            wait = await guess_limits.take(
                connection, Guess.SIGN_IN_ADDRESS, address, settings.sign_in_failures_of_address
            ) or await guess_limits.take(connection, Guess.SIGN_IN_NAME, name, settings.sign_in_failures_of_name)
    if wait:
        raise problems.too_many_requests(wait)
    return _Guess(address, name)


async def _give_back(guess: _Guess, dependencies: Dependencies) -> None:
    settings = dependencies.settings
    dependencies.sign_in_failures.give_back(guess.address)
    # Without the database the guess counts; its place comes back with time.
    with suppress(Unavailable, OSError, PostgresError):
        async with dependencies.database() as connection:
            for kind, whose, per_minute in (
                (Guess.SIGN_IN_ADDRESS, guess.address, settings.sign_in_failures_of_address),
                (Guess.SIGN_IN_NAME, guess.name, settings.sign_in_failures_of_name),
            ):
                await guess_limits.give_back(connection, kind, whose, per_minute)


async def _give_back_code(account: Account, dependencies: Dependencies) -> None:
    """Give back the guess of a second factor that was right. A password alone gives none back."""
    if account.second_factor_secret is None:
        return
    with suppress(Unavailable, OSError, PostgresError):
        async with dependencies.database() as connection:
            await guess_limits.give_back(connection, Guess.SECOND_FACTOR, account.login_name, _CODES_PER_HOUR)


@dataclass(slots=True)
class _Attempt:
    guess: _Guess | None = None
    account: Account | None = None


@asynccontextmanager
async def _kept(what: str, address: str, dependencies: Dependencies) -> AsyncIterator[_Attempt]:
    """Keep an attempt to sign in, and what came of it. Of a name that nobody has nothing is kept but the address.

    Of attempts that were not even tried, one in a minute is kept of an address: the log is never deleted from.
    """
    attempt = _Attempt()
    try:
        yield attempt
    except SecondFactorNeeded:
        if attempt.guess is not None:
            await _give_back(attempt.guess, dependencies)
        raise  # half a sign-in
    except Problem as problem:
        untried = attempt.guess is None
        if not isinstance(problem, Unavailable) and not (untried and dependencies.untried_kept.take(address)):
            await _keep(what, attempt, address, problem.status, problem.slug, dependencies)
        raise
    await _keep(what, attempt, address, 201, None, dependencies)


async def _keep(
    what: str, attempt: _Attempt, address: str, status: int, problem: str | None, dependencies: Dependencies
) -> None:
    account = attempt.account
    actor = Actor(
        kind=ActorKind.PERSON,
        id="public" if account is None else str(account.staff_id),
        reference="" if account is None else reference_of(account.login_name),
        proven_by=Proof.NONE if problem else Proof.TOKEN,
    )
    async with dependencies.database() as connection, connection.transaction():
        act_id = await staff_acts.add(
            connection,
            what,
            staff_id=None if account is None else account.staff_id,
            login_name=None if account is None else account.login_name,
            object_id=None,
            asked=None,
            address=address,
            actor=actor,
        )
        await staff_acts.end(connection, act_id, status, problem)
