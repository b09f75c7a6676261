"""What services hold of one person, and what they have erased of it; asked for by ``thungan person``."""

from typing import Any, ClassVar

from pydantic import Field

from shared.contracts.message import Record, Reply

HELD_ROWS = 5_000
"""Rows of one kind that an answer has at most, the latest."""


class HeldData(Record):
    """Rows of one kind of personal data; ``shared/personal_data/kinds.yaml`` says what it is and why it is held."""

    kind: str
    rows: list[dict[str, Any]]
    left_off: int = 0
    """Older rows that are not in this answer."""


class PersonHeld(Reply):
    """All that a service holds of a person, kinds of which there is nothing left out."""

    maximum_size: ClassVar[int] = 12 * 1024 * 1024
    held: list[HeldData]


class RemovedData(Record):
    """How many rows of a kind were deleted, or have lost what told of the person."""

    kind: str
    rows: int = Field(ge=0)


class PersonErased(Reply):
    """What a service has removed; kinds of which there was nothing left out."""

    removed: list[RemovedData]
