"""What an audit finds: one type for the audit of every service, of the databases together, and of chaos runs."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from shared.db import Connection

_PAGE = 1000


@dataclass(frozen=True, order=True)
class AuditViolation:
    """Something that must not be."""

    service: str
    """Whose data shows it; ``between`` when two databases disagree."""
    rule: str
    """Stable name of the rule that is broken, most often a sentence."""
    subject: str
    """What it is about: a customer code, a receipt, an id."""
    detail: str
    """The figures that disagree, or what was found instead."""

    def as_dict(self) -> dict[str, str]:
        """Return the violation for JSON."""
        return asdict(self)


async def broken_rules(connection: Connection, service: str, rules: Mapping[str, str]) -> list[AuditViolation]:
    """Return every violation of ``rules``: each is a statement that selects what breaks it as (subject, detail)."""
    return [
        AuditViolation(service, rule, str(row[0]), str(row[1]))
        for rule, statement in rules.items()
        for row in await connection.fetch(statement)
    ]


async def rows_in_order(connection: Connection, statement: str, *arguments: object) -> AsyncIterator[Any]:
    """Yield the rows of a statement, a page of them in memory; needs a transaction. Several may be read in turns."""
    async for row in connection.cursor(statement, *arguments, prefetch=_PAGE):
        yield row


_IMPLAUSIBLE_TIMES = """
SELECT format('%s %s', table_name, row_id),
    format('%s was %s, is now %s', column_name, was, coalesce(is_now::text, 'nothing'))
FROM implausible_times ORDER BY found_at, table_name, row_id, column_name
"""


async def implausible_times(connection: Connection, service: str) -> list[AuditViolation]:
    """Return the times that a migration has put right, each for a person to look at; they break no rule any more."""
    rule = "a time that could not be right was put right"
    return [AuditViolation(service, rule, row[0], row[1]) for row in await connection.fetch(_IMPLAUSIBLE_TIMES)]
