"""``thungan staff``: the people of the office: the first administrator, and what is left when nobody else can."""

import re
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import typer

from ops.console import JsonOption, fail, print_json, print_line, print_table
from ops.databases import database
from ops.operators import operator
from ops.runner import run
from services.gateway.domain.staff import ALL_UNITS, StaffRole
from services.gateway.staff import accounts
from services.gateway.staff.accounts import OneTimeCode
from services.gateway.store import staff as store
from services.gateway.store import staff_acts
from services.gateway.store.staff import Account
from shared.clock import VIETNAM, now
from shared.db import Connection
from shared.ids import new_id

app = typer.Typer(add_completion=False, no_args_is_help=True, help="People of the office: first administrator, list.")


@app.command("first-administrator")
def first_administrator(
    login_name: Annotated[str, typer.Option("--login-name", help="Small letters, digits, dots: lan.tran")],
    full_name: Annotated[str, typer.Option("--full-name", help="As pages show it.")],
    hours: Annotated[int, typer.Option("--hours", help="How long the code can be used.", min=1, max=72)] = 24,
    as_json: JsonOption = False,
) -> None:
    """Make the account of the first administrator, and print the one-time code that enters it at /office/.

    Works once: while there is an administrator of all units, that one makes all others.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,39}", login_name):
        fail("--login-name has small letters, digits, dots, dashes: lan.tran", 2)
    code = run(_first_administrator(login_name, full_name, timedelta(hours=hours)))
    if as_json:
        print_json({"login_name": login_name, "code": code.code, "expires_at": code.expires_at.isoformat()})
    else:
        print_line(
            f"{code.code}   {login_name}, until {code.expires_at.astimezone(VIETNAM):%d/%m %H:%M} (Vietnam), once"
        )


@app.command("list")
def list_staff(as_json: JsonOption = False) -> None:
    """List the accounts of people."""
    found = run(_accounts())
    if as_json:
        print_json([_as_dict(account) for account in found])
        return
    print_table(
        "People of the office",
        ["login name", "name", "roles", "units", "second factor", "last sign-in (UTC)", "closed (UTC)"],
        [
            [
                account.login_name,
                account.full_name,
                ", ".join(sorted(account.roles)),
                ", ".join(sorted(account.units)),
                "yes" if account.second_factor_secret else "no",
                f"{account.last_sign_in_at:%Y-%m-%d %H:%M}" if account.last_sign_in_at else "",
                f"{account.deactivated_at:%Y-%m-%d %H:%M}" if account.deactivated_at else "",
            ]
            for account in found
        ],
        empty="There are none; thungan staff first-administrator makes the first one.",
    )


@app.command()
def deactivate(
    login_name: Annotated[str, typer.Argument(help="The login name, from `thungan staff list`.")],
    reason: Annotated[str, typer.Option("--reason", help="For the records.")],
    as_json: JsonOption = False,
) -> None:
    """Close an account for good, even that of the last administrator; the person is out at once."""
    account = run(_deactivate(login_name, reason))
    if as_json:
        print_json(_as_dict(account))
    else:
        print_line(f"{account.login_name} ({account.full_name}) is closed")


async def _first_administrator(login_name: str, full_name: str, lifetime: timedelta) -> OneTimeCode:
    async with database("gateway") as connection:
        if await store.lock_administrators(connection):
            fail("there is an administrator already, who makes the other accounts; see thungan staff list")
        code, staff_id = accounts.new_code(now(), lifetime), new_id()
        granted = {"login_name": login_name, "units": [ALL_UNITS], "roles": [StaffRole.ADMINISTRATOR]}
        await accounts.create(
            connection,
            staff_id,
            login_name=login_name,
            full_name=full_name,
            units=[ALL_UNITS],
            roles=[StaffRole.ADMINISTRATOR],
            code=code,
            now=now(),
        )
        await _keep(connection, "firstAdministrator", staff_id, granted)
        return code


async def _accounts() -> list[Account]:
    async with database("gateway") as connection:
        return await store.accounts(connection)


async def _deactivate(login_name: str, reason: str) -> Account:
    async with database("gateway") as connection:
        found = await store.by_login_name(connection, login_name)
        if found is None:
            fail(f"there is no account {login_name}")
        await accounts.close(connection, found.staff_id, now())
        await _keep(connection, "deactivateStaff", found.staff_id, {"reason": reason})
        closed = await store.by_login_name(connection, login_name)
        return closed or found


async def _keep(connection: Connection, what: str, staff_id: UUID, asked: dict[str, Any]) -> None:
    actor = operator()
    act_id = await staff_acts.add(
        connection,
        what,
        staff_id=None,
        login_name=None,
        object_id=str(staff_id),
        asked=asked,
        address=actor.id,
        actor=actor,
    )
    await staff_acts.end(connection, act_id, 200)


def _as_dict(account: Account) -> dict[str, Any]:
    return {
        "staff_id": str(account.staff_id),
        "login_name": account.login_name,
        "full_name": account.full_name,
        "units": sorted(account.units),
        "roles": sorted(account.roles),
        "second_factor": account.second_factor_secret is not None,
        "last_sign_in_at": account.last_sign_in_at.isoformat() if account.last_sign_in_at else None,
        "deactivated_at": account.deactivated_at.isoformat() if account.deactivated_at else None,
    }
