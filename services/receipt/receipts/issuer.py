"""Takes a number: number, chain, signature and row are one transaction, under the lock of the series.

Nothing takes a number outside that lock, and the cause is looked up inside it: a message that comes again finds what
it made before. Whatever fails (the signer, the database, the process) undoes all of it, so numbers have no gaps.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.receipt.documents import Numbered
from services.receipt.domain.receipts import NewReceipt, StoredReceipt
from services.receipt.domain.series import FIRST_SUFFIX, Series, issue_year, year_of
from services.receipt.legal_forms.rules import LegalForms
from services.receipt.receipts.content import content_hash, content_of, seconds
from services.receipt.receipts.draft import Draft
from services.receipt.receipts.lost import TOKEN_KINDS, content_signed, is_like, numbered_in
from services.receipt.receipts.patience import SignerPatience
from services.receipt.signatures.chain import link_of
from services.receipt.signatures.keyring import UnusableKeyError
from services.receipt.signatures.lookup_codes import lookup_code
from services.receipt.signatures.signer import NoSigningKey, Signer
from services.receipt.signatures.token import NO_KEY, Algorithm, Claims, parse, seal, seal_unsigned
from services.receipt.store.checkpoints import recovered_tokens_of
from services.receipt.store.issued_invoices import quotes_of
from services.receipt.store.late_signatures import add_unsigned
from services.receipt.store.receipts import add_receipt, add_receipt_again, receipt_of_payment
from services.receipt.store.series import lock_series
from services.receipt.witness.guard import IssueGuard
from shared.clock import Clock, business_day, now
from shared.db import Connection
from shared.fingerprint import fingerprint
from shared.problems import Conflict, Unavailable


class OtherContent(Conflict):
    """The same payment came again with other facts; what was signed first stands."""

    slug = "receipt-with-other-content"
    title = "A receipt exists for this payment with other facts"


@dataclass(frozen=True, slots=True)
class Issuer:
    """Numbers, signs, chains and stores receipts."""

    signer: Signer
    forms: LegalForms
    first_suffix: str = FIRST_SUFFIX
    clock: Clock = now
    guard: IssueGuard = field(default_factory=IssueGuard)
    patience: SignerPatience = field(default_factory=SignerPatience)
    """After which a receipt is issued without a signature, which it gets later."""
    put_off: set[UUID] = field(default_factory=set)
    """Payments that were put off once because the invoices of their lost receipts may be on their way."""

    async def issue(self, connection: Connection, draft: Draft) -> StoredReceipt:
        """Number, sign, chain and store a receipt; or return the one that exists already for the same cause.

        Raises :class:`OtherContent` when the payment has a receipt with other facts,
        :class:`~services.receipt.signatures.signer.NoSigningKey`,
        :class:`~services.receipt.witness.guard.IssuingStopped`, and
        :class:`~services.receipt.legal_forms.rules.LegalFormError`.
        """
        before = self.guard.before()
        moment = self.clock().replace(microsecond=0)
        self._key_for(moment)  # fails before the series is locked
        form = self.forms.form_of(draft.unit_code, business_day(moment), settles_whole_bills=draft.settles_whole_bills)
        locked = await lock_series(
            connection,
            draft.seller_tax_code,
            issue_year(moment),
            form,
            self.first_suffix,
            payment_id=draft.payment_id,
            kind=draft.kind,
            bill_ids=draft.bill_ids,
        )
        event = draft.event.model_dump(mode="json")
        # What another copy has made while this waited for the lock, the register refuses, and this is tried again.
        existing = await receipt_of_payment(connection, draft.payment_id, draft.kind) if locked.has_receipt else None
        if existing is not None:
            known = type(draft.event).model_validate(existing.event)
            if fingerprint(known) != fingerprint(draft.event):
                raise OtherContent("Khoản thanh toán này đã có biên nhận với nội dung khác.")
            return existing
        self.guard.require(locked, before)
        if locked.has_recovered:
            again = await self._recovered(connection, draft)
            if again is not None:
                return again
        # Clocks of several copies differ by a little; along the chain time never runs backwards.
        issued_at = max(moment, locked.last_issued_at or moment)
        numbered = Numbered(locked.series.template, locked.series.name, locked.last_number + 1, issued_at)
        quotes = () if form.template else locked.quotes
        content = content_of(event, draft.draw(numbered, form, quotes, compact=draft.compact), quotes)
        claims = _claims(draft, locked.series, numbered, locked.last_link, content)
        key_id, token = self._sealed(claims, issued_at)
        receipt = _receipt(draft, numbered, key_id, token, content)
        await add_receipt(connection, receipt, link_of(token))
        if key_id == NO_KEY:
            await add_unsigned(connection, receipt.series, receipt.number)
        series = locked.series
        return StoredReceipt(receipt, series.template, series.year, series.seller_tax_code, None, 0)

    def _key_for(self, moment: datetime) -> tuple[bytes, Algorithm] | None:
        """Return the key that signs; None where none does and has not for too long. Raises NoSigningKey before that."""
        try:
            return self.signer.key_for(moment)
        except (NoSigningKey, UnusableKeyError):
            if not self.patience.is_over():
                raise
            return None

    def _sealed(self, claims: Claims, issued_at: datetime) -> tuple[bytes, bytes]:
        """Return key id and token; without a signature where nothing signs for too long. Raises NoSigningKey."""
        key = self._key_for(issued_at)
        if key is not None:
            key_id, algorithm = key
            try:
                token = seal(claims, key_id, algorithm, lambda message: self.signer.sign(key_id, message))
            except NoSigningKey:
                if not self.patience.is_over():
                    raise
            else:
                self.patience.signed()
                return key_id, token
        return NO_KEY, seal_unsigned(claims)

    async def _recovered(self, connection: Connection, draft: Draft) -> StoredReceipt | None:
        """Return the receipt that was signed for this before it was lost, and that a customer has shown since.

        It is the one whose signature covers what is drawn again from the event under its number and moment. Where one
        says the same and cannot be drawn, it may quote invoices whose events were sent again before this payment's and
        are handled at the same time: this is tried once more, a second later. Raises Unavailable for that.
        """
        may_come = False
        for raw in await recovered_tokens_of(connection, draft.customer_code):
            token = parse(raw)
            content = content_signed(token, draft, self.forms, await quotes_of(connection, draft.bill_ids))
            if content is None:
                may_come = may_come or is_like(token, draft)
                continue
            self.put_off.discard(draft.payment_id)
            numbered = numbered_in(token)
            receipt = _receipt(draft, numbered, token.key_id, raw, content)
            await add_receipt_again(connection, receipt)
            year = year_of(numbered.series)
            return StoredReceipt(receipt, numbered.template, year, token.claims.issuer, None, 0)
        if may_come and draft.payment_id not in self.put_off:
            self.put_off.add(draft.payment_id)
            raise Unavailable("the invoices that a lost receipt quotes may be on their way")
        self.put_off.discard(draft.payment_id)
        return None


def _receipt(draft: Draft, numbered: Numbered, key_id: bytes, token: bytes, content: str) -> NewReceipt:
    return NewReceipt(
        receipt_id=draft.receipt_id,
        kind=draft.kind,
        series=numbered.series,
        number=numbered.number,
        payment_id=draft.payment_id,
        voids_receipt_id=draft.voids.new.receipt_id if draft.voids else None,
        customer_code=draft.customer_code,
        collector_code=draft.collector_code,
        total=draft.total,
        vat=draft.vat,
        issued_at=numbered.issued_at,
        key_id=key_id,
        token=token,
        lookup_code=lookup_code(token),
        content=content,
    )


def _claims(draft: Draft, series: Series, numbered: Numbered, previous: bytes, content: str) -> Claims:
    voided = draft.voids
    return Claims(
        issuer=series.seller_tax_code,
        issued_at=seconds(numbered.issued_at),
        symbol=series.symbol,
        number=numbered.number,
        customer_code=draft.customer_code,
        total=draft.total,
        vat=draft.vat,
        vat_rates=draft.vat_rates,
        periods=draft.periods,
        collector_code=draft.collector_code,
        previous=previous,
        content_hash=content_hash(content),
        kind=TOKEN_KINDS[draft.kind],
        voids=(f"{voided.template}{voided.new.series}", voided.new.number) if voided else None,
    )
