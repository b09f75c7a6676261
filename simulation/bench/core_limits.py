"""Limits how much of the processor processes may use: control groups of Linux, version 1 or 2."""

import contextlib
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

_PERIOD_MICROSECONDS = 20_000
"""Whoever has used up its share waits for the rest of a period: a short one keeps latencies short."""

_VERSION_1 = Path("/sys/fs/cgroup/cpu")
_VERSION_2 = Path("/sys/fs/cgroup")
_EMPTY_SECONDS = 2.0


class LimitsUnavailable(Exception):
    """This user may not make control groups on this machine."""


@contextmanager
def limited(pids: Iterable[int], cores: float) -> Iterator[None]:
    """Let these processes together use so many cores at most; what they start later counts, too.

    At the end they are where they were. Raises :class:`LimitsUnavailable`.
    """
    root = _VERSION_1 if (_VERSION_1 / "tasks").exists() else _VERSION_2
    group = root / f"thungan-bench-{uuid4().hex[:8]}"
    quota = int(cores * _PERIOD_MICROSECONDS)
    try:
        if root == _VERSION_2 and "cpu" not in (root / "cgroup.subtree_control").read_text(encoding="ascii").split():
            (root / "cgroup.subtree_control").write_text("+cpu", encoding="ascii")
        group.mkdir()
    except OSError as error:
        raise LimitsUnavailable(f"control groups cannot be made here: {error}") from None
    try:
        if root == _VERSION_1:
            (group / "cpu.cfs_period_us").write_text(str(_PERIOD_MICROSECONDS), encoding="ascii")
            (group / "cpu.cfs_quota_us").write_text(str(quota), encoding="ascii")
        else:
            (group / "cpu.max").write_text(f"{quota} {_PERIOD_MICROSECONDS}", encoding="ascii")
        _move(pids, group)
        yield
    finally:
        _move(_processes(group), root)
        _remove(group)


def _processes(group: Path) -> list[int]:
    return [int(line) for line in (group / "cgroup.procs").read_text(encoding="ascii").split()]


def _move(pids: Iterable[int], group: Path) -> None:
    for pid in pids:
        # It may have ended meanwhile.
        with contextlib.suppress(ProcessLookupError):
            (group / "cgroup.procs").write_text(str(pid), encoding="ascii")


def _remove(group: Path) -> None:
    """A process that ends belongs to its group for a moment longer."""
    deadline = time.monotonic() + _EMPTY_SECONDS
    while True:
        try:
            group.rmdir()
        except OSError:
            if time.monotonic() > deadline:
                raise
            _move(_processes(group), group.parent)
            time.sleep(0.01)
        else:
            return
