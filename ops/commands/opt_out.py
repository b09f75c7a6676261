"""``thungan opt-out``: numbers that get no SMS.

A brandname cannot receive answers, so nobody can reply STOP: opt-outs come from the hotline, the counter or the web.
"""

from typing import Annotated, Any

import typer

from ops.console import JsonOption, fail, print_json, print_line, print_table
from ops.databases import database
from ops.runner import run
from services.notify.domain.causes import Cause
from services.notify.domain.reminders import BlockedPhone
from services.notify.store.blocked_phones import block_phone, blocked_phones, unblock_phone
from shared.clock import now
from shared.phones import InvalidPhoneError, normalise

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Numbers that get no SMS: add, remove, list.")

PhoneArgument = Annotated[str, typer.Argument(help="The number, however it is written.")]
By = Annotated[str, typer.Option("--by", help="Who does it, for the records.")]


@app.command()
def add(
    phone: PhoneArgument,
    note: Annotated[str, typer.Option("--note", help="Why, for the records.")] = "",
    wrong_number: Annotated[
        bool, typer.Option("--wrong-number", help="The number is not the customer's (nobody opted out).")
    ] = False,
    by: By = "operator",
    as_json: JsonOption = False,
) -> None:
    """Send no SMS to a number from now on; reminders that wait are not sent either."""
    cause = Cause.WRONG_NUMBER if wrong_number else Cause.OPTED_OUT
    blocked = BlockedPhone(_normalised(phone), cause, note, by, now())
    run(_add(blocked))
    if as_json:
        print_json(_as_dict(blocked))
    else:
        print_line(f"{blocked.phone} gets no SMS ({blocked.cause})")


@app.command()
def remove(phone: PhoneArgument, as_json: JsonOption = False) -> None:
    """Send SMS to a number again."""
    number = _normalised(phone)
    if not run(_remove(number)):
        fail(f"{number} is not on the list")
    if as_json:
        print_json({"phone": number, "removed": True})
    else:
        print_line(f"{number} gets SMS again")


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option("--limit", help="The latest so many.", min=1)] = 100, as_json: JsonOption = False
) -> None:
    """List the numbers that get no SMS, the latest first."""
    found = run(_list(limit))
    if as_json:
        print_json([_as_dict(blocked) for blocked in found])
    else:
        print_table(
            "Numbers without SMS",
            ["phone", "cause", "since (UTC)", "by", "note"],
            [[one.phone, one.cause, f"{one.blocked_at:%Y-%m-%d %H:%M}", one.blocked_by, one.note] for one in found],
            empty="Every number gets SMS.",
        )


def _normalised(phone: str) -> str:
    try:
        return normalise(phone)
    except InvalidPhoneError as error:
        fail(f"{phone} {error}", 2)


async def _add(blocked: BlockedPhone) -> None:
    async with database("notify") as connection:
        await block_phone(connection, blocked)


async def _remove(phone: str) -> bool:
    async with database("notify") as connection:
        return await unblock_phone(connection, phone)


async def _list(limit: int) -> list[BlockedPhone]:
    async with database("notify") as connection:
        return await blocked_phones(connection, limit)


def _as_dict(blocked: BlockedPhone) -> dict[str, Any]:
    return {
        "phone": blocked.phone,
        "cause": blocked.cause.value,
        "note": blocked.note,
        "blocked_by": blocked.blocked_by,
        "blocked_at": blocked.blocked_at.isoformat(),
    }
