"""Receipts as they are stored. Pure."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.receipt.signatures.token import to_text
from shared.contracts.actor import Actor
from shared.contracts.receipt import Receipt, ReceiptKind
from shared.printing.document import Document


@dataclass(frozen=True, slots=True)
class NewReceipt:
    """A receipt about to be stored."""

    receipt_id: UUID
    kind: ReceiptKind
    series: str
    number: int
    payment_id: UUID
    voids_receipt_id: UUID | None
    customer_code: str
    collector_code: str | None
    total: int
    vat: int
    issued_at: datetime
    key_id: bytes
    token: bytes
    lookup_code: str
    content: str


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """A receipt as stored, with what has become of it since."""

    new: NewReceipt
    template: str
    year: int
    seller_tax_code: str
    voided_at: datetime | None
    copies: int

    @property
    def bill_ids(self) -> list[UUID]:
        """The bills that its payment cleared when it was recorded."""
        return [UUID(bill["bill_id"]) for bill in self.event.get("bills", [])]

    @property
    def event(self) -> dict[str, Any]:
        """The event that caused it, as JSON."""
        event: dict[str, Any] = json.loads(self.new.content)["event"]
        return event

    @property
    def awaits_first_print(self) -> bool:
        """Whether no phone was given it to print when it was issued. One that is void is printed as a marked copy."""
        unprinted = self.event.get("device_id") is None and self.copies == 0
        return unprinted and self.voided_at is None and self.new.kind is ReceiptKind.ORIGINAL

    @property
    def body(self) -> Document:
        """The document without its signature."""
        return Document.model_validate(json.loads(self.new.content)["document"])

    def as_contract(self, url: str, short_url: str) -> Receipt:
        """Return it as other services see it."""
        new = self.new
        return Receipt(
            receipt_id=new.receipt_id,
            kind=new.kind,
            series=new.series,
            number=new.number,
            year=self.year,
            payment_id=new.payment_id,
            voids_receipt_id=new.voids_receipt_id,
            customer_code=new.customer_code,
            collector_code=new.collector_code,
            total=new.total,
            vat=new.vat,
            issued_at=new.issued_at,
            token=to_text(new.token),
            url=url,
            voided_at=self.voided_at,
            copies=self.copies,
            lookup_code=new.lookup_code,
            short_url=short_url,
        )


@dataclass(frozen=True, slots=True)
class Reprint:
    """A counted copy."""

    reprint_id: UUID
    receipt_id: UUID
    copy_number: int
    requested_by: str
    reason: str
    device_id: UUID | None
    document_id: UUID
    reprinted_at: datetime
    actor: Actor | None = None
    """Who asked for it; None from a version before."""
