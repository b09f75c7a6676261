"""``collection_points.csv``: banks, post offices and others where a notice can be paid.

``collection_point_code, name, kind, address, opening_hours, phone, unit_code``; opening hours and phone may be empty.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from shared import phones
from shared.contracts.billing import CollectionPoint
from shared.contracts.common import CollectionPointCode, UnitCode
from shared.csv_files import BadCellError, BadLine, Row, read_rows
from shared.csv_files.cells import Address, Name, one_of, words

POINTS = "collection_points.csv"

_HOTLINE = re.compile(r"1[89]00[0-9 .]{2,8}", re.ASCII)


def _phone(text: str) -> str:
    if _HOTLINE.fullmatch(text):
        return text
    try:
        return phones.normalise(text)
    except phones.InvalidPhoneError as error:
        raise BadCellError("bad-phone", str(error)) from None


class PointRow(Row):
    """A line of the file."""

    collection_point_code: Annotated[CollectionPointCode, Field(examples=["VNPOST-CM01"])]
    name: Name
    kind: Annotated[str, AfterValidator(one_of("bank", "counter", "other", "post_office"))]
    address: Address
    opening_hours: Annotated[str, AfterValidator(words(200))] = ""
    phone: Annotated[str, AfterValidator(_phone)] = ""
    unit_code: Annotated[UnitCode, Field(examples=["PB1401"])]


def read_collection_points(data: bytes | str, bad: list[BadLine]) -> list[CollectionPoint]:
    """Return the collection points of a file; what is wrong in it goes to ``bad``."""
    content = read_rows(
        POINTS,
        data,
        PointRow,
        lambda _line, row: CollectionPoint(**row.model_dump()),
        key=lambda row: row.collection_point_code,
        key_column="collection_point_code",
    )
    bad += content.bad
    return content.rows
