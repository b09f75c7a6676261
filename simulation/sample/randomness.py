"""Randomness that gives the same choices from the same seed on every version of Python."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class SeededRandom:
    """Chances drawn from one seed.

    Built on ``Random.random()`` alone: it is the only method whose sequence Python promises to keep.
    """

    def __init__(self, *seed: object) -> None:
        self._random = Random(":".join(map(str, seed))).random

    def below(self, limit: int) -> int:
        """Return a whole number from 0 to ``limit`` - 1."""
        return int(self._random() * limit)

    def between(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both included."""
        return low + int(self._random() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        """Return True with this probability (0 to 1)."""
        return self._random() < probability

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options, each as likely as the others."""
        return options[int(self._random() * len(options))]

    def draw(self, table: "Table[T]") -> T:
        """Return one of a table's values by its weight."""
        return table.at(self._random())

    def bell(self) -> float:
        """Return a number that is about normal with mean 0 and deviation 1 (twelve uniform ones, summed)."""
        uniform = self._random
        return sum(uniform() for _ in range(12)) - 6


class Table(Generic[T]):
    """Values with weights, for drawing many times."""

    def __init__(self, weights: dict[T, float]) -> None:
        self._values = list(weights)
        self._bounds = list(accumulate(weights.values()))

    def at(self, fraction: float) -> T:
        """Return the value at a fraction (0 to below 1) of the total weight."""
        return self._values[bisect_right(self._bounds, fraction * self._bounds[-1])]
