"""Taking a number: number, chain, signature and row are one transaction, under the lock of the series.

Nothing takes a number outside that lock, and the cause is looked up inside it: a message that comes again finds what
it made before. Whatever fails (the signer, the database, the process) undoes all of it, so numbers have no gaps.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.receipt import store
from services.receipt.chain import link_of
from services.receipt.documents import Numbered
from services.receipt.domain import Series, issue_year
from services.receipt.signing import Signer
from services.receipt.store import NewReceipt, StoredReceipt
from services.receipt.token import Claims, TokenKind, lookup_code, seal
from shared.clock import Clock
from shared.contracts.message import Event
from shared.contracts.receipt import ReceiptKind
from shared.db import Connection
from shared.printing.document import Document
from shared.problems import Conflict

_KINDS = {ReceiptKind.ORIGINAL: TokenKind.ORIGINAL, ReceiptKind.VOID: TokenKind.VOID}


class OtherContent(Conflict):
    """The same payment came again with other facts; what was signed first stands."""

    slug = "receipt-with-other-content"
    title = "A receipt exists for this payment with other facts"


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything of a receipt but its number, its moment and its signature."""

    receipt_id: UUID
    kind: ReceiptKind
    payment_id: UUID
    seller_tax_code: str
    customer_code: str
    collector_code: str | None
    total: int
    vat: int
    vat_rates: str
    periods: tuple[int, ...]
    event: Event
    draw: Callable[[Numbered], Document]
    """Makes the paper without its signature, once series and number are known."""
    voids: StoredReceipt | None = None


async def issue(
    connection: Connection, draft: Draft, *, signer: Signer, clock: Clock, first_suffix: str
) -> StoredReceipt:
    """Number, sign, chain and store a receipt; or return the one that exists already for the same cause.

    Raises :class:`OtherContent` when the payment has a receipt with other facts, and
    :class:`~services.receipt.signing.NoSigningKey`.
    """
    moment = clock().replace(microsecond=0)
    signer.key_for(moment)  # before anybody waits for the lock
    locked = await store.lock_series(connection, draft.seller_tax_code, issue_year(moment), first_suffix)
    event = draft.event.model_dump(mode="json")
    existing = await store.receipt_of_payment(connection, draft.payment_id, draft.kind)
    if existing is not None:
        if existing.event != event:
            raise OtherContent("Khoản thanh toán này đã có biên nhận với nội dung khác.")
        return existing
    # Clocks of several copies differ by a little; along the chain time never runs backwards.
    issued_at = max(moment, locked.last_issued_at or moment)
    numbered = Numbered(locked.series.template, locked.series.name, locked.last_number + 1, issued_at)
    content = content_of(event, draft.draw(numbered))
    key_id, algorithm = signer.key_for(issued_at)
    claims = _claims(draft, locked.series, numbered, locked.last_link, content)
    token = seal(claims, key_id, algorithm, lambda message: signer.sign(key_id, message))
    receipt = NewReceipt(
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
        issued_at=issued_at,
        key_id=key_id,
        token=token,
        lookup_code=lookup_code(token),
        content=content,
    )
    await store.add_receipt(connection, receipt, link_of(token))
    series = locked.series
    return StoredReceipt(receipt, series.template, series.year, series.seller_tax_code, None, 0)


def content_of(event: dict[str, Any], body: Document) -> str:
    """Return the content that is hashed into the signature, as JSON that has only one form."""
    content = {"event": event, "document": body.model_dump(mode="json")}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_hash(content: str) -> bytes:
    """Return the SHA-256 of a receipt's content."""
    return hashlib.sha256(content.encode()).digest()


def seconds(moment: datetime) -> int:
    """Return whole seconds since 1970-01-01 UTC."""
    return int(moment.timestamp())


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
        kind=_KINDS[draft.kind],
        voids=(f"{voided.template}{voided.new.series}", voided.new.number) if voided else None,
    )
