"""How many SMS each provider is handed now: its rate, its window, and what it said about both.

A copy keeps to the whole rate by itself; that all copies together do is seen to by :class:`SharedPace`.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.notify.domain.terms import Terms

_BURST_SECONDS = 0.2
"""What a provider takes in this time may be handed over at once."""
_SLOWEST = 0.05
"""Share of the rate that is left however often a provider says that it is too fast."""
_RECOVERY_SECONDS = 60.0
"""From a standstill to the full rate."""
_ASSUMED_PER_SECOND = 200.0
"""Where no rate is configured, the rate from which "too fast" slows down."""
_PLENTY = 1_000_000
_ROUNDING = 1e-6

_NO_TERMS = Terms()


@dataclass(frozen=True)
class SharedPace:
    """What is left of the rates of providers for this copy, within one transaction."""

    rates: Mapping[str, float]
    """Provider → SMS that it takes in a second from all copies together; those without a rate are left out."""
    busy: Mapping[str, float]
    """Provider → seconds for which it is busy with what copies have handed over."""

    def room(self, provider: str) -> int:
        """Return how many SMS the provider takes now."""
        if (rate := self.rates.get(provider)) is None:
            return _PLENTY
        return max(0, math.floor(burst_of(rate) - self.busy.get(provider, 0.0) * rate + _ROUNDING))

    def wait(self, provider: str) -> float:
        """Return the seconds until it takes the next one; 0 where it does now."""
        if (rate := self.rates.get(provider)) is None:
            return 0.0
        return max(0.0, self.busy.get(provider, 0.0) - (burst_of(rate) - 1) / rate)

    def seconds(self, used: Mapping[str, int]) -> Mapping[str, float]:
        """Return for how many seconds more providers are busy with SMS that they are handed."""
        return {name: count / self.rates[name] for name, count in used.items() if count and name in self.rates}


def burst_of(rate: float) -> float:
    """Return how many SMS a provider is handed at once that takes so many in a second."""
    return max(1.0, math.ceil(rate * _BURST_SECONDS))


class Pace:
    """A token bucket and a window for each provider, of one copy."""

    def __init__(self, terms: Mapping[str, Terms], *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._terms = terms
        self._monotonic = monotonic
        self._tokens: dict[str, float] = {}
        self._at: dict[str, float] = {}
        self._share: dict[str, float] = {}
        self._in_flight: dict[str, int] = {}

    def room(self, provider: str) -> int:
        """Return how many SMS the provider can be handed now."""
        free = self._places(provider)
        self._refill(provider)
        if (rate := self._rate(provider)) is None:
            return free
        return min(free, max(int(self._tokens.get(provider, burst_of(rate))), 0))

    def wait(self, provider: str) -> float:
        """Return the seconds until the next token; 0 where there is one."""
        self._refill(provider)
        rate = self._rate(provider)
        if rate is None:
            return 0.0
        return max(0.0, (1 - self._tokens.get(provider, burst_of(rate))) / rate)

    def begin(self, provider: str) -> None:
        """Count an SMS that is handed over."""
        self._refill(provider)
        self._in_flight[provider] = self._in_flight.get(provider, 0) + 1
        if (rate := self._rate(provider)) is not None:
            self._tokens[provider] = self._tokens.get(provider, burst_of(rate)) - 1

    def end(self, provider: str, *, throttled: bool) -> None:
        """Count its answer; ``throttled`` halves the rate, which recovers by itself."""
        self._in_flight[provider] = max(self._in_flight.get(provider, 1) - 1, 0)
        if throttled:
            self._refill(provider)
            self._share[provider] = max(self._share.get(provider, 1.0) / 2, _SLOWEST)
            self._tokens[provider] = min(self._tokens.get(provider, 0.0), 0.0)

    def _places(self, provider: str) -> int:
        """Return how many places of its window are free; none while less than half: each claim is a transaction."""
        if (window := self._terms.get(provider, _NO_TERMS).window) is None:
            return _PLENTY
        free = window - self._in_flight.get(provider, 0)
        return free if free >= max(1, window // 2) else 0

    def _rate(self, provider: str) -> float | None:
        rate = self._terms.get(provider, _NO_TERMS).per_second
        share = self._share.get(provider, 1.0)
        if rate is None:
            return None if share >= 1 else _ASSUMED_PER_SECOND * share
        return rate * share

    def _refill(self, provider: str) -> None:
        now = self._monotonic()
        passed, self._at[provider] = now - self._at.get(provider, now), now
        if passed <= 0:
            return
        if (share := self._share.get(provider, 1.0)) < 1:
            self._share[provider] = min(1.0, share + passed / _RECOVERY_SECONDS)
        if (rate := self._rate(provider)) is None:
            self._tokens.pop(provider, None)
        elif provider in self._tokens:
            self._tokens[provider] = min(burst_of(rate), self._tokens[provider] + passed * rate)
