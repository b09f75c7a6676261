"""Removes what no law keeps of a person, and counts it."""

from collections.abc import Iterable, Mapping

from shared.contracts.personal_data import PersonErased, RemovedData
from shared.db import Connection


async def run_removals(
    connection: Connection, statements: Mapping[str, Iterable[str]], *values: object
) -> PersonErased:
    """Run the statements of each kind, and return of how many rows something was removed.

    A row counts once for each statement that found something in it, so what was removed before counts for nothing.
    """
    removed = []
    for kind, some in statements.items():
        rows = 0
        for statement in some:
            rows += int((await connection.execute(statement, *values)).rpartition(" ")[2])
        if rows:
            removed.append(RemovedData(kind=kind, rows=rows))
    return PersonErased(removed=removed)
