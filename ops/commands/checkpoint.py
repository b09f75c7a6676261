"""``thungan checkpoint``: what lies outside of the databases about the register. Needs no running service."""

from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from ops.console import JsonOption, fail, print_json, print_line, print_table
from ops.databases import database
from ops.runner import run
from ops.system import keys_folder, witness_folder
from services.receipt.checkpoints.checkpoint import SignedCheckpoint, read_checkpoint
from services.receipt.checkpoints.notes import NoteError, Signed
from services.receipt.checkpoints.proofs import Proof, is_proof, read_proof
from services.receipt.checkpoints.tree import inclusion_proof, leaf_hash
from services.receipt.domain.series import format_number, series_in
from services.receipt.signatures.key_folder import KeyFolder
from services.receipt.signatures.keyring import Keyring, UnusableKeyError
from services.receipt.signatures.lookup_codes import read_typed_code
from services.receipt.signatures.token import TokenError, parse, read_token
from services.receipt.store.checkpoints import logged_tokens, present_log, token_by_lookup_code
from services.receipt.store.receipts import receipt_by_id, receipt_by_number
from shared.db import Connection

app = typer.Typer(
    add_completion=False, help="The register's checkpoints outside of the databases: show, prove, verify."
)

KeyOption = Annotated[
    Path | None,
    typer.Option("--key", help="Public keys: PEM, or the JSON of `thungan keys`; the key folder's if left out."),
]
FolderOption = Annotated[
    Path | None, typer.Option("--folder", help="Folder of the checkpoints; the receipt service's if left out.")
]


@app.command()
def show(folder: FolderOption = None, key: KeyOption = None, as_json: JsonOption = False) -> None:
    """Show the newest checkpoint in the folder, and how many are kept there."""
    place = folder or witness_folder()
    latest = _read(place / "latest.txt")
    kept = len(list(place.glob("checkpoint-*.txt")))
    signed = _checkpoint(latest, keyring_of(key), str(place))
    if as_json:
        print_json(_as_dict(signed) | {"kept": kept, "folder": str(place)})
        return
    _print(signed)
    print_line(f"  kept: {kept} in {place}")


@app.command()
def prove(
    receipt: Annotated[
        str, typer.Argument(help="Series and number (BN26-AA/1650), token, lookup code or id.", metavar="RECEIPT")
    ],
    out: Annotated[Path | None, typer.Option("--out", help="Write the proof to this file (.tlog-proof).")] = None,
    folder: FolderOption = None,
    key: KeyOption = None,
) -> None:
    """Prove that a receipt is in the newest checkpoint; reads the database, and no service."""
    place = folder or witness_folder()
    signed = _checkpoint(_read(place / "latest.txt"), keyring_of(key), str(place))
    text = run(_prove(receipt, signed)).to_text()
    if out is None:
        print_line(text.rstrip("\n"))
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"cannot write {out}: {error.strerror}")
    print_line(f"{out}: proof for a checkpoint of {signed.checkpoint.size:,} receipts")


@app.command()
def verify(
    files: Annotated[list[Path], typer.Argument(help="Checkpoints and proofs.", metavar="FILE…")],
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Verify checkpoints and proofs with public keys alone, and checkpoints against one another.

    The exit code is 0 only when all are signed rightly, each receipt is in its checkpoint, and no later checkpoint has
    less than an earlier one.
    """
    keyring = keyring_of(key)
    results, checkpoints = [], []
    for file in files:
        text = _read(file)
        try:
            result, signed = _verify(text, keyring)
        except NoteError as error:
            result, signed = {"valid": False, "fault": str(error)}, None
        results.append({"file": str(file), **result})
        if signed is not None:
            checkpoints.append((file, signed))
    faults = _contradictions(checkpoints)
    if as_json:
        print_json({"valid": all(r["valid"] for r in results) and not faults, "files": results, "faults": faults})
    else:
        for result in results:
            what = f"{result.get('receipt', '')} {result.get('origin', '')} {result.get('size', '')}".strip()
            print_line(f"{'✓' if result['valid'] else '✗'} {result['file']}: {result.get('fault') or what}")
        for fault in faults:
            print_line(f"✗ {fault}")
    if faults or not all(result["valid"] for result in results):
        raise typer.Exit(1)


def keyring_of(key: Path | None) -> Keyring:
    """Return the public keys of a file, or of the key folder."""
    try:
        if key is not None:
            return Keyring.from_text(_read(key))
        return KeyFolder(keys_folder()).keyring()
    except (UnusableKeyError, OSError) as error:
        fail(f"no usable keys: {error}", 2)


def checkpoint_file(file: Path, keyring: Keyring) -> SignedCheckpoint:
    """Read a checkpoint from a file."""
    return _checkpoint(_read(file), keyring, str(file))


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        fail(f"{file} is not a text file", 2)
    except OSError as error:
        fail(f"cannot read {file}: {error.strerror}", 2)


def _checkpoint(note: str, keyring: Keyring, where: str) -> SignedCheckpoint:
    try:
        return read_checkpoint(note, keyring)
    except NoteError as error:
        fail(f"{where}: no checkpoint: {error}")


def _as_dict(signed: SignedCheckpoint) -> dict[str, Any]:
    checkpoint = signed.checkpoint
    return {
        "valid": signed.signed is Signed.BY_KNOWN_KEY,
        "signed": signed.signed.value,
        "key": None if signed.key is None else signed.key.key_id.hex(),
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "time": checkpoint.moment.isoformat(),
        "series": {mark.symbol: mark.number for mark in checkpoint.marks},
        "audit": checkpoint.audit,
    }


def _print(signed: SignedCheckpoint) -> None:
    checkpoint = signed.checkpoint
    print_line(f"{checkpoint.origin}: {checkpoint.size:,} receipts, {checkpoint.moment:%Y-%m-%d %H:%M:%S} UTC")
    print_line(f"  root: {checkpoint.root.hex()}")
    print_line(f"  signed {signed.signed.value}")
    if checkpoint.audit:
        print_line(f"  audit: {checkpoint.audit}")
    print_table(
        "Series",
        ["series", "last number", "seller"],
        [[mark.symbol, format_number(mark.number), mark.seller_tax_code] for mark in checkpoint.marks],
        empty="No receipt has been issued yet.",
    )


def _verify(text: str, keyring: Keyring) -> tuple[dict[str, Any], SignedCheckpoint]:
    if not is_proof(text):
        signed = read_checkpoint(text, keyring)
        right = signed.signed is Signed.BY_KNOWN_KEY
        return _as_dict(signed) | ({} if right else {"fault": f"signed {signed.signed.value}"}), signed
    proof = read_proof(text)
    signed = read_checkpoint(proof.note, keyring)
    result = _as_dict(signed) | _receipt_of(proof, keyring)
    if result["valid"] and not proof.leads_to(signed.checkpoint.size, signed.checkpoint.root):
        result |= {"valid": False, "fault": "the receipt is not in this checkpoint"}
    return result, signed


def _receipt_of(proof: Proof, keyring: Keyring) -> dict[str, Any]:
    try:
        token = parse(proof.token)
    except TokenError as error:
        return {"valid": False, "fault": f"the receipt cannot be read: {error}"}
    named = {"receipt": f"{token.claims.symbol} {format_number(token.claims.number)}"}
    if not any(key.verifies(token) for key in keyring.find(token.key_id)):
        return named | {"valid": False, "fault": "none of the keys has signed the receipt"}
    return named


def _contradictions(checkpoints: list[tuple[Path, SignedCheckpoint]]) -> list[str]:
    """Return where a later checkpoint of a register has less than an earlier one, or another root of the same size."""
    faults = []
    ordered = sorted(checkpoints, key=lambda item: item[1].checkpoint.order)
    for (one, first), (two, second) in pairwise(ordered):
        before, after = first.checkpoint, second.checkpoint
        if before.origin != after.origin:
            continue
        if before.size == after.size and before.root != after.root:
            faults.append(f"{one} and {two}: two roots over {before.size} receipts")
        for mark in before.marks:
            later = after.mark_of(mark.series)
            if later is None or later.number < mark.number:
                faults.append(f"{two} has less of {mark.series} than {one}")
            elif later.number == mark.number and later.link != mark.link:
                faults.append(f"{one} and {two}: {mark.series} {format_number(mark.number)} is two receipts")
    return faults


async def _prove(wanted: str, signed: SignedCheckpoint) -> Proof:
    async with database("receipt") as connection:
        token = await _token(connection, wanted)
        if token is None:
            fail(f"there is no receipt {wanted}")
        checkpoint = signed.checkpoint
        if (await present_log(connection)).epoch != checkpoint.epoch:
            fail("the checkpoint is not of this register: one of them is older (thungan audit)")
        leaves: list[bytes] = []
        index: int | None = None
        async for segment, tokens in logged_tokens(connection, checkpoint.epoch):
            if segment.first_position >= checkpoint.size:
                break
            if index is None and token in tokens:
                index = segment.first_position + tokens.index(token)
            leaves += map(leaf_hash, tokens)
    leaves = leaves[: checkpoint.size]
    if index is None or index >= len(leaves):
        fail("the receipt is not in the newest checkpoint yet: try again in a few seconds")
    return Proof(token, index, tuple(inclusion_proof(leaves, index)), signed.note)


async def _token(connection: Connection, wanted: str) -> bytes | None:
    series, _, number = wanted.replace(" ", "/").rpartition("/")
    if series and number.isdigit() and "://" not in wanted:
        stored = await receipt_by_number(connection, series_in(series), int(number))
        return None if stored is None else stored.new.token
    try:
        by_id = await receipt_by_id(connection, UUID(wanted))
    except ValueError:
        pass
    else:
        return None if by_id is None else by_id.new.token
    typed = read_typed_code(wanted)
    if typed is not None:
        return await token_by_lookup_code(connection, typed.candidates)
    try:
        return read_token(wanted).raw
    except TokenError as error:
        fail(f"{wanted[:40]} is no receipt: {error}")
