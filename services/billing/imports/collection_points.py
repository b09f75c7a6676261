"""``collection_points.csv``: banks, post offices and others where a notice can be paid.

``collection_point_code, name, kind, address, opening_hours, phone, unit_code``; opening hours and phone may be empty.
``ward`` may be added: the ward of today, where the address does not name it.
"""

import re
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, ValidationInfo

from services.billing.store import collection_points
from shared.contracts.billing import CollectionPoint
from shared.contracts.common import CollectionPointCode, UnitCode
from shared.csv_files import PLAINLY, FileRows, ImportOptions, Row, read_rows
from shared.csv_files.cells import Address, Name, Ward, one_of, words
from shared.csv_files.identity import Code, phone
from shared.csv_files.rows import Data
from shared.csv_files.stored import StoredFinding, findings_of
from shared.db import Connection

POINTS = "collection_points.csv"

_HOTLINE = re.compile(r"1[89]00[0-9 .]{2,8}", re.ASCII)


def _phone(text: str, info: ValidationInfo) -> str:
    return text if _HOTLINE.fullmatch(text) else phone(text, info)


class PointRow(Row):
    """A line of the file."""

    optional_columns: ClassVar[frozenset[str]] = frozenset({"ward"})

    collection_point_code: Annotated[CollectionPointCode, Code, Field(examples=["VNPOST-CM01"])]
    name: Name
    kind: Annotated[str, AfterValidator(one_of("bank", "counter", "other", "post_office"))]
    address: Address
    opening_hours: Annotated[str, AfterValidator(words(200))] = ""
    phone: Annotated[str, AfterValidator(_phone)] = ""
    unit_code: Annotated[UnitCode, Code, Field(examples=["PB1401"])]
    ward: Ward | None = None


def read_collection_points(
    data: Data, *, name: str = POINTS, options: ImportOptions = PLAINLY
) -> FileRows[tuple[int, CollectionPoint]]:
    """Return the collection points of a file, each behind its line, and what is wrong in it."""
    return read_rows(
        name,
        data,
        PointRow,
        lambda line, row: (line, CollectionPoint(**row.model_dump())),
        key=lambda row: row.collection_point_code,
        key_column="collection_point_code",
        convert_legacy=options.convert_legacy,
    )


async def stored_findings(connection: Connection) -> list[StoredFinding]:
    """Return what an import would refuse or read otherwise today of the collection points that are stored."""
    return [
        finding
        for row in await collection_points.stored(connection)
        for finding in findings_of(
            "collection_points", PointRow, row["collection_point_code"], dict(list(row.items())[1:])
        )
    ]
