"""What every command of the command line shares: how it prints, and how it reports an error.

With ``--json``, standard output holds JSON and nothing else; without, it is for people. Errors are one line on
standard error in both cases.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, NoReturn

import typer

from shared.text import escaped, is_readable, plain_code

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text for people.")]


_WIDTH_OF_FILES = 160
"""Columns of a table that goes to a file or another program."""


class CommandError(typer.TyperException):
    """Something that the person at the keyboard can understand and put right; the message is one line."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(" ".join(message.split()))
        self.exit_code = exit_code


def fail(message: str, exit_code: int = 1) -> NoReturn:
    """End the command with one line on standard error."""
    raise CommandError(message, exit_code)


def typed_code(value: str | None) -> str | None:
    """Return a code as it is kept, however it was typed; the callback of options and arguments that are codes."""
    return value and plain_code(value)


def free_text(value: str | None) -> str | None:
    """Refuse a text that cannot be read, by the rule of the API; the callback of options for the records."""
    if value and not is_readable(value):
        fail("a text for the records holds characters that cannot be read; type it anew", 2)
    return value


def print_json(value: object) -> None:
    """Print one JSON value on one line of standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def print_line(text: str = "") -> None:
    """Print one line for people; what cannot be seen is written out, so that nothing steers the terminal."""
    sys.stdout.write("\n".join(escaped(line) for line in text.split("\n")) + "\n")


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, right: Sequence[str] = (), empty: str = ""
) -> None:
    """Print a table for people; columns named in ``right`` are aligned to the right. ``empty`` replaces no rows."""
    from rich.console import Console  # noqa: PLC0415 - rich is slow to import, and most uses print JSON
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    cells = [[("" if cell is None else escape(escaped(str(cell)))) for cell in row] for row in rows]
    if not cells and empty:
        print_line(empty)
        return
    table = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        # What a row is known by stays in one piece, so that it can be copied.
        whole = column == columns[0] or column in right
        table.add_column(column, justify="right" if column in right else "left", overflow="fold", no_wrap=whole)
    for row in cells:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else _WIDTH_OF_FILES).print(table)
