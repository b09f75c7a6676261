"""`./dev up`: the whole system, kept running until Ctrl-C or `./dev down`."""

from __future__ import annotations

import signal
import threading
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
            console.print("Ctrl-C, or ./dev down in another terminal, stops it.")
            pause = CHECK_SECONDS
            while not ended.wait(pause):
                # What ends while it starts must not take the others along: it is started again, less and less often.
                pause = CHECK_SECONDS if mend(system, console) else min(pause * 2, LONGEST_PAUSE_SECONDS)
            console.print("Stopping …")
    finally:
        claim.unlink(missing_ok=True)


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
