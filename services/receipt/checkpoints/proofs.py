"""A proof that a receipt is in a checkpoint (C2SP tlog-proof): a text that needs nothing but public keys. Pure.

``extra`` holds the token of the receipt, so that one file is the whole proof.
"""

import base64
from dataclasses import dataclass

from services.receipt.checkpoints.notes import NoteError
from services.receipt.checkpoints.tree import HASH_BYTES, is_included, leaf_hash

FIRST_LINE = "c2sp.org/tlog-proof@v1"


class ProofError(NoteError):
    """The text is no proof."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A receipt, its place in the tree, the path to the root, and the checkpoint that names the root."""

    token: bytes
    index: int
    path: tuple[bytes, ...]
    note: str

    def leads_to(self, size: int, root: bytes) -> bool:
        """Return whether the receipt is in the tree of that size and root."""
        return is_included(leaf_hash(self.token), self.index, size, self.path, root)

    def to_text(self) -> str:
        """Return the proof as text."""
        lines = [FIRST_LINE, f"extra {_encode(self.token)}", f"index {self.index}", *map(_encode, self.path)]
        return "".join(f"{line}\n" for line in lines) + f"\n{self.note}"


def is_proof(text: str) -> bool:
    """Return whether a text is meant as a proof."""
    return text.startswith(FIRST_LINE)


def read_proof(text: str) -> Proof:
    """Read a proof. Raises ProofError."""
    head, found, note = text.partition("\n\n")
    lines = head.split("\n")
    if not found or len(lines) < 3 or lines[0] != FIRST_LINE:
        raise ProofError("not a proof, or without its checkpoint")
    extra, index = lines[1].partition(" "), lines[2].partition(" ")
    if extra[0] != "extra" or index[0] != "index" or not index[2].isascii() or not index[2].isdigit():
        raise ProofError("without the receipt, or without its place in the tree")
    try:
        token = base64.b64decode(extra[2], validate=True)
        path = tuple(base64.b64decode(line, validate=True) for line in lines[3:])
    except ValueError as error:
        raise ProofError("not base64") from error
    if any(len(item) != HASH_BYTES for item in path):
        raise ProofError("a hash of another length")
    return Proof(token, int(index[2]), path, note)


def _encode(value: bytes) -> str:
    return base64.b64encode(value).decode()
