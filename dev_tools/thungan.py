"""``./dev thungan``: the operators' command line on the local system, with the command that makes customers up."""

import os
from collections.abc import Sequence
from contextlib import suppress

from dev_tools.side_environments import backup_tool
from ops import cli
from ops.backup.programs import BARMAN
from ops.system import namespace_of
from shared.placeholders import Environment
from stack.addresses import SystemAddresses
from stack.local import LocalStack
from stack.processes import StackError


def local_environment() -> dict[str, str]:
    """Return what the local stack knows about the system that is meant; what is set already goes before it."""
    stack, namespace = LocalStack(), namespace_of(os.environ)
    known = stack.folder.service_folders(namespace)
    with suppress(StackError):  # it has never been started; many commands do without
        known |= SystemAddresses.load(stack, namespace).environment()
    with suppress(StackError):
        known["THUNGAN_POSTGRES_URL"] = stack.postgres_url
    known["THUNGAN_ENVIRONMENT"] = Environment.DEVELOPMENT
    return {name: value for name, value in known.items() if not os.environ.get(name)}


def main(argv: Sequence[str]) -> int:
    """Run one of the operators' commands on the local system; returns its exit code."""
    os.environ.update(local_environment())
    if argv and argv[0] in {"backup", "restore"}:
        os.environ.setdefault(BARMAN, str(backup_tool()))
    cli.add_command("sample", "simulation.sample.command")
    return cli.main(argv)
