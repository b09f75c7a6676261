"""Injects the faults of a plan, and undoes them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import aio_pika

from shared.messaging.database_session import DATABASE_AWAY
from simulation.chaos.dishonest_people import DishonestPeople
from simulation.chaos.history import History
from simulation.chaos.invoice_faults import InvoiceFaults
from simulation.chaos.message_faults import MessageFaults
from simulation.chaos.network_faults import NetworkFaults
from simulation.chaos.plan import Fault, Storm
from simulation.chaos.process_faults import ProcessFaults
from simulation.chaos.restore_faults import RestoreFaults
from simulation.chaos.server_faults import ServerFaults
from simulation.chaos.testbed import ChaosTestbed
from stack.processes import StackError

PARTS = (ProcessFaults, ServerFaults, NetworkFaults, MessageFaults, DishonestPeople, RestoreFaults, InvoiceFaults)
"""Who can do faults: each has a method for each of its kinds, which returns when the fault is healed."""

_COULD_NOT = (*DATABASE_AWAY, StackError, aio_pika.exceptions.AMQPError)


class Injector:
    """Does the faults of a storm, all at their time, and returns when all are healed."""

    def __init__(
        self,
        testbed: ChaosTestbed,
        history: History,
        messages: MessageFaults,
        people: DishonestPeople,
        restores: RestoreFaults,
        invoices: InvoiceFaults,
    ) -> None:
        self._parts = (
            ProcessFaults(testbed),
            ServerFaults(testbed),
            NetworkFaults(testbed),
            messages,
            people,
            restores,
            invoices,
        )
        self._history = history
        self.done: Counter[str] = Counter()
        """Kind → how often it was done."""
        self.not_done: list[str] = []
        """Faults that could not be done, and why."""

    async def storm(self, storm: Storm) -> None:
        """Do all faults of a storm."""
        await asyncio.gather(*(self._do(fault) for fault in storm.faults))

    async def _do(self, fault: Fault) -> None:
        await asyncio.sleep(fault.after)
        part = next(part for part in self._parts if hasattr(part, fault.kind))
        act: Callable[[Fault], Awaitable[None]] = getattr(part, fault.kind)
        self._history.note("fault begins", **fault.as_dict())
        try:
            await act(fault)
        except _COULD_NOT as error:
            self.not_done.append(f"{fault}: {type(error).__name__} {error}")
            self._history.note("fault could not be done", kind=fault.kind, why=f"{type(error).__name__} {error}")
        else:
            self.done[fault.kind] += 1
            self._history.note("fault healed", kind=fault.kind, target=fault.target)
