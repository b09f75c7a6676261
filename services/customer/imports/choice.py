"""Which lines are left out where good ones are kept: bad ones, and with one of a customer all of them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from services.customer.imports.rows import FORMATS, FileContent, FileFormat
from shared.csv_files import BadLine
from shared.csv_files.rejects import Rejects

_BY_NAME = {file_format.name: file_format for file_format in FORMATS}


class Choice:
    """The lines of an import that are left out, with their reasons."""

    def __init__(self, contents: Sequence[FileContent]) -> None:
        """Leave out what the files themselves show to be wrong."""
        self.rejects = {content.format.name: Rejects(content.format.name) for content in contents}
        self._codes = {content.format.name: content.codes for content in contents}
        self._lines: dict[str, list[tuple[str, int]]] = {}
        for name, codes in self._codes.items():
            for line, code in codes.items():
                self._lines.setdefault(code, []).append((name, line))
        for content in contents:
            name = content.format.name
            self.rejects[name].add_all(content.bad)
            for line, reason in content.repeated.items():
                self.rejects[name].add(line, reason)
        for name in list(self.rejects):
            for line in list(self.rejects[name].reasons):
                self._spread(name, line)

    @property
    def count(self) -> int:
        """How many lines are left out."""
        return sum(len(rejects.reasons) for rejects in self.rejects.values())

    @property
    def customers(self) -> list[str]:
        """The customers of the lines that are left out."""
        codes = (self._codes[name].get(line) for name, rejects in self.rejects.items() for line in rejects.reasons)
        return sorted({code for code in codes if code})

    def rows_of(self, content: FileContent) -> list[tuple[Any, ...]]:
        """Return the rows of a file that are not left out."""
        reasons = self.rejects[content.format.name].reasons
        return [row for row in content.rows if row[0] not in reasons] if reasons else content.rows

    def without(self, bad: Iterable[BadLine]) -> Iterator[tuple[FileFormat, list[int]]]:
        """Leave out more lines; yield those of each file that went with them."""
        before = {name: set(rejects.reasons) for name, rejects in self.rejects.items()}
        for item in bad:
            self.rejects[item.file].add(item.line, str(item))
            self._spread(item.file, item.line)
        for name, rejects in self.rejects.items():
            if lines := sorted(rejects.reasons.keys() - before[name]):
                yield _BY_NAME[name], lines

    def _spread(self, name: str, line: int) -> None:
        """Leave out the other lines of the customer of a line."""
        code = self._codes[name].get(line)
        for other_name, other in self._lines.get(code or "", ()):
            if (other_name, other) != (name, line) and other not in self.rejects[other_name].reasons:
                self.rejects[other_name].add(other, f"line {line} of {name} is wrong, of the same customer")
