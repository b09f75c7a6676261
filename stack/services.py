"""The six services as separate processes on the local stack, in any number of copies, several systems side by side."""

from __future__ import annotations

import asyncio
import fcntl
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self

from ops import broker_accounts, provision
from ops.system import SERVICES
from services.invoice.signatures.key_file import KEY_NAME, make_development_key
from shared.clock import now
from shared.messaging.accounts import account_name
from shared.runtime import EXIT_CONFIGURATION
from stack import broker_cleanup, processes
from stack.addresses import SystemAddresses
from stack.disk import room_fault
from stack.local import SERVICE_GRACE_SECONDS, LocalStack
from stack.ports import LOOPBACK, free_ports, is_free
from stack.processes import StackError
from stack.state import PROJECT

READY_SECONDS = 60.0
MIGRATION_SECONDS = 120.0
START_ATTEMPTS = 3

# What only a person can put right: a copy that complains of nothing else has started, and answers what it can.
FOR_A_PERSON = frozenset({"witness", "clock"})

# What services write beside their databases: signing keys, checkpoints, and the SMS that would have been sent.
OWN_FOLDERS = ("keys", "sms", "witness")


class LocalSystem:
    """All services of one namespace, with their own databases, running on this machine.

    Use it as a context manager (`with`, or `async with` where an event loop should go on meanwhile). It starts broker
    and database where they do not run, makes the databases, brings them up to date, starts the services and waits until
    each is ready. At the end it stops the services, and with `keep=False` removes the databases and the queues too.

    `copies` gives the number of processes of a service (1 where it is not named); `settings` gives a service further
    environment variables (under "*", every service). `gateway_port` is for the gateway's first copy; without it, a free
    port is chosen once and kept. `project` is the folder that holds `services/`. `commands` gives a service another
    command line than `python -m services.NAME`, for tests that change something in it first. `pooler_port` is that of a
    pooler, on this machine, which lends the databases' connections.
    """

    def __init__(
        self,
        namespace: str = "thungan",
        copies: Mapping[str, int] | None = None,
        *,
        settings: Mapping[str, Mapping[str, str]] | None = None,
        gateway_port: int | None = None,
        keep: bool = True,
        stack: LocalStack | None = None,
        project: Path = PROJECT,
        commands: Mapping[str, Sequence[str]] | None = None,
        pooler_port: int | None = None,
    ) -> None:
        self.namespace = namespace
        self.stack = stack or LocalStack()
        self._folder = self.stack.folder
        self._copies = {service: (copies or {}).get(service, 1) for service in SERVICES}
        if unknown := set(copies or {}) - set(SERVICES):
            raise StackError(f"no such service: {', '.join(sorted(unknown))}")
        self._settings = settings or {}
        self._gateway_port = gateway_port
        self._keep = keep
        self._project = project
        self._commands = commands or {}
        self._pooler_port = pooler_port
        self._held = ExitStack()
        self._addresses: SystemAddresses | None = None

    # --- the system as a whole

    def __enter__(self) -> Self:
        try:
            self._hold_namespace()
            self._held.enter_context(self.stack.in_use())
            self._bring_up()
        except BaseException:
            self._take_down(failed=True)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._take_down(failed=False)

    async def __aenter__(self) -> Self:
        # No task: when a program ends, all its tasks are cancelled, but a thread cannot be.
        starting = asyncio.get_running_loop().run_in_executor(None, self.__enter__)
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            # The thread goes on; what it starts must not be left behind.
            (failure,) = await asyncio.gather(starting, return_exceptions=True)
            if not isinstance(failure, BaseException):
                await asyncio.to_thread(self._take_down, failed=True)
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.__exit__, kind, error, trace)

    # --- addresses

    @property
    def addresses(self) -> SystemAddresses:
        """Where everything of this system is. Raises StackError before it has been started."""
        if self._addresses is None:
            raise StackError(f"the system {self.namespace!r} has not been started")
        return self._addresses

    @property
    def gateway_url(self) -> str:
        """HTTP address of the first copy of the gateway, without a slash at the end."""
        return self.addresses.http_url("gateway")

    @property
    def amqp_url(self) -> str:
        """URL of the broker."""
        return self.addresses.amqp_url

    def http_url(self, service: str, copy: int = 0) -> str:
        """HTTP address of one copy of a service, without a slash at the end."""
        return self.addresses.http_url(service, copy)

    def metrics_url(self, service: str, copy: int = 0) -> str:
        """HTTP address under which one copy of a service shows `/metrics`, without a slash at the end."""
        if service != "gateway":
            return self.http_url(service, copy)
        return f"http://{LOOPBACK}:{self.addresses.http_ports[_metrics_of_gateway(copy)]}"

    def database_url(self, service: str) -> str:
        """URL of a service's database, with the service's own role."""
        return self.addresses.database_url(service)

    def log(self, service: str, copy: int = 0) -> Path:
        """Return the log file of one copy of a service."""
        name = f"{service}.log" if copy == 0 else f"{service}-{copy}.log"
        own = self._folder.logs if self.namespace == "thungan" else self._folder.logs / self.namespace
        return own / name

    def operators_environment(self) -> dict[str, str]:
        """Return the environment in which the operators' command line works on this system."""
        return {**self._folder.service_folders(self.namespace), **os.environ, **self.addresses.environment()}

    # --- single copies

    def copies(self, service: str) -> range:
        """Numbers of the copies of a service."""
        return range(self._copies[service])

    def is_running(self, service: str, copy: int = 0) -> bool:
        """Whether the process of one copy runs, ready or not."""
        return processes.running(self._record(service, copy)) is not None

    def answers(self, service: str, copy: int = 0) -> bool:
        """Whether one copy answers at all within some seconds, ready or not: one that hangs does not."""
        return _answer(self.addresses.http_ports[f"{service}-{copy}"], "/healthz", seconds=2) is not None

    def room_fault(self) -> str | None:
        """Return what is wrong with the room on the disk; None where there is enough."""
        return room_fault(self._folder.root)

    def process_id(self, service: str, copy: int = 0) -> int | None:
        """Return the process of one copy; None where it does not run."""
        record = processes.running(self._record(service, copy))
        return None if record is None else record.pid

    def is_ready(self, service: str, copy: int = 0) -> bool:
        """Whether one copy reports on /readyz that it can do its work."""
        return _answers_ready(self.addresses.http_ports[f"{service}-{copy}"])

    def start(
        self, service: str, copy: int = 0, *, wait: bool = True, environment: Mapping[str, str] | None = None
    ) -> None:
        """Start one copy that does not run, and wait until it is ready. Raises StackError with the end of its log.

        ``environment`` has further variables for this start.
        """
        if not self.is_running(service, copy):
            self._launch(service, copy, environment)
        if wait:
            self._wait_until_ready(service, copy)

    def stop(self, service: str, copy: int = 0) -> None:
        """Stop one copy as an operator would: SIGTERM, and SIGKILL where it has not ended after 25 seconds."""
        processes.stop(self._record(service, copy), grace=SERVICE_GRACE_SECONDS)

    def kill(self, service: str, copy: int = 0) -> None:
        """End one copy as a power cut would (SIGKILL)."""
        processes.stop(self._record(service, copy), first=signal.SIGKILL)

    def restart(self, service: str, copy: int = 0) -> None:
        """Stop one copy and start it again."""
        self.stop(service, copy)
        self.start(service, copy)

    def signal(self, service: str, number: signal.Signals, copy: int = 0) -> bool:
        """Send any signal, such as SIGSTOP, to one copy; False where it does not run."""
        record = processes.running(self._record(service, copy))
        return bool(record and processes.send(record, number))

    # --- the parts of it

    def _all_copies(self) -> Iterator[tuple[str, int]]:
        for service in SERVICES:
            for copy in self.copies(service):
                yield service, copy

    def _record(self, service: str, copy: int) -> Path:
        return self._folder.record(f"{self.namespace}/{service}-{copy}")

    def _hold_namespace(self) -> None:
        lock = self._folder.root / "run" / f"{self.namespace}.lock"
        file = self._held.enter_context(lock.open("w"))
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StackError(f"the system {self.namespace!r} already runs") from error
        self._stop_services()  # left over from a run that was killed

    def _bring_up(self) -> None:
        if self._gateway_port and not is_free(self._gateway_port):
            raise StackError(f"port {self._gateway_port} is taken by another program: choose another one")
        names = [f"{service}-{copy}" for service, copy in self._all_copies()]
        names += [_metrics_of_gateway(copy) for copy in self.copies("gateway")]
        self._addresses = SystemAddresses.prepare(
            self.stack, self.namespace, names, fixed={"gateway-0": self._gateway_port} if self._gateway_port else {}
        )
        provision.run_to_end(
            provision.provision(
                self.stack.postgres_url,
                self.namespace,
                self._addresses.passwords,
                self._addresses.migration_password,
            )
        )
        if broker := self.stack.private_broker():
            broker.import_definitions(
                broker_accounts.broker_definitions(self.namespace, self._addresses.broker_passwords)
            )
        self._migrate()
        self._make_invoice_key()
        for service, copy in self._all_copies():
            self._launch(service, copy)
        for service, copy in self._all_copies():
            self._wait_until_ready(service, copy)

    def _take_down(self, *, failed: bool) -> None:
        with self._held:
            if not (failed and self._addresses is None):
                self._stop_services()
                if not self._keep:
                    self._remove()

    def _remove(self) -> None:
        provision.run_to_end(provision.remove(self.stack.postgres_url, self.namespace, SERVICES))
        provision.run_to_end(broker_cleanup.remove_namespace(self.amqp_url, self.namespace))
        if broker := self.stack.private_broker():
            broker.remove_accounts([account_name(self.namespace, service) for service in SERVICES])
        for kind in OWN_FOLDERS:
            shutil.rmtree(self._own_folder(kind), ignore_errors=True)
        self.addresses.forget(self._folder)

    def _stop_services(self) -> None:
        own = self._folder.root / "run" / self.namespace
        processes.stop_all(sorted(own.glob("*.json")), grace=SERVICE_GRACE_SECONDS)

    def _own_folder(self, kind: str) -> Path:
        return self._folder.root / kind / self.namespace

    def _environment(self, service: str, copy: int) -> dict[str, str]:
        # The environment of the caller sets the services' options; the administrator's password is not passed on.
        inherited = {name: value for name, value in os.environ.items() if name != "THUNGAN_POSTGRES_URL"}
        return {
            **self._folder.service_folders(self.namespace),
            "THUNGAN_ENVIRONMENT": "development",
            "THUNGAN_RECEIPT_CHECK_URL": self.gateway_url,
            "THUNGAN_INVOICE_LOOKUP_URL": self.gateway_url,
            **inherited,
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(self._project),
            "THUNGAN_NAMESPACE": self.namespace,
            "THUNGAN_AMQP_URL": self.addresses.service_amqp_url(service),
            "THUNGAN_DATABASE_URL": self.database_url(service),
            **(
                {"THUNGAN_DATABASE_POOL_URL": self.addresses.pooled_database_url(service, self._pooler_port)}
                if self._pooler_port
                else {}
            ),
            "THUNGAN_HTTP_HOST": LOOPBACK,
            "THUNGAN_HTTP_PORT": str(self.addresses.http_ports[f"{service}-{copy}"]),
            **(
                {"THUNGAN_METRICS_PORT": str(self.addresses.http_ports[_metrics_of_gateway(copy)])}
                if service == "gateway"
                else {}
            ),
            "THUNGAN_INSTANCE": f"{service}-{copy}",
            **self._settings.get("*", {}),
            **self._settings.get(service, {}),
        }

    def _migration_environment(self, service: str) -> dict[str, str]:
        """Return what only the migrations get: who owns the tables, and who may declare everything on the broker."""
        return {
            "THUNGAN_MIGRATION_DATABASE_URL": self.addresses.migration_url(service),
            "THUNGAN_MIGRATION_AMQP_URL": self.amqp_url,
        }

    def _migrate(self) -> None:
        started = {
            service: subprocess.Popen(
                [sys.executable, "-m", f"services.{service}", "migrate"],
                cwd=self._project,
                env=self._environment(service, 0) | self._migration_environment(service),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for service in SERVICES
        }
        failures = []
        codes = set()
        for service, migration in started.items():
            try:
                output, _ = migration.communicate(timeout=MIGRATION_SECONDS)
            except subprocess.TimeoutExpired:
                migration.kill()
                output, _ = migration.communicate()
            if migration.returncode:
                failures.append(f"migrating {service} failed:\n{output.strip()}")
                codes.add(migration.returncode)
        if failures:
            # Wrong settings end what a person started as they end the service itself.
            raise StackError("\n".join(failures), exit_code=EXIT_CONFIGURATION if codes == {EXIT_CONFIGURATION} else 1)

    def _make_invoice_key(self) -> None:
        """Make the key of this checkout with which invoices are signed, once for all its systems."""
        folder = Path(self._folder.service_folders(self.namespace)["THUNGAN_INVOICE_KEY_FOLDER"])
        with (self._folder.root / "run" / "invoice-key.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / KEY_NAME).exists():
                make_development_key(folder, now())

    def _launch(self, service: str, copy: int, environment: Mapping[str, str] | None = None) -> None:
        processes.spawn(
            self._commands.get(service) or [sys.executable, "-m", f"services.{service}"],
            env=self._environment(service, copy) | dict(environment or {}),
            cwd=self._project,
            log=self.log(service, copy),
            record=self._record(service, copy),
        )

    def _wait_until_ready(self, service: str, copy: int) -> None:
        for attempt in range(1, START_ATTEMPTS + 1):
            record = processes.ProcessRecord.load(self._record(service, copy))
            if record is None:
                raise StackError(f"{service}-{copy} has not been started")
            port = self.addresses.http_ports[f"{service}-{copy}"]
            try:
                processes.wait_until(
                    lambda port=port: _faults(port) <= FOR_A_PERSON,  # type: ignore[misc]
                    what=f"{service}-{copy}",
                    record=record,
                    log=self.log(service, copy),
                    seconds=READY_SECONDS,
                )
            except StackError:
                # Between choosing the port and listening on it, another process may have taken it, and may have gone.
                lost = not is_free(port) or processes.found_port_in_use(self.log(service, copy))
                # One that a person asked for is not replaced by another.
                lost = lost and port != self._gateway_port
                if attempt == START_ATTEMPTS or processes.is_alive(record) or not lost:
                    raise
                self.addresses.move(self._folder, f"{service}-{copy}", free_ports(1)[0])
                if service == "gateway":
                    self.addresses.move(self._folder, _metrics_of_gateway(copy), free_ports(1)[0])
                self._launch(service, copy)
            else:
                return


def _metrics_of_gateway(copy: int) -> str:
    """Return the name of the port on which a copy of the gateway shows its metrics."""
    return f"gateway-metrics-{copy}"


def _answers_ready(port: int) -> bool:
    return not _faults(port)


def _answer(port: int, path: str, *, seconds: float) -> tuple[int, bytes] | None:
    """Return status and body of what a copy answers; None where nothing answers in time."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=seconds)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _faults(port: int) -> frozenset[str]:
    """Return the checks of /readyz that fail; one without a name where nothing answers."""
    answer = _answer(port, "/readyz", seconds=5)
    if answer is None:
        return frozenset({""})
    status, body = answer
    if status == HTTPStatus.OK:
        return frozenset()
    try:
        checks: dict[str, str] = json.loads(body)["checks"]
    except (ValueError, LookupError):
        return frozenset({""})
    return frozenset(name for name, found in checks.items() if found != "ok")
