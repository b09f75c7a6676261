"""Which faults happen when: pure, and the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any

from ops.system import SERVICES

BROKER, DATABASE, PHONES, AUTHORITY, EVERYTHING = "broker", "database", "phones", "authority", "everything"


@dataclass(frozen=True)
class Kind:
    """One kind of fault."""

    name: str
    what: str
    """In words, for the report and ``--help``."""
    targets: tuple[str, ...] = SERVICES
    """What it can hit: services, or the broker, the database, the phones, the tax authority, everything."""
    ways: tuple[str, ...] = ("",)
    """Variants."""
    takes: tuple[str, ...] = ()
    """Parts that are away meanwhile, so that no other fault can work on them."""
    needs: tuple[str, ...] = ()
    """Parts that must be there for it to be done."""
    link: str = ""
    """Connections that it spoils; one fault at a time on each."""


_DIRECTIONS = ("both", "up", "down")

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("kill_service", "a copy of a service is killed (SIGKILL) and started again"),
        Kind("rolling_restart", "all copies of a service are restarted one after the other (SIGTERM)"),
        Kind("freeze_service", "a copy of a service stands still (SIGSTOP) and goes on"),
        Kind(
            "clock_skew",
            "a copy of a service has a clock that is wrong",
            ways=("-3h", "+3h", "+40d"),
            # The others are compared with the same database.
            needs=(DATABASE,),
        ),
        Kind(
            "rolling_deployment",
            "every copy of every service is restarted, one after the other (SIGTERM)",
            (EVERYTHING,),
        ),
        Kind(
            "power_cut",
            "broker, database server and all services are killed at once and started again",
            (EVERYTHING,),
            takes=(BROKER, DATABASE),
        ),
        Kind(
            "kill_broker",
            "the broker is killed (SIGKILL) or stopped, and started again",
            (BROKER,),
            ("kill", "stop"),
            takes=(BROKER,),
        ),
        Kind("freeze_broker", "the broker stands still (SIGSTOP) and goes on", (BROKER,), takes=(BROKER,)),
        Kind("alarm", "the broker has no disk or memory left", (BROKER,), ("disk", "memory"), needs=(BROKER,)),
        Kind("close_connections", "the broker closes everybody's connections", (BROKER,), needs=(BROKER,)),
        Kind("reset_broker", "a service's connections to the broker are reset", link=BROKER),
        Kind("reset_broker_in_flight", "… when so many more bytes have been sent", link=BROKER),
        Kind("blackhole_broker", "what a service and the broker send vanishes", ways=_DIRECTIONS, link=BROKER),
        Kind("broker_down", "a service cannot connect to the broker", link=BROKER),
        Kind("slow_broker", "the way to the broker is slow", link=BROKER),
        Kind(
            "kill_database",
            "the database server is killed (SIGKILL) or stopped (immediate, fast), and started again",
            (DATABASE,),
            ("kill", "immediate", "fast"),
            takes=(DATABASE,),
        ),
        Kind(
            "freeze_database",
            "the database server and its sessions stand still (SIGSTOP) and go on",
            (DATABASE,),
            takes=(DATABASE,),
        ),
        Kind("reset_database_in_flight", "a service's database sessions are reset in mid-sentence", link=DATABASE),
        Kind("blackhole_database", "what a service and its database send vanishes", ways=_DIRECTIONS, link=DATABASE),
        Kind("database_down", "a service cannot connect to its database", link=DATABASE),
        Kind("slow_database", "the way to a database is slow", link=DATABASE),
        Kind("drop_sessions", "the server ends a service's sessions, as at a failover", needs=(DATABASE,)),
        Kind("drop_all_sessions", "the server ends everybody's sessions", (DATABASE,), needs=(DATABASE,)),
        Kind("lock_wait", "somebody holds the tables that a service writes to", needs=(DATABASE,)),
        Kind("crowded_database", "the server has no room for a service's sessions", needs=(DATABASE,)),
        Kind(
            "radio",
            "the phones' network fails",
            (PHONES,),
            ("down", "reset", "slow", "blackhole both", "blackhole up", "blackhole down"),
            link=PHONES,
        ),
        Kind("duplicate", "events are delivered again, at once and long after", (BROKER,), needs=(BROKER, DATABASE)),
        Kind("reorder", "a service's events are held back and delivered in another order", needs=(BROKER,)),
        Kind("poison", "messages that nobody can read are put into a service's queue", needs=(BROKER,)),
        Kind("dishonest_people", "people of each role try what is not theirs", (PHONES,)),
        Kind("empty_queue", "somebody deletes the events that wait for a service", needs=(BROKER,)),
        Kind(
            "kill_signer",
            "the process that asks the HSM is killed (SIGKILL) or stands still (SIGSTOP)",
            ("invoice",),
            ("kill", "hang"),
        ),
        Kind(
            "authority_fails",
            "the tax authority's provider is away, answers late, twice, nonsense or nothing, or forgets",
            (AUTHORITY,),
            ("away", "answer_lost", "silent", "nonsense", "late", "forgotten", "doubled"),
        ),
        Kind(
            "restore_register",
            "the register of receipts is set back to a backup, and recovered as the runbook has it",
            (EVERYTHING,),
            takes=(DATABASE,),
            needs=(BROKER,),
        ),
    )
}


@dataclass(frozen=True)
class Fault:
    """One fault of a storm; times in seconds."""

    kind: str
    target: str
    copy: int
    """Which copy of the service."""
    way: str
    after: float
    """Since the beginning of the storm."""
    lasts: float
    size: int
    """Bytes, messages or milliseconds, as the kind needs."""

    def as_dict(self) -> dict[str, Any]:
        """Return the fault for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        way = f" ({self.way})" if self.way else ""
        on = f" on {self.target}-{self.copy}" if self.target in SERVICES else ""
        return f"{self.kind}{way}{on} for {self.lasts:.1f} s"


@dataclass(frozen=True)
class Storm:
    """Faults that happen together; when all are healed, the system has to recover before the next storm."""

    calm: float
    """Seconds before it begins."""
    faults: tuple[Fault, ...]

    @property
    def lasts(self) -> float:
        """Seconds from its beginning until its last fault is healed."""
        return max(fault.after + fault.lasts for fault in self.faults)


_PROCESSES = frozenset(
    {
        "kill_service",
        "rolling_restart",
        "freeze_service",
        "clock_skew",
        "rolling_deployment",
        "power_cut",
        "restore_register",
    }
)
_PUBLISHING = frozenset({"duplicate", "reorder", "poison", "empty_queue", "restore_register"})
_HINDERS_PUBLISHING = frozenset({"alarm", "close_connections"})
_LONG = frozenset({"blackhole_broker", "blackhole_database", "freeze_service", "freeze_broker", "freeze_database"})
"""Sometimes they last beyond the patience of heartbeats."""

LENGTHY = frozenset({"rolling_deployment"})
"""Kinds that take long however short the storm is; they have a test of their own."""

OF_INVOICES = frozenset({"kill_signer", "authority_fails"})
"""Kinds that need an HSM and a tax authority; they have a test of their own, too."""

_RECOVERY_SECONDS = 3.0
"""What a recovery usually takes; only to guess how many storms fit into a run."""


def make_plan(
    seed: int,
    seconds: float,
    *,
    kinds: Sequence[str] = tuple(KINDS),
    copies: Mapping[str, int] | None = None,
    at_once: int = 1,
) -> list[Storm]:
    """Return storms for ``seconds``, the same for the same arguments: every kind in turn, in an order from the seed.

    Short runs have short faults, and several at once, so that every kind has its turn; ``at_once`` is the least number.
    Raises ``ValueError`` for a kind that there is not.
    """
    if unknown := set(kinds) - set(KINDS):
        raise ValueError(f"no such fault: {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    return _Planner(random.Random(f"{seed}/faults"), seconds, kinds, copies or {}, at_once).storms()


class _Planner:
    def __init__(
        self, rng: random.Random, seconds: float, kinds: Sequence[str], copies: Mapping[str, int], at_once: int
    ) -> None:
        self._rng = rng
        self._seconds = seconds
        self._kinds = list(dict.fromkeys(kinds))
        self._copies = copies
        self._deck: list[str] = []
        self._targets: dict[str, list[str]] = {}
        brisk = seconds < 120
        self._longest = 2.5 if brisk else 9.0
        self._calm = 0.5 if brisk else 2.0
        storms = max(1.0, seconds / (self._longest + self._calm + _RECOVERY_SECONDS))
        self._at_once = max(at_once, min(5, ceil(1.2 * len(self._kinds) / storms)))

    def storms(self) -> list[Storm]:
        found: list[Storm] = []
        planned = 0.0
        while self._kinds and planned < self._seconds:
            storm = Storm(calm=round(self._rng.uniform(0.3, 1.0) * self._calm, 2), faults=self._together())
            found.append(storm)
            planned += storm.calm + storm.lasts + _RECOVERY_SECONDS
        return found

    def _together(self) -> tuple[Fault, ...]:
        wanted = max(self._at_once, self._rng.choices((1, 2, 3), (60, 30, 10))[0])
        chosen: list[Fault] = []
        put_back: list[str] = []
        while len(chosen) < wanted and len(put_back) < 8:
            if not self._deck:
                if chosen and len(self._kinds) <= len(chosen) + len(put_back):
                    break
                self._deck = self._rng.sample(self._kinds, len(self._kinds))
            name = self._deck.pop(0)
            fault = self._fault(KINDS[name])
            if all(_agree(fault, other) for other in chosen):
                chosen.append(fault)
            else:
                put_back.append(name)
                self._targets[name].insert(0, fault.target)
        # What did not fit comes first in the next storm.
        self._deck = put_back + [name for name in self._deck if name not in put_back]
        return tuple(chosen)

    def _fault(self, kind: Kind) -> Fault:
        rng = self._rng
        target = self._next_target(kind)
        lasts = rng.uniform(0.2, 1.0) * self._longest
        if not self._longest < 5 and kind.name in _LONG and rng.random() < 0.3:
            lasts += rng.uniform(15, 35)
        return Fault(
            kind=kind.name,
            target=target,
            copy=rng.randrange(self._copies.get(target, 1)) if target in SERVICES else 0,
            way=rng.choice(kind.ways),
            after=round(rng.uniform(0, 0.4), 2),
            lasts=round(lasts, 2),
            size=rng.randrange(20, 4000),
        )

    def _next_target(self, kind: Kind) -> str:
        """Let each target have its turn before the first has another."""
        left = self._targets.get(kind.name) or self._rng.sample(kind.targets, len(kind.targets))
        self._targets[kind.name] = list(left[1:])
        return left[0]


def _agree(one: Fault, other: Fault) -> bool:
    """Return whether two faults can happen together without one making the other impossible or meaningless."""
    first, second = KINDS[one.kind], KINDS[other.kind]
    if {*first.takes} & {*second.takes, *second.needs, second.link}:
        return False
    if {*second.takes} & {*first.needs, first.link}:
        return False
    if first.link and first.link == second.link and one.target == other.target:
        return False
    if {one.kind, other.kind} <= _PROCESSES and (
        one.target == other.target or EVERYTHING in (one.target, other.target)
    ):
        return False
    # A broker in need takes no messages, from us neither.
    return not ({one.kind, other.kind} & _HINDERS_PUBLISHING and {one.kind, other.kind} & _PUBLISHING)
