"""Three private RabbitMQ nodes on one machine that are one broker: each with a process, data and ports of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from stack import processes
from stack.ports import LOOPBACK, free_ports
from stack.rabbitmq import USER, Member, RabbitMQ, start_epmd
from stack.state import LocalFolder, new_password

NODES = 3

TICK_SECONDS = 8
"""After a little more than this a node that says nothing counts as gone. Erlang waits for a minute by default, in which
nobody can declare a queue."""

# On few cores, nodes that wait for work in a loop take it from each other.
ERLANG = f"-kernel net_ticktime {TICK_SECONDS} +sbwt none +sbwtdcpu none +sbwtdio none"


class RabbitMQCluster:
    """The cluster of one local folder. What it is asked to do as a broker, any node that runs does."""

    def __init__(self, folder: LocalFolder, *, programs: Path = Path("/")) -> None:
        self.programs = programs
        # Short: RabbitMQ makes long paths of it.
        self._folder = LocalFolder(folder.root / "mq3")
        facts = self._facts()
        names = [f"thungan-{self._folder.identity()}-{number}@localhost" for number in range(NODES)]
        settings = {
            "cluster_formation.peer_discovery_backend": "classic_config",
            # With pause_minority, a node that had stood still finds the others before it notices that it was gone: it
            # stays apart from them, and serves people (ADR 110).
            "cluster_partition_handling": "autoheal",
            **{f"cluster_formation.classic_config.nodes.{number}": name for number, name in enumerate(names, 1)},
        }
        self.nodes = [
            RabbitMQ(
                LocalFolder(self._folder.root / str(number)),
                programs=programs,
                settings=settings,
                erlang=ERLANG,
                member=Member(
                    node_name=name, cookie=facts["cookie"], password=facts["password"], epmd_port=facts["epmd_port"]
                ),
            )
            for number, name in enumerate(names)
        ]
        """The nodes, each a broker that can be stopped, killed and started by itself."""

    @property
    def url(self) -> str:
        """AMQP URL with the addresses of all nodes. Raises StackError where they have never been started."""
        hosts = [node.url.rpartition("@")[2].rstrip("/") for node in self.nodes]
        return f"amqp://{USER}:{self._facts()['password']}@{','.join(hosts)}/"

    def is_running(self) -> bool:
        """Whether all nodes run and take connections."""
        return all(node.is_running() for node in self.nodes)

    def start(self) -> bool:
        """Start the nodes that do not run, and wait until they speak AMQP. Returns whether any had to be started."""
        idle = [node for node in self.nodes if not node.is_running()]
        if not idle:
            return False
        self._start_epmd()
        if not (self._folder.root / "formed.json").exists():
            # The first is there before the others look for somebody to join.
            idle[0].start()
            _at_once([node.start for node in idle[1:]])
            self._folder.write("formed", value=True)
        else:
            _at_once([node.start for node in idle])
        return True

    def stop(self) -> bool:
        """Stop all nodes and their epmd. Returns whether any was running."""
        stopped = _at_once([node.stop for node in self.nodes])
        processes.stop(self._folder.record("epmd"), grace=5)
        return any(stopped)

    def kill(self) -> None:
        """End all nodes as a power cut would (SIGKILL)."""
        for node in self.nodes:
            node.kill()

    def erase(self) -> None:
        """Stop all nodes and remove their data, ports and passwords."""
        self.stop()
        for node in self.nodes:
            node.erase()
        shutil.rmtree(self._folder.root / "epmd", ignore_errors=True)
        self._folder.forget("formed")

    def control(self, *arguments: str) -> str:
        """Run rabbitmqctl against a node that runs. Raises StackError with its own words."""
        return self._running().control(*arguments)

    def evaluate(self, expression: str) -> str:
        """Have a node that runs evaluate an Erlang expression and return what comes out. Raises StackError."""
        return self._running().evaluate(expression)

    def import_definitions(self, definitions: Mapping[str, Any]) -> None:
        """Add accounts and their rights to what the broker has. Raises StackError."""
        self._running().import_definitions(definitions)

    def remove_accounts(self, names: Sequence[str]) -> None:
        """Remove accounts; one that is not there is no error."""
        self._running().remove_accounts(names)

    def _running(self) -> RabbitMQ:
        return next((node for node in self.nodes if node.is_running()), self.nodes[0])

    def _facts(self) -> dict[str, Any]:
        facts: dict[str, Any] | None = self._folder.read("cluster")
        if facts is None:
            (port,) = free_ports(1)
            facts = {"cookie": new_password(), "password": new_password(), "epmd_port": port}
            self._folder.write("cluster", facts)
        return facts

    def _start_epmd(self) -> None:
        record = self._folder.record("epmd")
        if processes.running(record):
            return
        port = int(self._facts()["epmd_port"])
        home = self._folder.root / "epmd"
        home.mkdir(exist_ok=True)
        path = os.environ.get("PATH", os.defpath)
        if self.programs != Path("/"):
            path = f"{self.programs / 'usr/lib/erlang/bin'}:{path}"
        start_epmd(
            port,
            environment={"PATH": path, "HOME": str(home), "ERL_EPMD_ADDRESS": LOOPBACK},
            cwd=home,
            log=self._folder.logs / "epmd.log",
            record=record,
        )


def _at_once(calls: Sequence[Callable[[], bool]]) -> list[bool]:
    """Call each in a thread of its own; raise what the first of them raised, when all have ended."""
    with ThreadPoolExecutor(max_workers=max(1, len(calls))) as threads:
        begun = [threads.submit(call) for call in calls]
    return [one.result() for one in begun]
