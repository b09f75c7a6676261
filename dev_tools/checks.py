"""``./dev check``: format, lint, types and import rules."""

import os
import shlex
import shutil
import subprocess

from dev_tools.console import DevError, report
from dev_tools.virtual_environment import VENV
from stack.state import PROJECT

SCRIPTS = "dev dev_tools/install_packages.sh .ci/run"
STEPS = (
    "sh -n dev dev_tools/install_packages.sh",
    "bash -n .ci/run",
    "ruff format --check .",
    "ruff check .",
    "mypy",
    "lint-imports",
    "./dev web check",
)


def check() -> None:
    """Run every step, whatever the others find. Raises :class:`DevError` with those that failed."""
    steps = [*STEPS, *([f"shellcheck {SCRIPTS}"] if shutil.which("shellcheck") else [])]
    environment = {**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    failed = []
    for step in steps:
        report(step)
        if subprocess.run(shlex.split(step), cwd=PROJECT, env=environment, check=False).returncode:
            failed.append(f"'{step}'")
    if failed:
        raise DevError(f"failed: {' '.join(failed)}")
