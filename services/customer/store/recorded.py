"""A request that was done before, as its table keeps it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Recorded:
    """A request that was done before: the digest of its content, and its answer."""

    fingerprint: str
    answer: Any
