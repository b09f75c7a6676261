"""What becomes of a cell in an old Vietnamese encoding: converted on demand, else refused with what it means."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from shared.csv_files.bad_lines import BadLine, Finding, Remark
from shared.csv_files.legacy import LegacyReading, common_encodings, legacy_readings


@dataclass(slots=True)
class Legacy:
    """The texts of one file in old encodings."""

    file: str
    cells: Callable[[], Iterable[str]]
    """All cells of the file; asked for when one of them has several readings."""
    convert: bool = False
    is_western: bool = False
    """Whether all bytes of the file are shown as Western letters."""
    _common: list[set[str]] = field(default_factory=list)

    def read(self, line: int, column: str, raw: str) -> tuple[str, Finding | None]:
        """Return the text of a cell, with a remark or a bad line where it is not what it seems."""
        readings = legacy_readings(raw, is_western=self.is_western)
        if len(readings) > 1:
            # A file has one encoding: what the other cells can only be, this one is, too.
            readings = [item for item in readings if self._encodings().intersection(item.encodings)] or readings
        if not readings:
            if not self.is_western or not any(letter > "\x7f" and letter.isalpha() for letter in raw):
                return raw, None
            message = f"is in no encoding that is known: {raw!r}; save the file as CSV UTF-8"
            return raw, BadLine(self.file, line, column, message, "bad-encoding")
        if len(readings) > 1:
            both = " or ".join(f"{reading.text!r} ({reading.encoding})" for reading in readings)
            message = f"has several readings: {raw!r} may be {both}; save the file as CSV UTF-8 in a Unicode font"
            return raw, BadLine(self.file, line, column, message, "legacy-encoding")
        return self._converted(line, column, raw, readings[0])

    def _converted(self, line: int, column: str, raw: str, reading: LegacyReading) -> tuple[str, Finding | None]:
        if reading.text == raw:
            return raw, None
        message = f"is written in {reading.encoding}: {raw!r} is {reading.text!r}"
        if self.convert:
            return reading.text, Remark(self.file, line, column, message, "legacy-encoding")
        remedy = "add --convert-legacy, or save the file as CSV UTF-8 in a Unicode font"
        return raw, BadLine(self.file, line, column, f"{message}; {remedy}", "legacy-encoding")

    def _encodings(self) -> set[str]:
        if not self._common:
            self._common.append(common_encodings(self.cells(), is_western=self.is_western))
        return self._common[0]
