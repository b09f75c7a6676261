"""A partner's file of one business day: read whole or refused whole, and compared with the register. Pure.

UTF-8, without quotes, lines that end with a line feed: a header, one line a payment or cancellation, and a trailer
``TRAILER,lines,sum,sha256``: how many lines stand between header and trailer, their amounts (payments less
cancellations), and the SHA-256 of everything before the trailer, in small hexadecimal digits.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from shared.contracts.billing import PartnerEntryKind, PartnerVerdict
from shared.problems import Conflict

HEADER = "partner,business_date,partner_txn_id,customer_code,bill_ids,amount,type,occurred_at,point_code"
RESULT_HEADER = f"{HEADER},result,our_amount"
_TRAILER = "TRAILER"
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.:-]{0,99}", re.ASCII)
_CUSTOMER = re.compile(r"P[A-Z][0-9A-Z]{9,11}", re.ASCII)
_AMOUNT = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class PartnerFileRefused(Conflict):
    """A file that is not taken: nothing of it was compared. ``facts`` name the line."""

    slug = "partner-file-refused"
    title = "The file is not taken"


@dataclass(frozen=True, slots=True)
class Entry:
    """A payment or cancellation, as one side has it."""

    kind: PartnerEntryKind
    partner_payment_id: str
    customer_code: str
    amount: int
    text: str = ""
    """The line as the partner wrote it."""

    @property
    def key(self) -> tuple[PartnerEntryKind, str]:
        """What it is known by on both sides."""
        return self.kind, self.partner_payment_id


@dataclass(frozen=True, slots=True)
class Compared:
    """An entry with how it stands; ``theirs`` or ``ours`` is None where that side has it not."""

    verdict: PartnerVerdict
    theirs: Entry | None
    ours: Entry | None

    @property
    def entry(self) -> Entry:
        """The entry, as the partner has it where it does."""
        found = self.theirs or self.ours
        assert found is not None  # noqa: S101 - one side has it
        return found


def refused(line: int, why: str) -> PartnerFileRefused:
    """Return the refusal that names a line, counted from 1."""
    return PartnerFileRefused(f"Dòng {line}: {why}", facts={"line": line, "why": why})


def read_file(content: str, partner_code: str) -> tuple[date, list[Entry]]:
    """Return the business day of a file and its entries. Raises :class:`PartnerFileRefused`."""
    if "\r" in content or not content.endswith("\n"):
        raise refused(content.count("\n") + 1, "lines end with a line feed, the last one too")
    lines = content[:-1].split("\n")
    if lines[0].removeprefix("\ufeff") != HEADER:
        raise refused(1, f"the header is {HEADER}")
    if len(lines) < 2 or not lines[-1].startswith(f"{_TRAILER},"):
        raise refused(len(lines), "there is no trailer")
    body = lines[1:-1]
    entries: list[Entry] = []
    days: set[date] = set()
    for number, text in enumerate(body, start=2):
        day, entry = _entry(number, text, partner_code)
        if days and day not in days:
            raise refused(number, "it is of another business day than the lines before")
        days.add(day)
        entries.append(entry)
    _check_trailer(lines[-1], len(lines), entries, content)
    if not days:
        raise refused(len(lines), "a file has at least one line; a day without payments needs none")
    return days.pop(), entries


def _entry(number: int, text: str, partner_code: str) -> tuple[date, Entry]:
    # No field needs quotes: a line with some can be read in two ways.
    if '"' in text:
        raise refused(number, "it has quotes")
    # Kept and sent back as it came: what the database cannot hold, or ends a line elsewhere, is none of ours.
    if not text.isprintable():
        raise refused(number, "it has control characters")
    fields = text.split(",")
    if len(fields) != len(HEADER.split(",")):
        raise refused(number, f"it has {len(fields)} fields")
    partner, day, payment_id, customer_code, _, amount, kind, occurred_at, _ = fields
    if partner != partner_code:
        raise refused(number, "partner is another one")
    checks = ((_DAY, day, "business_date"), (_ID, payment_id, "partner_txn_id"))
    for pattern, value, name in (*checks, (_CUSTOMER, customer_code, "customer_code"), (_AMOUNT, amount, "amount")):
        if not pattern.fullmatch(value):
            raise refused(number, f"{name} is wrong")
    if kind not in set(PartnerEntryKind):
        raise refused(number, "type is PAY or REV")
    try:
        business_date, moment = date.fromisoformat(day), datetime.fromisoformat(occurred_at)
    except ValueError:
        raise refused(number, "business_date or occurred_at cannot be read") from None
    if moment.tzinfo is None:
        raise refused(number, "occurred_at has no offset")
    return business_date, Entry(PartnerEntryKind(kind), payment_id, customer_code, int(amount), text)


def _check_trailer(text: str, number: int, entries: Sequence[Entry], content: str) -> None:
    fields = text.split(",")
    before = content[: len(content) - len(text) - 1]
    expected = (_TRAILER, str(len(entries)), str(signed_sum(entries)), hashlib.sha256(before.encode()).hexdigest())
    for name, given, wanted in zip(("trailer", "lines", "sum", "sha256"), fields, expected, strict=False):
        if given != wanted:
            raise refused(number, f"{name} of the trailer is {given[:80]}, and {wanted} by the lines")
    if len(fields) != len(expected):
        raise refused(number, "the trailer has four fields")


def signed_sum(entries: Sequence[Entry]) -> int:
    """Return payments less cancellations."""
    return sum(entry.amount if entry.kind is PartnerEntryKind.PAY else -entry.amount for entry in entries)


def compare(theirs: Sequence[Entry], ours: Sequence[Entry]) -> list[Compared]:
    """Compare both sides: the file's lines in their order, and then what only the register has."""
    here = {entry.key: entry for entry in ours}
    seen: set[tuple[PartnerEntryKind, str]] = set()
    compared = []
    for entry in theirs:
        own = here.get(entry.key)
        if entry.key in seen:
            verdict = PartnerVerdict.DUPLICATE
        elif own is None:
            verdict = PartnerVerdict.MISSING_HERE
        elif (own.amount, own.customer_code) != (entry.amount, entry.customer_code):
            verdict = PartnerVerdict.AMOUNT_DIFFERS
        else:
            verdict = PartnerVerdict.MATCHED
        seen.add(entry.key)
        compared.append(Compared(verdict, entry, own))
    missing = (entry for entry in ours if entry.key not in seen)
    return [*compared, *(Compared(PartnerVerdict.MISSING_THERE, None, entry) for entry in missing)]


def counts_of(compared: Sequence[Compared]) -> Mapping[PartnerVerdict, int]:
    """Return how many entries have each verdict, those without any too."""
    found = Counter(one.verdict for one in compared)
    return {verdict: found[verdict] for verdict in PartnerVerdict}


def result_of(compared: Sequence[Compared], partner_code: str, day: date) -> str:
    """Return the file that goes back: each line with its verdict, and a trailer as the partner's."""
    lines = "".join(f"{line}\n" for line in (RESULT_HEADER, *_result_lines(compared, partner_code, day)))
    digest = hashlib.sha256(lines.encode()).hexdigest()
    theirs = [one.theirs for one in compared if one.theirs is not None]
    return f"{lines}{_TRAILER},{len(compared)},{signed_sum(theirs)},{digest}\n"


def _result_lines(compared: Sequence[Compared], partner_code: str, day: date) -> Iterator[str]:
    for one in compared:
        entry, ours = one.entry, "" if one.ours is None else one.ours.amount
        # A line of the partner's goes back as it came; of what it has not, its amount is left out.
        text = entry.text or f"{partner_code},{day},{entry.partner_payment_id},{entry.customer_code},,,{entry.kind},,"
        yield f"{text},{one.verdict},{ours}"
