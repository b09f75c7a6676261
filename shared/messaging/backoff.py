"""Waiting longer after each failure, and never in step with the others."""

import random

LONGEST_SECONDS = 1.5
"""After a long absence this is what broker or database are waited for when they are back already: people wait then. A
try costs next to nothing, and the jitter keeps copies from coming all at once."""


class Backoff:
    """Delays that double from ``first`` to ``longest`` seconds, each drawn between half of it and the whole."""

    __slots__ = ("_first", "_longest", "_next")

    def __init__(self, *, first: float = 0.1, longest: float = LONGEST_SECONDS) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    def reset(self) -> None:
        """Start again with the shortest delay: something went well."""
        self._next = self._first

    def delay(self) -> float:
        """Return how many seconds to wait now."""
        current, self._next = self._next, min(self._next * 2, self._longest)
        return current * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
