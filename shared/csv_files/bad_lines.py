from dataclasses import dataclass

MOST_REPORTED = 1000
"""Bad lines that are named; a file with more is not the right file."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What there is to report of one line of a file."""

    file: str
    line: int
    """Counted from 1 for the first line, as editors and spreadsheets do; of a record with line breaks its first."""
    column: str
    """Empty when it is about the line as a whole."""
    message: str
    """For people: why, and where it helps the value and how to write it."""
    slug: str = "bad-value"
    """For programs: the kind of finding."""

    def __str__(self) -> str:
        return f"{self.column} {self.message}" if self.column else self.message


class BadLine(Finding):
    """What is wrong with one line: it is refused."""

    __slots__ = ()


class Remark(Finding):
    """What was read otherwise than it is written, because it has one reading only; or what documents show otherwise."""

    __slots__ = ()


class UnreadableFileError(Exception):
    """No row of the file can be read."""

    def __init__(self, bad: BadLine) -> None:
        self.bad = bad
        super().__init__(bad.message)
