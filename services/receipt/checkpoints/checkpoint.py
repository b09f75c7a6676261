"""A checkpoint: how far the register had come at one moment, as C2SP tlog-checkpoint has it. Pure.

::

    thungan/camau/1                                   origin: the installation, and how often its register was recovered
    1650                                              receipts in the tree
    sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=      root
    time 2026-11-28T13:30:05Z
    series BN26-AA 0300942001 1650 00112233445566778899aabbccddeeff
    invoices 1K26TAA 42 9f86…                         template and symbol, last number told, what stands for all of them
    audit ok 2026-11-28T02:00:00Z report 12 9f86…     result, moment, number and link of the last report
    supersedes 1 1610 …                               only after a recovery

A line ``series`` holds symbol, tax code of the seller, last number, and what the next token holds of the last one. As
each token holds the hash of the one before it, that line alone stands for every receipt of the series.
"""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.receipt.checkpoints.notes import Note, NoteError, Signed, read_note, sign_note
from services.receipt.checkpoints.tree import HASH_BYTES
from services.receipt.domain.series import series_in
from services.receipt.signatures.keyring import Keyring, VerifyingKey
from services.receipt.signatures.token import LINK_BYTES

_ORIGIN = re.compile(r"^(?P<name>[^\s+]+)/(?P<epoch>[1-9]\d{0,8})$")
_SIZE = re.compile(r"^(0|[1-9]\d{0,17})$")
_SHORT_ROOT = 12
_TIME = "%Y-%m-%dT%H:%M:%SZ"


class CheckpointError(NoteError):
    """The text is no checkpoint of a register of receipts."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a series stood."""

    symbol: str
    seller_tax_code: str
    number: int
    link: bytes
    """What the next token of the series holds."""

    @property
    def series(self) -> str:
        """Name of the series."""
        return series_in(self.symbol)


@dataclass(frozen=True, slots=True)
class InvoiceMark:
    """How far the invoices of a template and symbol had come."""

    symbol: str
    """Template and symbol: ``1K26TAA``."""
    number: int
    link: bytes
    """Stands for all invoices up to the number."""


@dataclass(frozen=True, slots=True)
class Superseded:
    """The checkpoint that a recovery has declared lost."""

    epoch: int
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far the register had come."""

    name: str
    """Name of the installation's register, and of its key in notes: the origin without the epoch."""
    epoch: int
    """1, and one more after each recovery: a register that lost receipts goes on as another tree."""
    size: int
    root: bytes
    moment: datetime
    marks: tuple[Mark, ...] = ()
    audit: str = ""
    """Result and moment of the last audit, where there was one."""
    superseded: Superseded | None = field(default=None)
    invoices: tuple[InvoiceMark, ...] = ()

    @property
    def origin(self) -> str:
        """The first line."""
        return f"{self.name}/{self.epoch}"

    @property
    def order(self) -> tuple[int, int, datetime]:
        """What of two checkpoints of one register is greater is the later one."""
        return self.epoch, self.size, self.moment

    def mark_of(self, series: str) -> Mark | None:
        """Return where a series stood."""
        return next((mark for mark in self.marks if mark.series == series), None)

    def to_text(self) -> str:
        """Return the text that is signed."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode()]
        lines.append(f"time {self.moment.astimezone(UTC).strftime(_TIME)}")
        lines += [
            f"series {mark.symbol} {mark.seller_tax_code} {mark.number} {mark.link.hex()}"
            for mark in sorted(self.marks, key=lambda mark: mark.series)
        ]
        lines += [
            f"invoices {mark.symbol} {mark.number} {mark.link.hex()}"
            for mark in sorted(self.invoices, key=lambda mark: mark.symbol)
        ]
        if self.audit:
            lines.append(f"audit {self.audit}")
        if self.superseded is not None:
            lost = self.superseded
            lines.append(f"supersedes {lost.epoch} {lost.size} {base64.b64encode(lost.root).decode()}")
        return "".join(f"{line}\n" for line in lines)


def short_form(note: str) -> str:
    """Return what a person can compare of a note, on paper: size and beginning of the root; "" of an empty tree."""
    _, size, root, *_ = note.split("\n")
    return "" if size == "0" else f"{size} {root[:_SHORT_ROOT]}"


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint as it was read from somewhere."""

    checkpoint: Checkpoint
    note: str
    signed: Signed
    key: VerifyingKey | None = None


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """A checkpoint that stays."""

    checkpoint_id: int
    epoch: int
    size: int
    issued_at: datetime
    daily: bool
    note: str

    @property
    def file_name(self) -> str:
        """Its name in a folder: names sort as checkpoints follow one another."""
        return f"checkpoint-{self.epoch:04}-{self.size:012}-{self.issued_at:%Y%m%dT%H%M%SZ}.txt"


def sign_checkpoint(checkpoint: Checkpoint, key: VerifyingKey, sign: Callable[[bytes], bytes]) -> str:
    """Return the signed note of a checkpoint."""
    return sign_note(checkpoint.to_text(), checkpoint.origin, key, sign)


def read_checkpoint(note: str, keyring: Keyring) -> SignedCheckpoint:
    """Read a note that holds a checkpoint, and see how it is signed. Raises CheckpointError or NoteError."""
    read = read_note(note)
    checkpoint = parse_checkpoint(read)
    signed, key = read.signed(checkpoint.origin, keyring)
    return SignedCheckpoint(checkpoint, note, signed, key)


def parse_checkpoint(note: Note) -> Checkpoint:
    """Read the text of a note as a checkpoint. Raises CheckpointError. Unknown extension lines are passed over."""
    lines = note.text[:-1].split("\n")
    if len(lines) < 3 or "" in lines:
        raise CheckpointError("a checkpoint has at least three lines, and none is empty")
    origin = _ORIGIN.match(lines[0])
    if origin is None or not _SIZE.match(lines[1]):
        raise CheckpointError("the first lines are not the origin and the size of a register of receipts")
    extensions: dict[str, list[str]] = {}
    for line in lines[3:]:
        word, _, rest = line.partition(" ")
        extensions.setdefault(word, []).append(rest)
    try:
        return Checkpoint(
            name=origin["name"],
            epoch=int(origin["epoch"]),
            size=int(lines[1]),
            root=_hash(lines[2]),
            moment=datetime.strptime(extensions["time"][0], _TIME).replace(tzinfo=UTC),
            marks=tuple(map(_mark, extensions.get("series", []))),
            audit=extensions.get("audit", [""])[0],
            superseded=_superseded(extensions),
            invoices=tuple(map(_invoice_mark, extensions.get("invoices", []))),
        )
    except (KeyError, ValueError) as error:
        raise CheckpointError("root, time or a series cannot be read") from error


def _hash(encoded: str) -> bytes:
    decoded = base64.b64decode(encoded, validate=True)
    if len(decoded) != HASH_BYTES:
        raise ValueError("a hash of another length")
    return decoded


def _mark(line: str) -> Mark:
    symbol, seller, number, link = line.split(" ")
    decoded = bytes.fromhex(link)
    if len(decoded) != LINK_BYTES:
        raise ValueError("a link of another length")
    return Mark(symbol, seller, int(number), decoded)


def _invoice_mark(line: str) -> InvoiceMark:
    symbol, number, link = line.split(" ")
    decoded = bytes.fromhex(link)
    if len(decoded) != HASH_BYTES:
        raise ValueError("a link of another length")
    return InvoiceMark(symbol, int(number), decoded)


def _superseded(extensions: Mapping[str, list[str]]) -> Superseded | None:
    if "supersedes" not in extensions:
        return None
    epoch, size, root = extensions["supersedes"][0].split(" ")
    return Superseded(int(epoch), int(size), _hash(root))
