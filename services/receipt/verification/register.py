"""Verifies a token against the register: whether it is on record, in its place, voided, reprinted."""

from datetime import datetime

from services.receipt.documents import DocumentOptions, Words
from services.receipt.domain.receipts import StoredReceipt
from services.receipt.domain.series import series_in
from services.receipt.legal_forms.rules import LegalForms
from services.receipt.metrics import GENUINE_UNKNOWN
from services.receipt.receipts.draft import draft_of_payment
from services.receipt.receipts.lost import content_signed
from services.receipt.receipts.printout import contract_of
from services.receipt.signatures.chain import first_link, link_of
from services.receipt.signatures.keyring import Keyring
from services.receipt.signatures.late import read_range
from services.receipt.signatures.lookup_codes import read_typed_code
from services.receipt.signatures.token import Token, to_text
from services.receipt.store.bill_corrections import corrections_of
from services.receipt.store.checkpoints import gaps, is_lost, link_behind_gap, token_by_lookup_code
from services.receipt.store.issued_invoices import invoices_of, quotes_of
from services.receipt.store.late_signatures import late_signature_of
from services.receipt.store.prints import prints_of
from services.receipt.store.receipts import receipt_by_number, receipts_behind_gaps
from services.receipt.store.series import last_number
from services.receipt.verification.tokens import TokenReport, verify_read, verify_token
from shared.check_wording import CHECKS
from shared.contracts.billing import PaymentRecorded
from shared.contracts.common import Language
from shared.contracts.receipt import CheckState, CodeFault, Verification
from shared.db import Connection

_PASSED, _FAILED = CheckState.PASSED, CheckState.FAILED


async def verify_on_record(  # noqa: PLR0911 each answer is another finding
    scanned: str,
    connection: Connection,
    keyring: Keyring,
    options: DocumentOptions,
    *,
    forms: LegalForms,
    restoring: bool = False,
) -> Verification:
    """Check a scanned token, address or typed lookup code. Bad input is an answer, never an error.

    ``restoring``: the register is known to lack receipts that were issued. Of a receipt that a recovery has declared
    lost, the answer has the one that its payment got behind the gap.
    """
    typed = read_typed_code(scanned)
    if typed is not None:
        found = None if typed.mistyped else await token_by_lookup_code(connection, typed.candidates)
        if found is None:
            failed, fault = ("canonical", CodeFault.MISTYPED) if typed.mistyped else ("recorded", CodeFault.UNKNOWN)
            states = dict.fromkeys(CHECKS, CheckState.NOT_CHECKED) | {failed: _FAILED}
            lost = fault is CodeFault.UNKNOWN and (restoring or bool(await gaps(connection)))
            return TokenReport(states, None).verification(code_fault=fault, restoring=lost)
        scanned = to_text(found)
    report = verify_token(scanned, keyring)
    if report.token is not None and report.token.is_unsigned:
        return await _unsigned(connection, report.token, keyring, options)
    if report.token is None or not report.authentic:
        return report.verification()
    receipt = await _on_record(connection, report.token)
    if receipt is None:
        again = await _entered_again(connection, report.token, options, forms)
        if again is not None:
            return await _found(connection, report, again, options, entered_again=True)
        if restoring or await _may_be_lost(connection, report.token):
            return report.verification(restoring=True)
        GENUINE_UNKNOWN.inc()
        return report.with_states(recorded=_FAILED).verification()
    report = report.with_states(chain=await _follows(connection, report.token))
    return await _found(connection, report, receipt, options)


async def _unsigned(connection: Connection, token: Token, keyring: Keyring, options: DocumentOptions) -> Verification:
    """Check what was issued without a signature: anybody can write such a token, so the register must have it."""
    receipt = await _on_record(connection, token)
    if receipt is None:
        return verify_read(token, keyring).with_states(recorded=_FAILED).verification()
    states = dict.fromkeys(CHECKS, CheckState.NOT_CHECKED) | {"canonical": _PASSED}
    report = TokenReport(states, token).with_states(chain=await _follows(connection, token))
    later = await late_signature_of(connection, receipt.new.series, receipt.new.number)
    signed_later_at = None
    if later is not None:
        message, tokens = later
        signature = read_range(message)
        genuine = signature.is_genuine(keyring) and signature.covers(tokens)
        state = _PASSED if genuine else _FAILED
        report = report.with_states(signature=state, key_known=state, key_valid_then=state)
        signed_later_at = signature.signed_at if genuine else None
    return await _found(connection, report, receipt, options, unsigned=True, signed_later_at=signed_later_at)


async def _found(
    connection: Connection,
    report: TokenReport,
    receipt: StoredReceipt,
    options: DocumentOptions,
    *,
    entered_again: bool = False,
    unsigned: bool = False,
    signed_later_at: datetime | None = None,
) -> Verification:
    voided = receipt.voided_at is not None
    report = report.with_states(recorded=_PASSED, not_voided=_FAILED if voided else _PASSED)
    return report.verification(
        receipt=contract_of(receipt, options),
        voided=voided,
        copies=receipt.copies,
        prints=await prints_of(connection, receipt.new.receipt_id),
        entered_again=entered_again,
        unsigned=unsigned,
        signed_later_at=signed_later_at,
        followed_by=await corrections_of(connection, receipt.bill_ids),
        invoices=await invoices_of(connection, receipt.bill_ids),
    )


async def _entered_again(
    connection: Connection, token: Token, options: DocumentOptions, forms: LegalForms
) -> StoredReceipt | None:
    """Return the receipt under which the payment of a lost one stands in the register, if it does."""
    claims = token.claims
    if not await is_lost(connection, series_in(claims.symbol), claims.number, token.raw):
        return None
    for stored in await receipts_behind_gaps(connection, claims.customer_code, claims.total, claims.issued_moment):
        words = Words(Language(stored.body.language))
        draft = draft_of_payment(PaymentRecorded.model_validate(stored.event), options, words)
        quotes = await quotes_of(connection, draft.bill_ids)
        if content_signed(token, draft, forms, quotes) is not None:
            return stored
    return None


async def _on_record(connection: Connection, token: Token) -> StoredReceipt | None:
    """Return the receipt with the token's series and number, if its token is this very one."""
    series = series_in(token.claims.symbol)
    receipt = await receipt_by_number(connection, series, token.claims.number)
    return receipt if receipt is not None and receipt.new.token == token.raw else None


async def _follows(connection: Connection, token: Token) -> CheckState:
    """Return whether the token holds the hash of the one that stands before it in the register; not if that is lost."""
    claims = token.claims
    series = series_in(claims.symbol)
    if claims.number == 1:
        link: bytes | None = first_link(claims.issuer, claims.symbol)
    elif (before := await receipt_by_number(connection, series, claims.number - 1)) is not None:
        link = link_of(before.new.token)
    else:
        link = await link_behind_gap(connection, series, claims.number - 1)
        if link is None and await is_lost(connection, series, claims.number - 1, b""):
            return CheckState.NOT_CHECKED
    return _PASSED if link == claims.previous else _FAILED


async def _may_be_lost(connection: Connection, token: Token) -> bool:
    """Return whether the register has lost the receipt: its number is in a gap, or the series never came so far."""
    series, number = series_in(token.claims.symbol), token.claims.number
    last = await last_number(connection, series)
    return last is None or number > last or await is_lost(connection, series, number, token.raw)
