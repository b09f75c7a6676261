"""Numbers that were ported: the network that they are in now, which their prefix does not tell."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.db import Connection
from shared.phones import Operator, operator_of

_KNOWN = {one.value: one for one in Operator}


class Source(StrEnum):
    """From where it is known that a number was ported."""

    LIST = "list"
    """Imported by a person."""
    PROVIDER = "provider"
    """A provider named the network in a delivery report."""


@dataclass(frozen=True)
class PortedNumber:
    """A number and the network that it is in."""

    phone: str
    operator: Operator
    source: Source
    noted_at: datetime


def known_operator(written: str | None) -> Operator | None:
    """Return the network that a row names; None also for one that only a later version knows."""
    return _KNOWN.get(written) if written else None


_OPERATORS = "SELECT phone, operator FROM ported_numbers WHERE phone = ANY($1)"


async def ported_operators(connection: Connection, phones: Collection[str]) -> Mapping[str, Operator]:
    """Return the networks of those of the numbers that were ported."""
    if not phones:
        return {}
    rows = await connection.fetch(_OPERATORS, list(phones))
    return {row["phone"]: operator for row in rows if (operator := known_operator(row["operator"]))}


_KEEP = """
INSERT INTO ported_numbers AS known (phone, operator, source, noted_at)
SELECT phone, operator, $3, $4 FROM unnest($1::text[], $2::text[]) AS new (phone, operator) ORDER BY phone
ON CONFLICT (phone) DO UPDATE SET operator = excluded.operator, source = excluded.source, noted_at = excluded.noted_at
WHERE excluded.source = 'list' OR known.source <> 'list'
"""


async def keep_ported(
    connection: Connection, operators: Mapping[str, Operator], source: Source, moment: datetime
) -> None:
    """Keep which networks numbers are in. What a provider reports replaces nothing that a person has imported."""
    if operators:
        networks = [operator.value for operator in operators.values()]
        await connection.execute(_KEEP, list(operators), networks, source.value, moment)


async def learn_operators(connection: Connection, reported: Sequence[tuple[str, str]], moment: datetime) -> None:
    """Keep the networks that providers name for numbers, where the prefix does not tell the same."""
    named = {phone: Operator(operator) for phone, operator in reported if operator in _KNOWN}
    known = await ported_operators(connection, named)
    news = {phone: operator for phone, operator in named.items() if operator_of(phone, known) is not operator}
    await keep_ported(connection, news, Source.PROVIDER, moment)


_READ = "SELECT phone, operator, source, noted_at FROM ported_numbers WHERE phone = $1"


async def read_ported(connection: Connection, phone: str) -> PortedNumber | None:
    """Return what is known of a number; None: it was not ported, as far as is known."""
    row = await connection.fetchrow(_READ, phone)
    if row is None:
        return None
    return PortedNumber(row["phone"], Operator(row["operator"]), Source(row["source"]), row["noted_at"])


_REMOVE = "DELETE FROM ported_numbers WHERE phone = $1 RETURNING true"


async def remove_ported(connection: Connection, phone: str) -> bool:
    """Forget that a number was ported; False when that was not known."""
    return bool(await connection.fetchval(_REMOVE, phone))


_COUNTS = "SELECT operator, source, count(*) AS count FROM ported_numbers GROUP BY operator, source ORDER BY 1, 2"


async def count_ported(connection: Connection) -> list[tuple[str, str, int]]:
    """Return how many numbers are known to be in each network, by source."""
    return [(row["operator"], row["source"], row["count"]) for row in await connection.fetch(_COUNTS)]
