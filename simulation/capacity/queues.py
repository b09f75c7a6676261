"""Collections that pass through processes with so many cores each, one after the other: what they wait for. Pure."""

import heapq
import math
import random
from collections.abc import Mapping, Sequence


def waits(
    per_second: float, milliseconds: Mapping[str, float], cores: Mapping[str, int], count: int, seed: int
) -> list[float]:
    """Return for how many milliseconds each of ``count`` collections waited for a core, in all processes together.

    They come by chance (Poisson), each needs a core of a process for a time that varies as widely as its mean
    (exponential), and whoever finds all cores of a process at work waits for the first that is free.
    """
    chance = random.Random(seed)
    arrival = 0.0
    arrivals = []
    for _ in range(count):
        arrival += chance.expovariate(per_second) * 1000
        arrivals.append(arrival)
    waited = [0.0] * count
    for process, mean in milliseconds.items():
        free = [0.0] * cores[process]
        left: list[tuple[float, int]] = []
        for number, moment in sorted(enumerate(arrivals), key=lambda one: one[1]):
            begun = max(moment, heapq.heappop(free))
            ended = begun + chance.expovariate(1 / mean)
            heapq.heappush(free, ended)
            waited[number] += begun - moment
            left.append((ended, number))
        for ended, number in left:
            arrivals[number] = ended
    return waited


def p99(values: Sequence[float]) -> float:
    """Return the value that 99 of 100 do not exceed."""
    return sorted(values)[max(0, math.ceil(len(values) * 0.99) - 1)]
