"""Broker and database together: the private ones, or those that the environment names."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from stack import processes
from stack.disk import room_fault
from stack.postgres import PostgreSQL
from stack.processes import ProcessRecord, StackError
from stack.rabbitmq import RabbitMQ
from stack.rabbitmq4 import rabbitmq4, started_rabbitmq4
from stack.state import LocalFolder

AMQP_URL = "THUNGAN_AMQP_URL"
POSTGRES_URL = "THUNGAN_POSTGRES_URL"

SERVICE_GRACE_SECONDS = 25.0
SUPERVISOR_GRACE_SECONDS = 60.0


class LocalStack:
    """The broker and the database server that this checkout works with."""

    def __init__(self, folder: LocalFolder | None = None, environment: Mapping[str, str] = os.environ) -> None:
        self.folder = folder or LocalFolder()
        self.rabbitmq = RabbitMQ(self.folder)
        self.postgres = PostgreSQL(self.folder)
        self._given = {name: environment[name] for name in (AMQP_URL, POSTGRES_URL) if environment.get(name)}

    @property
    def amqp_url(self) -> str:
        """URL of the broker. Raises StackError where there is none yet."""
        return self._given.get(AMQP_URL) or self.rabbitmq.url

    @property
    def postgres_url(self) -> str:
        """URL of the database server's administrator. Raises StackError where there is none yet."""
        return self._given.get(POSTGRES_URL) or self.postgres.url

    def private_broker(self) -> RabbitMQ | None:
        """Return the private broker that `amqp_url` leads to; None where it is somebody else's."""
        newer = started_rabbitmq4(self.folder) and rabbitmq4(self.folder, fetch=False)
        for broker in (self.rabbitmq, newer):
            with suppress(StackError):  # it has never been started
                if broker is not None and broker.url == self.amqp_url:
                    return broker
        return None

    def environment(self) -> dict[str, str]:
        """Return the variables by which every command finds broker and database."""
        return {AMQP_URL: self.amqp_url, POSTGRES_URL: self.postgres_url}

    def start(self) -> None:
        """Start what is not given and does not run, and leave it running until `stop`."""
        with self.folder.locked():
            self._start_missing()
            self.folder.write("temporary", value=False)

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Start what is missing; stop it again behind the last user unless it was asked to stay."""
        with (self.folder.root / "stack.users").open("w") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            with self.folder.locked():
                if self._start_missing():
                    self.folder.write("temporary", value=True)
            try:
                yield
            finally:
                self._stop_behind_last_user(users.fileno())

    def stop(self) -> list[str]:
        """Stop everything that was started from this checkout; returns the names of what was running."""
        run = self.folder.root / "run"
        stopped = [f"{stack.folder.root.name}/{name}" for stack in self._inner() for name in stack.stop()]
        if processes.stop(run / "up.json", grace=SUPERVISOR_GRACE_SECONDS):
            stopped.append("up")
        with self.folder.locked():
            services = sorted(run.glob("*/*.json"))
            for path, was_running in processes.stop_all(services, grace=SERVICE_GRACE_SECONDS).items():
                if was_running:
                    stopped.append(f"{path.parent.name}/{path.stem}")
            stopped += self._stop_servers()
            if (newer := started_rabbitmq4(self.folder)) and newer.stop():
                stopped.append("rabbitmq4")
        return stopped

    def reset(self) -> None:
        """Stop everything and remove all data, ports and passwords of the private servers."""
        self.stop()
        for stack in self._inner():
            stack.reset()
            shutil.rmtree(stack.folder.root, ignore_errors=True)
        with self.folder.locked():
            self.postgres.erase()
            self.rabbitmq.erase()
            if newer := started_rabbitmq4(self.folder):
                newer.erase()
            for made in ("systems", "keys", "sms", "witness"):
                shutil.rmtree(self.folder.root / made, ignore_errors=True)

    def running(self) -> list[tuple[str, ProcessRecord]]:
        """Return the name and process of all that was started from this checkout and still runs."""
        run = self.folder.root / "run"
        inner = [
            (f"{stack.folder.root.name}/{name}", record) for stack in self._inner() for name, record in stack.running()
        ]
        return inner + [
            (str(path.relative_to(run).with_suffix("")), record)
            for path in sorted(run.glob("**/*.json"))
            if (record := processes.running(path))
        ]

    def _inner(self) -> list[LocalStack]:
        """Return the stacks below this one: those that chaos runs break instead of it, that of another date."""
        found = sorted(run for name in ("chaos*", "other-date") for run in self.folder.root.glob(f"{name}/run"))
        return [LocalStack(LocalFolder(run.parent), environment={}) for run in found]

    def _start_missing(self) -> bool:
        servers: list[PostgreSQL | RabbitMQ] = []
        if POSTGRES_URL not in self._given:
            servers.append(self.postgres)
        if AMQP_URL not in self._given:
            servers.append(self.rabbitmq)
        idle = [server for server in servers if not server.is_running()]
        if idle and (fault := room_fault(self.folder.root, starting=True)):
            raise StackError(fault)
        try:
            return any([server.start() for server in servers])  # noqa: C419 - each of them, not up to the first
        except BaseException:
            # Ctrl-C as well: what has been started for nothing does not stay behind.
            for server in idle:
                server.stop()
            raise

    def _stop_servers(self) -> list[str]:
        stopped = {"rabbitmq": self.rabbitmq.stop(), "postgres": self.postgres.stop()}
        return [name for name, was_running in stopped.items() if was_running]

    def _stop_behind_last_user(self, users: int) -> None:
        try:
            # A shared lock that becomes exclusive: refused as long as any other command uses the stack.
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        with self.folder.locked():
            if self.folder.read("temporary"):
                self._stop_servers()


def claim_supervision(folder: LocalFolder) -> Path:
    """Record this process as the one that `./dev down` ends. Raises StackError where another one already runs."""
    path = folder.record("up")
    with folder.locked():
        if other := processes.running(path):
            raise StackError(f"the system is already up (pid {other.pid}); ./dev down ends it")
        mine = processes.identify(os.getpid())
        if mine is None:
            raise StackError("cannot read /proc")
        mine.save(path)
    return path
