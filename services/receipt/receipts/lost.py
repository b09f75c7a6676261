"""Whether a token of a lost receipt was signed for a payment or reversal: its document is drawn again. Pure.

The signature covers the hash of the content, and the content follows from the event, the number and the moment
(ADR 36).
"""

from services.receipt.documents import Numbered
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


def content_signed(token: Token, draft: Draft, forms: LegalForms) -> str | None:
    """Return the content that a token was signed over, if that is the draft's; else None."""
    claims = token.claims
    wanted = (draft.customer_code, draft.total, TOKEN_KINDS[draft.kind])
    if (claims.customer_code, claims.total, claims.kind) != wanted:
        return None
    day = business_day(claims.issued_moment)
    form = forms.form_of(draft.unit_code, day, settles_whole_bills=draft.settles_whole_bills)
    content = content_of(draft.event.model_dump(mode="json"), draft.draw(numbered_in(token), form))
    return content if content_hash(content) == claims.content_hash else None
