"""``./dev lock``: bring the lock files in line with ``pyproject.toml``.

uv is used for this one command only, from a throw-away environment: it resolves for every Python version and platform
at once. The project itself is installed by pip alone.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from stack.state import PROJECT

OLDEST_PYTHON = "3.11"

LOCK_FILES = {
    "requirements.lock": ("pyproject.toml",),
    "requirements-dev.lock": ("pyproject.toml", "--group", "dev", "--constraint", "requirements.lock"),
    "requirements-bench.lock": ("--group", "bench", "--constraint", "requirements.lock"),
    "requirements-backup.lock": ("--group", "backup", "--override", "dev_tools/backup_overrides.txt"),
    "requirements-fuzz.lock": ("--group", "fuzz"),
    "requirements-sbom.lock": ("--group", "sbom"),
    "requirements-web.lock": ("--group", "web"),
}
"""Lock file → what it is compiled from, in the order in which one builds on another."""


def lock(options: Sequence[str]) -> None:
    """Compile every lock file; ``--upgrade`` takes the newest versions."""
    environment = {name: value for name, value in os.environ.items() if name != "UV_FIND_LINKS"}
    environment["UV_CUSTOM_COMPILE_COMMAND"] = "./dev lock"
    with TemporaryDirectory() as scratch:
        programs = Path(scratch, "uv", "bin")
        _run(sys.executable, "-m", "venv", str(programs.parent))
        _run(str(programs / "pip"), "install", "--quiet", "--disable-pip-version-check", "uv")
        compile_options = (
            *("--quiet", "--no-config", "--universal", "--generate-hashes", "--python-version", OLDEST_PYTHON),
            # A lock file names no registry: everybody has their own.
            *("--no-emit-index-url", "--no-emit-find-links"),
        )
        for file, sources in LOCK_FILES.items():
            command = (str(programs / "uv"), "pip", "compile", *options, *compile_options, *sources)
            _run(*command, "--output-file", file, environment=environment)


def _run(*command: str, environment: dict[str, str] | None = None) -> None:
    subprocess.run(command, cwd=PROJECT, env=environment, check=True)
