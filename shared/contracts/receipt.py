"""Messages that the receipt service owns."""

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.actor import Actor
from shared.contracts.acts import Acts
from shared.contracts.billing import CorrectionKind
from shared.contracts.common import CollectorCode, CustomerCode, Dong, Language, Moment, Reason
from shared.contracts.invoice import InvoiceState
from shared.contracts.message import Event, Record, Reply, Request
from shared.contracts.personal_data import PersonHeld
from shared.printing.document import Document


class ReceiptKind(StrEnum):
    """What a numbered, signed, chained entry of a series stands for."""

    ORIGINAL = "original"
    """Stands for one payment."""
    VOID = "void"
    """Voids an earlier receipt after its payment was reversed; a receipt is never edited or deleted."""


class Receipt(Record):
    """A signed receipt; immutable."""

    receipt_id: UUID
    kind: ReceiptKind
    series: str
    number: int
    year: int
    payment_id: UUID
    voids_receipt_id: UUID | None
    customer_code: CustomerCode
    collector_code: CollectorCode | None
    total: Dong
    vat: Dong
    issued_at: Moment
    token: str
    """The compact signed token, base32 as in the QR."""
    url: str
    voided_at: Moment | None = None
    copies: int = 0
    """How many copies (BẢN SAO) have been printed."""
    lookup_code: str = ""
    """Mã tra cứu, as stored: without dashes."""
    short_url: str = ""
    """Address of the check page by the lookup code, short enough for an SMS."""


class ReceiptReply(Reply):
    """The receipt with its document as it was first printed."""

    receipt: Receipt
    document: Document
    awaits_first_print: bool = False
    """Nobody was given it to print yet, as that of a transfer: what is printed next is the receipt itself, no copy."""
    bill_ids: list[UUID] = Field(default_factory=list)
    """The bills that its payment cleared, wholly or in part; empty from a version before."""


class GetReceipt(Request[ReceiptReply]):
    """Read a receipt by its id or by its payment; ``not-found`` when neither is known (yet)."""

    message_name: ClassVar[str] = "receipt.get"
    receipt_id: UUID | None = None
    payment_id: UUID | None = None


class CheckState(StrEnum):
    """The outcome of one check."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not_checked"


class VerificationCheck(Record):
    """One thing that was looked at, with a Vietnamese sentence for the reader."""

    check: str
    """``canonical``, ``signature``, ``key_known``, ``key_valid_then``, ``recorded``, ``chain``, ``not_voided``."""
    state: CheckState
    detail: str


class CodeFault(StrEnum):
    """Why a typed lookup code leads to no receipt."""

    MISTYPED = "mistyped"
    """No code is like that: a character is wrong, missing or too many."""
    UNKNOWN = "unknown"
    """It could be one and is not in the register; an old code has no check character, and may be mistyped."""


class FollowedCorrection(Record):
    """What followed on a bill that a receipt settles; the receipt stays true."""

    bill_number: str
    kind: CorrectionKind
    new_bill_number: str | None
    """The further bill, or the one that took the place; None where less is owed."""
    corrected_at: Moment


class QuotedInvoice(Record):
    """An invoice of a bill that a receipt settles: the invoice is the bill's, whether it is paid or not."""

    bill_number: str
    template: str
    symbol: str
    number: int
    made_on: date
    state: InvoiceState
    lookup_code: str = ""
    """Leads to the invoice itself."""


class Verification(Reply):
    """Everything that the checks of a token found; ``valid`` only when no check failed."""

    valid: bool
    checks: list[VerificationCheck]
    fields: dict[str, str]
    """The signed fields under Vietnamese labels, for comparing with the paper; empty when the token is unreadable."""
    receipt: Receipt | None
    voided: bool
    copies: int
    restoring: bool = False
    """The register is being restored after a loss: what is signed rightly and not in it is genuine."""

    entered_again: bool = False
    """The number on the paper was lost: ``receipt`` is the one under which the payment stands in the register now."""

    prints: int = 0
    """How often the receipt itself may have been printed: further attempts after an unclear one count. 0: not known."""
    followed_by: list[FollowedCorrection] = Field(default_factory=list)
    """Corrections of the bills that the receipt settles, the earliest first; it stays true all the same."""
    invoices: list[QuotedInvoice] = Field(default_factory=list)
    """Invoices of these bills that exist by now, the earliest first."""
    unsigned: bool = False
    """It was issued while nothing could sign: the register has it, and its number and chain are those of others."""
    signed_later_at: Moment | None = None
    """When a signature over it and its neighbours was made."""
    code_fault: CodeFault | None = None
    """Set when a lookup code was typed that leads to no receipt; it says nothing about the receipt."""


class VerifyToken(Request[Verification]):
    """Check a token as scanned: signature, key, canonical form, and whether it is on record, voided, reprinted."""

    message_name: ClassVar[str] = "receipt.verify"
    token: str = Field(min_length=1, max_length=2000)


class ReprintReply(Reply):
    """The copy that was queued for printing."""

    receipt: Receipt
    copy_number: int
    """0: nobody had printed the receipt yet, so this is the receipt itself."""
    document_id: UUID


class ReprintReceipt(Request[ReprintReply]):
    """Print a counted copy (BẢN SAO lần n) of a receipt. Repeatable by ``reprint_id``: counted once."""

    message_name: ClassVar[str] = "receipt.reprint"
    reprint_id: UUID
    receipt_id: UUID
    requested_by: str = Field(min_length=1, max_length=80)
    reason: Reason
    device_id: UUID | None


class GetReceiptActs(Request[Acts]):
    """Read who caused, copied and printed the receipts of payments."""

    message_name: ClassVar[str] = "receipt.acts"
    payment_ids: list[UUID] = Field(max_length=1000)


class PublicKey(Record):
    """A key that verifies tokens, kept for the whole retention time."""

    key_id: str
    algorithm: str
    public_key_pem: str
    not_before: Moment
    not_after: Moment | None


class PublicKeysReply(Reply):
    """All keys, retired ones included."""

    keys: list[PublicKey]


class GetPublicKeys(Request[PublicKeysReply]):
    """Read the public keys, so that anyone can verify without a network later."""

    message_name: ClassVar[str] = "receipt.public_keys"


class PaperKind(StrEnum):
    """Kinds of printed documents."""

    NOTICE = "notice"
    RECEIPT = "receipt"
    COPY = "copy"
    VOID = "void"
    SHIFT_SLIP = "shift_slip"
    TEST_PAGE = "test_page"


class DocumentReady(Event):
    """A document to print on a phone's printer; the gateway makes a print job of it."""

    message_name: ClassVar[str] = "document.ready"
    document_id: UUID
    """Also the id of the print job; derived from what caused it, so a repeat is the same job."""
    kind: PaperKind
    device_id: UUID | None
    """None: no printer was named; the document is kept and can be reprinted."""
    customer_code: CustomerCode | None
    document: Document
    language: Language = Language.VIETNAMESE
    not_after: Moment | None
    """Past this moment the document is stale and must not be printed; None for receipts."""
    copy_number: int = 0
    reprint_of: UUID | None = None
    receipt_id: UUID | None = None
    payment_id: UUID | None = None
    visit_id: UUID | None = None
    summary: str
    """One Vietnamese line for the phone's list of print jobs."""
    account_version: int | None = None
    """The account that a notice was made from: once billing has reported a later one, it is not printed any more."""


class ReceiptIssued(Event):
    """A receipt exists: signed, numbered, chained."""

    message_name: ClassVar[str] = "receipt.issued"
    receipt: Receipt
    bill_ids: list[UUID] = Field(default_factory=list)
    """The bills that its payment cleared, wholly or in part; empty from a version before."""
    actor: Actor | None = None
    """Who recorded or reversed the payment; None from a version before."""


class GetReceiptPerson(Request[PersonHeld]):
    """Read what the receipt service holds of a customer as a person."""

    message_name: ClassVar[str] = "receipt.person"
    customer_code: CustomerCode
