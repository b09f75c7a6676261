"""A statement of one of the utility's bank accounts, and the sums that show that nothing of it is missing. Pure."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise

from shared.clock import VIETNAM
from shared.contracts.billing import SeenBankCredit
from shared.text import tidy, without_accents

_MOST_MOVED, _MOST_HELD = 10**12, 10**15
"""đồng: more than any movement, and any balance."""
_YEARS = range(2000, 2101)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class StatementError(ValueError):
    """A statement that cannot be taken as it is; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One movement; amounts in đồng."""

    line: int
    """Where it stands in its file."""
    day: date
    at: time | None
    credit: int
    """What came in."""
    debit: int
    """What left."""
    balance: int | None
    """Of the account after it."""
    reference: str
    content: str
    counter_name: str = ""
    counter_account: str = ""
    counter_bank: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """All movements of an account between two balances."""

    source: str
    """Whose ids its movements have: one for each layout, because a bank writes a movement differently in each."""
    account_number: str
    opening: int | None
    closing: int | None
    rows: Sequence[StatementRow]
    is_notice: bool = False
    """Tells of some movements between two statements: nothing is missing from it."""

    @property
    def credits(self) -> int:
        """What came in, đồng."""
        return sum(row.credit for row in self.rows)

    @property
    def debits(self) -> int:
        """What left, đồng."""
        return sum(row.debit for row in self.rows)

    def check(self) -> None:
        """Raise :class:`StatementError` unless the balances show that no movement is missing, doubled or misread."""
        if not self.account_number:
            raise StatementError("the account is not named in the file: name it by --account")
        for row in self.rows:
            if max(row.credit, row.debit) > _MOST_MOVED or abs(row.balance or 0) > _MOST_HELD:
                raise StatementError(f"line {row.line}: no account moves or holds as much")
            if row.day.year not in _YEARS:
                raise StatementError(f"line {row.line}: {row.day} is no day of this time")
        has_totals = self.opening is not None and self.closing is not None
        if has_totals and (self.opening or 0) + self.credits - self.debits != self.closing:
            raise StatementError(
                f"opening {self.opening} + credits {self.credits} - debits {self.debits} is not closing {self.closing}"
            )
        chained = [row for row in self.rows if row.balance is not None]
        is_chained = bool(chained) and len(chained) == len(self.rows)
        if is_chained and (broken := _broken(chained)) is not None:
            raise StatementError(f"line {broken}: the balance does not follow from the one before")
        if self.rows and not has_totals and not is_chained and not self.is_notice:
            raise StatementError("neither opening and closing nor a balance in each row: nothing proves it whole")

    def told(self) -> Iterator[SeenBankCredit]:
        """Yield the movements as a source tells of them: each has the same id in whichever file it stands."""
        alike: Counter[str] = Counter()
        for row in self.rows:
            key = self._key(row)
            alike[key] += 1
            moment = datetime.combine(row.day, row.at or time(12), VIETNAM)
            yield SeenBankCredit(
                source_id=key if alike[key] == 1 else f"{key}-{alike[key]}",
                account_number=self.account_number,
                outgoing=row.debit > 0,
                amount=row.credit or row.debit,
                transacted_at=moment,
                reference=_shown(row.reference, 100),
                balance=row.balance,
                content=_shown(row.content, 1000),
                counter_name=_shown(row.counter_name, 200),
                counter_account=_shown(row.counter_account, 60),
                counter_bank=_shown(row.counter_bank, 100),
            )

    def _key(self, row: StatementRow) -> str:
        told = (
            self.account_number,
            row.day,
            row.credit - row.debit,
            row.balance,
            _dense(row.reference),
            _dense(row.content),
        )
        return hashlib.sha256("|".join(map(str, told)).encode()).hexdigest()[:40]


def _shown(text: str, most: int) -> str:
    """Return a text that can be stored and shown."""
    return tidy(_UNSEEN.sub(" ", text))[:most]


def _dense(text: str) -> str:
    return "".join(letter for letter in without_accents(tidy(text)).upper() if letter.isalnum())


def _broken(rows: Sequence[StatementRow]) -> int | None:
    """Return the line where the balances break off, read downwards and upwards; None where one way holds."""
    down = _first_break(rows)
    return None if down is None or _first_break(rows[::-1]) is None else down


def _first_break(rows: Sequence[StatementRow]) -> int | None:
    for before, row in pairwise(rows):
        if (before.balance or 0) + row.credit - row.debit != row.balance:
            return row.line
    return None
