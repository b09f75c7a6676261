"""What a provider takes and costs, and what may be spent. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from shared.phones import Operator


@dataclass(frozen=True)
class Terms:
    """The contract with one provider."""

    per_second: float | None = None
    """SMS that it takes a second from all copies together; None for as many as come."""
    window: int | None = None
    """SMS that one copy of the service hands over to it at the same time; None for as many as the copy does."""
    timeout: timedelta | None = None
    """After this its answer counts as lost; None: as the service has it."""
    price: int = 0
    """Đồng a segment, for operators without a price of their own."""
    prices: Mapping[Operator, int] = field(default_factory=dict)
    """Operator of the customer → đồng a segment."""

    def cost(self, operator: Operator | None, segments: int) -> int:
        """Return what an SMS costs, đồng."""
        return segments * (self.price if operator is None else self.prices.get(operator, self.price))


@dataclass(frozen=True)
class Budget:
    """What may be spent, đồng, by business days and months. Reached, it stops bulk: not what a visit or a payment
    causes, and not what the law demands. None: no limit."""

    per_day: int | None = None
    per_month: int | None = None
    alarm_percent: int = 80
    """The share of a limit at which an alert fires."""

    def is_spent(self, today: int, this_month: int) -> bool:
        """Whether bulk has to wait."""
        return _reached(self.per_day, today) or _reached(self.per_month, this_month)


def _reached(limit: int | None, spent: int) -> bool:
    return limit is not None and spent >= limit
