"""Through which providers a message may leave, in which order. Pure."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from uuid import UUID

from shared.clock import VIETNAM
from shared.phones import Operator


@dataclass(frozen=True)
class Step:
    """Providers of equal standing in a chain; the next step comes when all of these have certainly sent nothing."""

    weights: Mapping[str, int]
    """Provider → its share of the messages. 0: only when the others of the step cannot."""
    operators: frozenset[Operator] = frozenset()
    """Only for customers of these operators; empty for all."""
    opens: time = time(0)
    closes: time | None = None
    """Only at these hours of the day, Vietnam time; ``closes`` itself is outside, None is the end of the day."""

    def applies(self, operator: Operator | None, moment: datetime) -> bool:
        """Whether a message to a customer of this operator may take the step at this moment."""
        hour = moment.astimezone(VIETNAM).time()
        in_hours = self.opens <= hour and (self.closes is None or hour < self.closes)
        return in_hours and (not self.operators or operator in self.operators)

    def order(self, key: UUID) -> list[str]:
        """Return the providers by their shares, always in the same order for a key (rendezvous hashing)."""
        return sorted(self.weights, key=lambda provider: (-_score(provider, self.weights[provider], key), provider))


@dataclass(frozen=True)
class Chain:
    """Steps, the preferred one first."""

    steps: Sequence[Step]

    def order(self, operator: Operator | None, moment: datetime, key: UUID) -> tuple[str, ...]:
        """Return the providers for one message in the order in which they are asked, each once."""
        found = [name for step in self.steps if step.applies(operator, moment) for name in step.order(key)]
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class Chains:
    """The chain of each kind of message."""

    usual: Chain
    of_kinds: Mapping[str, Chain] = field(default_factory=dict)
    """Kind (the template's name) → its chain, where it is not the usual one."""

    def of(self, kind: str) -> Chain:
        """Return the chain of a kind."""
        return self.of_kinds.get(kind, self.usual)


def in_turn(providers: Sequence[str]) -> Chains:
    """Return one chain for every kind: each provider after the one before it."""
    return Chains(Chain([Step({name: 1}) for name in providers]))


def _score(provider: str, weight: int, key: UUID) -> float:
    if weight <= 0:
        return -math.inf
    digest = hashlib.sha256(key.bytes + provider.encode()).digest()
    share = (int.from_bytes(digest[:7]) + 1) / (2**56 + 1)
    return -weight / math.log(share)
