"""`./dev up`: the whole system, kept running until Ctrl-C or `./dev down`."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Mapping
from types import FrameType

from rich import box
from rich.console import Console
from rich.table import Table

from ops.system import SERVICES
from stack import processes
from stack.local import LocalStack, claim_supervision
from stack.services import LocalSystem

CHECK_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
LOOK_SECONDS = 5.0
"""How often a copy is asked whether it answers."""
SILENT_SECONDS = 30.0
"""A copy that has answered nothing for so long hangs; it is killed, and started again."""
FIRST_ADMINISTRATOR = './dev thungan staff first-administrator --login-name lan --full-name "Trần Thị Lan"'
"""The command that prints with which one-time code the first person signs in to the office."""


def stay_up(copies: Mapping[str, int], *, host: str, port: int | None, namespace: str = "thungan") -> None:
    """Start the system, print its addresses, and start again whatever crashes, until a signal ends it."""
    console = Console()
    stack = LocalStack()
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    # Until everything runs, a signal takes back what has been started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    claim = claim_supervision(stack.folder)
    settings = {"gateway": {"THUNGAN_HTTP_HOST": host}}
    try:
        console.print("Starting broker, database and services …")
        system = LocalSystem(namespace, copies, settings=settings, stack=stack, gateway_port=port)
        with system:
            signal.signal(signal.SIGINT, end)
            signal.signal(signal.SIGTERM, end)
            console.print(_table(system))
            console.print(f"The first to sign in at the office: {FIRST_ADMINISTRATOR}", soft_wrap=True, highlight=False)
            console.print("Whoever is new begins with the first day: /office/first_day")
            console.print("Ctrl-C, or ./dev down in another terminal, stops it.")
            pause = CHECK_SECONDS
            looks = Looks(system, console)
            while not ended.wait(pause):
                looks.look()
                # What ends while it starts must not take the others along: it is started again, less and less often.
                pause = CHECK_SECONDS if mend(system, console) else min(pause * 2, LONGEST_PAUSE_SECONDS)
            console.print("Stopping …")
    finally:
        claim.unlink(missing_ok=True)


class Looks:
    """Looks now and then for what still runs and yet does nothing: copies that hang, and a disk that is full."""

    def __init__(self, system: LocalSystem, console: Console, *, silent_seconds: float = SILENT_SECONDS) -> None:
        self._system = system
        self._console = console
        self._silent_seconds = silent_seconds
        self._answered: dict[tuple[str, int], float] = {}
        self._looked_at = float("-inf")
        self._disk_fault: str | None = None

    def look(self) -> None:
        """Kill the copies that hang, to be started again; say when the disk gets full, and when it is no longer."""
        now = time.monotonic()
        if now < self._looked_at + LOOK_SECONDS:
            return
        fault = self._system.room_fault()
        if (fault is None) != (self._disk_fault is None):
            self._console.print(f"[red]{fault}[/red]" if fault else "there is room on the disk again", soft_wrap=True)
        self._disk_fault = fault
        for service in SERVICES:
            for copy in self._system.copies(service):
                self._look_at(service, copy)
        self._looked_at = time.monotonic()

    def _look_at(self, service: str, copy: int) -> None:
        now = time.monotonic()
        if not self._system.is_running(service, copy) or self._system.answers(service, copy):
            self._answered[service, copy] = now
        elif now - self._answered.setdefault((service, copy), now) >= self._silent_seconds:
            self._console.print(f"[red]{service}-{copy} answers nothing for {self._silent_seconds:g} s: killed[/red]")
            self._system.kill(service, copy)
            del self._answered[service, copy]


def mend(system: LocalSystem, console: Console) -> bool:
    """Start again whatever has ended; return whether everything runs."""
    all_run = True
    for service in SERVICES:
        for copy in system.copies(service):
            if system.is_running(service, copy):
                continue
            console.print(f"[red]{service}-{copy} ended[/red]{processes.tail_of(system.log(service, copy))}")
            try:
                system.start(service, copy)
            except processes.StackError as error:
                all_run = False
                console.print(f"[red]{error}[/red]", soft_wrap=True, highlight=False)
            else:
                console.print(f"{service}-{copy} was started again")
    return all_run


def _table(system: LocalSystem) -> Table:
    table = Table(title=f"Thu Ngân ({system.namespace})", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("what", no_wrap=True)
    table.add_column("address", no_wrap=True)
    for service in reversed(SERVICES):
        for copy in system.copies(service):
            table.add_row(f"{service}-{copy}", system.http_url(service, copy))
    table.add_row("phone app", f"{system.gateway_url}/app/")
    table.add_row("office", f"{system.gateway_url}/office/")
    table.add_row("what the API offers", f"{system.gateway_url}/docs")
    table.add_row("broker and database", "./dev env")
    table.add_row("logs", str(system.log("gateway").parent))
    return table
