"""A private RabbitMQ: its own node name, data, ports, cookie and epmd; nothing of the system's broker is touched."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stack import processes
from stack.disk import BROKER_LIMIT_BYTES, MEBIBYTE
from stack.ports import LOOPBACK, accepts_connections, free_ports, is_free
from stack.processes import StackError
from stack.state import BrokerState, LocalFolder, new_password, write_private

USER = "thungan"
START_SECONDS = 120.0

# Erlang nodes talk to each other on a port of their own, by default on every interface.
LOOPBACK_ONLY = "-kernel inet_dist_use_interface {127,0,0,1}"

# Debian's /usr/sbin/rabbitmq-server changes to the system's account and folders: these are the scripts behind it.
SCRIPT_FOLDERS = ("usr/lib/rabbitmq/bin", "usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin")


def scripts_folder(root: Path = Path("/")) -> Path:
    """Find RabbitMQ's own scripts. Raises StackError where it is not installed."""
    for pattern in SCRIPT_FOLDERS:
        for folder in sorted(root.glob(pattern), reverse=True):
            if (folder / "rabbitmq-server").exists():
                return folder
    raise StackError("RabbitMQ is not installed: apt-get install rabbitmq-server")


def memory_limit(total_bytes: int) -> int:
    """Bytes at which the broker stops taking messages: 40 % of the machine, 1 GiB at most, so that neighbours live."""
    return min(1024 * MEBIBYTE, total_bytes * 2 // 5)


def start_epmd(port: int, *, environment: Mapping[str, str], cwd: Path, log: Path, record: Path) -> None:
    """Start Erlang's directory of nodes, in which nodes and commands look up each other's ports. Raises StackError."""
    epmd = shutil.which("epmd", path=environment.get("PATH"))
    if epmd is None:
        raise StackError("epmd is not installed: apt-get install erlang-base")
    started = processes.spawn(
        [epmd, "-port", str(port), "-address", LOOPBACK], env=environment, cwd=cwd, log=log, record=record
    )
    processes.wait_until(lambda: accepts_connections(port), what="epmd", record=started, log=log, seconds=20)


def configuration(state: BrokerState, *, total_bytes: int) -> str:
    """Write the broker's configuration file."""
    lines = {
        "listeners.tcp.default": f"{LOOPBACK}:{state.port}",
        "default_user": USER,
        "default_pass": state.password,
        "vm_memory_high_watermark.absolute": str(memory_limit(total_bytes)),
        "disk_free_limit.absolute": str(BROKER_LIMIT_BYTES),
        "log.file": "rabbitmq.log",
        "log.file.level": "info",
        "log.file.rotation.size": str(20 * MEBIBYTE),
        "log.file.rotation.count": "1",
        "log.console": "false",
    }
    return "".join(f"{key} = {value}\n" for key, value in lines.items())


def speaks_amqp(port: int, *, timeout: float = 2.0) -> bool:
    """Whether a broker answers the AMQP 0-9-1 header on this loopback port with its Connection.Start."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=timeout) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            # A method frame (1) on channel 0; a refusal would be the eight bytes "AMQP....".
            return connection.recv(3) == b"\x01\x00\x00"
    except OSError:
        return False


@dataclass(frozen=True, kw_only=True)
class Member:
    """What a node of a cluster shares with the others; their epmd is started and stopped by whoever has the cluster."""

    node_name: str
    cookie: str
    password: str
    epmd_port: int


class RabbitMQ:
    """The private broker of one local folder.

    ``programs`` is the folder that holds ``usr/lib/rabbitmq`` and ``usr/lib/erlang``: the machine's own, or others that
    were unpacked beside it. ``settings`` are further lines of its configuration. ``erlang`` are further arguments of
    the machine that it runs on. With ``member`` it is a node of a cluster.
    """

    def __init__(
        self,
        folder: LocalFolder,
        *,
        programs: Path = Path("/"),
        settings: Mapping[str, str] | None = None,
        erlang: str = "",
        member: Member | None = None,
    ) -> None:
        self._member = member
        self._settings = settings or {}
        self._erlang = erlang
        self._folder = folder
        self.programs = programs
        self._home = folder.root / "rabbitmq"
        self._record = folder.record("rabbitmq")
        self._epmd_record = folder.record("epmd")
        self._log = folder.logs / "rabbitmq-start.log"

    @property
    def url(self) -> str:
        """AMQP URL with the user and password that may do everything on this broker."""
        state = self._state()
        return f"amqp://{USER}:{state.password}@{LOOPBACK}:{state.port}/"

    @property
    def node_name(self) -> str:
        """The broker's name among Erlang's nodes."""
        return self._member.node_name if self._member else f"thungan-{self._folder.identity()}@localhost"

    def is_running(self) -> bool:
        """Whether the broker that was started here still runs and takes connections."""
        state = self._folder.broker()
        # A port that is taken: a trial connection would leave a warning in the server's log each time.
        return bool(state and processes.running(self._record) and not is_free(state.port))

    def start(self) -> bool:
        """Start the broker and wait until it speaks AMQP. Returns whether it had to be started."""
        if self.is_running():
            return False
        scripts = scripts_folder(self.programs)
        self.stop()
        state = self._prepare()
        environment = self._environment(state)
        self._start_epmd(state, environment)
        record = processes.spawn(
            [scripts / "rabbitmq-server"], env=environment, cwd=self._home, log=self._log, record=self._record
        )
        processes.wait_until(
            lambda: speaks_amqp(state.port),
            what="RabbitMQ",
            record=record,
            log=self._log,
            seconds=START_SECONDS,
            every=0.1,
        )
        return True

    def _start_epmd(self, state: BrokerState, environment: Mapping[str, str]) -> None:
        """Start the directory in which nodes and commands look up the ports of nodes."""
        if self._member is not None:
            return
        log = self._folder.logs / "epmd.log"
        start_epmd(state.epmd_port, environment=environment, cwd=self._home, log=log, record=self._epmd_record)

    def stop(self) -> bool:
        """Stop the broker and its epmd. Returns whether the broker was running."""
        was_running = processes.stop(self._record, grace=30)
        processes.stop(self._epmd_record, grace=5)
        return was_running

    def signal(self, number: signal.Signals) -> None:
        """Send the broker a signal: SIGSTOP has it stand still, SIGCONT go on. Raises StackError where it has ended."""
        record = processes.running(self._record)
        if record is None or not processes.send(record, number):
            raise StackError("the broker does not run")

    def kill(self) -> None:
        """End the broker as a power cut would (SIGKILL); `start` brings it back with what it had stored.

        RabbitMQ 3.10 forgets a quorum queue that was declared less than about a second before.
        """
        processes.stop(self._record, first=signal.SIGKILL)
        processes.stop(self._epmd_record, grace=5)

    def erase(self) -> None:
        """Stop the broker and remove its data, ports and password."""
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)
        self._folder.forget("broker")

    def control(self, *arguments: str) -> str:
        """Run rabbitmqctl against this broker and return what it prints. Raises StackError with its own words."""
        done = subprocess.run(
            [scripts_folder(self.programs) / "rabbitmqctl", *arguments],
            env=self._environment(self._state()),
            cwd=self._home,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StackError(f"rabbitmqctl {' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def evaluate(self, expression: str) -> str:
        """Have the broker evaluate an Erlang expression and return what comes out. Raises StackError.

        `erl_call` does it at once; rabbitmqctl, a virtual machine of its own, takes a second or more.
        """
        environment = self._environment(self._state())
        program = shutil.which("erl_call", path=environment.get("PATH"))
        if program is None:
            return self.control("eval", f"{expression}.")
        done = subprocess.run(
            [program, "-sname", environment["RABBITMQ_NODENAME"], "-e"],
            input=f"{expression}.\n",
            env=environment,
            cwd=self._home,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode or not done.stdout.startswith("{ok, "):
            raise StackError(f"erl_call: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout.removeprefix("{ok, ").rstrip().removesuffix("}")

    def import_definitions(self, definitions: Mapping[str, Any]) -> None:
        """Add accounts and their rights to what the broker has. Raises StackError."""
        encoded = base64.b64encode(json.dumps(definitions).encode()).decode()
        answer = self.evaluate(f'rabbit_definitions:import_raw(base64:decode("{encoded}"))')
        if answer.strip() != "ok":
            raise StackError(f"the broker does not import the accounts: {answer.strip()}")

    def remove_accounts(self, names: Sequence[str]) -> None:
        """Remove accounts; one that is not there is no error."""
        listed = ", ".join(f'<<"{name}">>' for name in names)
        self.evaluate(f'[catch rabbit_auth_backend_internal:delete_user(N, <<"thungan">>) || N <- [{listed}]]')

    def _state(self) -> BrokerState:
        state = self._folder.broker()
        if state is None:
            raise StackError("the private RabbitMQ has not been started yet: ./dev stack")
        return state

    def _prepare(self) -> BrokerState:
        kept, member = self._folder.broker(), self._member
        port, distribution, epmd = free_ports(3)
        state = kept or BrokerState(port=port, distribution_port=distribution, epmd_port=epmd, password=new_password())
        own = (
            (state.port, state.distribution_port) if member else (state.port, state.distribution_port, state.epmd_port)
        )
        if not all(map(is_free, own)):
            state = replace(state, port=port, distribution_port=distribution, epmd_port=epmd)
        if member is not None:
            state = replace(state, epmd_port=member.epmd_port, password=member.password)
        self._folder.keep(state)
        self._home.mkdir(parents=True, exist_ok=True)
        self._home.chmod(0o700)
        if member is not None:
            cookie = self._home / ".erlang.cookie"
            write_private(cookie, member.cookie)
            cookie.chmod(0o400)
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        further = "".join(f"{key} = {value}\n" for key, value in self._settings.items())
        write_private(self._home / "rabbitmq.conf", configuration(state, total_bytes=total) + further)
        write_private(self._home / "enabled_plugins", "[].\n")
        return state

    def _environment(self, state: BrokerState) -> dict[str, str]:
        foreign = ("RABBITMQ_", "ERL_", "NOTIFY_SOCKET")
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
        if self.programs != Path("/"):
            inherited["PATH"] = f"{self.programs / 'usr/lib/erlang/bin'}:{inherited.get('PATH', os.defpath)}"
        return inherited | {
            "HOME": str(self._home),  # where the Erlang cookie lives
            "LC_ALL": "C.UTF-8",
            "RABBITMQ_NODENAME": self.node_name,
            "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
            "RABBITMQ_NODE_PORT": str(state.port),
            "RABBITMQ_DIST_PORT": str(state.distribution_port),
            "RABBITMQ_CONFIG_FILE": str(self._home / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(self._home / "no-such-file"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self._home / "no-such-file.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._home / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self._home / "data"),
            "RABBITMQ_LOG_BASE": str(self._folder.logs),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"{LOOPBACK_ONLY} {self._erlang}".rstrip(),
            "RABBITMQ_CTL_ERL_ARGS": LOOPBACK_ONLY,
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "ERL_EPMD_PORT": str(state.epmd_port),
            # The script then becomes the broker instead of waiting beside it, so the recorded pid is the broker's.
            "RUNNING_UNDER_SYSTEMD": "true",
        }
