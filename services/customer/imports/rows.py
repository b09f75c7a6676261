"""The lists of an import: their columns, each a pydantic model, in the order in which they refer to each other."""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from services.customer.search.columns import search_columns
from shared.contracts.common import (
    CollectorCode,
    CustomerCode,
    Households,
    MeterNumber,
    RouteCode,
    UnitCode,
    Uses,
)
from shared.contracts.uses import BadHouseholdsError
from shared.csv_files import MOST_REPORTED, PLAINLY, BadLine, ImportOptions, Remark, Row
from shared.csv_files.cells import (
    Address,
    Amperes,
    BadCellError,
    Day,
    Name,
    Ratio,
    Ward,
    Whole,
    YesOrNo,
    between,
    number,
    words,
)
from shared.csv_files.identity import BudgetCode, Code, OfficePhone, Phone, PlainSigns, TaxCode
from shared.csv_files.rows import RowReader, stands_again, twice
from shared.csv_files.text_file import Source
from shared.text import plain_signs

_CODE = "customer_code"


@lru_cache(maxsize=1024)
def _households(text: str, *, has_households: bool) -> Households:
    if not text:
        if has_households:
            raise BadCellError("missing-field", "is empty")
        return Households.NONE
    households = Households.of(number(text))
    if has_households and households == Households.NONE:
        raise BadHouseholdsError("is 0, and the price group is one of households")
    return households


def _one_or_three(phases: int) -> int:
    if phases not in (1, 3):
        raise BadCellError("out-of-range", f"must be 1 or 3: {phases}")
    return phases


_Unit = Annotated[UnitCode, Code, Field(examples=["PB1401"])]
_Collector = Annotated[CollectorCode, Code, Field(examples=["TN0001"])]
_Route = Annotated[RouteCode, Code, Field(examples=["PB1401-01"])]
_Customer = Annotated[CustomerCode, Code, Field(examples=["PB14010012345"])]


class UnitRow(Row):
    """A line of units.csv."""

    unit_code: _Unit
    name: Name
    address: Address
    tax_code: TaxCode
    phone: OfficePhone


class CollectorRow(Row):
    """A line of collectors.csv."""

    collector_code: _Collector
    name: Name
    phone: OfficePhone
    unit_code: _Unit
    active: YesOrNo


class RouteRow(Row):
    """A line of routes.csv."""

    route_code: _Route
    name: Annotated[str, AfterValidator(words(200))]
    unit_code: _Unit
    collector_code: _Collector


class CustomerRow(Row):
    """A line of customers.csv."""

    optional_columns: ClassVar[frozenset[str]] = frozenset({"ward", "address_old", "protected", "budget_code"})

    customer_code: _Customer
    name: Name
    address: Address
    phone: Phone | None = None
    tax_code: TaxCode | None = None
    unit_code: _Unit
    route_code: _Route
    place_in_route: Annotated[Whole, AfterValidator(between(0, 1_000_000))]
    price_group: Annotated[Uses, AfterValidator(Uses.checked)]
    households: Households = Field(default=Households(""), validate_default=True)
    """0, or nothing, where the price group is none of households."""
    active: YesOrNo
    ward: Ward | None = None
    """The ward of today, where the list has it in a column of its own."""
    address_old: Address | None = None
    """The address as it was called before the units of administration were reformed."""
    protected: YesOrNo | None = None
    """Must not be cut off. A list only ever protects: nothing in it ends that."""
    budget_code: BudgetCode | None = None
    """Of a unit of the state budget, as its invoices have it."""

    @field_validator("households", mode="before")
    @classmethod
    def _fits_the_price_group(cls, text: str, info: ValidationInfo) -> Households:
        group: Uses | None = info.data.get("price_group")
        return _households(text, has_households=group is None or group.has_households)


class MeterRow(Row):
    """A line of meters.csv."""

    optional_columns: ClassVar[frozenset[str]] = frozenset({"max_amperes", "phases", "ct_ratio", "vt_ratio"})

    meter_number: Annotated[MeterNumber, PlainSigns, Field(examples=["21012345"])]
    customer_code: _Customer
    multiplier: Annotated[Whole, AfterValidator(between(1, 1_000_000))]
    digits: Annotated[Whole, AfterValidator(between(3, 10))]
    installed_on: Day
    max_amperes: Amperes | None = None
    """The current up to which it measures; ``10(40)`` is 40."""
    phases: Annotated[Whole, AfterValidator(_one_or_three)] | None = None
    ct_ratio: Ratio | None = None
    """Of its current transformers (TI): ``100/5`` or ``20``."""
    vt_ratio: Ratio | None = None
    """Of its voltage transformers (TU)."""


@dataclass(frozen=True)
class FileFormat:
    """A file, the table that it is merged into, its rows, and the column that names each row."""

    name: str
    table: str
    key: str
    model: type[Row]
    derived: tuple[str, ...] = ()
    """Columns of the table that are worked out."""
    derive: Callable[[Any], tuple[Any, ...]] | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in the order of the table's copy."""
        return tuple(self.model.columns())


UNITS = FileFormat("units.csv", "units", "unit_code", UnitRow)
COLLECTORS = FileFormat("collectors.csv", "collectors", "collector_code", CollectorRow)
ROUTES = FileFormat("routes.csv", "routes", "route_code", RouteRow)
CUSTOMERS = FileFormat(
    "customers.csv",
    "customers",
    "customer_code",
    CustomerRow,
    ("name_key", "name_bag", "address_key", "name_terms", "all_terms"),
    lambda row: search_columns(row.name, row.address, row.ward, row.address_old),
)
METERS = FileFormat("meters.csv", "meters", "meter_number", MeterRow)
FORMATS = (UNITS, COLLECTORS, ROUTES, CUSTOMERS, METERS)


class ListReading:
    """A list as it is read: its rows one after the other, and what is wrong in it, which is complete at their end."""

    def __init__(self, file_format: FileFormat, source: Source, *, name: str, options: ImportOptions = PLAINLY) -> None:
        self.format = file_format
        self.source = source
        self.name = name
        """What the file is called."""
        self.repeated: dict[int, str] = {}
        """Lines whose key a later line has again, with the reason for which they are left out."""
        self.codes: dict[int, str] = {}
        """The customer code of each bad line that names one."""
        self._reader = RowReader(name, source.data, file_format.model, convert_legacy=options.convert_legacy)

    @property
    def bad(self) -> list[BadLine]:
        """What is wrong in it, in the order of the lines."""
        return self._reader.bad

    @property
    def remarks(self) -> list[Remark]:
        """What was read otherwise than it is written."""
        return self._reader.remarks

    @property
    def named(self) -> frozenset[str]:
        """The columns that the file has."""
        return self._reader.columns

    @property
    def is_broken(self) -> bool:
        """Whether the file as a whole, or its rest, could not be read."""
        return self._reader.is_broken

    @property
    def names_customers(self) -> bool:
        """Whether its lines name customers."""
        return _CODE in self.format.columns

    def rows(self) -> Generator[tuple[Any, ...]]:
        """Yield the rows as line number and columns, ready to be copied into a table."""
        values = attrgetter(*self.format.columns)
        derive = self.format.derive
        for line, row, _ in self._reader:
            yield (line, *values(row), *(derive(row) if derive else ()))
        for line, cells in self._reader.bad_cells.items():
            if _CODE in cells:
                self.codes[line] = plain_signs(cells[_CODE]).upper()

    def add_repeated(self, rows: Iterable[tuple[int, str, int]]) -> None:
        """Add rows whose key (line, key, first line with it) stands in an earlier one to what is wrong."""
        for line, key, first in rows:
            self.bad.append(twice(self.name, line, self.format.key, key, first))
            self.repeated[first] = stands_again(self.format.key, key, line)
        self.bad.sort(key=lambda bad: bad.line)
        if len(self.bad) > MOST_REPORTED + 1:
            line = self.bad[MOST_REPORTED].line
            message = "there are more bad lines; these are the first"
            self.bad[MOST_REPORTED:] = [BadLine(self.name, line, "", message, "too-many")]
            self._reader.is_broken = True
