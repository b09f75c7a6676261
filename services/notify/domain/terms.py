"""What a provider takes and costs. Pure."""

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
    per_message: bool = False
    """Prices are for a message, whatever its length."""

    def cost(self, operator: Operator | None, segments: int) -> int:
        """Return what an SMS costs, đồng."""
        return (1 if self.per_message else segments) * (
            self.price if operator is None else self.prices.get(operator, self.price)
        )
