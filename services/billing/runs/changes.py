"""What a run's drafts change for a customer, and why. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Charged:
    """What of a bill or a draft decides over its amount."""

    kwh: int
    days: int
    total: int
    price_group: str
    households: str
    vat_rate: str
    decisions: tuple[str, ...] | None
    """The price decisions of its lines, each once, in their order; None where its lines are in the archive."""


@dataclass(frozen=True, slots=True)
class Change:
    """A customer whose amount differs from the one before."""

    customer_code: str
    bill_number: str
    before: Charged | None
    """None where there was none before."""
    after: Charged | None
    """None where the run has none any more."""

    @property
    def difference(self) -> int:
        """How much more is charged, in đồng."""
        return (self.after.total if self.after else 0) - (self.before.total if self.before else 0)

    @property
    def causes(self) -> tuple[str, ...]:
        """Why, by the names of what differs."""
        return tuple(_causes(self.before, self.after))


def _causes(before: Charged | None, after: Charged | None) -> Iterator[str]:
    if before is None:
        yield "new"
    elif after is None:
        yield "gone"
    else:
        for name, was, is_now in (
            ("kwh", before.kwh, after.kwh),
            ("days", before.days, after.days),
            ("price", before.decisions, after.decisions),
            ("price group", before.price_group, after.price_group),
            ("households", before.households, after.households),
            ("vat", before.vat_rate, after.vat_rate),
        ):
            if was != is_now and was is not None and is_now is not None:
                yield name
