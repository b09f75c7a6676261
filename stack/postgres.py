"""A private PostgreSQL: its own data folder, port and password; nothing of the system's clusters is touched."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from stack import processes
from stack.ports import LOOPBACK, free_ports, is_free
from stack.processes import StackError
from stack.state import DatabaseState, LocalFolder, new_password

USER = "thungan_admin"
START_SECONDS = 60.0
SESSION_END_SECONDS = 20.0

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    # Six services in several copies, a second system for tests, and room for a person's psql.
    "max_connections": "300",
    # A statement about all partitions of a table locks each of them with its indexes, and a dump those of all tables.
    "max_locks_per_transaction": "256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %d ",
}


def program_folder(version: str | None = None, root: Path = Path("/usr/lib/postgresql")) -> Path:
    """Find PostgreSQL's programs, the newest or those of one major version. Raises StackError where there are none."""
    installed = {folder.parent.name: folder for folder in root.glob("*/bin") if (folder / "initdb").exists()}
    if version is None and installed:
        return installed[max(installed, key=int)]
    if version in installed:
        return installed[version]
    if version is None:
        raise StackError("PostgreSQL is not installed: apt-get install postgresql")
    raise StackError(
        f"the data in .local/ was made by PostgreSQL {version}, which is not installed any more: "
        "install it, or throw the data away with ./dev reset"
    )


def unprivileged_account() -> str | None:
    """Return the account that runs PostgreSQL when root asks, which PostgreSQL itself refuses; None for other users."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise StackError("PostgreSQL cannot run as root and there is no account 'postgres' or 'nobody' to run it as")


def can_enter(folder: Path, account: str) -> bool:
    """Whether the account may pass through every folder on the way to this one."""
    entry = pwd.getpwnam(account)
    done = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)],
        user=entry.pw_uid,
        group=entry.pw_gid,
        extra_groups=[],
        cwd="/",
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode == 0


def _remove_stale_lock(data: Path) -> None:
    """Remove the lock file that a killed server left.

    PostgreSQL takes any process with the pid in there for its predecessor and refuses to start; after a reboot that is
    often another process.
    """
    lock = data / "postmaster.pid"
    try:
        pid = int(lock.read_text().split("\n", 1)[0])
    except FileNotFoundError:
        return
    with suppress(OSError):  # it has ended, or it is another user's and so not ours
        if Path(f"/proc/{pid}/cwd").resolve(strict=True) == data:
            raise StackError(f"a PostgreSQL server (pid {pid}) that is in no record still runs on {data}")
    lock.unlink()


def _wait_until_unused(data: Path) -> None:
    deadline = time.monotonic() + SESSION_END_SECONDS
    while any(_works_in(process, data) for process in _PROCESSES.glob("[0-9]*")):
        if time.monotonic() > deadline:
            raise StackError(f"sessions of a PostgreSQL server that was killed still run on {data}")
        time.sleep(0.02)


_PROCESSES = Path("/proc")


def _works_in(process: Path, data: Path) -> bool:
    try:
        return (process / "cwd").resolve(strict=True) == data
    except OSError:  # it has ended, or it is another user's and so not ours
        return False


class PostgreSQL:
    """The private database server of one local folder; ``settings`` are further ones of the server."""

    def __init__(self, folder: LocalFolder, *, settings: Mapping[str, str] | None = None) -> None:
        self._settings = settings or {}
        self._folder = folder
        self._record = folder.record("postgres")
        self._log = folder.logs / "postgres.log"

    @property
    def url(self) -> str:
        """URL of the administrator, who may create databases and roles."""
        state = self._state()
        return f"postgresql://{USER}:{state.password}@{LOOPBACK}:{state.port}/postgres"

    def is_running(self) -> bool:
        """Whether the server that was started here still runs and takes connections."""
        state = self._folder.database()
        # A port that is taken: a trial connection would leave a warning in the server's log each time.
        return bool(state and processes.running(self._record) and not is_free(state.port))

    def start(self) -> bool:
        """Start the server and wait until it takes connections. Returns whether it had to be started."""
        if self.is_running():
            return False
        self.stop()
        state = self._prepare()
        data = Path(state.data)
        # Only the server's own account may look into the folder; root can, and so can the user who owns it.
        programs = program_folder((data / "PG_VERSION").read_text().strip())
        settings = {**SETTINGS, **self._settings, "port": str(state.port)}
        arguments = [f"--{name}={value}" for name, value in settings.items()]
        record = processes.spawn(
            [programs / "postgres", "-D", data, *arguments],
            env=self._environment(),
            cwd=data,
            log=self._log,
            record=self._record,
            user=state.account,
        )
        processes.wait_until(
            lambda: self._answers(programs, state),
            what="PostgreSQL",
            record=record,
            log=self._log,
            seconds=START_SECONDS,
        )
        return True

    def stop(self) -> bool:
        """Stop the server, ending its sessions (a "fast" shutdown). Returns whether it was running."""
        return processes.stop(self._record, first=signal.SIGINT, grace=60)

    def stop_immediately(self) -> None:
        """Stop the server without a checkpoint (an "immediate" shutdown); `start` has to recover what was committed."""
        processes.stop(self._record, first=signal.SIGQUIT, grace=60)
        self._wait_for_sessions()

    def kill(self) -> None:
        """End the server as a power cut would (SIGKILL); `start` brings it back with what was committed.

        Its sessions are processes of their own that notice a little later: a new server must not meet them.
        """
        processes.stop(self._record, first=signal.SIGKILL)
        self._wait_for_sessions()

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal, such as SIGSTOP, to the server and all its sessions; each is a process of its own."""
        if state := self._folder.database():
            for process in _PROCESSES.glob("[0-9]*"):
                if _works_in(process, Path(state.data)):
                    with suppress(ProcessLookupError):
                        os.kill(int(process.name), number)

    def _wait_for_sessions(self) -> None:
        if state := self._folder.database():
            _wait_until_unused(Path(state.data))

    def erase(self) -> None:
        """Stop the server and remove its data, port and password."""
        self.stop()
        if state := self._folder.database():
            shutil.rmtree(state.data, ignore_errors=True)
            self._folder.forget("database")

    def _state(self) -> DatabaseState:
        state = self._folder.database()
        if state is None:
            raise StackError("the private PostgreSQL has not been started yet: ./dev stack")
        return state

    def _prepare(self) -> DatabaseState:
        state = self._folder.database()
        if state is None or not Path(state.data, "PG_VERSION").exists():
            account = unprivileged_account()
            data = self._data_folder(account)
            state = DatabaseState(port=free_ports(1)[0], data=str(data), account=account, password=new_password())
            self._create_cluster(state)
        elif not is_free(state.port):
            state = replace(state, port=free_ports(1)[0])
        self._folder.keep(state)
        _remove_stale_lock(Path(state.data))
        return state

    def _data_folder(self, account: str | None) -> Path:
        inside = self._folder.root / "postgres"
        if account is None or can_enter(self._folder.root, account):
            return inside
        # A checkout below a closed home folder: the server's account could not reach its own data there.
        return Path("/var/tmp") / f"thungan-postgres-{self._folder.identity()}"  # noqa: S108 - made 0700, owner checked

    def _create_cluster(self, state: DatabaseState) -> None:
        data = Path(state.data)
        if data.exists():
            shutil.rmtree(data)  # what an interrupted initdb left: it has no PG_VERSION
        data.mkdir(mode=0o700)
        if state.account:
            shutil.chown(data, state.account, pwd.getpwnam(state.account).pw_gid)
        with tempfile.TemporaryFile("w+") as password:
            password.write(state.password + "\n")
            password.flush()
            if state.account:
                # initdb opens the file again by its descriptor's name, as the server's account.
                os.fchown(password.fileno(), pwd.getpwnam(state.account).pw_uid, -1)
            self._run(
                [
                    program_folder() / "initdb",
                    "--pgdata=.",
                    f"--username={USER}",
                    "--auth=scram-sha-256",
                    f"--pwfile=/dev/fd/{password.fileno()}",
                    "--encoding=UTF8",
                    "--locale=C.UTF-8",
                ],
                state,
                password.fileno(),
            )

    def _run(self, argv: Sequence[str | Path], state: DatabaseState, descriptor: int) -> None:
        account = pwd.getpwnam(state.account) if state.account else None
        done = subprocess.run(
            [str(part) for part in argv],
            env=self._environment(),
            cwd=state.data,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            pass_fds=[descriptor],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            shutil.rmtree(state.data, ignore_errors=True)
            raise StackError(f"initdb failed: {done.stderr.strip()}")

    def _answers(self, programs: Path, state: DatabaseState) -> bool:
        done = subprocess.run(
            [programs / "pg_isready", "-q", "-h", LOOPBACK, "-p", str(state.port), "-t", "2"],
            env=self._environment(),
            check=False,
        )
        return done.returncode == 0

    def _environment(self) -> Mapping[str, str]:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        return inherited | {"LC_ALL": "C.UTF-8"}
