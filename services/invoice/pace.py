"""How fast bills are asked about, so that a month of invoices leaves room for what people wait for. Pure."""

from dataclasses import dataclass, field

AT_ONCE = 100
"""Bills that are asked about without a pause after a quiet time."""


@dataclass
class Pace:
    """A bucket of bills that may be asked about; a copy has one."""

    per_second: float
    """0: as fast as it goes."""
    at_once: int = AT_ONCE
    _level: float = field(init=False)
    _looked_at: float | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._level = float(self.at_once)

    def seconds_until(self, bills: int, moment: float) -> float:
        """Return after which time so many may be asked about; 0: now. ``moment``: on any clock that never goes back."""
        if not self.per_second:
            return 0.0
        passed = 0.0 if self._looked_at is None else moment - self._looked_at
        self._level = min(float(self.at_once), self._level + passed * self.per_second)
        self._looked_at = moment
        return max(0.0, (bills - self._level) / self.per_second)

    def take(self, bills: int) -> None:
        """Note that so many are asked about."""
        self._level -= bills
