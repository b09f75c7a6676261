"""The register against its witness: every checkpoint outside, and the tree computed anew from the receipts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from services.receipt.checkpoints.checkpoint import Checkpoint, read_checkpoint
from services.receipt.checkpoints.comparison import RegisterState, compare
from services.receipt.checkpoints.notes import NoteError, Signed
from services.receipt.checkpoints.tree import Edge, leaf_hash
from services.receipt.signatures.keyring import Keyring
from services.receipt.store.checkpoints import Gap, gaps, kept_notes, logged_tokens, register_state
from services.receipt.witness.folder import LATEST
from shared.audit import AuditViolation
from shared.db import Connection


@dataclass(frozen=True)
class WitnessFacts:
    """What lies outside, and what the register has of it."""

    state: RegisterState
    checkpoints: dict[str, Checkpoint]
    """File → checkpoint that one of our keys has signed."""
    unusable: dict[str, str]
    """File → why it proves nothing."""
    roots: dict[int, bytes]
    """Size → root computed from the receipts, for the present tree and each checkpoint of its epoch."""
    missing: int = 0
    """Receipts that the tree has and the register does not."""
    gaps: list[Gap] = field(default_factory=list)
    not_kept: list[str] = field(default_factory=list)
    """Files of checkpoints of the present tree that were kept, and that the register keeps no more."""


async def collect_witness(
    connection: Connection, folder: Path, keyring: Keyring, *, recompute: bool = True
) -> WitnessFacts:
    """Read every checkpoint of a folder, and the whole tree in one snapshot; without ``recompute`` its stored root."""
    checkpoints, unusable, notes = _read(folder, keyring)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        state = await register_state(connection, list(checkpoints.values()))
        sizes = {checkpoint.size for checkpoint in checkpoints.values() if checkpoint.epoch == state.epoch}
        roots, missing = {state.size: state.root}, 0
        if recompute:
            roots, missing = await _roots(connection, state.epoch, sorted(sizes | {state.size}))
        kept = await kept_notes(connection, state.epoch)
        not_kept = [
            file
            for file, checkpoint in checkpoints.items()
            if file != LATEST and checkpoint.epoch == state.epoch and notes[file] not in kept
        ]
        return WitnessFacts(state, checkpoints, unusable, roots, missing, await gaps(connection), not_kept)


def invoice_links_outside(folder: Path, keyring: Keyring) -> set[tuple[str, int, bytes]]:
    """Return what stands for invoices, as checkpoints outside have it: symbol, the last number, and the link."""
    checkpoints, _, _ = _read(folder, keyring)
    return {
        (mark.symbol, mark.number, mark.link) for checkpoint in checkpoints.values() for mark in checkpoint.invoices
    }


def check_witness(facts: WitnessFacts) -> tuple[list[AuditViolation], list[AuditViolation]]:
    """Return what is wrong, and what a person should know."""
    wrong, remarks = [], [_found("a checkpoint outside can be used", file, why) for file, why in facts.unusable.items()]
    state = facts.state
    if facts.roots.get(state.size) != state.root or facts.missing:
        detail = f"{facts.missing} receipts of it are missing" if facts.missing else "its root is another one"
        wrong.append(_found("the tree is that of the receipts", f"{state.size} receipts", detail))
    for file, checkpoint in facts.checkpoints.items():
        compared = compare(state, checkpoint)
        root = facts.roots.get(checkpoint.size, checkpoint.root)
        if not compared.may_issue:
            wrong.append(_found("the register holds what its witness has", file, compared.detail))
        elif checkpoint.epoch == state.epoch and root != checkpoint.root:
            wrong.append(
                _found("the register holds what its witness has", file, f"another root over {checkpoint.size} receipts")
            )
    wrong += [_found("a checkpoint that was kept is in the register", file, "it is not") for file in facts.not_kept]
    remarks += [
        _found("numbers are declared lost", gap.series, f"{gap.first_number} to {gap.last_number}")
        for gap in facts.gaps
    ]
    return wrong, remarks


def _read(folder: Path, keyring: Keyring) -> tuple[dict[str, Checkpoint], dict[str, str], dict[str, str]]:
    """Return checkpoints, why others prove nothing, and the notes of all, each by its file."""
    checkpoints, unusable, notes = {}, {}, {}
    for path in sorted((*folder.glob(LATEST), *folder.glob("checkpoint-*.txt"))):
        try:
            notes[path.name] = path.read_text(encoding="utf-8")
            signed = read_checkpoint(notes[path.name], keyring)
        except (NoteError, OSError, UnicodeDecodeError) as error:
            unusable[path.name] = str(error)
            continue
        if signed.signed is Signed.BY_KNOWN_KEY:
            checkpoints[path.name] = signed.checkpoint
        else:
            unusable[path.name] = f"signed {signed.signed.value}"
    return checkpoints, unusable, notes


async def _roots(connection: Connection, epoch: int, sizes: Sequence[int]) -> tuple[dict[int, bytes], int]:
    """Return the root at each of some sizes, and how many receipts of the tree are missing."""
    edge, missing, roots = Edge(), 0, {0: Edge().root}
    wanted = [size for size in sizes if size]
    async for segment, tokens in logged_tokens(connection, epoch):
        missing += segment.size - len(tokens)
        rest = [leaf_hash(token) for token in tokens]
        while wanted and wanted[0] <= edge.size + len(rest):
            upto = wanted.pop(0) - edge.size
            edge, rest = edge.extended(rest[:upto]), rest[upto:]
            roots[edge.size] = edge.root
        edge = edge.extended(rest)
    return roots, missing


def _found(rule: str, subject: str, detail: str) -> AuditViolation:
    return AuditViolation("witness", rule, subject, detail)
