"""A line of a readings file whose cells were read. Pure."""

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple


class ReadingLine(NamedTuple):
    """What a line says of one register of one meter."""

    line: int
    customer_code: str
    meter_number: str
    meter_register: str
    cycle: int
    month: int
    year: int
    period_from: date
    period_to: date
    old_reading: int
    new_reading: int
    cut_days: int
    cut_from: date | None
    cut_to: date | None
    cos_phi: Decimal | None
    due_date: date | None
    change_readings: tuple[int, ...]
    multiplier: int | None
    digits: int | None
    estimated: bool
    final: bool

    @property
    def key(self) -> tuple[str, int, int, int]:
        """Customer code, year, month, cycle: what one bill is made for."""
        return self.customer_code, self.year, self.month, self.cycle

    def due(self, due_days: int) -> date:
        """When the bill is due; ``due_days`` after the period when the line has no date."""
        return self.due_date or self.period_to + timedelta(days=due_days)
