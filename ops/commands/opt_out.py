"""``thungan opt-out``: numbers that get no SMS, or none of a kind, and numbers that are wrong.

A brandname cannot receive answers, so nobody can reply STOP: opt-outs come from the hotline, the counter or the web.
"""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from ops.console import JsonOption, fail, free_text, print_json, print_line, print_table
from ops.databases import database
from ops.operators import operator, operator_name
from ops.runner import run
from services.notify.domain.causes import Cause
from services.notify.domain.kinds import Kind
from services.notify.domain.reminders import BlockedPhone, OptOut
from services.notify.store.blocked_phones import (
    WrongNumber,
    add_opt_out,
    block_phone,
    blocked_phones,
    opt_outs,
    remove_opt_out,
    unblock_phone,
    wrong_numbers,
)
from shared.clock import now
from shared.db import Connection
from shared.messaging.acts import add_act
from shared.phones import InvalidPhoneError, normalise

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Numbers that get no SMS, or none of a kind (add, remove, list), and wrong-numbers to correct.",
)

PhoneArgument = Annotated[str, typer.Argument(help="The number, however it is written.")]
KindOption = Annotated[Kind | None, typer.Option("--kind", help="Only messages of this kind; all if left out.")]
By = Annotated[str, typer.Option("--by", callback=free_text, help="Who does it, for the records (you).")]


@app.command()
def add(
    phone: PhoneArgument,
    note: Annotated[str, typer.Option("--note", callback=free_text, help="Why, for the records.")] = "",
    wrong_number: Annotated[
        bool, typer.Option("--wrong-number", help="The number is not the customer's (nobody opted out).")
    ] = False,
    kind: KindOption = None,
    by: By = "",
    as_json: JsonOption = False,
) -> None:
    """Send no SMS (or none of a kind) to a number from now on; what waits is not sent either.

    What the law demands is sent all the same, except to a wrong number.
    """
    if kind is not None:
        if wrong_number:
            fail("a wrong number gets no SMS of any kind: leave out --kind", 2)
        opt_out = OptOut(_normalised(phone), kind.value, note, by or operator_name(), now())
        run(_add_kind(opt_out))
        if as_json:
            print_json(_kind_as_dict(opt_out))
        else:
            print_line(f"{opt_out.phone} gets no SMS of the kind {opt_out.kind}")
        return
    cause = Cause.WRONG_NUMBER if wrong_number else Cause.OPTED_OUT
    blocked = BlockedPhone(_normalised(phone), cause, note, by or operator_name(), now())
    run(_add(blocked))
    if as_json:
        print_json(_as_dict(blocked))
    else:
        print_line(f"{blocked.phone} gets no SMS ({blocked.cause})")


@app.command()
def remove(phone: PhoneArgument, kind: KindOption = None, as_json: JsonOption = False) -> None:
    """Send SMS (or those of a kind) to a number again."""
    number = _normalised(phone)
    if not run(_remove(number, kind)):
        fail(f"{number} is not on the list{f' for {kind}' if kind else ''}")
    if as_json:
        print_json({"phone": number, "removed": True})
    else:
        print_line(f"{number} gets SMS{f' of the kind {kind}' if kind else ''} again")


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option("--limit", help="The latest so many.", min=1)] = 100, as_json: JsonOption = False
) -> None:
    """List the numbers that get no SMS, or none of a kind, the latest first."""
    found, kinds = run(_list(limit))
    if as_json:
        print_json([*map(_as_dict, found), *map(_kind_as_dict, kinds)])
        return
    if found or not kinds:
        print_table(
            "Numbers without SMS",
            ["phone", "cause", "since (UTC)", "by", "note"],
            [[one.phone, one.cause, f"{one.blocked_at:%Y-%m-%d %H:%M}", one.blocked_by, one.note] for one in found],
            empty="Every number gets SMS.",
        )
    if kinds:
        print_table(
            "Numbers without SMS of a kind",
            ["phone", "kind", "since (UTC)", "by", "note"],
            [[one.phone, one.kind, f"{one.opted_out_at:%Y-%m-%d %H:%M}", one.opted_out_by, one.note] for one in kinds],
            empty="",
        )


@app.command("wrong-numbers")
def wrong_numbers_(
    unit: Annotated[str | None, typer.Option("--unit", help="Only customers of this unit.")] = None,
    limit: Annotated[int, typer.Option("--limit", help="At most so many.", min=1)] = 1000,
    as_json: JsonOption = False,
) -> None:
    """List the customers whose number has to be corrected, by unit and collector."""
    found = run(_wrong(unit, limit))
    if as_json:
        print_json([{**asdict(one), "since": one.since.isoformat()} for one in found])
    else:
        print_table(
            "Numbers to correct",
            ["unit", "collector", "customer", "phone", "since (UTC)", "note"],
            [
                [
                    one.unit_code,
                    f"{one.collector_code} {one.collector_name}",
                    one.customer_code,
                    one.phone,
                    f"{one.since:%Y-%m-%d %H:%M}",
                    one.note,
                ]
                for one in found
            ],
            empty="No customer has a number that is known to be wrong.",
        )


def _normalised(phone: str) -> str:
    try:
        return normalise(phone)
    except InvalidPhoneError as error:
        fail(f"{phone} {error}", 2)


async def _add(blocked: BlockedPhone) -> None:
    async with database("notify") as connection:
        await block_phone(connection, blocked)
        await _keep(connection, blocked.phone, opted_out=True, cause=blocked.cause.value, note=blocked.note)


async def _add_kind(opt_out: OptOut) -> None:
    async with database("notify") as connection:
        await add_opt_out(connection, opt_out)
        await _keep(connection, opt_out.phone, opted_out=True, kind=opt_out.kind, note=opt_out.note)


async def _remove(phone: str, kind: Kind | None) -> bool:
    async with database("notify") as connection:
        if kind is not None:
            removed = await remove_opt_out(connection, phone, kind.value)
        else:
            removed = await unblock_phone(connection, phone)
        if removed:
            await _keep(connection, phone, opted_out=False, kind=None if kind is None else kind.value)
        return removed


async def _keep(connection: Connection, phone: str, **facts: object) -> None:
    await add_act(connection, "opt_out.changed", phone, facts, actor=operator())


async def _list(limit: int) -> tuple[list[BlockedPhone], list[OptOut]]:
    async with database("notify") as connection:
        return await blocked_phones(connection, limit), await opt_outs(connection, limit)


async def _wrong(unit: str | None, limit: int) -> list[WrongNumber]:
    async with database("notify") as connection:
        return await wrong_numbers(connection, unit, limit)


def _kind_as_dict(opt_out: OptOut) -> dict[str, Any]:
    return {
        "phone": opt_out.phone,
        "cause": Cause.OPTED_OUT.value,
        "kind": opt_out.kind,
        "note": opt_out.note,
        "blocked_by": opt_out.opted_out_by,
        "blocked_at": opt_out.opted_out_at.isoformat(),
    }


def _as_dict(blocked: BlockedPhone) -> dict[str, Any]:
    return {
        "phone": blocked.phone,
        "cause": blocked.cause.value,
        "note": blocked.note,
        "blocked_by": blocked.blocked_by,
        "blocked_at": blocked.blocked_at.isoformat(),
    }
