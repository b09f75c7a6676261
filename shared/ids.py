"""Identifiers: made by the creator of the thing, so that a repeated request can be recognised."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a new UUIDv7: unique everywhere, and increasing with the time of its making."""
    return uuid7()
