"""Ids that follow from their cause, so that a repetition makes the same thing. Pure."""

from uuid import UUID, uuid5

_NAMESPACE = UUID("5f0b6d0a-6d2c-5c0e-9a43-0b7d4f1c2e88")


def derived_id(cause: str, cause_id: UUID) -> UUID:
    """Return the id that follows from a cause, so that a repeated cause makes the same thing once."""
    return uuid5(_NAMESPACE, f"{cause}:{cause_id}")


def receipt_id_of(payment_id: UUID) -> UUID:
    """Return the id of the receipt that stands for a payment."""
    return derived_id("receipt", payment_id)


def void_id_of(payment_id: UUID) -> UUID:
    """Return the id of the receipt that voids the receipt of a payment."""
    return derived_id("void", payment_id)


def document_id_of(receipt_id: UUID) -> UUID:
    """Return the id of the document that a receipt is first printed as."""
    return derived_id("paper", receipt_id)
