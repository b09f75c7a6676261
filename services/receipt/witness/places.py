"""Where checkpoints lie outside of the databases."""

from typing import Protocol

from services.receipt.checkpoints.checkpoint import KeptCheckpoint


class PlaceAway(Exception):
    """A place cannot be read or written now; the message has the reason, and no secret."""


class Place(Protocol):
    """One place. Each call raises PlaceAway, and none lasts long."""

    name: str
    can_be_read: bool

    async def newest(self) -> list[str]:
        """Return the notes that may be the newest: the one that is replaced, and the last that was kept."""

    async def replace_newest(self, note: str) -> None:
        """Replace the newest note, whole or not at all."""

    async def keep(self, checkpoint: KeptCheckpoint) -> None:
        """Keep a checkpoint for good; one that is there already stays as it is."""
