"""Files that are read in pieces: plain UTF-8 text, however large it is. Any other file is read as a whole."""

import codecs
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from shared.csv_files.encoding import is_of_another_kind
from shared.csv_files.table import SEPARATORS
from shared.csv_files.workbook import is_workbook

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
class Source:
    """The content of a file, and its digest."""

    data: bytes | TextFile
    sha256: str


def source_of_content(content: bytes | str) -> Source:
    """Return what is in memory as a source."""
    data = content.encode() if isinstance(content, str) else content
    return Source(data, hashlib.sha256(data).hexdigest())


def source_of(path: Path) -> Source:
    """Return a file's content: as one that is read in pieces where it is plain text, else its bytes."""
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
    data = path.read_bytes()
    return Source(data, hashlib.sha256(data).hexdigest())


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns
