"""Files that are read in pieces, however large they are: plain UTF-8 text, and Parquet.

Any other file is read as a whole, which takes many times its size of memory: it has up to :data:`LARGEST_WHOLE` bytes.
"""

import codecs
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from shared.csv_files.bad_lines import BadLine, UnreadableFileError
from shared.csv_files.encoding import is_of_another_kind
from shared.csv_files.table import SEPARATORS
from shared.csv_files.workbook import is_workbook

LARGEST_WHOLE = 50_000_000
"""Bytes of a workbook, or of a text in another encoding than UTF-8."""

PARQUET = (b"PAR1", b"PARE")
"""How Parquet files begin; those whose footer is encrypted with the second."""

_PIECE = 1 << 20
_EMPTY = "".join((*SEPARATORS, "\r\n ")).encode()
_OLD_ENDS = (b"\x00", b"\x1a")


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file that was found to be UTF-8 text with usual line ends from its first byte to its last."""

    path: Path
    mark: int
    """Bytes of the mark before the text."""
    state: tuple[int, int]
    """Size and time of its last change, when it was looked through."""

    def open(self) -> TextIO:
        """Open the text behind the mark; its line ends are left as they are."""
        stream = self.path.open("rb")
        stream.seek(self.mark)
        return io.TextIOWrapper(stream, encoding="utf-8", newline="")

    @property
    def has_changed(self) -> bool:
        """Whether somebody has written to the file since."""
        return _state(self.path) != self.state


@dataclass(frozen=True, slots=True)
class ParquetOnDisk:
    """A file that begins like Parquet."""

    path: Path
    state: tuple[int, int]
    """Size and time of its last change, when it was looked through."""

    @property
    def has_changed(self) -> bool:
        """Whether somebody has written to the file since."""
        return _state(self.path) != self.state


@dataclass(frozen=True, slots=True)
class Source:
    """The content of a file, and its digest."""

    data: bytes | TextFile | ParquetOnDisk
    sha256: str


def source_of_content(content: bytes | str) -> Source:
    """Return what is in memory as a source."""
    data = content.encode() if isinstance(content, str) else content
    return Source(data, hashlib.sha256(data).hexdigest())


def source_of(path: Path) -> Source:
    """Return a file's content: as one that is read in pieces where it is plain text or Parquet, else its bytes.

    Raises :class:`UnreadableFileError` for what would have to be read as a whole and is too large for that.
    """
    state = _state(path)
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    has_lines = has_content = False
    piece = b""
    with path.open("rb") as file:
        start = file.read(_PIECE)
        mark = len(codecs.BOM_UTF8) if start.startswith(codecs.BOM_UTF8) else 0
        is_plain = not is_workbook(start) and not is_of_another_kind(start[mark:])
        following = start
        while following:
            piece = following
            digest.update(piece)
            if is_plain:
                has_lines = has_lines or b"\n" in piece or b"\r" in piece
                has_content = has_content or bool(piece.translate(None, _EMPTY))
                try:
                    decoder.decode(piece)
                except UnicodeDecodeError:
                    is_plain = False
                is_plain = is_plain and b"\x00" not in piece
            following = file.read(_PIECE)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        is_plain = False
    if is_plain and has_lines and has_content and not piece.endswith(_OLD_ENDS):
        return Source(TextFile(path, mark, state), digest.hexdigest())
    if start.startswith(PARQUET):
        return Source(ParquetOnDisk(path, state), digest.hexdigest())
    if state[0] > LARGEST_WHOLE:
        message = (
            f"has {state[0] / 1e6:.0f} MB and is no plain UTF-8 text: more than {LARGEST_WHOLE / 1e6:.0f} MB are read "
            "of CSV UTF-8 and Parquet only; save it as one of these, or divide it"
        )
        raise UnreadableFileError(BadLine(path.name, 1, "", message, "too-large"))
    data = path.read_bytes()
    return Source(data, hashlib.sha256(data).hexdigest())


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns
