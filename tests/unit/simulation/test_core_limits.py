"""Processes are limited by a control group, and are where they were afterwards."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulation.bench.core_limits import LimitsUnavailable, limited
from simulation.bench.cpu import tree_of


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as started:
        yield started
        if started.poll() is None:
            started.communicate(b"\n")


def _groups(pid: int) -> str:
    return Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8")


def test_a_process_is_in_a_group_of_its_own_while_it_is_limited(process: subprocess.Popen[bytes]) -> None:
    before = _groups(process.pid)
    try:
        with limited([process.pid], 0.5):
            assert "thungan-bench-" in _groups(process.pid)
    except LimitsUnavailable as error:
        pytest.skip(str(error))
    assert _groups(process.pid) == before


def test_a_process_that_ends_meanwhile_hinders_nobody(process: subprocess.Popen[bytes]) -> None:
    try:
        with limited([process.pid], 0.5):
            process.communicate(b"\n")
    except LimitsUnavailable as error:
        pytest.skip(str(error))
    assert process.returncode == 0


def test_the_tree_of_a_process_holds_what_it_started() -> None:
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1, flush=True); input()'])",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        found = tree_of(parent.pid)
        parent.communicate(b"\n")
    assert found[0] == parent.pid
    assert len(found) == 2
