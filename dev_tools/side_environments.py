"""Environments below ``.local`` for programs that the project uses beside itself, each with a lock file of its own."""

import sys
from pathlib import Path

from dev_tools.console import report, run_logged
from dev_tools.pip import install_locked
from dev_tools.stamp import Stamp, digest
from stack.state import PROJECT, installation_folder


def side_environment(name: str, lock_file: str, what: str, *options: str) -> Path:
    """Return the folder of the environment's programs; made where it is missing or its lock file has changed.

    ``options`` are pip's. Raises :class:`DevError` where it cannot be installed.
    """
    local = installation_folder()
    folder = local.root / name
    lock = PROJECT / lock_file

    def make() -> None:
        log = local.logs / f"{name}.log"
        log.unlink(missing_ok=True)
        report(f"installing {what} below .local/{name} (log: {log})")
        run_logged([sys.executable, "-m", "venv", "--clear", str(folder)], log, failure=f"could not make {folder}")
        install_locked(folder / "bin" / "python", lock, *options, log=log, failure=f"could not install {lock.name}")

    Stamp(folder / ".installed-lock", digest([lock])).renew(make, lock=name)
    return folder / "bin"


def backup_tool() -> Path:
    """Return Barman's program (ADR 82); installed where it is missing."""
    # Without what it names: its driver is there in a form that needs no compiler.
    programs = side_environment("backup-venv", "requirements-backup.lock", "the tool of the backups", "--no-deps")
    return programs / "barman"
