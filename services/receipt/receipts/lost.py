"""Whether a token of a lost receipt was signed for a payment or reversal: its document is drawn again. Pure.

The signature covers the hash of the content, and the content follows from the event, the number, the moment, and the
invoices that were known (ADR 36, ADR 84).
"""

from collections.abc import Sequence

from services.receipt.documents import Numbered
from services.receipt.domain.quotes import Quote, known_once
from services.receipt.domain.series import series_in
from services.receipt.legal_forms.rules import LegalForms
from services.receipt.receipts.content import content_hash, content_of
from services.receipt.receipts.draft import Draft
from services.receipt.signatures.token import Token, TokenKind
from shared.clock import business_day
from shared.contracts.receipt import ReceiptKind

TOKEN_KINDS = {ReceiptKind.ORIGINAL: TokenKind.ORIGINAL, ReceiptKind.VOID: TokenKind.VOID}


def numbered_in(token: Token) -> Numbered:
    """Return where a token says that its receipt stands."""
    claims = token.claims
    series = series_in(claims.symbol)
    return Numbered(claims.symbol.removesuffix(series), series, claims.number, claims.issued_moment)


def is_like(token: Token, draft: Draft) -> bool:
    """Whether what a token says of itself is what the draft would say, whatever invoices were known."""
    claims = token.claims
    said = (claims.customer_code, claims.total, claims.vat, claims.vat_rates, claims.periods, claims.collector_code)
    wanted = (draft.customer_code, draft.total, draft.vat, draft.vat_rates, draft.periods, draft.collector_code)
    return (said, claims.kind) == (wanted, TOKEN_KINDS[draft.kind])


def content_signed(token: Token, draft: Draft, forms: LegalForms, quotes: Sequence[Quote]) -> str | None:
    """Return the content that a token was signed over, if that is the draft's; else None.

    ``quotes`` are the invoices of its bills that are known now: it quoted those that were known then, in the layout
    that its unit had then.
    """
    claims = token.claims
    wanted = (draft.customer_code, draft.total, TOKEN_KINDS[draft.kind])
    if (claims.customer_code, claims.total, claims.kind) != wanted:
        return None
    day = business_day(claims.issued_moment)
    form = forms.form_of(draft.unit_code, day, settles_whole_bills=draft.settles_whole_bills)
    event, numbered = draft.event.model_dump(mode="json"), numbered_in(token)
    for compact in (draft.compact, not draft.compact):
        for known in known_once(() if form.template else quotes):
            content = content_of(event, draft.draw(numbered, form, known, compact=compact), known)
            if content_hash(content) == claims.content_hash:
                return content
    return None
