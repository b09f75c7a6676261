"""Make the project's virtual environment: ``python -m dev_tools.virtual_environment``.

``./dev`` runs this with a bare Python: it and what it imports need the standard library alone.
"""

import hashlib
import platform
import subprocess
import sys

from dev_tools.console import DevError, report, run_logged
from dev_tools.pip import install_locked
from dev_tools.stamp import Stamp
from stack.state import PROJECT, installation_folder

VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK_FILE = PROJECT / "requirements-dev.lock"


def has(module: str) -> bool:
    """Whether the environment's Python runs, is new enough and finds a module.

    It is not when the machine's Python was replaced by a newer one, which does not see what was installed for the old.
    """
    code = f"import sys, importlib.util as u; sys.exit(sys.version_info < (3, 11) or u.find_spec({module!r}) is None)"
    if not PYTHON.exists():
        return False
    return subprocess.run([PYTHON, "-c", code], stderr=subprocess.DEVNULL, check=False).returncode == 0


def make() -> None:
    """Make the environment, or bring the one that is there in line with the lock file."""
    log = installation_folder().logs / "venv.log"
    log.unlink(missing_ok=True)
    report(f"making the virtual environment with Python {platform.python_version()} (log: {log})")
    if not has("pip"):
        run_logged([sys.executable, "-m", "venv", "--clear", str(VENV)], log, failure=f"could not make {VENV}")
    install_locked(PYTHON, LOCK_FILE, log=log, failure="could not install the dependencies")


def main() -> int:
    """Make it where it is missing or out of date; returns the exit code."""
    # ./dev compares the stamp with what sha256sum prints.
    sources = f"{hashlib.sha256(LOCK_FILE.read_bytes()).hexdigest()}  -"
    try:
        Stamp(VENV / ".installed-lock", sources, works=lambda: has("pydantic")).renew(make, lock="venv")
    except DevError as error:
        report(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
