"""Ids that follow from their cause, so that a repetition makes the same invoice; codes that nobody guesses. Pure."""

import base64
import secrets
from uuid import UUID, uuid5

_NAMESPACE = UUID("8e1d6a1c-93c5-5d0b-8a0e-2f6f3f2b7a11")

_LOOKUP_BYTES = 10


def invoice_id_of(cause_id: UUID) -> UUID:
    """Return the id of the invoice that a bill, or what is taken off one, has."""
    return uuid5(_NAMESPACE, f"invoice:{cause_id}")


def reduction_id_of(correction_id: UUID, bill_id: UUID) -> UUID:
    """Return the id of what a correction takes off a bill."""
    return uuid5(_NAMESPACE, f"reduction:{correction_id}:{bill_id}")


def new_lookup_code() -> str:
    """Return a code (mã tra cứu) by which whoever has the invoice finds it: 80 bits by chance, 16 characters."""
    return base64.b32encode(secrets.token_bytes(_LOOKUP_BYTES)).decode()
