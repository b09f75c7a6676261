"""Which kinds of personal data there are, as ``kinds.yaml`` has them."""

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

FILE = Path(__file__).with_name("kinds.yaml")


class Erasure(StrEnum):
    """What becomes of a kind when the person wants it erased."""

    REMOVED = "removed"
    WHEN_ENDED = "when_ended"
    """Removed where supply has ended and nothing is owed."""
    KEPT = "kept"


class Kind(BaseModel):
    """A kind of personal data: what it is, why it is held, what becomes of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    service: str = "shared"
    tables: tuple[str, ...]
    holds: str
    why: str
    erased: Erasure
    days: int | None = None
    setting: str | None = None
    kept: str | None = None

    @property
    def how_long(self) -> str:
        """For how long it is kept, in words."""
        return self.kept or f"{self.days} days"


class Processor(BaseModel):
    """Somebody outside to whom personal data goes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    who: str
    gets: str
    why: str
    erased: str


class PersonalData(BaseModel):
    """The whole list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kinds: tuple[Kind, ...]
    shared: tuple[Kind, ...]
    not_personal: dict[Literal["shared", "customer", "billing", "receipt", "invoice", "notify", "gateway"], list[str]]
    processors: tuple[Processor, ...]


@cache
def personal_data() -> PersonalData:
    """Return the list as shipped."""
    return PersonalData.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def kind_of(name: str) -> Kind | None:
    """Return a kind by its name."""
    return next((kind for kind in (*personal_data().kinds, *personal_data().shared) if kind.kind == name), None)
