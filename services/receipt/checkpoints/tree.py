"""The Merkle tree of RFC 6962 (section 2.1; unchanged in RFC 9162): roots, proofs, and a right edge that grows. Pure.

A leaf is the token of a receipt. The edge of a tree holds the roots of its complete subtrees, the largest first: at
most as many as its size has binary digits, and all that is needed to add leaves and to name the root.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HASH_BYTES = 32

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node above two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Edge:
    """A tree as far as its root and its growth need it."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()
    """Roots of the complete subtrees, the largest first: one for each 1 in the binary form of ``size``."""

    def __post_init__(self) -> None:
        """Refuse what cannot be an edge."""
        if len(self.hashes) != self.size.bit_count() or any(len(item) != HASH_BYTES for item in self.hashes):
            raise ValueError(f"a tree of {self.size} leaves has no such edge")

    def extended(self, leaves: Iterable[bytes]) -> "Edge":
        """Return the edge after leaves (their hashes) were added on the right."""
        size, hashes = self.size, list(self.hashes)
        for leaf in leaves:
            top = leaf
            complete = size
            while complete & 1:
                top = node_hash(hashes.pop(), top)
                complete >>= 1
            hashes.append(top)
            size += 1
        return Edge(size, tuple(hashes))

    @property
    def root(self) -> bytes:
        """The root of the tree."""
        if not self.hashes:
            return EMPTY_ROOT
        *rest, root = self.hashes
        for left in reversed(rest):
            root = node_hash(left, root)
        return root


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaves (their hashes)."""
    return Edge().extended(leaves).root


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of one leaf: the sibling of the leaf first, a child of the root last."""
    if not 0 <= index < len(leaves):
        raise ValueError(f"a tree of {len(leaves)} leaves has none with the index {index}")
    path: list[bytes] = []
    begin, end = 0, len(leaves)
    while end - begin > 1:
        middle = begin + _largest_power_below(end - begin)
        if index < middle:
            path.append(root_of(leaves[middle:end]))
            end = middle
        else:
            path.append(root_of(leaves[begin:middle]))
            begin = middle
    return path[::-1]


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Return whether the path leads from a leaf (its hash) to the root (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def consistency_proof(leaves: Sequence[bytes], size: int) -> list[bytes]:
    """Return the proof that the tree over the first ``size`` leaves is the beginning of the whole one."""
    if not 0 < size <= len(leaves):
        raise ValueError(f"a tree of {len(leaves)} leaves does not begin with {size}")
    proof: list[bytes] = []
    begin, end, whole = 0, len(leaves), True
    while begin + size != end:
        middle = begin + _largest_power_below(end - begin)
        if begin + size <= middle:
            proof.append(root_of(leaves[middle:end]))
            end = middle
        else:
            proof.append(root_of(leaves[begin:middle]))
            size -= middle - begin
            begin, whole = middle, False
    if not whole:
        proof.append(root_of(leaves[begin:end]))
    return proof[::-1]


def is_consistent(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether the tree of ``first`` leaves begins that of ``second`` (RFC 9162, section 2.1.4.2)."""
    if first == second:
        return not proof and first_root == second_root
    if not 0 < first < second or not proof:
        return False
    path = list(proof) if first & (first - 1) else [first_root, *proof]
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _largest_power_below(size: int) -> int:
    """Return the largest power of two that is smaller than ``size``."""
    return 1 << (size - 1).bit_length() - 1
