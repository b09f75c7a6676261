"""Compares the register with a checkpoint that lies outside of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from services.receipt.checkpoints.checkpoint import Checkpoint, Mark
from services.receipt.domain.series import format_number


class Finding(Enum):
    """What a comparison found."""

    SAME_OR_NEWER = "the register holds what the witness has"
    BEHIND = "the register is older than the witness"
    DIFFERS = "the register holds other receipts than the witness"
    LOG_BEHIND = "the register holds the receipts, and its tree is older than the witness"


@dataclass(frozen=True, slots=True)
class RegisterState:
    """How far the register has come."""

    epoch: int
    size: int
    """Receipts in its tree; those that were issued since the last checkpoint are not in it yet."""
    root: bytes
    numbers: Mapping[str, int]
    """Series → its last number."""
    links: Mapping[tuple[str, int], bytes]
    """Series and number, for the numbers that the checkpoint names → what the next token holds."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A finding, with one sentence for an operator."""

    finding: Finding
    detail: str = ""

    @property
    def may_issue(self) -> bool:
        """Whether receipts may be issued."""
        return self.finding is Finding.SAME_OR_NEWER


def compare(register: RegisterState, witness: Checkpoint) -> Comparison:
    """Compare a register with the latest checkpoint of one place."""
    if witness.epoch < register.epoch:
        return Comparison(Finding.SAME_OR_NEWER)  # declared lost by a recovery
    if witness.epoch > register.epoch:
        return Comparison(
            Finding.BEHIND, f"the register was recovered {witness.epoch - 1} times, this one {register.epoch - 1} times"
        )
    series = next(filter(None, (_compare_series(register, mark) for mark in witness.marks)), None)
    if series is not None:
        return series
    if witness.size > register.size:
        return Comparison(
            Finding.LOG_BEHIND, f"its tree has {register.size} receipts, that of the witness {witness.size}"
        )
    if witness.size == register.size and witness.root != register.root:
        return Comparison(Finding.DIFFERS, f"the roots over {witness.size} receipts differ")
    return Comparison(Finding.SAME_OR_NEWER)


def _compare_series(register: RegisterState, mark: Mark) -> Comparison | None:
    stands = register.numbers.get(mark.series, 0)
    if stands < mark.number:
        return Comparison(
            Finding.BEHIND,
            f"{mark.series} stands at {format_number(stands)}, the witness has {format_number(mark.number)}",
        )
    if register.links.get((mark.series, mark.number)) != mark.link:
        return Comparison(
            Finding.DIFFERS, f"{mark.series} {format_number(mark.number)} is another receipt than the witness has"
        )
    return None
