"""Second factors are encrypted in the database, those of before the key file, too, and people go on signing in."""

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp

from services.gateway.domain.staff import StaffRole
from shared import clock
from shared.testing.conditions import wait_until
from tests.integration.gateway.conftest import GatewaySystem
from tests.integration.gateway.people import PASSWORD, Browser, newcomer

OLD, NEW = (base64.b64encode(bytes([sign]) * 32).decode() for sign in (1, 2))


def key_file(folder: Path, *keys: str) -> dict[str, Any]:
    file = folder / "keys"
    file.write_text("\n".join(keys) + "\n", encoding="ascii")
    return {"second_factor_keys_file": file}


async def stored(system: GatewaySystem) -> str:
    secret: str = await system.pool.fetchval("SELECT second_factor_secret FROM staff WHERE login_name = 'lan'")
    return secret


async def sign_in(system: GatewaySystem, url: str, totp: pyotp.TOTP) -> int:
    """Sign in with a code that was not used before: only the last one that was used is kept."""
    await system.pool.execute("UPDATE staff SET second_factor_step = 0")
    body = {"login_name": "lan", "password": PASSWORD, "second_factor": totp.at(clock.now())}
    return (await Browser(url, system.session).call("POST", "/v1/staff/sessions", body)).status


async def set_up(system: GatewaySystem, url: str) -> pyotp.TOTP:
    code = await newcomer(system, "lan", StaffRole.CASHIER)
    browser = Browser(url, system.session)
    first = {"login_name": "lan", "code": code, "password": PASSWORD}
    assert (await browser.call("POST", "/v1/staff/first-sign-in", first)).status == 201
    begun = await browser.call("POST", "/v1/staff/me/second-factor", {"password": PASSWORD})
    totp = pyotp.parse_uri(begun.body["otpauth_uri"])
    assert isinstance(totp, pyotp.TOTP)
    at = clock.now() - timedelta(seconds=30)
    done = await browser.call("POST", "/v1/staff/me/second-factor/confirmation", {"code": totp.at(at)})
    assert done.status == 200
    return totp


async def test_a_secret_of_before_the_key_is_encrypted_at_the_next_start_and_goes_on_working(
    system: GatewaySystem, tmp_path: Path
) -> None:
    async with system.gateway() as url:
        totp = await set_up(system, url)
    assert await stored(system) == totp.secret

    async with system.gateway(**key_file(tmp_path, OLD)) as url:
        await wait_until(lambda: is_sealed(system, totp))
        before = await stored(system)
        assert await sign_in(system, url, totp) == 201

    async with system.gateway(**key_file(tmp_path, NEW, OLD)) as url:
        await wait_until(lambda: is_other(system, before))
        assert await sign_in(system, url, totp) == 201

    async with system.gateway(**key_file(tmp_path, NEW)) as url:
        assert await sign_in(system, url, totp) == 201


async def test_a_new_secret_is_never_stored_in_plain(system: GatewaySystem, tmp_path: Path) -> None:
    async with system.gateway(**key_file(tmp_path, NEW)) as url:
        totp = await set_up(system, url)
        assert totp.secret not in await stored(system)
        assert await sign_in(system, url, totp) == 201


async def test_where_the_key_is_missing_the_gateway_works_and_that_account_is_told_so(
    system: GatewaySystem, tmp_path: Path
) -> None:
    async with system.gateway(**key_file(tmp_path, OLD)) as url:
        totp = await set_up(system, url)
    sealed = await stored(system)
    async with system.gateway(**key_file(tmp_path, NEW)) as url:
        assert await sign_in(system, url, totp) == 503
    assert await stored(system) == sealed


async def is_sealed(system: GatewaySystem, totp: pyotp.TOTP) -> bool:
    return totp.secret not in await stored(system)


async def is_other(system: GatewaySystem, before: str) -> bool:
    return await stored(system) != before
