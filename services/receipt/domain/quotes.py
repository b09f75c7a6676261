"""An invoice as a receipt quotes it. Pure.

What a receipt quotes is stored with its content and signed with it: it never changes, whatever follows on the invoice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from shared.contracts.invoice import InvoiceState


@dataclass(frozen=True, slots=True)
class Quote:
    """Template, symbol, number and day of a bill's invoice, and where it is looked up."""

    bill_number: str
    template: str
    symbol: str
    number: int
    made_on: date
    lookup_address: str
    lookup_code: str
    state: InvoiceState

    def as_json(self) -> dict[str, Any]:
        """Return it as it is stored with a receipt's content."""
        return {**asdict(self), "made_on": self.made_on.isoformat(), "state": self.state.value}


def read_quotes(rows: Sequence[dict[str, Any]]) -> tuple[Quote, ...]:
    """Return quotes from their JSON."""
    return tuple(
        Quote(**{**row, "made_on": date.fromisoformat(row["made_on"]), "state": InvoiceState(row["state"])})
        for row in rows
    )


def known_once(quotes: Sequence[Quote]) -> Iterator[tuple[Quote, ...]]:
    """Yield what may have been known of these at some time, the most first.

    Invoices are told of in the order of their numbers, so what was known is a beginning of them in that order.
    """
    for count in range(len(quotes), -1, -1):
        yield tuple(quotes[:count])
