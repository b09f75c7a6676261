"""People of the office for the fuzzer: an account and a session for each role, made in the gateway's database."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import asyncpg

from services.gateway.domain.staff import ALL_UNITS, StaffRole
from services.gateway.edge.cookies import SessionCookie
from services.gateway.staff import accounts
from services.gateway.staff.sessions import csrf_token_of, hash_token
from services.gateway.store import staff_sessions
from shared.clock import now
from shared.ids import new_id

PREFIX = "staff-"
"""Before the role of a person, as devices have roles of the same names."""


async def staff_at_work(database_url: str) -> tuple[dict[str, Mapping[str, str]], UUID]:
    """Sign in a person of each role, without the password, which takes a core for a while.

    Returns the headers that each of them sends, and somebody else, whose account may be closed.
    """
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            headers = {f"{PREFIX}{role}": await _signed_in(connection, role) for role in StaffRole}
            return headers, await _member(connection, "spare", StaffRole.AUDITOR)
    finally:
        await connection.close()


async def _signed_in(connection: "asyncpg.Connection[asyncpg.Record]", role: StaffRole) -> Mapping[str, str]:
    staff_id, token = await _member(connection, role.replace("_", "."), role), secrets.token_urlsafe()
    await staff_sessions.begin(connection, new_id(), staff_id, hash_token(token), "127.0.0.1", now())
    cookie, _, _ = SessionCookie(secure=False).setting(token, 0).partition(";")
    return {"Cookie": cookie, "X-CSRF-Token": csrf_token_of(token)}


async def _member(connection: "asyncpg.Connection[asyncpg.Record]", login_name: str, role: StaffRole) -> UUID:
    staff_id = new_id()
    await accounts.create(
        connection,
        staff_id,
        login_name=login_name,
        full_name="Người dùng thử",
        units=[ALL_UNITS],
        roles=[role],
        code=accounts.new_code(now(), timedelta(hours=1)),
        now=now(),
    )
    return staff_id
