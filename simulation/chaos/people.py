"""What all virtual people share: they ask, they may lose the answer, they ask again under the same id."""

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

UNSURE = frozenset({429, 500, 502, 503, 504})
"""HTTP statuses that do not say whether it was done."""

HUNG_UP = "hung up"
LOST_ON_ITS_WAY = "answer lost on its way"
NO_CONNECTION = "no connection"
"""Why there was no answer, when it was not the system that said so."""

PATIENCE = 12.0
"""Seconds after which a person goes on with something else; what is not known is asked for again later."""


@dataclass(frozen=True)
class Doing:
    """Something to be done once: the same content however often it is asked for."""

    kind: str
    id: UUID | str
    content: Mapping[str, Any]
    call: Callable[[Any, Mapping[str, Any]], Awaitable[BaseModel | dict[str, Any]]]
    """Ask for it on a device."""


@dataclass(frozen=True)
class Customer:
    """A customer of the sample."""

    code: str
    name: str
    collector_code: str


@dataclass
class Known:
    """A payment that somebody was told of: it may be reversed, or its receipt copied."""

    payment_id: UUID
    customer_code: str
    device_id: UUID | None
    method: str


@dataclass
class Town:
    """What the people of one run share."""

    history: History
    seed: int
    pace: float
    """Mean seconds between two things that one person does."""
    fronts: list[str]
    """Addresses of the API."""
    customers: dict[str, list[Customer]] = field(default_factory=dict)
    """Collector code → customers."""
    known: list[Known] = field(default_factory=list)
    doings: dict[tuple[str, str], tuple[Person, Doing, ApiClient]] = field(default_factory=dict)
    """How each deed was first asked for, to ask for it again."""
    repeats: int = 0
    """Requests that were made again under the same id."""
    errors: Counter[str] = field(default_factory=Counter)
    """Answers with status 500 by what was asked; the system's own errors."""
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the people are to come to an end."""

    def dice(self, name: str) -> random.Random:
        """Return a person's own generator: what others do does not change what this one draws."""
        return random.Random(f"{self.seed}/{name}")


class Person:
    """Somebody with a device."""

    def __init__(self, town: Town, name: str, device: ApiClient) -> None:
        self.town = town
        self.name = name
        self.device = device
        self.dice = town.dice(name)

    async def think(self) -> None:
        """Pause as people do; returns early when the day is over."""
        pause = self.dice.expovariate(1 / self.town.pace)
        try:
            async with asyncio.timeout(min(pause, 5 * self.town.pace)):
                await self.town.closing.wait()
        except TimeoutError:
            return

    async def look(self, what: str, read: Awaitable[T]) -> T | None:
        """Look something up; None when there was no answer."""
        history = self.town.history
        try:
            found = await read
        except Problem as problem:
            outcome = Outcome.UNKNOWN if problem.status in UNSURE else Outcome.REFUSED
            self._turn_to_another_copy(outcome, self.device)
            self._note_error(what, problem)
            history.read(what, self.name, outcome, problem.slug)
            return None
        history.read(what, self.name, Outcome.TOLD)
        return found

    async def do(
        self, doing: Doing, device: ApiClient | None = None, *, lose_first: bool = False, within: float = PATIENCE
    ) -> Attempt:
        """Ask until the answer is known or patience has run out; what stays unknown is kept for later."""
        device = device or self.device
        deadline = self.town.history.now + within
        pause = 0.1
        attempt = await self.attempt(doing, device, lose=lose_first)
        while attempt.outcome is Outcome.UNKNOWN:
            if self.town.history.now > deadline or self.town.closing.is_set():
                break
            await asyncio.sleep(self.dice.uniform(pause / 2, pause))
            pause = min(2 * pause, 1.5)
            self.town.repeats += 1
            attempt = await self.attempt(doing, device)
        return attempt

    async def settle(self, doing: Doing, device: ApiClient, within: float) -> Attempt:
        """Ask without losing answers until the answer is known, or ``within`` seconds have passed."""
        deadline = self.town.history.now + within
        while True:
            self.town.repeats += 1
            attempt = await self.attempt(doing, device, honest=True)
            if attempt.outcome is not Outcome.UNKNOWN or self.town.history.now > deadline:
                return attempt
            await asyncio.sleep(0.3)

    async def attempt(self, doing: Doing, device: ApiClient, *, lose: bool = False, honest: bool = False) -> Attempt:
        """Ask once. The answer may get lost on its way: cut off before it comes, or dropped when it is there."""
        history = self.town.history
        fate = self.dice.random()
        cut_off = None if honest or lose or fate > 0.05 else self.dice.uniform(0.002, 0.08)
        self.town.doings.setdefault((doing.kind, str(doing.id)), (self, doing, device))
        lost = lose or (not honest and 0.05 < fate < 0.1)
        attempt = history.ask(doing.kind, str(doing.id), f"{self.name}, {device.name}", doing.content)
        outcome, answer, slug = await self._asked(doing, device, cut_off)
        if lost and outcome is not Outcome.UNKNOWN:
            outcome, answer, slug = Outcome.UNKNOWN, {}, LOST_ON_ITS_WAY
        self._turn_to_another_copy(outcome, device)
        history.answer(doing.kind, str(doing.id), attempt, outcome, answer, slug)
        return attempt

    async def _asked(
        self, doing: Doing, device: ApiClient, cut_off: float | None
    ) -> tuple[Outcome, Mapping[str, Any], str]:
        try:
            async with asyncio.timeout(cut_off):
                reply = await doing.call(device, doing.content)
        except TimeoutError:
            return Outcome.UNKNOWN, {}, HUNG_UP
        except Problem as problem:
            self._note_error(doing.kind, problem)
            if isinstance(problem, NoAnswer):
                return Outcome.UNKNOWN, {}, f"{NO_CONNECTION} ({problem.detail})"
            if problem.status in UNSURE:
                return Outcome.UNKNOWN, {}, problem.slug
            return Outcome.REFUSED, {"status": problem.status, "facts": problem.facts}, problem.slug
        return Outcome.TOLD, reply if isinstance(reply, dict) else reply.model_dump(mode="json"), ""

    def _note_error(self, what: str, problem: Problem) -> None:
        if problem.status == 500 or problem.slug == "not-a-problem":
            self.town.errors[f"{what}: {problem.slug} {problem.status} {problem.facts or ''}".strip()] += 1

    def _turn_to_another_copy(self, outcome: Outcome, device: ApiClient) -> None:
        """What a load balancer does: whoever gets no answer from one copy of the gateway asks another one."""
        fronts = self.town.fronts
        if outcome is Outcome.UNKNOWN and device.base_url in fronts:
            device.base_url = fronts[(fronts.index(device.base_url) + 1) % len(fronts)]
