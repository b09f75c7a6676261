"""Which tales of different sources are of one bank credit. No input or output.

A source tells of a credit once under its own id. Another source has other ids; what both share is account, direction,
amount and about the day, and then the bank's reference, the running balance, or the text. Where nothing but amount and
day speaks for it, it may be the same: then a person decides, because money booked twice or never is worse than a look.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from uuid import UUID

from services.billing.bank_credits.rules import read_text, squeezed

DAYS_APART = timedelta(days=1)
"""Some banks book what comes between 22:00 and 05:00 on the next day."""
_LEAST_REFERENCE = 6
_LEAST_TEXT = 10
_LEAST_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Told:
    """What one source tells of a credit, as far as it can be compared."""

    account_number: str
    outgoing: bool
    amount: int
    booked_on: date
    reference: str
    balance: int | None
    content: str


@dataclass(frozen=True, slots=True)
class KnownCredit:
    """A credit that was taken before, and who has told of it."""

    credit_id: UUID
    told: Told
    sources: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a tale is about."""

    same_as: UUID | None = None
    may_be: UUID | None = None
    """Another source may have told of it; None where it is new."""


def identify(source: str, tales: Sequence[Told], known: Iterable[KnownCredit]) -> list[Verdict]:
    """Return for each tale of a source whether it is a credit that others have told of. Each credit is taken once."""
    left = {one.credit_id: one for one in known if source not in one.sources}
    verdicts: dict[int, Verdict] = {}
    for is_alike in (_has_reference, _shares_reference, _shares_balance, _has_text, _shares_text):
        for place, told in enumerate(tales):
            if place in verdicts:
                continue
            found = next((one for one in left.values() if _could_be(told, one.told) and is_alike(told, one.told)), None)
            if found is not None:
                verdicts[place] = Verdict(same_as=found.credit_id)
                del left[found.credit_id]
    for place, told in enumerate(tales):
        if place not in verdicts:
            maybe = (one for one in left.values() if _could_be(told, one.told))
            verdicts[place] = Verdict(may_be=next((one.credit_id for one in maybe), None))
    return [verdicts[place] for place in range(len(tales))]


def _could_be(one: Told, other: Told) -> bool:
    return (
        (one.account_number, one.outgoing, one.amount) == (other.account_number, other.outgoing, other.amount)
        and abs(one.booked_on - other.booked_on) <= DAYS_APART
        and not _differs(one, other)
    )


def _has_reference(one: Told, other: Told) -> bool:
    """Whether both have one reference: short ones stand within other credits' longer ones."""
    return squeezed(one.reference) == squeezed(other.reference) and _shares_reference(one, other)


def _has_text(one: Told, other: Told) -> bool:
    return squeezed(one.content) == squeezed(other.content) and _shares_text(one, other)


def _shares_reference(one: Told, other: Told) -> bool:
    first, second = sorted((squeezed(one.reference), squeezed(other.reference)), key=len)
    return len(first) >= _LEAST_REFERENCE and first in second


def _shares_balance(one: Told, other: Told) -> bool:
    return one.balance is not None and one.balance == other.balance


def _shares_text(one: Told, other: Told) -> bool:
    first, second = sorted((squeezed(one.content), squeezed(other.content)), key=len)
    return len(first) >= _LEAST_TEXT and first in second


def _differs(one: Told, other: Told) -> bool:
    """Whether two texts name other customers: neither names one whose code, maybe cut, the other names."""
    if one.content == other.content:
        return False
    first, second = _named(one.content), _named(other.content)
    return bool(first and second) and not any(
        mine.startswith(theirs) or theirs.startswith(mine) for mine in first for theirs in second
    )


@lru_cache(maxsize=4096)
def _named(content: str) -> frozenset[str]:
    text = read_text(content)
    codes = text.whole_codes | {reference[2:] for reference in text.references}
    # Words may look like codes, and customers' codes have digits.
    return frozenset(code for code in codes if sum(letter.isdigit() for letter in code) >= _LEAST_DIGITS)
