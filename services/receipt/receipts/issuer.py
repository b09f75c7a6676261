"""Takes a number: number, chain, signature and row are one transaction, under the lock of the series.

Nothing takes a number outside that lock, and the cause is looked up inside it: a message that comes again finds what
it made before. Whatever fails (the signer, the database, the process) undoes all of it, so numbers have no gaps.
"""

from dataclasses import dataclass, field

from services.receipt.documents import Numbered
from services.receipt.domain.receipts import NewReceipt, StoredReceipt
from services.receipt.domain.series import FIRST_SUFFIX, Series, issue_year, year_of
from services.receipt.legal_forms.rules import LegalForms
from services.receipt.receipts.content import content_hash, content_of, seconds
from services.receipt.receipts.draft import Draft
from services.receipt.receipts.lost import TOKEN_KINDS, content_signed, numbered_in
from services.receipt.signatures.chain import link_of
from services.receipt.signatures.lookup_codes import lookup_code
from services.receipt.signatures.signer import Signer
from services.receipt.signatures.token import Claims, parse, seal
from services.receipt.store.checkpoints import recovered_tokens_of
from services.receipt.store.receipts import add_receipt, add_receipt_again, receipt_of_payment
from services.receipt.store.series import lock_series
from services.receipt.witness.guard import IssueGuard
from shared.clock import Clock, business_day, now
from shared.db import Connection
from shared.fingerprint import fingerprint
from shared.problems import Conflict


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

    async def issue(self, connection: Connection, draft: Draft) -> StoredReceipt:
        """Number, sign, chain and store a receipt; or return the one that exists already for the same cause.

        Raises :class:`OtherContent` when the payment has a receipt with other facts,
        :class:`~services.receipt.signatures.signer.NoSigningKey`,
        :class:`~services.receipt.witness.guard.IssuingStopped`, and
        :class:`~services.receipt.legal_forms.rules.LegalFormError`.
        """
        before = self.guard.before()
        moment = self.clock().replace(microsecond=0)
        self.signer.key_for(moment)  # fails before the series is locked
        form = self.forms.form_of(draft.unit_code, business_day(moment), settles_whole_bills=draft.settles_whole_bills)
        locked = await lock_series(
            connection,
            draft.seller_tax_code,
            issue_year(moment),
            form,
            self.first_suffix,
            payment_id=draft.payment_id,
            kind=draft.kind,
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
        content = content_of(event, draft.draw(numbered, form))
        key_id, algorithm = self.signer.key_for(issued_at)
        claims = _claims(draft, locked.series, numbered, locked.last_link, content)
        token = seal(claims, key_id, algorithm, lambda message: self.signer.sign(key_id, message))
        receipt = _receipt(draft, numbered, key_id, token, content)
        await add_receipt(connection, receipt, link_of(token))
        series = locked.series
        return StoredReceipt(receipt, series.template, series.year, series.seller_tax_code, None, 0)

    async def _recovered(self, connection: Connection, draft: Draft) -> StoredReceipt | None:
        """Return the receipt that was signed for this before it was lost, and that a customer has shown since.

        It is the one whose signature covers what is drawn again from the event under its number and moment.
        """
        for raw in await recovered_tokens_of(connection, draft.customer_code):
            token = parse(raw)
            content = content_signed(token, draft, self.forms)
            if content is None:
                continue
            numbered = numbered_in(token)
            receipt = _receipt(draft, numbered, token.key_id, raw, content)
            await add_receipt_again(connection, receipt)
            year = year_of(numbered.series)
            return StoredReceipt(receipt, numbered.template, year, token.claims.issuer, None, 0)
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
