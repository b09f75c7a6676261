"""Reads what a service holds of a person, for its answer."""

from collections.abc import Mapping

from shared.contracts.personal_data import HELD_ROWS, HeldData, PersonHeld
from shared.db import Connection

_LATEST = "SELECT to_jsonb(held) AS held, count(*) OVER () AS held_rows FROM ({rows}) AS held LIMIT {most}"


async def read_held(connection: Connection, kinds: Mapping[str, str], customer_code: str) -> PersonHeld:
    """Return the rows of each kind that a statement about the customer ``$1`` finds, as many as an answer takes."""
    held = []
    for kind, statement in kinds.items():
        rows = await connection.fetch(_LATEST.format(rows=statement, most=HELD_ROWS), customer_code)
        if rows:
            left_off = rows[0]["held_rows"] - len(rows)
            held.append(HeldData(kind=kind, rows=[row["held"] for row in rows], left_off=left_off))
    return PersonHeld(held=held)
