"""Token buckets: how often a caller may send requests."""

import time
from collections.abc import Callable, Hashable


class TokenBuckets:
    """One bucket a caller: ``burst`` tokens at most, refilled at ``per_second``."""

    def __init__(
        self, per_second: float, burst: int, monotonic: Callable[[], float] = time.monotonic, max_callers: int = 50_000
    ) -> None:
        self._per_second = per_second
        self._burst = float(burst)
        self._monotonic = monotonic
        self._max_callers = max_callers
        self._buckets: dict[Hashable, tuple[float, float]] = {}

    def __len__(self) -> int:
        """Return how many callers are remembered."""
        return len(self._buckets)

    def _level(self, caller: Hashable, now: float) -> float:
        level, at = self._buckets.get(caller, (self._burst, now))
        return min(self._burst, level + (now - at) * self._per_second)

    def take(self, caller: Hashable) -> float:
        """Take a token and return 0, or return the seconds until there is one."""
        now = self._monotonic()
        level = self._level(caller, now)
        if level < 1:
            return (1 - level) / self._per_second
        if caller not in self._buckets and len(self._buckets) >= self._max_callers:
            self._forget_full(now)
        self._buckets[caller] = (level - 1, now)
        return 0.0

    def give_back(self, caller: Hashable) -> None:
        """Give back a token that was taken for something that does not count after all."""
        now = self._monotonic()
        self._buckets[caller] = (min(self._burst, self._level(caller, now) + 1), now)

    def _forget_full(self, now: float) -> None:
        """Forget full buckets, which hold no information; when all are in use, forget everything rather than grow."""
        full = [caller for caller in self._buckets if self._level(caller, now) >= self._burst]
        for caller in full or list(self._buckets):
            del self._buckets[caller]
