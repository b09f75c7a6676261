"""The machine that figures come from: without it they mean nothing."""

import os
import platform
import sys
import sysconfig
from pathlib import Path
from typing import Any


def describe() -> dict[str, Any]:
    """Return what the figures depend on, and how busy the machine was when this was asked."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": python_build(),
        "load_average": load(),
    }


def python_build() -> str:
    """Return the version of this Python, and whether it was built by a profile of what programs do: that is faster."""
    return f"{platform.python_version()} ({'profile-guided' if _is_profile_guided() else 'plain'} build)"


def _is_profile_guided() -> bool:
    if "--enable-optimizations" in str(sysconfig.get_config_var("CONFIG_ARGS")):
        return True
    # Debian and Ubuntu build their own so, and do not say it in what the build records.
    return Path(sys.executable).resolve().parent == Path("/usr/bin") and Path("/etc/debian_version").exists()


def load() -> float:
    """Return how many processes wanted to run in the last minute, on average."""
    return round(os.getloadavg()[0], 2)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
