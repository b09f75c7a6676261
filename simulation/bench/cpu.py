"""What processes cost: CPU time and memory, read from ``/proc``."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Stat:
    """The fields of ``/proc/PID/stat`` that matter here; times in seconds."""

    parent: int
    own: float
    ended_children: float


def stat_of(pid: int) -> Stat | None:
    """Read one process; None when it has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()
    user, system, children_user, children_system = (int(field) / _TICKS for field in fields[11:15])
    return Stat(int(fields[1]), user + system, children_user + children_system)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has used; 0 when it has ended."""
    found = stat_of(pid)
    return 0.0 if found is None else found.own


def tree_of(root: int) -> list[int]:
    """Return a process and all below it, the processes that run now."""
    known = _known()
    return [pid for pid in _walk(root, known) if pid in known]


def cpu_of_tree(root: int) -> float:
    """Return the CPU time of a process and all below it; of those that have ended, too."""
    known = _known()
    return sum(known[pid].own + known[pid].ended_children for pid in _walk(root, known) if pid in known)


def resident_bytes(pid: int) -> int:
    """Return how much memory of a process lies in RAM."""
    fields = Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


def _known() -> dict[int, Stat]:
    pids = (int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdecimal())
    return {pid: found for pid in pids if (found := stat_of(pid)) is not None}


def _walk(root: int, known: dict[int, Stat]) -> Iterable[int]:
    below: dict[int, list[int]] = {}
    for pid, found in known.items():
        below.setdefault(found.parent, []).append(pid)
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += below.get(pid, [])
