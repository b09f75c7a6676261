"""The ``thungan`` command line: ``./dev thungan …``, ``thungan …`` or ``python -m ops.cli …``.

Each command is a module of ``ops/commands``, imported only when it is asked for, so that ``quote`` and ``verify``
start fast and need no broker, no database and no service.
"""

import logging
import os
import sys
import tomllib
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer
from typer.core import TyperCommand, TyperGroup

from ops.console import print_line
from shared.problems import Problem

COMMANDS = {
    "quote": "ops.commands.quote",
    "tariffs": "ops.commands.tariffs",
    "verify": "ops.commands.verify",
    "audit": "ops.commands.audit",
    "auditor": "ops.commands.auditor",
    "backup": "ops.commands.backup",
    "restore": "ops.commands.restore",
    "status": "ops.commands.status",
    "customers": "ops.commands.customers",
    "account": "ops.commands.account",
    "arrears": "ops.commands.arrears",
    "commissions": "ops.commands.commissions",
    "complaints": "ops.commands.complaints",
    "readings": "ops.commands.readings",
    "credits": "ops.commands.credits",
    "partners": "ops.commands.partners",
    "shifts": "ops.commands.shifts",
    "reversals": "ops.commands.reversals",
    "person": "ops.commands.person",
    "signs": "ops.commands.signs",
    "reminders": "ops.commands.reminders",
    "sms": "ops.commands.sms",
    "dunning": "ops.commands.dunning",
    "opt-out": "ops.commands.opt_out",
    "enrol": "ops.commands.enrol",
    "devices": "ops.commands.devices",
    "revoke": "ops.commands.revoke",
    "staff": "ops.commands.staff",
    "keys": "ops.commands.keys",
    "checkpoint": "ops.commands.checkpoint",
    "receipts": "ops.commands.receipts",
    "invoices": "ops.commands.invoices",
    "dead": "ops.commands.dead",
    "events": "ops.commands.events",
    "trace": "ops.commands.trace",
    "who": "ops.commands.who",
    "import": "ops.commands.imports",
    "bills": "ops.commands.bills",
    "months": "ops.commands.months",
    "recheck": "ops.commands.recheck",
    "preview": "ops.commands.preview",
}
"""Command → module that holds its ``app``, in the order of the help."""


def add_command(name: str, module: str) -> None:
    """Offer a command that does not ship with the others."""
    COMMANDS[name] = module


class LazyGroup(TyperGroup):
    """A group whose commands are imported when they are used."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the base class passes it
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | TyperGroup | None:  # noqa: ARG002
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        command = typer.main.get_command(import_module(COMMANDS[cmd_name]).app)
        assert isinstance(command, TyperCommand | TyperGroup)  # noqa: S101 - typer makes nothing else
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(asked: bool) -> None:
    if asked:
        project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))
        print_line(f"thungan {project['project']['version']}")
        raise typer.Exit


@app.callback()
def thungan(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Thu Ngân: collecting electricity bills at the customer's door."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, that of this process if none is named, and return its exit code."""
    # A command prints its result itself: standard output holds that and nothing else.
    logging.disable(logging.CRITICAL)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    return run_command(arguments)


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; errors that a person can put right are one line."""
    try:
        code = app(args=arguments, prog_name="thungan", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:  # `thungan … | head`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (typer.TyperException, Problem, typer.Abort, KeyboardInterrupt) as error:
        message, exit_code = _explain(error)
        sys.stderr.write(f"thungan: {' '.join(message.split())}\n")
        return exit_code
    return code if isinstance(code, int) else 0


def _explain(error: BaseException) -> tuple[str, int]:
    """Return what a person reads about an expected error, and the exit code."""
    match error:
        case typer.TyperException():
            return error.format_message(), error.exit_code
        case Problem():
            return f"{error.slug}: {error.detail or error.title}", 1
    return "stopped", 130


if __name__ == "__main__":
    sys.exit(main())
