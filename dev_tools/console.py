"""What the commands of ``./dev`` print, and how they run the programs of others."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_LINES_OF_LOG = 30


class DevError(Exception):
    """Something that the person at the terminal can understand; the message is one line."""


def report(text: str) -> None:
    """Print one line on standard error: standard output belongs to what a command was asked for."""
    sys.stderr.write(f"dev: {text}\n")
    sys.stderr.flush()


def run_logged(
    argv: Sequence[str],
    log: Path,
    *,
    failure: str,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> None:
    """Run a program with its output in a log file. Raises :class:`DevError`, after the last lines of the log."""
    with log.open("ab") as output:
        began = output.tell()
        done = subprocess.run(
            argv,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        with log.open("rb") as written:
            written.seek(began)
            lines = written.read().decode(errors="replace").splitlines()[-_LINES_OF_LOG:]
        sys.stderr.write("".join(f"{line}\n" for line in lines))
        raise DevError(failure)
