"""What billing and judging readings need to know of a contract: far less than the customer's facts. Pure."""

from typing import Protocol

from shared.contracts.common import Meter
from shared.contracts.message import Record
from shared.contracts.uses import Households, Uses


class UnitOfContract(Protocol):
    """The unit that manages a customer."""

    @property
    def unit_code(self) -> str:
        """Its code."""


class Contract(Protocol):
    """A customer's contract; all facts of a customer are one, too."""

    @property
    def unit(self) -> UnitOfContract:
        """The unit that manages the customer."""

    @property
    def price_group(self) -> Uses:
        """The price group, or a mix of several."""

    @property
    def households(self) -> Households:
        """Households on the meter."""

    @property
    def meter(self) -> Meter | None:
        """The present meter; None where none is registered."""

    @property
    def active(self) -> bool:
        """Whether the contract has not ended."""


class CodeOfUnit(Record):
    """Of a unit, its code alone."""

    unit_code: str


class KnownContract(Record):
    """A customer's facts without what only documents need: read in half of the time."""

    unit: CodeOfUnit
    price_group: Uses
    households: Households = Households("1")
    meter: Meter | None = None
    active: bool = True
