"""Processes of the local stack are found again and stopped, and nothing else ever is."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shared.testing import wait_until
from stack import processes
from stack.ports import accepts_connections, free_ports, is_free, ports_for_servers
from stack.processes import ProcessRecord, StackError

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Path]:
    record = tmp_path / "sleeper.json"
    processes.spawn(["sleep", "60"], env=os.environ, cwd=tmp_path, log=tmp_path / "log", record=record)
    yield record
    processes.stop(record, first=signal.SIGKILL)


async def test_a_spawned_process_is_found_again_by_its_record(sleeper: Path) -> None:
    found = processes.running(sleeper)
    assert found is not None
    # For an instant after the start, the system does not know the command line yet.
    command = await wait_until(Path(f"/proc/{found.pid}/cmdline").read_bytes)
    assert command == b"sleep\x0060\x00"


def test_a_stopped_process_is_gone_and_its_record_with_it(sleeper: Path) -> None:
    found = processes.running(sleeper)
    assert found is not None
    assert processes.stop(sleeper) is True
    assert not processes.is_alive(found)
    assert not sleeper.exists()
    assert processes.stop(sleeper) is False


@pytest.mark.parametrize("change", [{"started": 1}, {"boot": "another boot"}])
def test_a_process_that_only_has_the_same_pid_is_left_alone(sleeper: Path, change: dict[str, str]) -> None:
    real = processes.running(sleeper)
    assert real is not None
    stale = sleeper.with_name("stale.json")
    replace(real, **change).save(stale)  # type: ignore[arg-type]
    assert processes.running(stale) is None
    assert processes.stop(stale, first=signal.SIGKILL) is False
    assert processes.is_alive(real)
    assert not stale.exists()


def test_a_process_that_ignores_sigterm_is_killed_after_the_grace_time(tmp_path: Path) -> None:
    record, log = tmp_path / "stubborn.json", tmp_path / "log"
    found = processes.spawn([sys.executable, "-c", STUBBORN], env=os.environ, cwd=tmp_path, log=log, record=record)
    processes.wait_until(
        lambda: log.read_text() == "up\n", what="the process", record=found, log=log, seconds=20, every=0.01
    )
    assert processes.stop(record, grace=0.05) is True
    assert not processes.is_alive(found)


def test_a_zombie_counts_as_ended() -> None:
    with subprocess.Popen(["/bin/true"]) as child:
        record = processes.identify(child.pid)
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and nobody has collected it yet
        assert processes.identify(child.pid) is None
        assert record is None or not processes.is_alive(record)


def test_a_process_that_ends_while_it_starts_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    record, log = tmp_path / "failing.json", tmp_path / "log"
    found = processes.spawn(
        ["sh", "-c", "echo no such port; sleep 0.2; exit 1"], env=os.environ, cwd=tmp_path, log=log, record=record
    )
    with pytest.raises(StackError, match=r"(?s)the server ended while it started.*no such port"):
        processes.wait_until(lambda: False, what="the server", record=found, log=log, seconds=20)


def test_a_process_that_never_gets_ready_is_reported(sleeper: Path) -> None:
    found = processes.running(sleeper)
    assert found is not None
    with pytest.raises(StackError, match="is not ready after 0 s"):
        processes.wait_until(lambda: False, what="it", record=found, log=sleeper, seconds=0.05, every=0.01)


def test_a_large_log_is_put_aside_before_the_next_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, record = tmp_path / "noisy.log", tmp_path / "noisy.json"
    log.write_text("old\n")
    monkeypatch.setattr(processes, "LARGE_LOG_BYTES", 3)
    processes.spawn(["sleep", "60"], env=os.environ, cwd=tmp_path, log=log, record=record)
    processes.stop(record, first=signal.SIGKILL)
    assert (tmp_path / "noisy.old.log").read_text() == "old\n"
    assert log.read_text() == ""


def test_a_record_can_be_read_by_its_owner_only(sleeper: Path) -> None:
    assert sleeper.stat().st_mode & 0o777 == 0o600
    assert ProcessRecord.load(sleeper) == processes.running(sleeper)


def test_free_ports_are_different_and_avoid_the_given_ones() -> None:
    first = free_ports(20)
    second = free_ports(20, avoid=first)
    assert len({*first, *second}) == 40


@pytest.mark.parametrize(
    ("ephemeral", "expected"),
    [
        ("32768\t60999", range(20_000, 32_768)),
        ("10000\t50000", range(50_001, 65_536)),
        ("1024\t65535", range(20_000, 65_536)),
    ],
)
def test_servers_get_no_port_that_the_kernel_gives_to_outgoing_connections(ephemeral: str, expected: range) -> None:
    assert ports_for_servers(ephemeral) == expected


def test_a_port_that_somebody_listens_on_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not is_free(port)
        assert accepts_connections(port)
    assert is_free(port)
    assert not accepts_connections(port)
