"""Installing what a lock file names, by pip alone."""

import os
from pathlib import Path

from dev_tools.console import DevError, run_logged

# Settings that would send packages to another place than the one that is named.
_MISLEADING = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PYTHONPATH", "PYTHONHOME")


def install_locked(python: Path | str, lock_file: Path, *options: str, log: Path, failure: str) -> None:
    """Install a lock file with some Python's pip. Raises :class:`DevError`."""
    environment = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    install = ["install", "--require-hashes", "-r", str(lock_file), *options]
    try:
        run_logged([*pip, *install], log, environment=environment, failure=failure)
    except DevError:
        # The machine's pip settings may name the only registry it can reach; where they are the trouble, go without.
        environment["PIP_CONFIG_FILE"] = os.devnull
        run_logged([*pip, "--isolated", *install], log, environment=environment, failure=failure)
