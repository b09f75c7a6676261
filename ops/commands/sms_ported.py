"""``thungan sms ported``: the networks of numbers that were ported, which their prefixes do not tell."""

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import AfterValidator

from ops.console import JsonOption, fail, print_json, print_line, print_table
from ops.databases import database
from ops.runner import run
from services.notify.store.ported_numbers import (
    PortedNumber,
    Source,
    count_ported,
    keep_ported,
    read_ported,
    remove_ported,
)
from shared.clock import now
from shared.csv_files import Row, read_rows
from shared.csv_files.cells import BadCellError, one_of
from shared.csv_files.identity import phone as phone_cell
from shared.phones import InvalidPhoneError, Operator, is_mobile, normalise, operator_of

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Numbers that were ported: import, show, remove.")

PhoneArgument = Annotated[str, typer.Argument(help="The number, however it is written.")]

_AT_ONCE = 20_000


def _mobile(text: str) -> str:
    if not is_mobile(text):
        raise BadCellError("landline", "is a landline")
    return text


class _PortedRow(Row):
    phone: Annotated[str, AfterValidator(phone_cell), AfterValidator(_mobile)]
    operator: Annotated[str, AfterValidator(one_of(*Operator))]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV or workbook: phone,operator.")],
    as_json: JsonOption = False,
) -> None:
    """Import the list of ported numbers that an operator or aggregator gives its customers; all of it or nothing.

    Columns: phone, operator (viettel, vinaphone, mobifone, vietnamobile, gmobile, itel, wintel). Numbers that are on
    record already get the new network; others stay.
    """
    read = read_rows(
        file.name,
        file.read_bytes(),
        _PortedRow,
        lambda _line, row: (row.phone, Operator(row.operator)),
        key=lambda row: row.phone,
        key_column="phone",
    )
    if read.bad:
        for bad in read.bad:
            typer.echo(f"{bad.file}:{bad.line}: {bad}", err=True)
        fail(f"{len(read.bad)} lines are wrong; nothing was imported")
    run(_keep(dict(read.rows)))
    if as_json:
        print_json({"imported": len(read.rows)})
    else:
        print_line(f"{len(read.rows)} numbers imported")


@app.command()
def show(
    phone: Annotated[str | None, typer.Argument(help="A number; counts by network if left out.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the network of a number, or how many ported numbers are known."""
    if phone is None:
        _show_counts(as_json=as_json)
        return
    number = _normalised(phone)
    found = run(_read(number))
    operator = found.operator if found else operator_of(number)
    shown: dict[str, Any] = {"phone": number, "operator": operator, "source": found.source if found else "prefix"}
    if as_json:
        print_json(shown | {"noted_at": found.noted_at.isoformat() if found else None})
    else:
        since = f", {found.noted_at:%Y-%m-%d %H:%M} UTC" if found else ""
        print_line(f"{number} is with {operator or 'nobody that is known'} ({shown['source']}{since})")


@app.command()
def remove(phone: PhoneArgument, as_json: JsonOption = False) -> None:
    """Forget that a number was ported: its prefix counts again."""
    number = _normalised(phone)
    if not run(_remove(number)):
        fail(f"{number} is not known to be ported")
    if as_json:
        print_json({"phone": number, "removed": True})
    else:
        print_line(f"{number} is with {operator_of(number)} again, as its prefix says")


def _show_counts(*, as_json: bool) -> None:
    counts = run(_count())
    if as_json:
        print_json([{"operator": operator, "source": source, "count": count} for operator, source, count in counts])
    else:
        print_table(
            "Ported numbers", ["operator", "source", "numbers"], counts, right=["numbers"], empty="None is known."
        )


def _normalised(phone: str) -> str:
    try:
        return normalise(phone)
    except InvalidPhoneError as error:
        fail(f"{phone} {error}", 2)


async def _keep(operators: dict[str, Operator]) -> None:
    moment, numbers = now(), sorted(operators)
    async with database("notify") as connection:
        for start in range(0, len(numbers), _AT_ONCE):
            some = {phone: operators[phone] for phone in numbers[start : start + _AT_ONCE]}
            await keep_ported(connection, some, Source.LIST, moment)


async def _read(phone: str) -> PortedNumber | None:
    async with database("notify") as connection:
        return await read_ported(connection, phone)


async def _remove(phone: str) -> bool:
    async with database("notify") as connection:
        return await remove_ported(connection, phone)


async def _count() -> list[tuple[str, str, int]]:
    async with database("notify") as connection:
        return await count_ported(connection)
