"""Patterns that a person should look at: figures, and no verdict. Each service finds those in its own database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.db import Connection


@dataclass(frozen=True, slots=True)
class EarlySign:
    """What one collector, device or desk did, and how often."""

    sign: str
    subject: str
    """A collector's code, or who it was as the records name that one."""
    count: int
    among: int
    """Of how many: what the same one did in all."""
    amount: int = 0
    """đồng; 0 where the sign is not about money."""


async def find_signs(
    connection: Connection, statements: Mapping[str, str], began: datetime, ended: datetime
) -> list[EarlySign]:
    """Return the signs of a span; each statement selects subject, count, among and amount."""
    return [
        EarlySign(sign, **_members(row))
        for sign, statement in statements.items()
        for row in await connection.fetch(statement, began, ended)
    ]


def _members(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("subject", "count", "among", "amount")}
