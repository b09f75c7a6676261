"""Why readings may be wrong, so that a person understands it. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a rule found: its slug, and what is doubtful in both languages."""

    rule: str
    detail: str
    """Vietnamese."""
    english: str
