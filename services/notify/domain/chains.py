"""Through which providers a message may leave, in which order. Pure."""

import hashlib
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from services.notify.domain.terms import Terms
from shared.clock import VIETNAM
from shared.phones import Operator


@dataclass(frozen=True)
class Step:
    """Providers of equal standing in a chain; the next step comes when all of these have certainly sent nothing."""

    weights: Mapping[str, int]
    """Provider → its share of the messages, more than 0. One that is only to help out has a step of its own."""

    terms: Mapping[str, Terms] | None = None
    """What each costs, where the cheapest is taken first; None: by their shares alone."""

    def order(self, key: UUID, operator: Operator | None = None) -> list[str]:
        """Return the providers, always in the same order for a key and an operator.

        By what a segment to the operator costs, where that counts; those that cost the same by their shares (rendezvous
        hashing).
        """

        def rank(provider: str) -> tuple[int, float, str]:
            price = 0 if self.terms is None else self.terms[provider].cost(operator, 1)
            return price, -_score(provider, self.weights[provider], key), provider

        return sorted(self.weights, key=rank)


@dataclass(frozen=True)
class Chain:
    """Steps, the preferred one first, and the messages that they are for."""

    steps: Sequence[Step]
    kinds: Collection[str] = ()
    """Templates of ours; empty: all."""
    operators: Collection[Operator] = ()
    """Operators of the customer's number; empty: all."""
    opens: time = time(0)
    closes: time | None = None
    """Hours of the day in Vietnam, over midnight where ``closes`` is before ``opens``; ``closes`` itself is outside."""

    def fits(self, kind: str, operator: Operator | None, moment: datetime) -> bool:
        """Whether it is for a kind of message to a number of an operator at a moment."""
        return (
            (not self.kinds or kind in self.kinds)
            and (not self.operators or operator in self.operators)
            and self._is_open(moment.astimezone(VIETNAM).time())
        )

    def _is_open(self, hour: time) -> bool:
        if self.closes is None or self.opens <= self.closes:
            return self.opens <= hour and (self.closes is None or hour < self.closes)
        return hour >= self.opens or hour < self.closes


@dataclass(frozen=True)
class Chains:
    """All chains: the first one that fits a message is taken."""

    chains: Sequence[Chain]
    otherwise: Sequence[str]
    """Providers in turn for what no chain fits."""

    def order(self, kind: str, operator: Operator | None, moment: datetime, key: UUID) -> tuple[str, ...]:
        """Return the providers for one message in the order in which they are asked, each once."""
        for chain in self.chains:
            if chain.fits(kind, operator, moment):
                return tuple(dict.fromkeys(name for step in chain.steps for name in step.order(key, operator)))
        return tuple(self.otherwise)


def _score(provider: str, weight: int, key: UUID) -> float:
    digest = hashlib.sha256(key.bytes + provider.encode()).digest()
    share = (int.from_bytes(digest[:7]) + 1) / (2**56 + 1)
    return -weight / math.log(share)
