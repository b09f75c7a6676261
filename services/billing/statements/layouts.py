"""Layouts of statements that a company has described, for banks whose columns no words find. Pure."""

from collections.abc import Mapping, Sequence
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from shared.dated_rules import DatedRule
from shared.text import search_key


class Columns(BaseModel):
    """What the header calls each column; compared without accents, case and signs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    day: str
    content: str
    debit: str | None = None
    """What left the account; together with ``credit``."""
    credit: str | None = None
    amount: str | None = None
    """In place of both: with a sign, or beside a column that says the direction."""
    direction: str | None = None
    balance: str | None = None
    reference: str | None = None
    counter_name: str | None = None
    counter_account: str | None = None
    counter_bank: str | None = None

    @field_validator("*")
    @classmethod
    def _says_something(cls, name: str | None) -> str | None:
        if name is not None and not search_key(name):
            raise ValueError("the header of a column has letters or digits")
        return name

    @model_validator(mode="after")
    def _has_amounts(self) -> Self:
        if (self.debit is None) != (self.credit is None) or (self.debit is None) == (self.amount is None):
            raise ValueError("columns name debit and credit, or amount")
        if self.direction is not None and self.amount is None:
            raise ValueError("direction goes with amount")
        return self


class StatementLayout(DatedRule):
    """How a bank writes statements; holds for those whose latest movement is of its day or later."""

    bank: str = Field(min_length=1, max_length=40)
    columns: Columns
    incoming: frozenset[str] = frozenset()
    """Of ``direction``: what it says of money that came in, such as ``C`` or ``+``."""
    outgoing: frozenset[str] = frozenset()

    @model_validator(mode="after")
    def _says_directions(self) -> Self:
        has_words = bool(self.incoming) and bool(self.outgoing)
        if (self.columns.direction is not None) != has_words:
            raise ValueError("a layout with direction, and no other, says incoming and outgoing")
        if self.incoming & self.outgoing:
            raise ValueError("one word says both directions")
        if self.units:
            raise ValueError("a layout is of a bank, not of units")
        return self

    def scopes(self) -> set[str]:
        """Return the bank: it has one layout from one day on."""
        return {self.bank}

    def places(self, cells: Sequence[str]) -> Mapping[str, int] | None:
        """Return where each column is in a header; None where this row is not the header."""
        keys = [search_key(cell) for cell in cells]
        found = {}
        for name, header in self.columns.model_dump(exclude_none=True).items():
            key = search_key(header)
            if key not in keys:
                return None
            found[name] = keys.index(key)
        return found
