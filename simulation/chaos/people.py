"""What all virtual people share: they make requests, may lose the reply, and repeat the request under its id."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel

from shared.problems import Problem
from simulation.chaos.history import Attempt, History, Outcome
from simulation.phone import ApiClient
from simulation.phone.client import NoAnswer

T = TypeVar("T")

UNSURE = frozenset({408, 429, 500, 502, 503, 504})
"""HTTP statuses after which it may have been done or not."""

HUNG_UP = "hung up"
LOST_ON_ITS_WAY = "answer lost on its way"
NO_CONNECTION = "no connection"
"""Why there was no answer where the system gave no reason."""

PATIENCE = 12.0
"""Seconds after which a person goes on with something else; what is still unknown is requested again later."""


@dataclass(frozen=True)
class Command:
    """Something to be done once: the same content however often it is requested."""

    kind: str
    id: UUID | str
    content: Mapping[str, Any]
    call: Callable[[Any, Mapping[str, Any]], Awaitable[BaseModel | dict[str, Any]]]
    """Request it on a device."""


@dataclass(frozen=True)
class Customer:
    """A customer of the sample."""

    code: str
    name: str
    collector_code: str


@dataclass
class RecordedPayment:
    """A payment that was confirmed: it may be reversed, or its receipt copied."""

    payment_id: UUID
    customer_code: str
    device_id: UUID | None
    method: str


@dataclass
class Workload:
    """What the people of one run share: customers, commands, what was recorded."""

    history: History
    seed: int
    pace: float
    """Mean seconds between two things that one person does."""
    gateway_urls: list[str]
    """Addresses of the API."""
    customers: dict[str, list[Customer]] = field(default_factory=dict)
    """Collector code → customers."""
    recorded: list[RecordedPayment] = field(default_factory=list)
    commands: dict[tuple[str, str], tuple[Person, Command, ApiClient]] = field(default_factory=dict)
    """How each operation was first requested, to request it again."""
    repeats: int = 0
    """Requests that were made again under the same id."""
    errors: Counter[str] = field(default_factory=Counter)
    """Answers with status 500 by what was requested; the system's own errors."""
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the people are to come to an end."""

    def rng(self, name: str) -> random.Random:
        """Return a person's own generator: what others do does not change what this one draws."""
        return random.Random(f"{self.seed}/{name}")


class Person:
    """Somebody with a device."""

    def __init__(self, workload: Workload, name: str, device: ApiClient) -> None:
        self.workload = workload
        self.name = name
        self.device = device
        self.rng = workload.rng(name)

    async def think(self) -> None:
        """Pause as people do; returns early when the day is over."""
        pause = self.rng.expovariate(1 / self.workload.pace)
        try:
            async with asyncio.timeout(min(pause, 5 * self.workload.pace)):
                await self.workload.closing.wait()
        except TimeoutError:
            return

    async def look(self, what: str, read: Awaitable[T]) -> T | None:
        """Look something up; None when there was no answer."""
        history = self.workload.history
        try:
            found = await read
        except Problem as problem:
            outcome = Outcome.UNKNOWN if problem.status in UNSURE else Outcome.REFUSED
            self._turn_to_another_copy(outcome, self.device)
            self._note_error(what, problem)
            history.read(what, self.name, outcome, problem.slug)
            return None
        history.read(what, self.name, Outcome.DONE)
        return found

    async def do(
        self, command: Command, device: ApiClient | None = None, *, lose_first: bool = False, within: float = PATIENCE
    ) -> Attempt:
        """Repeat a request until its outcome is known or patience has run out; what stays unknown is kept for later."""
        device = device or self.device
        deadline = self.workload.history.now + within
        pause = 0.1
        attempt = await self.attempt(command, device, lose=lose_first)
        while attempt.outcome is Outcome.UNKNOWN:
            if self.workload.history.now > deadline or self.workload.closing.is_set():
                break
            await asyncio.sleep(self.rng.uniform(pause / 2, pause))
            pause = min(2 * pause, 1.5)
            self.workload.repeats += 1
            attempt = await self.attempt(command, device)
        return attempt

    async def settle(self, command: Command, device: ApiClient, within: float) -> Attempt:
        """Repeat a request without losing replies until its outcome is known, or ``within`` seconds have passed."""
        deadline = self.workload.history.now + within
        while True:
            self.workload.repeats += 1
            attempt = await self.attempt(command, device, honest=True)
            if attempt.outcome is not Outcome.UNKNOWN or self.workload.history.now > deadline:
                return attempt
            await asyncio.sleep(0.3)

    async def attempt(
        self, command: Command, device: ApiClient, *, lose: bool = False, honest: bool = False
    ) -> Attempt:
        """Request once. The reply may get lost: cut off before it comes, or dropped when it is there."""
        history = self.workload.history
        fate = self.rng.random()
        cut_off = None if honest or lose or fate > 0.05 else self.rng.uniform(0.002, 0.08)
        self.workload.commands.setdefault((command.kind, str(command.id)), (self, command, device))
        lost = lose or (not honest and 0.05 < fate < 0.1)
        attempt = history.request(command.kind, str(command.id), f"{self.name}, {device.name}", command.content)
        outcome, answer, slug = await self._requested(command, device, cut_off)
        if lost and outcome is not Outcome.UNKNOWN:
            outcome, answer, slug = Outcome.UNKNOWN, {}, LOST_ON_ITS_WAY
        self._turn_to_another_copy(outcome, device)
        history.reply(command.kind, str(command.id), attempt, outcome, answer, slug)
        return attempt

    async def _requested(
        self, command: Command, device: ApiClient, cut_off: float | None
    ) -> tuple[Outcome, Mapping[str, Any], str]:
        try:
            async with asyncio.timeout(cut_off):
                reply = await command.call(device, command.content)
        except TimeoutError:
            return Outcome.UNKNOWN, {}, HUNG_UP
        except Problem as problem:
            self._note_error(command.kind, problem)
            if isinstance(problem, NoAnswer):
                return Outcome.UNKNOWN, {}, f"{NO_CONNECTION} ({problem.detail})"
            if problem.status in UNSURE:
                return Outcome.UNKNOWN, {}, problem.slug
            return Outcome.REFUSED, {"status": problem.status, "facts": problem.facts}, problem.slug
        return Outcome.DONE, reply if isinstance(reply, dict) else reply.model_dump(mode="json"), ""

    def _note_error(self, what: str, problem: Problem) -> None:
        if problem.status == 500 or problem.slug == "not-a-problem":
            self.workload.errors[f"{what}: {problem.slug} {problem.status} {problem.facts or ''}".strip()] += 1

    def _turn_to_another_copy(self, outcome: Outcome, device: ApiClient) -> None:
        """What a load balancer does: whoever gets no answer from one copy of the gateway asks another one."""
        gateway_urls = self.workload.gateway_urls
        if outcome is Outcome.UNKNOWN and device.base_url in gateway_urls:
            device.base_url = gateway_urls[(gateway_urls.index(device.base_url) + 1) % len(gateway_urls)]
