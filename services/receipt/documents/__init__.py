"""Documents as they are printed, made from events. Pure."""

from services.receipt.documents.agreement import agreement
from services.receipt.documents.copy import marked_copy, marked_view
from services.receipt.documents.cut_warning import cut_warning
from services.receipt.documents.notice import notice
from services.receipt.documents.parts import DocumentOptions, Seal, check_address
from services.receipt.documents.receipt import Numbered, receipt_body, settles_whole_bills, with_signature
from services.receipt.documents.shift import shift_slip
from services.receipt.documents.void import void_body
from services.receipt.documents.words import Words

__all__ = [
    "DocumentOptions",
    "Numbered",
    "Seal",
    "Words",
    "agreement",
    "check_address",
    "cut_warning",
    "marked_copy",
    "marked_view",
    "notice",
    "receipt_body",
    "settles_whole_bills",
    "shift_slip",
    "void_body",
    "with_signature",
]
