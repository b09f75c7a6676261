"""Running the programs of others: Barman, GnuPG, and PostgreSQL's own tools."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ops.console import fail

BARMAN = "THUNGAN_BARMAN"
"""Variable that names Barman's program, where it is in an environment of its own."""

POSTGRESQL = Path("/usr/lib/postgresql")
"""Where Debian keeps the programs of each major version."""


def barman_program(environment: Mapping[str, str] = os.environ) -> str:
    """Return the path of Barman; ends the command where there is none."""
    beside = Path(sys.executable).with_name("barman")
    found = environment.get(BARMAN) or (str(beside) if beside.exists() else shutil.which("barman"))
    if not found:
        fail(f"Barman is not installed: docs/runbooks/backup.md says how; {BARMAN} names its program")
    return found


def postgresql_programs(major: str | None = None) -> Path:
    """Return the folder of PostgreSQL's programs, the newest or those of one major version; ends the command without.

    The programs that copy a server may be newer than it; a copy is started by those of its own version only.
    """
    installed = {
        int(folder.parent.name): folder
        for folder in POSTGRESQL.glob("*/bin")
        if folder.parent.name.isdecimal() and (folder / ("postgres" if major else "pg_basebackup")).exists()
    }
    if major is None and installed:
        return installed[max(installed)]
    if major is not None and int(major) in installed:
        return installed[int(major)]
    found = shutil.which("postgres" if major else "pg_basebackup")
    if found is None or (major is not None and f" {major}." not in run([found, "--version"])):
        fail(f"PostgreSQL {major or 'and its client programs'} are not installed here: apt-get install postgresql")
    return Path(found).parent


def run(
    command: Sequence[str | Path], *, environment: Mapping[str, str] | None = None, content: bytes | None = None
) -> str:
    """Run a program to its end and return what it printed; ends the command with its last words where it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        env=dict(environment) if environment is not None else None,
        input=content,
        stdin=subprocess.DEVNULL if content is None else None,
        capture_output=True,
        check=False,
    )
    printed = done.stdout.decode(errors="replace")
    if done.returncode:
        said = (done.stderr.decode(errors="replace") + printed).strip()[-600:]
        fail(f"{Path(str(command[0])).name} ended with {done.returncode}: {said}")
    return printed
