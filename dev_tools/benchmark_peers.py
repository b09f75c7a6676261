"""What benchmarks compare with: no dependencies of ours, so they get an environment of their own."""

import shutil

from dev_tools.console import DevError, report
from dev_tools.side_environments import side_environment
from stack.state import installation_folder

_NAME = "bench-venv"


def peers_environment() -> dict[str, str]:
    """Return the variable that leads benchmarks to their peers; empty where these could not be installed."""
    try:
        programs = side_environment(_NAME, "requirements-bench.lock", "what benchmarks compare with")
    except DevError as error:
        report(f"{error}: rows with FastStream are left out")
        shutil.rmtree(installation_folder().root / _NAME, ignore_errors=True)
        return {}
    return {"THUNGAN_BENCH_PYTHON": str(programs / "python")}
