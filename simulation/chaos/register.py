"""What becomes of the register of receipts when a backup of it is restored: what it had, and what must hold in the end.

Pure. What is on paper is the proof: a restore may lose rows, never what a customer holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from services.receipt.domain.series import format_number
from shared.audit import AuditViolation

Place = tuple[str, int]
"""Series and number."""

_UNCOUNTED = "each printed copy is counted"


@dataclass(frozen=True)
class Register:
    """What the register holds at a moment."""

    receipts: Mapping[Place, bytes] = field(default_factory=dict)
    """Where each token stands."""
    recovered: frozenset[bytes] = frozenset()
    """Tokens that customers have shown."""
    gaps: tuple[tuple[str, int, int], ...] = ()
    """Series, first and last number of what was declared lost."""
    copies: Mapping[str, str] = field(default_factory=dict)
    """Counted copy → its receipt."""
    emitted: frozenset[str] = frozenset()
    """Message ids of its events."""

    def declares_lost(self, series: str, number: int) -> bool:
        """Return whether a number was declared lost."""
        return any(name == series and first <= number <= last for name, first, last in self.gaps)


@dataclass
class Losses:
    """What restores of a run have taken from the register, for good unless it was recovered."""

    receipts: dict[bytes, Place] = field(default_factory=dict)
    """Where each receipt stood that was signed and set back, by its token."""
    shown: set[bytes] = field(default_factory=set)
    """Those that customers have shown."""
    copies: dict[str, str] = field(default_factory=dict)
    """Counted copy that was set back → its receipt."""
    emitted: set[str] = field(default_factory=set)
    """Message ids of events that were sent and are in no archive any more."""
    wrong: list[AuditViolation] = field(default_factory=list)
    """What was not as it must be while the register was older than its witness."""

    def note(self, before: Register, after: Register) -> None:
        """Note what a restore has taken."""
        kept = set(after.receipts.values())
        self.receipts |= {token: place for place, token in before.receipts.items() if token not in kept}
        self.copies |= {copy: receipt for copy, receipt in before.copies.items() if copy not in after.copies}
        self.emitted |= before.emitted - after.emitted

    def explain(self, violation: AuditViolation) -> bool:
        """Return whether a finding of the audit is what a restore leaves for good: a copy that nobody counted."""
        return violation.rule == _UNCOUNTED and violation.subject in self.copies.values()


def check_register(papers: Mapping[bytes, Place], losses: Losses, register: Register) -> Iterator[AuditViolation]:
    """Yield what must not be: a number that was signed twice, a paper that nothing in the register accounts for.

    ``papers``: tokens that came out of printers, with the series and number that was signed in them.
    """
    yield from losses.wrong
    known = {**losses.receipts, **papers}
    signed: dict[Place, set[bytes]] = defaultdict(set)
    for place, token in register.receipts.items():
        signed[place].add(token)
    for token, place in known.items():
        signed[place].add(token)
    for (series, number), tokens in sorted(signed.items()):
        if len(tokens) > 1:
            yield _broken("no number is signed twice", series, number, f"{len(tokens)} receipts have it")
    for token, (series, number) in sorted(known.items(), key=lambda item: item[1]):
        if register.receipts.get((series, number)) == token or register.declares_lost(series, number):
            continue
        what = "printed" if token in papers else "signed"
        yield _broken("what is on paper is in the register, or lost by name", series, number, f"{what}, and in no gap")
    for token in losses.shown:
        series, number = losses.receipts[token]
        if token not in register.recovered:
            yield _broken("a receipt that its customer shows is recovered", series, number, "it was not taken in")
        elif register.receipts.get((series, number)) != token:
            yield _broken("a receipt that its customer shows is recovered", series, number, "its payment has another")


def _broken(rule: str, series: str, number: int, detail: str) -> AuditViolation:
    return AuditViolation("history", rule, f"{series} {format_number(number)}", detail)
