"""What benchmarks compare with: no dependencies of ours, so they get an environment of their own."""

import shutil
import sys

from dev_tools.console import DevError, report, run_logged
from dev_tools.pip import install_locked
from dev_tools.stamp import Stamp, digest
from stack.state import PROJECT, installation_folder

LOCK_FILE = PROJECT / "requirements-bench.lock"


def peers_environment() -> dict[str, str]:
    """Return the variable that leads benchmarks to their peers; empty where these could not be installed."""
    local = installation_folder()
    folder = local.root / "bench-venv"
    python = folder / "bin" / "python"

    def make() -> None:
        log = local.logs / "bench-venv.log"
        log.unlink(missing_ok=True)
        report(f"installing what benchmarks compare with below .local/bench-venv (log: {log})")
        run_logged([sys.executable, "-m", "venv", "--clear", str(folder)], log, failure=f"could not make {folder}")
        install_locked(python, LOCK_FILE, log=log, failure=f"could not install {LOCK_FILE.name}")

    try:
        Stamp(folder / ".installed-lock", digest([LOCK_FILE])).renew(make, lock="bench-venv")
    except DevError as error:
        report(f"{error}: rows with FastStream are left out")
        shutil.rmtree(folder, ignore_errors=True)
        return {}
    return {"THUNGAN_BENCH_PYTHON": str(python)}
