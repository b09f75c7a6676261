"""Verifies a token with public keys alone: no network, no service, no database. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.receipt.domain.series import format_lookup_code, format_number, series_in
from services.receipt.signatures.keyring import Keyring
from services.receipt.signatures.lookup_codes import lookup_code
from services.receipt.signatures.token import Claims, Token, TokenError, read_token
from shared.check_wording import CHECKS, check_sentence, field_label, kind_name
from shared.clock import VIETNAM
from shared.contracts.common import Language
from shared.contracts.receipt import (
    CheckState,
    CodeFault,
    FollowedCorrection,
    QuotedInvoice,
    Receipt,
    Verification,
    VerificationCheck,
)
from shared.money import format_dong

_TOKEN_IN_TEXT = re.compile(r"[A-Z2-7]{120,}")


@dataclass(frozen=True, slots=True)
class TokenReport:
    """What is known of one token; each check has a state of its own."""

    states: dict[str, CheckState]
    token: Token | None
    """None when it is not canonical."""

    @property
    def valid(self) -> bool:
        """True unless a check failed. Offline, what could not be checked does not count against it."""
        return CheckState.FAILED not in self.states.values()

    @property
    def authentic(self) -> bool:
        """True when the seller signed exactly this."""
        return self.states["signature"] is CheckState.PASSED

    def with_states(self, **states: CheckState) -> "TokenReport":
        """Return the report with what was found out about more checks."""
        return replace(self, states=self.states | states)

    def fields(self, language: Language = Language.VIETNAMESE) -> dict[str, str]:
        """Return the signed fields under labels, for comparing with the paper; empty when unreadable."""
        if self.token is None:
            return {}
        values = _field_values(self.token, language)
        return {field_label(name, language): value for name, value in values.items() if value}

    def sentences(self, language: Language = Language.VIETNAMESE) -> dict[str, str]:
        """Return one sentence for each check."""
        return {check: check_sentence(check, self.states[check], language) for check in CHECKS}

    def verification(
        self,
        *,
        receipt: Receipt | None = None,
        voided: bool = False,
        copies: int = 0,
        prints: int = 0,
        unsigned: bool = False,
        signed_later_at: datetime | None = None,
        code_fault: CodeFault | None = None,
        restoring: bool = False,
        entered_again: bool = False,
        followed_by: Sequence[FollowedCorrection] = (),
        invoices: Sequence[QuotedInvoice] = (),
    ) -> Verification:
        """Return the report as the contract's message; the lookup code is shown as the receipt has it on paper."""
        fields = self.fields()
        if receipt is not None and receipt.lookup_code:
            fields[field_label("lookup_code")] = format_lookup_code(receipt.lookup_code)
        return Verification(
            valid=self.valid,
            checks=[
                VerificationCheck(check=check, state=self.states[check], detail=sentence)
                for check, sentence in self.sentences().items()
            ],
            fields=fields,
            receipt=receipt,
            voided=voided,
            copies=copies,
            prints=prints,
            followed_by=list(followed_by),
            invoices=list(invoices),
            unsigned=unsigned,
            signed_later_at=signed_later_at,
            code_fault=code_fault,
            restoring=restoring,
            entered_again=entered_again,
        )


def verify_token(scanned: str, keyring: Keyring) -> TokenReport:
    """Check a token, or the address from a QR code, offline. Bad input never raises: its check has failed."""
    try:
        token = read_token(scanned)
    except TokenError:
        states = dict.fromkeys(CHECKS, CheckState.NOT_CHECKED)
        return TokenReport(states | {"canonical": CheckState.FAILED}, None)
    return verify_read(token, keyring)


def verify_read(token: Token, keyring: Keyring) -> TokenReport:
    """Check a token that was read, and so is canonical."""
    states = dict.fromkeys(CHECKS, CheckState.NOT_CHECKED) | {"canonical": CheckState.PASSED}
    candidates = keyring.find(token.key_id)
    states["key_known"] = CheckState.PASSED if candidates else CheckState.FAILED
    if not candidates:
        return TokenReport(states, token)
    signer = next((key for key in candidates if key.verifies(token)), None)
    if signer is None:
        return TokenReport(states | {"signature": CheckState.FAILED}, token)
    states["signature"] = CheckState.PASSED
    was_valid = signer.was_valid_at(token.claims.issued_moment)
    if was_valid is not None:
        states["key_valid_then"] = CheckState.PASSED if was_valid else CheckState.FAILED
    return TokenReport(states, token)


def tokens_in(text: str) -> list[str]:
    """Return the tokens in a text: one token, an address, or a file with one of either on each line.

    Every line that is not empty counts, so that a damaged token is reported and not passed over; in lines of prose
    only what looks like a token does.
    """
    found: list[str] = []
    for line in text.splitlines():
        words = line.split()
        if len(words) == 1:
            found.append(words[0])
        else:
            found.extend(word for word in words if _TOKEN_IN_TEXT.search(word))
    return found


def verify_text(text: str, keyring: Keyring) -> list[tuple[str, TokenReport]]:
    """Check every token in ``text``."""
    return [(scanned, verify_token(scanned, keyring)) for scanned in tokens_in(text)]


def _field_values(token: Token, language: Language) -> dict[str, str]:
    claims = token.claims
    english = language is Language.ENGLISH
    return {
        "kind": kind_name(claims.kind.name.lower(), language),
        "series" if series_in(claims.symbol) == claims.symbol else "symbol": claims.symbol,
        "number": format_number(claims.number),
        "issued_at": claims.issued_moment.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S"),
        "issuer": claims.issuer,
        "customer_code": claims.customer_code,
        "total": format_dong(claims.total),
        "vat": format_dong(claims.vat),
        "vat_rates": ", ".join(f"{rate}%" for rate in claims.vat_rates.split(",") if rate),
        "periods": _periods(claims, english=english),
        "collector": claims.collector_code or "",
        "voids": f"{claims.voids[0]} {format_number(claims.voids[1])}" if claims.voids else "",
        "key_id": token.key_id.hex(),
        "lookup_code": format_lookup_code(lookup_code(token.raw)),
    }


def _periods(claims: Claims, *, english: bool) -> str:
    def named(period: int) -> str:
        month, cycle = divmod(period, 10)
        text = f"{month % 100:02d}/{month // 100}"
        if cycle == 0:
            text += f" ({'charge' if english else 'phí, lãi'})"
        if cycle > 1:
            text += f" ({'cycle' if english else 'kỳ'} {cycle})"
        return text

    match claims.periods:
        case ():
            return ""
        case (only,):
            return named(only)
        case (first, last, count):
            return f"{named(first)} – {named(last)} ({count} {'bills' if english else 'kỳ'})"
        case other:
            return " – ".join(map(named, other))
