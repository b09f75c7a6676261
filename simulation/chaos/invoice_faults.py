"""Faults of those whom only invoices need: the process that asks the HSM, and the tax authority's provider."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from contextlib import suppress
from pathlib import Path

from shared.testing.conditions import wait_until
from simulation.chaos.plan import Fault
from simulation.chaos.testbed import ChaosTestbed
from simulation.tax_authority import stand_in

_PROGRAM = b"pkcs11_process"
_MOST_KILLED = 2
"""After each failure the service leaves the HSM alone for longer: more would be a fault of minutes."""
_LOOK_EVERY = 0.01
_IN_A_ROW = 2
"""Requests to the provider that fail, one after the other."""


class InvoiceFaults:
    """Each method does one kind of fault, and returns when it is healed."""

    def __init__(self, testbed: ChaosTestbed) -> None:
        self._testbed = testbed
        self.done: Counter[str] = Counter()
        """What was done of it: there is no process that asks the HSM while there is nothing to sign."""

    async def kill_signer(self, fault: Fault) -> None:
        """End the process that signs, or let it stand still, whenever it is seen."""
        end = asyncio.get_running_loop().time() + fault.lasts
        hit: set[int] = set()
        try:
            while asyncio.get_running_loop().time() < end:
                if len(hit) < _MOST_KILLED:
                    for process in self._signers(fault.copy) - hit:
                        self._send(process, signal.SIGSTOP if fault.way == "hang" else signal.SIGKILL)
                        hit.add(process)
                        self.done[f"signer_{fault.way}"] += 1
                await asyncio.sleep(_LOOK_EVERY)
        finally:
            if fault.way == "hang":
                # Whoever was given up is gone.
                for process in hit & self._signers(fault.copy):
                    self._send(process, signal.SIGCONT)

    async def authority_fails(self, fault: Fault) -> None:
        """Let the provider do something wrong with the next requests, until it has or the fault's time is over."""
        authority = self._testbed.require_invoicing().authority
        way = stand_in.Fault(fault.way)
        authority.fail(*[way] * _IN_A_ROW)
        with suppress(AssertionError):
            await wait_until(lambda: way not in authority.next_faults, fault.lasts, every=_LOOK_EVERY)
        left = authority.take_back(way)
        self.done[f"authority_{fault.way}"] += _IN_A_ROW - left

    def _signers(self, copy: int) -> set[int]:
        """Return the processes that a copy of invoice asks the HSM with."""
        self._testbed.require_invoicing()
        parent = self._testbed.system.process_id("invoice", copy)
        return set() if parent is None else {each for each in _children(parent) if _PROGRAM in _command(each)}

    @staticmethod
    def _send(process: int, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(process, number)


def _children(parent: int) -> set[int]:
    """Return the processes that a process has started, whichever of its threads did."""
    found: set[int] = set()
    for file in Path(f"/proc/{parent}/task").glob("*/children"):
        with suppress(OSError):
            found |= set(map(int, file.read_text().split()))
    return found


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""
