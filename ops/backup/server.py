"""A database server on restored files that nobody else can reach: it listens on a socket in a closed folder only."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import asyncpg

from ops.backup.programs import postgresql_programs
from ops.console import fail
from ops.provision import database_name
from ops.system import SERVICES

_LOOK_SECONDS = 0.2
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "300",
    "max_locks_per_transaction": "256",
    # What was restored archives to nobody and follows nobody.
    "archive_mode": "off",
    "primary_conninfo": "",
    "ssl": "off",
    "logging_collector": "off",
    "log_destination": "stderr",
}


@dataclass(frozen=True)
class ClosedServer:
    """A running server on restored files."""

    socket: Path
    administrator: str
    namespace: str

    def url(self, database: str = "postgres") -> str:
        """Return the address of a database, for the administrator."""
        return f"postgresql:///{database}?{urlencode({'host': str(self.socket), 'user': self.administrator})}"

    def database_urls(self) -> dict[str, str]:
        """Return the address of each service's database, for the administrator."""
        return {service: self.url(database_name(self.namespace, service)) for service in SERVICES}


def server_account() -> str | None:
    """Return the account that runs the server where root asks, because PostgreSQL refuses root; None for others."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()} & {"postgres", "nobody"}
    if not known:
        fail("PostgreSQL cannot run as root, and there is no account postgres to run it as")
    return max(known)


def hand_over(folder: Path, account: str | None) -> None:
    """Give restored files to the account that runs the server."""
    if account is None:
        return
    entry = pwd.getpwnam(account)
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)


@contextmanager
def closed_server(
    data: Path, namespace: str, administrator: str, *, log: Path, within: float
) -> Iterator[ClosedServer]:
    """Run a server on restored files for the time of the block, once it has replayed the log to its point.

    Ends the command where it does not come up ``within`` so many seconds, with its last words.
    """
    programs = postgresql_programs((data / "PG_VERSION").read_text(encoding="utf-8").strip())
    account = server_account()
    # Below /tmp: the path of a socket may not be long.
    socket = Path(tempfile.mkdtemp(prefix="thungan-restore-"))
    try:
        rules = socket / "pg_hba.conf"
        # Whoever can enter the folder is the account of the server, or root.
        rules.write_text("local all all trust\n", encoding="utf-8")
        hand_over(socket, account)
        settings = _SETTINGS | {"unix_socket_directories": str(socket), "hba_file": str(rules)}
        command = [
            str(programs / "postgres"),
            "-D",
            str(data),
            *(f"--{name}={value}" for name, value in settings.items()),
        ]
        with log.open("ab") as printed:
            process = subprocess.Popen(
                command,
                env={
                    **{name: value for name, value in os.environ.items() if not name.startswith("PG")},
                    "LC_ALL": "C.UTF-8",
                },
                cwd=data,
                user=account,
                group=pwd.getpwnam(account).pw_gid if account else None,
                extra_groups=[] if account else None,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
            )
        try:
            server = ClosedServer(socket, administrator, namespace)
            _wait_until_promoted(programs, server, process, log, within)
            yield server
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=120)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    finally:
        shutil.rmtree(socket, ignore_errors=True)


def _wait_until_promoted(
    programs: Path, server: ClosedServer, process: "subprocess.Popen[bytes]", log: Path, within: float
) -> None:
    """Wait until the log is replayed; a server that still replays answers questions, and is not there yet."""
    asking = [str(programs / "psql"), "--no-psqlrc", "-Atc", "SELECT pg_is_in_recovery()", "-h", str(server.socket)]
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if process.poll() is not None:
            fail(f"the restored server does not start: {_last_words(log)}")
        answer = subprocess.run(
            [*asking, "-U", server.administrator, "postgres"], capture_output=True, text=True, check=False
        )
        if answer.stdout.strip() == "f":
            return
        time.sleep(_LOOK_SECONDS)
    fail(f"the restored server has not replayed its log within {within:g} s: {_last_words(log)}")


def _last_words(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    said = [line for line in lines if "FATAL" in line or "PANIC" in line] or lines
    return " / ".join(said[-2:])[-500:]


async def databases_are_there(server: ClosedServer) -> None:
    """End the command unless the restored server has every service's database."""
    connection = await asyncpg.connect(server.url(), timeout=10)
    try:
        found = {row[0] for row in await connection.fetch("SELECT datname FROM pg_database")}
    finally:
        await connection.close()
    missing = [
        database_name(server.namespace, each) for each in SERVICES if database_name(server.namespace, each) not in found
    ]
    if missing:
        fail(f"the backup has no database {', '.join(missing)}: it was made before they were, or of another server")
