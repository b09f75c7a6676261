"""Figures and what becomes of them: medians, spreads, percentiles, ratios, goals."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Sample:
    """What one thing came to in several repetitions."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> "Sample":
        """Take the values of all repetitions."""
        return cls(tuple(values))

    @property
    def median(self) -> float:
        """The middle value."""
        return statistics.median(self.values)

    @property
    def spread(self) -> float:
        """Half the distance between the smallest and the largest value, as a part of the median."""
        return (max(self.values) - min(self.values)) / 2 / self.median if self.median else 0.0


@dataclass(frozen=True, slots=True)
class Goal:
    """What a row is held to: its own figure or its ratio, at most or at least so much."""

    bound: float
    direction: Literal["<=", ">="]
    of: Literal["figure", "ratio"] = "figure"

    def is_met(self, figure: float, ratio: float | None) -> bool | None:
        """Return whether it is met; None where what it is about was not measured."""
        value = figure if self.of == "figure" else ratio
        if value is None or math.isnan(value):
            return None
        return value <= self.bound if self.direction == "<=" else value >= self.bound

    def __str__(self) -> str:
        sign = {"<=": "≤", ">=": "≥"}[self.direction]
        return f"{sign} {self.bound:g}{'×' if self.of == 'ratio' else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    benchmark: str
    what: str
    unit: str
    figure: float
    spread: float | None = None
    """See :attr:`Sample.spread`; None where there was one repetition."""

    median: float | None = None
    """Where the figure is a high percentile: the median of the same."""

    compared_with: str = ""
    other: float | None = None
    """The peer's figure or the raw limit, in the same unit."""

    other_spread: float | None = None
    goal: Goal | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours by theirs; None where there is nothing to compare with."""
        return self.figure / self.other if self.other else None

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        return None if self.goal is None else self.goal.is_met(self.figure, self.ratio)

    def as_dict(self) -> dict[str, Any]:
        """Return the row for ``--json``."""
        return asdict(self) | {
            "ratio": self.ratio,
            "goal": None if self.goal is None else str(self.goal),
            "met": self.met,
        }


def compare(
    benchmark: str,
    what: str,
    unit: str,
    ours: Sample,
    theirs: Sample | None = None,
    *,
    compared_with: str = "",
    goal: Goal | None = None,
    note: str = "",
) -> Row:
    """Make a row of medians out of interleaved repetitions."""
    return Row(
        benchmark=benchmark,
        what=what,
        unit=unit,
        figure=ours.median,
        spread=ours.spread if len(ours.values) > 1 else None,
        compared_with=compared_with,
        other=None if theirs is None else theirs.median,
        other_spread=None if theirs is None or len(theirs.values) < 2 else theirs.spread,
        goal=goal,
        note=note,
    )


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value that ``part`` (0 to 1) of the values do not exceed; NaN when there are none."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(part * len(ordered)) - 1 if part else 0)]
