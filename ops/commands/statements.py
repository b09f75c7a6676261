"""``thungan credits import`` and ``watch``: statements of banks, each movement taken once."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ops.console import JsonOption, fail, print_json, print_line
from ops.requests import started_bus
from ops.runner import run
from services.billing.statements.files import read_statement
from services.billing.statements.folder import StatementFolder, TakenStatement, take_statement
from services.billing.statements.layouts import StatementLayout
from services.billing.statements.statement import Statement, StatementError
from shared.clock import now
from shared.contracts.billing import TakeBankCredits, TakenBankCredits
from shared.messaging import Bus
from shared.money import format_dong
from shared.problems import TimedOut, Unavailable
from shared.rule_files import RuleFileError, load_rules

_SECONDS = 30.0
"""How long billing may take for some movements."""

LayoutsOption = Annotated[
    Path | None,
    typer.Option(
        "--layouts",
        envvar="THUNGAN_STATEMENT_LAYOUTS_FILE",
        help="Layouts of banks whose columns are not known by their words (docs/runbooks/bank-credits.md).",
        exists=True,
        dir_okay=False,
    ),
]


def import_statement(
    files: Annotated[
        list[Path],
        typer.Argument(help="Statements: CSV, XLSX, XLS, MT940, camt.053 or camt.054.", exists=True, dir_okay=False),
    ],
    account: Annotated[
        str, typer.Option("--account", help="The utility's account, where a file does not name it.")
    ] = "",
    *,
    layouts: LayoutsOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and check the files, and take nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take statements of a bank: each movement once, also where a webhook has told of it."""
    statements, described = {}, _layouts(layouts)
    for path in files:
        try:
            statements[str(path)] = read_statement(path.name, path.read_bytes(), account, described)
        except StatementError as error:
            fail(f"{path.name}: {error}")
    taken = [] if dry_run else run(_take_all(statements))
    if as_json:
        print_json([_fields(one) for one in taken] if not dry_run else [_read(*one) for one in statements.items()])
        return
    for name, statement in statements.items():
        print_line(
            f"{name}: account {statement.account_number}, {len(statement.rows):,} movements, "
            f"{format_dong(statement.credits)} in, {format_dong(statement.debits)} out; the balances add up"
        )
    for one in taken:
        print_line(_line(one))


def watch_statements(
    folder: Annotated[Path, typer.Argument(help="Folder that the files are put into.", exists=True, file_okay=False)],
    *,
    once: Annotated[bool, typer.Option("--once", help="Take what is there, and end.")] = False,
    every: Annotated[float, typer.Option("--every", help="Seconds between two looks.", min=0.1)] = 5.0,
    layouts: LayoutsOption = None,
) -> None:
    """Take statements from a folder; what each did lies beside it, and one that is refused goes to `refused`."""
    run(_watch(folder, None if once else every, _layouts(layouts)))


def _layouts(file: Path | None) -> Sequence[StatementLayout]:
    try:
        return () if file is None else load_rules(file, StatementLayout)
    except RuleFileError as error:
        fail(str(error), 2)


async def _take_all(statements: dict[str, Statement]) -> list[TakenStatement]:
    async with started_bus() as bus:
        return [await take_statement(name, statement, _taker(bus)) for name, statement in statements.items()]


async def _watch(folder: Path, every: float | None, layouts: Sequence[StatementLayout]) -> None:
    async with started_bus() as bus:
        watched = StatementFolder(folder, _taker(bus), now, layouts=layouts)
        while True:
            try:
                async for taken in watched.look():
                    print_line(_line(taken))
            except (Unavailable, TimedOut):
                if every is None:
                    raise
                print_line("billing is away; the files are left where they are")
            if every is None:
                return
            await asyncio.sleep(every)


class _Taker:
    """Hands movements to billing over the bus."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def __call__(self, request: TakeBankCredits) -> TakenBankCredits:
        return await self._bus.request(request, timeout=_SECONDS)


def _taker(bus: Bus) -> _Taker:
    return _Taker(bus)


def _line(one: TakenStatement) -> str:
    if one.refused:
        return f"{one.name}: refused, {one.refused}"
    extra = f", {one.contradicted:,} contradict what was told before" if one.contradicted else ""
    return f"{one.name}: {one.taken:,} movements taken, {one.known:,} known before{extra}"


def _fields(one: TakenStatement) -> dict[str, object]:
    return {
        "name": one.name,
        "account_number": one.account_number,
        "movements": one.movements,
        "taken": one.taken,
        "known": one.known,
        "contradicted": one.contradicted,
    }


def _read(name: str, statement: Statement) -> dict[str, object]:
    return {
        "name": name,
        "account_number": statement.account_number,
        "movements": len(statement.rows),
        "credits": statement.credits,
        "debits": statement.debits,
    }
