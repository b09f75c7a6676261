"""Processes that outlive the command that starts them, and are stopped by another command later.

A pid alone does not name a process: the kernel uses it again. A record therefore holds the start time and the boot that
it belongs to, and signals go through a pidfd that is compared with the record first, so nothing else is ever hit.
"""

from __future__ import annotations

import errno
import json
import os
import pwd
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from stack.state import write_private

KILL_GRACE_SECONDS = 10.0
LARGE_LOG_BYTES = 20_000_000

# Children of this very process have to be reaped, or they would stay zombies for as long as it runs.
_children: dict[int, subprocess.Popen[bytes]] = {}


class StackError(Exception):
    """Something of the local stack could not be started or stopped; the text is for the person at the terminal."""

    def __init__(self, text: str, *, exit_code: int = 1) -> None:
        super().__init__(text)
        self.exit_code = exit_code
        """With which the command ends."""


@dataclass(frozen=True, kw_only=True)
class ProcessRecord:
    """One process of one boot: `started` is in clock ticks since that boot (field 22 of /proc/PID/stat)."""

    pid: int
    started: int
    boot: str

    def save(self, path: Path) -> None:
        """Keep the record for later commands."""
        write_private(path, json.dumps(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> ProcessRecord | None:
        """Read a record, or return None where there is none."""
        try:
            return cls(**json.loads(path.read_text()))
        except FileNotFoundError:
            return None


def boot_id() -> str:
    """Identify the running boot of the machine."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def identify(pid: int) -> ProcessRecord | None:
    """Describe the running process with this pid; None where there is none or it is a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The command's name is in parentheses and may itself hold blanks and parentheses: the fields start after the last.
    fields = stat.rpartition(")")[2].split()
    state, started = fields[0], int(fields[19])
    return None if state in {"Z", "X"} else ProcessRecord(pid=pid, started=started, boot=boot_id())


def is_alive(record: ProcessRecord) -> bool:
    """Whether exactly this process still runs."""
    if (child := _children.get(record.pid)) and child.poll() is not None:
        del _children[record.pid]
    return identify(record.pid) == record


def spawn(
    argv: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path,
    log: Path,
    record: Path,
    user: str | None = None,
) -> ProcessRecord:
    """Start a process in a session of its own, its output appended to `log`, and keep its record.

    `user` names the account that it runs as; only root may give one.
    """
    _make_room(log)
    account = pwd.getpwnam(user) if user else None
    with log.open("ab") as output:
        child = subprocess.Popen(
            [str(part) for part in argv],
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
    _children[child.pid] = child
    found = identify(child.pid)
    if found is None:
        raise StackError(f"{argv[0]} ended at once{tail_of(log)}")
    found.save(record)
    return found


def send(record: ProcessRecord, number: signal.Signals) -> bool:
    """Send a signal to exactly this process; False where it has ended."""
    try:
        handle = os.pidfd_open(record.pid)
    except ProcessLookupError:
        return False
    try:
        # The handle pins the pid: when the record matches now, the signal reaches that process or none.
        if not is_alive(record):
            return False
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(handle, number)
            return True
        return False
    finally:
        os.close(handle)


def wait_for_end(record: ProcessRecord, seconds: float) -> bool:
    """Wait until the process has ended; False where it still runs after `seconds`."""
    try:
        handle = os.pidfd_open(record.pid)
    except ProcessLookupError:
        return True
    try:
        if is_alive(record):
            poller = select.poll()
            poller.register(handle, select.POLLIN)
            poller.poll(seconds * 1000)
        return not is_alive(record)
    finally:
        os.close(handle)


def stop(path: Path, *, first: signal.Signals = signal.SIGTERM, grace: float = 25.0) -> bool:
    """Stop the recorded process, with SIGKILL where it has not ended after `grace` seconds, and forget its record.

    Returns whether it was running. A record of another boot or of a reused pid is only forgotten.
    """
    return stop_all([path], first=first, grace=grace)[path]


def stop_all(paths: Iterable[Path], *, first: signal.Signals = signal.SIGTERM, grace: float = 25.0) -> dict[Path, bool]:
    """Stop several recorded processes at the same time; see `stop`."""
    records = {path: ProcessRecord.load(path) for path in paths}
    signalled = {path: send(record, first) for path, record in records.items() if record}
    deadline = time.monotonic() + grace
    for path, record in records.items():
        if record is None:
            continue
        if signalled[path] and not wait_for_end(record, max(0.0, deadline - time.monotonic())):
            send(record, signal.SIGKILL)
            if not wait_for_end(record, KILL_GRACE_SECONDS):
                raise StackError(f"process {record.pid} does not end")
        path.unlink(missing_ok=True)
    return {path: signalled.get(path, False) for path in records}


def running(path: Path) -> ProcessRecord | None:
    """Return the recorded process where it still runs."""
    record = ProcessRecord.load(path)
    return record if record and is_alive(record) else None


def wait_until(
    ready: Callable[[], bool], *, what: str, record: ProcessRecord, log: Path, seconds: float, every: float = 0.05
) -> None:
    """Wait until `ready()` is true; raise StackError with the end of the log when the process ends or time is up."""
    deadline = time.monotonic() + seconds
    while not ready():
        if not is_alive(record):
            raise StackError(f"{what} ended while it started{tail_of(log)}")
        if time.monotonic() > deadline:
            raise StackError(f"{what} is not ready after {seconds:.0f} s{tail_of(log)}")
        time.sleep(every)


def _make_room(log: Path) -> None:
    """Make the log's folder, and put a log that has grown large aside (one generation is kept)."""
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileNotFoundError):
        if log.stat().st_size > LARGE_LOG_BYTES:
            log.replace(log.with_suffix(".old.log"))


def found_port_in_use(log: Path) -> bool:
    """Whether the last lines of a log say that a server could not listen because its port was taken."""
    return f"[Errno {errno.EADDRINUSE}]" in tail_of(log)


def tail_of(log: Path, lines: int = 25) -> str:
    """Return the last lines of a log file, headed by its name, to be put behind an error's text."""
    try:
        text = log.read_text(errors="replace").splitlines()[-lines:]
    except OSError:
        return ""
    return "\n".join(["", f"--- end of {log} ---", *text])
