"""People of the office as their browsers see the gateway: cookies, CSRF tokens, problems."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import aiohttp

from services.gateway.domain.staff import StaffRole
from services.gateway.staff import accounts
from services.gateway.staff.sessions import hash_token
from services.gateway.store import staff_sessions
from shared import clock
from shared.ids import new_id
from tests.integration.gateway.conftest import GatewaySystem

PASSWORD = "con mèo uống nước dừa"
COOKIE = "thungan-session"


@dataclass
class Answered:
    """What came back."""

    status: int
    body: Any
    headers: Any

    @property
    def slug(self) -> str:
        return str(self.body["type"]).rpartition(":")[2] if isinstance(self.body, dict) and "type" in self.body else ""


@dataclass
class Browser:
    """A browser with at most one session."""

    url: str
    session: aiohttp.ClientSession
    token: str | None = None
    csrf: str | None = None
    staff_id: UUID | None = None
    headers: dict[str, str] = field(default_factory=dict)

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: UUID | None = None,
        csrf: str | None = "own",
        **headers: str,
    ) -> Answered:
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.token is not None:
            sent.setdefault("Cookie", f"{COOKIE}={self.token}")
        given = self.csrf if csrf == "own" else csrf
        if given is not None and method != "GET":
            sent["X-CSRF-Token"] = given
        if key is not None:
            sent["Idempotency-Key"] = str(key)
        async with self.session.request(method, self.url + path, json=body, headers=sent) as response:
            is_json = response.content_type.endswith("json")
            answer = Answered(
                response.status, await response.json() if is_json else await response.read(), response.headers
            )
        cookie = answer.headers.get("Set-Cookie", "")
        if cookie.startswith(f"{COOKIE}="):
            self.token = cookie.partition("=")[2].partition(";")[0] or None
        if isinstance(answer.body, dict) and "csrf_token" in answer.body:
            self.csrf = answer.body["csrf_token"]
        return answer


async def person(system: GatewaySystem, login_name: str, *roles: StaffRole, units: tuple[str, ...] = ("*",)) -> Browser:
    """Give a browser with somebody signed in: by the database, because a password takes a core for a while."""
    staff_id, token = new_id(), f"ts_{login_name}"
    async with system.pool.acquire() as connection, connection.transaction():
        await accounts.create(
            connection,
            staff_id,
            login_name=login_name,
            full_name=f"Người {login_name}",
            units=units,
            roles=roles,
            code=accounts.new_code(clock.now(), timedelta(hours=1)),
            now=clock.now(),
        )
        await staff_sessions.begin(connection, new_id(), staff_id, hash_token(token), "127.0.0.1", clock.now())
    browser = Browser(system.url, system.session, token, staff_id=staff_id)
    assert (await browser.call("GET", "/v1/staff/me")).status == 200
    return browser


async def newcomer(system: GatewaySystem, login_name: str, *roles: StaffRole) -> str:
    """Make an account and return its one-time code."""
    code = accounts.new_code(clock.now(), timedelta(hours=1))
    async with system.pool.acquire() as connection, connection.transaction():
        await accounts.create(
            connection,
            new_id(),
            login_name=login_name,
            full_name="Trần Thị Lan",
            units=["*"],
            roles=roles,
            code=code,
            now=clock.now(),
        )
    return code.code
