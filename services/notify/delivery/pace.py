"""How many SMS each provider is handed now: its rate, its window, and what it said about both."""

import math
import time
from collections.abc import Callable, Mapping

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

_NO_TERMS = Terms()


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
        window = self._terms.get(provider, _NO_TERMS).window
        free = _PLENTY if window is None else max(window - self._in_flight.get(provider, 0), 0)
        self._refill(provider)
        if (rate := self._rate(provider)) is None:
            return free
        return min(free, max(int(self._tokens.get(provider, self._burst(rate))), 0))

    def wait(self, provider: str) -> float:
        """Return the seconds until the next token; 0 where there is one."""
        self._refill(provider)
        rate = self._rate(provider)
        if rate is None:
            return 0.0
        return max(0.0, (1 - self._tokens.get(provider, self._burst(rate))) / rate)

    def begin(self, provider: str) -> None:
        """Count an SMS that is handed over."""
        self._refill(provider)
        self._in_flight[provider] = self._in_flight.get(provider, 0) + 1
        if (rate := self._rate(provider)) is not None:
            self._tokens[provider] = self._tokens.get(provider, self._burst(rate)) - 1

    def end(self, provider: str, *, throttled: bool) -> None:
        """Count its answer; ``throttled`` halves the rate, which recovers by itself."""
        self._in_flight[provider] = max(self._in_flight.get(provider, 1) - 1, 0)
        if throttled:
            self._refill(provider)
            self._share[provider] = max(self._share.get(provider, 1.0) / 2, _SLOWEST)
            self._tokens[provider] = min(self._tokens.get(provider, 0.0), 0.0)

    def per_second(self, provider: str) -> float | None:
        """Return the present rate; None where there is no limit."""
        self._refill(provider)
        return self._rate(provider)

    def _rate(self, provider: str) -> float | None:
        rate = self._terms.get(provider, _NO_TERMS).per_second
        share = self._share.get(provider, 1.0)
        if rate is None:
            return None if share >= 1 else _ASSUMED_PER_SECOND * share
        return rate * share

    @staticmethod
    def _burst(rate: float) -> float:
        return max(1.0, math.ceil(rate * _BURST_SECONDS))

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
            self._tokens[provider] = min(self._burst(rate), self._tokens[provider] + passed * rate)
