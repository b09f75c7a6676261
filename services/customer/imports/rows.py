"""The lists of an import: their columns, each a pydantic model, in the order in which they refer to each other."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

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
from shared.csv_files import PLAINLY, BadLine, FileRows, ImportOptions, Remark, Row, read_rows
from shared.csv_files.cells import Address, BadCellError, Day, Name, Ward, Whole, YesOrNo, between, number, words
from shared.csv_files.identity import Code, OfficePhone, Phone, PlainSigns, TaxCode
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

    optional_columns: ClassVar[frozenset[str]] = frozenset({"ward", "address_old"})

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

    @field_validator("households", mode="before")
    @classmethod
    def _fits_the_price_group(cls, text: str, info: ValidationInfo) -> Households:
        group: Uses | None = info.data.get("price_group")
        return _households(text, has_households=group is None or group.has_households)


class MeterRow(Row):
    """A line of meters.csv."""

    meter_number: Annotated[MeterNumber, PlainSigns, Field(examples=["21012345"])]
    customer_code: _Customer
    multiplier: Annotated[Whole, AfterValidator(between(1, 1_000_000))]
    digits: Annotated[Whole, AfterValidator(between(3, 10))]
    installed_on: Day


@dataclass(frozen=True)
class FileFormat:
    """A file, the table that it is merged into, its rows, and the column that names each row."""

    name: str
    table: str
    key: str
    model: type[Row]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns in the order of the table's copy."""
        return tuple(self.model.columns())


UNITS = FileFormat("units.csv", "units", "unit_code", UnitRow)
COLLECTORS = FileFormat("collectors.csv", "collectors", "collector_code", CollectorRow)
ROUTES = FileFormat("routes.csv", "routes", "route_code", RouteRow)
CUSTOMERS = FileFormat("customers.csv", "customers", "customer_code", CustomerRow)
METERS = FileFormat("meters.csv", "meters", "meter_number", MeterRow)
FORMATS = (UNITS, COLLECTORS, ROUTES, CUSTOMERS, METERS)


@dataclass(frozen=True)
class FileContent:
    """What was read of a file: rows as line number and columns, ready to be copied into a table."""

    format: FileFormat
    rows: list[tuple[Any, ...]]
    bad: list[BadLine]
    remarks: list[Remark]
    named: frozenset[str]
    """The columns that the file has."""
    codes: dict[int, str]
    """The customer code of each line that names one, of bad lines, too."""
    repeated: dict[int, str]
    """Lines whose key a later line has again, with the reason for which they are left out."""
    is_broken: bool
    """Whether the file as a whole could not be read."""


def read_file(
    file_format: FileFormat, data: bytes, *, name: str | None = None, options: ImportOptions = PLAINLY
) -> FileContent:
    """Read a whole file; every line that is wrong is named, none is left out silently.

    ``name`` is what the file is called where it has another name than its format.
    """
    columns = file_format.columns

    def keep(line: int, row: Row) -> tuple[Any, ...]:
        return line, *(getattr(row, column) for column in columns)

    def key(row: Row) -> Hashable:
        code: Hashable = getattr(row, file_format.key)
        return code

    content: FileRows[tuple[Any, ...]] = read_rows(
        name or file_format.name,
        data,
        file_format.model,
        keep,
        key=key,
        key_column=file_format.key,
        convert_legacy=options.convert_legacy,
    )
    codes: dict[int, str] = {}
    if options.keep_good and _CODE in columns:
        place = columns.index(_CODE) + 1
        codes = {row[0]: row[place] for row in content.rows}
        codes |= {
            line: plain_signs(cells[_CODE]).upper() for line, cells in content.bad_cells.items() if _CODE in cells
        }
    return FileContent(
        file_format,
        content.rows,
        content.bad,
        content.remarks,
        content.columns,
        codes,
        content.repeated,
        content.is_broken,
    )
