"""Whom an incident touches."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from shared.db import Connection


class Touched(NamedTuple):
    """Somebody whose data it was."""

    customer_code: str
    name: str
    phone: str | None
    address: str
    unit_code: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose data it was: everybody's of any of these."""

    units: list[str] = field(default_factory=list)
    routes: list[str] = field(default_factory=list)
    collectors: list[str] = field(default_factory=list)
    customers: list[str] = field(default_factory=list)
    everybody: bool = False

    def and_customers(self, codes: Sequence[str]) -> "Scope":
        """Return the scope with further customers."""
        return replace(self, customers=[*self.customers, *codes])


_TOUCHED = """
SELECT customer_code, customers.name, phone, address, customers.unit_code FROM customers JOIN routes USING (route_code)
WHERE $5 OR customers.unit_code = ANY ($1) OR route_code = ANY ($2) OR collector_code = ANY ($3)
    OR customer_code = ANY ($4)
ORDER BY customer_code
"""


async def touched(connection: Connection, scope: Scope) -> list[Touched]:
    """Return code, name, phone number, address and unit of everybody in a scope."""
    rows = await connection.fetch(
        _TOUCHED, scope.units, scope.routes, scope.collectors, scope.customers, scope.everybody, timeout=600
    )
    return [Touched(*row) for row in rows]
