"""Invoices as they are kept for ten years outside of the database: signed documents, what each is, and the proof.

::

    1K26TAA/00000001-00001000.zip             the documents, 00000001.xml …, and 00000001.list.json where one has a list
    1K26TAA/00000001-00001000.manifest.jsonl  a line for each: number, day, SHA-256 of document and list, link behind it
    proof.json                                for each symbol the last number and its link; the last checkpoint outside

The link behind an invoice is SHA-256 over the link before it and the SHA-256 of its ``DLHDon``; before the first one
stands the SHA-256 of the symbol. A checkpoint outside of the databases has such links, so whoever holds one sees that
nobody has changed, left out or put in an invoice since. Of a list (bảng kê) number and sum stand on its invoice.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from lxml import etree

from services.invoice.domain.chain import first_link, link_after
from services.invoice.signatures.verification import SignatureError, read_signed
from services.invoice.signatures.xml_signature import read_certificate, signed_document
from services.invoice.store.exports import ExportedInvoice, exported
from services.receipt.checkpoints.checkpoint import parse_checkpoint
from services.receipt.checkpoints.notes import NoteError, read_note
from shared.db import Connection

IN_A_FILE = 1000
PROOF = "proof.json"
_MADE = (1980, 1, 1, 0, 0, 0)
_HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n<HDon>'
_BEGIN, _END = b"<DLHDon ", b"</DLHDon>"
_UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, EOFError, LookupError, TypeError, ValueError, RuntimeError)
"""What an archive raises in which bytes were altered."""


@dataclass
class Exported:
    """What an export has written."""

    invoices: int = 0
    files: int = 0
    links: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Symbol → the last number, and the link behind it."""


async def export_invoices(connection: Connection, folder: Path, symbols: Sequence[str], checkpoint: str) -> Exported:
    """Write the signed invoices of some rows of numbers, up to the first that is not signed; needs a snapshot.

    Files that are there already are left as they are where they are whole: an export that was stopped goes on.
    """
    done = Exported()
    for symbol in symbols:
        link = first_link(symbol)
        async for part in _parts(exported(connection, symbol)):
            links = []
            for each in part:
                link = link_after(link, each.data)
                links.append(link)
            done.files += _write(folder / symbol, part, links)
            done.invoices += len(part)
            done.links[symbol] = (part[-1].number, link.hex())
    proof = {
        "symbols": {symbol: {"last_number": number, "link": link} for symbol, (number, link) in done.links.items()},
        "checkpoint": checkpoint,
    }
    _replace(folder / PROOF, json.dumps(proof, ensure_ascii=False, indent=1).encode() + b"\n")
    return done


def verify_export(
    folder: Path,
    *,
    checkpoint: str = "",
    authorities: Sequence[x509.Certificate] = (),
    symbols: Collection[str] = (),
) -> list[str]:
    """Return what is wrong with an export: each document, the chain, and the checkpoint; nothing where all is well.

    ``symbols``: the rows of numbers that were to be exported; all that the checkpoint names when left out.
    """
    wrong: list[str] = []
    proof = json.loads((folder / PROOF).read_bytes())
    marks = [mark for mark in _marks(checkpoint or proof["checkpoint"], wrong) if not symbols or mark[0] in symbols]
    missing = {symbol for symbol, _, _ in marks} | set(symbols)
    wrong += [f"{symbol}: nothing of it is there" for symbol in sorted(missing - set(proof["symbols"]))]
    for symbol, said in sorted(proof["symbols"].items()):
        link, last = first_link(symbol), 0
        due = {number: expected for named, number, expected in marks if named == symbol}
        for number, document, listed, line in _documents(folder / symbol, wrong):
            name = f"{symbol} {number:08d}"
            if number != last + 1:
                wrong.append(f"{name}: it follows {last:08d}")
            last = number
            data = data_of(document)
            wrong += [f"{name}: {each}" for each in _faults(document, data, listed, line, authorities)]
            link = link_after(link, data)
            if link.hex() != line["link"]:
                wrong.append(f"{name}: the chain is another one")
            if due.pop(number, link) != link:
                wrong.append(f"{name}: the checkpoint has another link")
        if (last, link.hex()) != (said["last_number"], said["link"]):
            wrong.append(f"{symbol}: it ends at {last:08d} and not at {said['last_number']:08d} as the proof says")
        # What was signed after the checkpoint is covered by the next one.
        wrong += [f"{symbol}: the checkpoint has {number:08d}, which is not there" for number in due if number > last]
    return wrong


def data_of(document: bytes) -> bytes:
    """Return the signed element of a document, byte for byte; nothing of one that is not written as ours are.

    Only what stands first within ``HDon``: elsewhere, in a comment before it, another invoice may be hidden.
    """
    start, end = len(_HEAD), document.find(_END)
    return document[start : end + len(_END)] if document.startswith(_HEAD + _BEGIN) and end > start else b""


def _faults(
    document: bytes,
    data: bytes,
    listed: bytes | None,
    line: dict[str, Any],
    authorities: Sequence[x509.Certificate],
) -> Iterator[str]:
    if hashlib.sha256(document).hexdigest() != line["sha256"]:
        yield "the document is not the one of the manifest"
    if authorities:
        try:
            if read_signed(document, authorities).canonical != data:
                yield "what is signed is not what is chained"
        except SignatureError as error:
            yield str(error)
    yield from _faults_of_list(data, listed, line)


def _faults_of_list(data: bytes, listed: bytes | None, line: dict[str, Any]) -> Iterator[str]:
    try:
        root = etree.fromstring(data)
        number, before_vat = root.findtext("TTChung/SBKe"), root.findtext("NDHDon/TToan/TgTCThue")
        found = None if listed is None else json.loads(listed)
        told = None if found is None else (found["number"], str(sum(each["amount"] for each in found["lines"])))
    except (etree.XMLSyntaxError, LookupError, TypeError, ValueError):
        yield "invoice or list cannot be read"
        return
    if told != (None if number is None else (number, before_vat)):
        yield "its list is missing, or another one"
    # Exports from before lists were in the manifest have none there.
    elif listed is not None and line.get("list_sha256", "") not in {"", hashlib.sha256(listed).hexdigest()}:
        yield "the list is not the one of the manifest"


def _write(folder: Path, part: Sequence[ExportedInvoice], links: Sequence[bytes]) -> int:
    """Write a file with its manifest; return 1 unless it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{part[0].number:08d}-{part[-1].number:08d}"
    documents = [
        signed_document(each.data, each.signed_at, each.signature, read_certificate(each.certificate)) for each in part
    ]
    lines = "".join(
        json.dumps(
            {
                "number": each.number,
                "made_on": each.made_on.isoformat(),
                "bill_number": each.bill_number,
                "lookup_code": each.lookup_code,
                "sha256": hashlib.sha256(document).hexdigest(),
                "link": link.hex(),
            }
            | ({} if each.itemised is None else {"list_sha256": hashlib.sha256(_list_of(each)).hexdigest()})
        )
        + "\n"
        for each, document, link in zip(part, documents, links, strict=True)
    ).encode()
    manifest = folder / f"{stem}.manifest.jsonl"
    if manifest.exists() and manifest.read_bytes() == lines and (folder / f"{stem}.zip").exists():
        return 0
    archive = folder / f"{stem}.zip.part"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for each, document in zip(part, documents, strict=True):
            file.writestr(zipfile.ZipInfo(f"{each.number:08d}.xml", _MADE), document, zipfile.ZIP_DEFLATED)
            if each.itemised is not None:
                name = zipfile.ZipInfo(f"{each.number:08d}.list.json", _MADE)
                file.writestr(name, _list_of(each), zipfile.ZIP_DEFLATED)
    archive.replace(folder / f"{stem}.zip")
    _replace(manifest, lines)
    for earlier in folder.glob(f"{part[0].number:08d}-*"):  # the last file of an earlier export had fewer
        if not earlier.name.startswith(stem):
            earlier.unlink()
    return 1


def _list_of(each: ExportedInvoice) -> bytes:
    return json.dumps(each.itemised, ensure_ascii=False).encode()


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(content)
    beside.replace(path)


def _documents(folder: Path, wrong: list[str]) -> Iterator[tuple[int, bytes, bytes | None, dict[str, Any]]]:
    """Yield number, document, list and line of the manifest of each invoice."""
    archives = {path.name for path in folder.glob("*.zip")}
    for manifest in sorted(folder.glob("*.manifest.jsonl")):
        archive = manifest.with_name(manifest.name.replace(".manifest.jsonl", ".zip"))
        archives.discard(archive.name)
        try:
            with zipfile.ZipFile(archive) as file:
                left = set(file.namelist())
                for line in manifest.read_text(encoding="utf-8").splitlines():
                    said = json.loads(line)
                    name, list_name = f"{said['number']:08d}.xml", f"{said['number']:08d}.list.json"
                    listed = file.read(list_name) if list_name in left else None
                    left -= {name, list_name}
                    yield said["number"], file.read(name), listed, said
                wrong += [f"{archive.name}: nothing names {name}" for name in sorted(left)]
        except _UNREADABLE as error:
            wrong.append(f"{archive.name}: {error}")
    wrong += [f"{name}: it has no manifest" for name in sorted(archives)]


def _marks(checkpoint: str, wrong: list[str]) -> Sequence[tuple[str, int, bytes]]:
    if not checkpoint:
        return []
    try:
        found = parse_checkpoint(read_note(checkpoint))
    except NoteError as error:
        wrong.append(f"the checkpoint cannot be read: {error}")
        return []
    return [(mark.symbol, mark.number, mark.link) for mark in found.invoices]


async def _parts(rows: AsyncIterator[ExportedInvoice]) -> AsyncIterator[list[ExportedInvoice]]:
    """Yield the invoices of a row of numbers in files that always have the same numbers."""
    part: list[ExportedInvoice] = []
    async for row in rows:
        part.append(row)
        if row.number % IN_A_FILE == 0:
            yield part
            part = []
    if part:
        yield part
