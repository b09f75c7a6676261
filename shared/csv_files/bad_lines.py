from dataclasses import dataclass

MOST_REPORTED = 1000
"""Bad lines that are named; a file with more is not the right file."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """What is wrong with one line of a file."""

    file: str
    line: int
    """Counted from 1 for the first line, as editors and spreadsheets do; of a record with line breaks its first."""
    column: str
    """Empty when the line as a whole is wrong."""
    message: str
    """For people: why, and where it helps the value and how to write it."""
    slug: str = "bad-value"
    """For programs: the kind of mistake."""

    def __str__(self) -> str:
        return f"{self.column} {self.message}" if self.column else self.message


class UnreadableFileError(Exception):
    """No row of the file can be read."""

    def __init__(self, bad: BadLine) -> None:
        self.bad = bad
        super().__init__(bad.message)
