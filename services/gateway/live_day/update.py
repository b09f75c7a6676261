"""What browsers are sent of a day: first all of it, then the routes whose figures have changed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from services.gateway.day_figures import DayFigures
from services.gateway.day_signs import UnitSigns
from services.gateway.edge.types import Outgoing


class DayUpdate(Outgoing):
    """The present day, or what has changed of it since the event before."""

    day: date
    whole: bool
    """Whether ``figures`` has all routes; where not, they replace those of the same unit and route."""
    figures: list[DayFigures]
    signs: list[UnitSigns]
    """Of all units, each time: they are few."""


@dataclass(frozen=True, slots=True)
class KnownDay:
    """A day as it was read last."""

    day: date
    figures: dict[tuple[str, str], DayFigures] = field(default_factory=dict)
    signs: list[UnitSigns] = field(default_factory=list)

    @classmethod
    def of(cls, day: date, figures: Sequence[DayFigures], signs: list[UnitSigns]) -> "KnownDay":
        """Return a day by its routes."""
        return cls(day, {(one.unit_code, one.route_code): one for one in figures}, signs)

    def whole(self) -> DayUpdate:
        """Return all of it."""
        return DayUpdate(day=self.day, whole=True, figures=list(self.figures.values()), signs=self.signs)

    def since(self, before: "KnownDay | None") -> DayUpdate | None:
        """Return what has changed since another reading; None where nothing has.

        Another day, or a route that is no more, is told by all of it.
        """
        if before is None or before.day != self.day or not before.figures.keys() <= self.figures.keys():
            return self.whole()
        changed = [one for key, one in self.figures.items() if before.figures.get(key) != one]
        if not changed and before.signs == self.signs:
            return None
        return DayUpdate(day=self.day, whole=False, figures=changed, signs=self.signs)
