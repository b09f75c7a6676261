"""What clerks share who ask by messages: what nobody has answered is repeated under its id; answers are remembered."""

from __future__ import annotations

import asyncio
import random
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
from pydantic import SecretStr

from shared.audit import AuditViolation
from shared.contracts.message import Reply, Request
from shared.messaging import Bus, Topology
from shared.problems import Problem, TimedOut, Unavailable
from shared.settings import ServiceSettings
from simulation.chaos.testbed import ChaosTestbed

ANSWER_WITHIN = 5.0
_EVERY = 0.7
_AGAIN = 0.25
"""Share of acts that are asked for once more after their answer."""


class RepeatingClerk(ABC):
    """Asks for one thing after the other, as commands do; what has no answer is asked for again under its id."""

    def __init__(self, testbed: ChaosTestbed, rng: random.Random) -> None:
        self.testbed = testbed
        self.rng = rng
        self.open: dict[str, Request[Any]] = {}
        """Asked for, and not answered."""
        self.answers: dict[str, Reply] = {}
        self.asked: set[str] = set()
        self.refused: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        """Confirmed acts by their message."""
        self._otherwise: list[str] = []

    @abstractmethod
    def name_of(self, request: Request[Any]) -> str:
        """Return what one act is known by, however often it is asked for."""

    @abstractmethod
    async def next_requests(self, bus: Bus) -> Sequence[Request[Any]]:
        """Return what is to be asked for now, one after the other."""

    async def work(self) -> None:
        """Act until cancelled; what cannot be done now is done a little later."""
        while True:
            await asyncio.sleep(_EVERY)
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError, Problem):
                async with self.bus() as bus:
                    if self.open:
                        await self.ask(bus, list(self.open.values()))
                        continue
                    for request in await self.next_requests(bus):
                        await self.ask(bus, [request])
                        if self.name_of(request) in self.answers and self.rng.random() < _AGAIN:
                            await self.ask(bus, [request])

    async def settle(self, within: float) -> None:
        """Repeat what is open until everything is answered."""
        deadline = asyncio.get_running_loop().time() + within
        while self.open and asyncio.get_running_loop().time() < deadline:
            with suppress(OSError, ConnectionError):
                async with self.bus() as bus:
                    await self.ask(bus, list(self.open.values()))

    def answered_otherwise(self, what: str) -> Iterator[AuditViolation]:
        """Yield the acts that were answered in two ways."""
        for name in self._otherwise:
            yield broken("the same request gets the same answer", name, what)

    @asynccontextmanager
    async def bus(self) -> AsyncIterator[Bus]:
        """Connect as the operators' commands do."""
        system = self.testbed.operators_view()
        settings = ServiceSettings(
            namespace=system.namespace,
            amqp_url=SecretStr(system.amqp_url),
            database_url=SecretStr("postgresql://"),
        )
        async with Bus(settings, Topology(service="thungan"), pool=None) as bus:
            await bus.start()
            yield bus

    async def send(self, bus: Bus, request: Request[Any]) -> Reply:
        """Send a request as whoever asks for it."""
        answer: Reply = await bus.request(request, timeout=ANSWER_WITHIN)
        return answer

    async def ask(self, bus: Bus, requests: Sequence[Request[Any]]) -> None:
        """Ask for acts, and remember what was answered."""
        for request in requests:
            name = self.name_of(request)
            self.asked.add(name)
            self.open.setdefault(name, request)
            try:
                answer = await self.send(bus, request)
            except (TimedOut, Unavailable):
                continue  # nobody knows: it is asked for again under the same id
            except Problem as problem:
                self.refused[problem.slug] += 1
                if name in self.answers:
                    self._otherwise.append(name)
            else:
                if name not in self.answers:
                    self.done[request.message_name] += 1
                if self.answers.setdefault(name, answer) != answer:
                    self._otherwise.append(name)
            self.open.pop(name, None)


def broken(rule: str, subject: str, detail: str) -> AuditViolation:
    """Return a violation that the history shows."""
    return AuditViolation("history", rule, subject, detail)
