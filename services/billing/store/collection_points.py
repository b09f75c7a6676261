"""Collection points: banks, post offices and others that take money for the utility."""

from collections.abc import Sequence

from asyncpg import Record

from shared.contracts.billing import CollectionPoint
from shared.db import Connection
from shared.stored_records import readable
from shared.wards import names_ward, ward_of

_COLUMNS = ("collection_point_code", "name", "kind", "address", "opening_hours", "phone", "unit_code", "ward")

_SAVE = f"""
INSERT INTO collection_points AS known ({", ".join(_COLUMNS)})
SELECT * FROM unnest({", ".join(f"${place}::text[]" for place in range(1, len(_COLUMNS) + 1))})
ON CONFLICT (collection_point_code) DO UPDATE
SET {", ".join(f"{column} = excluded.{column}" for column in _COLUMNS[1:-1])},
    ward = CASE WHEN ${len(_COLUMNS) + 1} THEN excluded.ward ELSE known.ward END
"""


async def save(connection: Connection, points: Sequence[CollectionPoint], *, with_wards: bool) -> None:
    """Store collection points, replacing what was known of them; without ``with_wards`` all but their wards."""
    if points:
        columns = ([getattr(point, column) for point in points] for column in _COLUMNS)
        await connection.execute(_SAVE, *columns, with_wards)


# First those of the same unit, then of the same company (first four characters), then others.
_NEAREST = f"""
SELECT {", ".join(_COLUMNS)} FROM collection_points
ORDER BY unit_code <> $1, left(unit_code, 4) <> left($1, 4), collection_point_code
LIMIT $2
"""
MOST_OF_A_UNIT = 200
"""Points that are looked at for those of a customer's own ward."""


async def nearest(connection: Connection, unit_code: str, limit: int, *, address: str = "") -> list[CollectionPoint]:
    """Return collection points for customers of a unit, the nearest first: in the ward of ``address`` first of all.

    ``address`` may be a ward alone.
    """
    rows = await connection.fetch(_NEAREST, unit_code, max(limit, MOST_OF_A_UNIT))
    points = readable(
        rows, lambda row: CollectionPoint.model_validate({**row}), kind="collection_point", key="collection_point_code"
    )
    if address:
        points.sort(key=lambda point: (point.unit_code != unit_code, not _is_in_own_ward(point, address)))
    return points[:limit]


def _is_in_own_ward(point: CollectionPoint, address: str) -> bool:
    ward = ward_of(point.ward or point.address)
    return ward is not None and names_ward(address, ward)


_STORED = "SELECT collection_point_code, name, address, phone FROM collection_points ORDER BY collection_point_code"


async def stored(connection: Connection) -> Sequence[Record]:
    """Return what identifies each collection point."""
    rows: Sequence[Record] = await connection.fetch(_STORED)
    return rows


_FIND = f"SELECT {', '.join(_COLUMNS)} FROM collection_points WHERE collection_point_code = $1"


async def find(connection: Connection, code: str) -> CollectionPoint | None:
    """Return a collection point; None when it is unknown."""
    row = await connection.fetchrow(_FIND, code)
    return None if row is None else CollectionPoint.model_validate({**row})
