"""Whose money a bank credit is: what its text says for certain, and what is only a proposal. No input or output.

Only what names one customer beyond doubt is booked by itself. Everything else waits for a person.
"""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from uuid import UUID

from shared.contracts.billing import BankCreditReason, BankCreditState
from shared.problems import Conflict
from shared.text import plain_signs, search_key, without_accents

_LETTERS = "0-9A-HJKMNP-TV-Z"
"""What the random part of a VietQR code's reference is made of (web/src/app/procedure.ts)."""
_RANDOM = 8
_LENGTHS = (11, 12, 13)
"""Of customer codes."""
_LEAST_CUT = 9
"""A beginning of a customer code that is worth a proposal."""

_CODE = re.compile(r"(?<![0-9A-Z])P[A-Z][0-9A-Z]{9,11}(?![0-9A-Z])")
_REFERENCE = re.compile(rf"(?<![0-9A-Z])TD(P[A-Z][0-9A-Z]{{9,11}})[{_LETTERS}]{{{_RANDOM}}}(?![0-9A-Z])")
_CUT = re.compile(rf"P[A-Z][0-9]{{{_LEAST_CUT - 2},11}}(?![0-9])")
_REFUND = re.compile(r"\b(hoan (tien|tra|lai)|tra lai|refund|reversal|return(ed)?)\b")
_NO_SIGNS = re.compile(r"[^0-9A-Z]+")


class BankCreditSettled(Conflict):
    """A credit that does not wait for a person any more; ``facts`` have its state."""

    slug = "bank-credit-settled"
    title = "The bank credit is settled"


def require_waiting(state: BankCreditState) -> None:
    """Refuse what is done to a credit that does not wait for a person. Raises :class:`BankCreditSettled`."""
    if state is not BankCreditState.UNMATCHED:
        raise BankCreditSettled("Khoản báo có này đã được xử lý.", facts={"state": state.value})


@dataclass(frozen=True, slots=True)
class ReadText:
    """What may be read in the text of a transfer."""

    references: frozenset[str]
    """What may be references of VietQR codes, letters and digits only."""
    whole_codes: frozenset[str]
    """What stands by itself and may be a customer code."""
    loose_codes: Mapping[str, bool]
    """What may be a customer code within other signs, and whether a digit follows directly."""
    cut_codes: frozenset[str]
    """Beginnings of what may be a customer code."""
    says_refund: bool

    @property
    def codes(self) -> frozenset[str]:
        """Everything that may be a whole customer code."""
        return self.whole_codes | self.loose_codes.keys()


@dataclass(frozen=True, slots=True)
class ShownCode:
    """A VietQR code that a phone has shown."""

    reference: str
    customer_code: str
    device_id: UUID | None
    """None where nobody waits at the phone any more."""

    @property
    def names_its_customer(self) -> bool:
        """Whether its reference has the code of its customer, as the payer sees it: a phone may tell something else."""
        head = f"TD{self.customer_code}"
        return self.reference.startswith(head) and len(self.reference) == len(head) + _RANDOM


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of what texts may say."""

    customers: Set[str]
    """Those of the codes that are customers'."""
    beginnings: Set[str]
    """Those of the customers' codes with which other customers' codes begin."""
    shown: Mapping[str, ShownCode]
    """By the reference."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whose credit it is, or why that is not certain."""

    customer_code: str | None = None
    matched_by: str = ""
    reference: str = ""
    """What of the text names the customer: kept with the payment, so that the phone finds its code."""
    device_id: UUID | None = None
    """The phone that showed the code."""
    reason: BankCreditReason | None = None


def squeezed(text: str) -> str:
    """Return letters and digits of a text in capitals, without accents: banks change or leave out the rest."""
    return _NO_SIGNS.sub("", without_accents(text).upper())


def read_text(text: str) -> ReadText:
    """Return what the text of a transfer may name."""
    plain = without_accents(plain_signs(text)).upper()
    dense = _NO_SIGNS.sub("", plain)
    whole = {found[0] for found in _CODE.finditer(plain)} | {found[1] for found in _REFERENCE.finditer(plain)}
    loose: dict[str, bool] = {}
    references = set()
    for start in (found.start() for found in re.finditer("P[A-Z]", dense)):
        for length in _LENGTHS:
            code = dense[start : start + length]
            if len(code) == length and code not in whole:
                loose[code] = loose.get(code, False) or dense[start + length : start + length + 1].isdigit()
            reference = dense[start - 2 : start + length + _RANDOM]
            if start >= 2 and reference.startswith("TD") and len(reference) == 2 + length + _RANDOM:
                references.add(reference)
    cut = {found[0] for found in _CUT.finditer(dense) if len(found[0]) <= _LENGTHS[-1]}
    return ReadText(
        references=frozenset(references),
        whole_codes=frozenset(whole),
        loose_codes=loose,
        cut_codes=frozenset(cut),
        says_refund=_REFUND.search(search_key(text)) is not None,
    )


def decide(text: ReadText, known: Known) -> Decision:
    """Return whose money it is where the text names one customer beyond doubt; else why a person has to look."""
    found = (known.shown[one] for one in text.references & known.shown.keys())
    shown = {one.customer_code: one for one in found if one.customer_code in known.customers and one.names_its_customer}
    whole = text.whole_codes & known.customers
    # Other codes run together with a reference; the ends of its own may look like one.
    beside = {
        code
        for code in text.loose_codes.keys() & known.customers
        if shown and not any(one.startswith(code) or code.startswith(one) for one in shown)
    }
    if len(shown.keys() | whole | beside) > 1:
        return Decision(reason=BankCreditReason.SEVERAL_CUSTOMERS)
    for code in shown.values():
        return Decision(code.customer_code, "reference", code.reference, code.device_id)
    if text.says_refund:
        return Decision(reason=BankCreditReason.REFUND)
    # A whole code that begins with another customer's is read for that one as well: the whole one is meant.
    loose = {
        code for code in text.loose_codes.keys() & known.customers if not any(one.startswith(code) for one in whole)
    }
    return _by_code(whole | loose, loose, text, known)


def _by_code(found: Set[str], loose: Set[str], text: ReadText, known: Known) -> Decision:
    if len(found) != 1:
        return Decision(reason=BankCreditReason.SEVERAL_CUSTOMERS if found else BankCreditReason.NO_CUSTOMER)
    [customer_code] = found
    # A bank may have cut it, and what is left is somebody else's; or the digits of something else follow.
    if customer_code in known.beginnings or (customer_code in loose and text.loose_codes[customer_code]):
        return Decision(reason=BankCreditReason.UNCERTAIN_CODE)
    return Decision(customer_code, "customer_code", customer_code)


def name_is_told(name: str, texts: Sequence[str]) -> bool:
    """Whether the name of a customer stands in what a bank tells, in any order of its words: two words at least."""
    words = set(search_key(name).split())
    told = set(search_key(" ".join(texts)).split())
    return len(words) > 1 and words <= told
