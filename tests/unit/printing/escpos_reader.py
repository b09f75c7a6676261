"""Reads the subset of ESC/POS that we send, as a printer would, and draws it.

Strict on purpose: any byte that is not one of our commands raises.
"""

from dataclasses import dataclass, field

Row = bytes


@dataclass
class Printed:
    """What came out of the printer."""

    width_dots: int
    rows: list[Row] = field(default_factory=list)
    bands: list[tuple[int, int]] = field(default_factory=list)
    """(bytes a row, rows) of each band."""
    texts: list[str] = field(default_factory=list)
    codes: list[tuple[int, int, str, bytes]] = field(default_factory=list)
    """(row where it starts, dots a module, error level, data) of each QR code."""
    resets: int = 0
    cuts: int = 0
    fences: int = 0

    @property
    def data(self) -> bytes:
        return b"".join(self.rows)


class UnexpectedByteError(AssertionError):
    """The stream holds something that is not one of our commands."""


class Reader:
    def __init__(self, stream: bytes, width_dots: int) -> None:
        self._stream = stream
        self._at = 0
        self._printed = Printed(width_dots)
        self._code: dict[str, int | str | bytes] = {}
        self._line = bytearray()
        self._justification = b"\0"

    def read(self) -> Printed:
        while self._at < len(self._stream):
            byte = self._take(1)
            if byte == b"\x1b":
                self._escape(self._take(1))
            elif byte == b"\x1d":
                self._group(self._take(1))
            elif byte == b"\n":
                assert self._justification == b"\0", "text would not start at the left edge"
                self._printed.texts.append(self._line.decode("ascii"))
                self._line.clear()
            elif b" " <= byte <= b"~":
                self._line += byte
            elif byte != b"\0":
                raise UnexpectedByteError(f"{byte!r} at {self._at - 1}")
        assert not self._line, "the last line of text was never ended"
        return self._printed

    def _take(self, count: int) -> bytes:
        if self._at + count > len(self._stream):
            raise UnexpectedByteError("the stream ends inside a command")
        self._at += count
        return self._stream[self._at - count : self._at]

    def _escape(self, command: bytes) -> None:
        if command == b"@":
            self._printed.resets += 1
        elif command == b"J":
            self._printed.rows += [bytes(self._printed.width_dots // 8)] * self._take(1)[0]
        elif command == b"a":
            self._justification = self._take(1)
        elif command in {b"3", b"E"}:
            self._take(1)
        else:
            raise UnexpectedByteError(f"ESC {command!r} at {self._at}")

    def _group(self, command: bytes) -> None:
        if command == b"v":
            self._band()
        elif command == b"(":
            self._qr()
        elif command == b"V":
            assert self._take(1) in {b"\0", b"\1"}
            self._printed.cuts += 1
        elif command == b"r":
            assert self._take(1) == b"\1"
            self._printed.fences += 1
        elif command == b"!":
            self._take(1)
        else:
            raise UnexpectedByteError(f"GS {command!r} at {self._at}")

    def _band(self) -> None:
        assert self._take(2) == b"0\0"
        assert self._justification == b"\0", "a band would not start at the left edge"
        width, height = (int.from_bytes(self._take(2), "little") for _ in range(2))
        self._printed.bands.append((width, height))
        for _ in range(height):
            self._printed.rows.append(self._take(width).ljust(self._printed.width_dots // 8, b"\0"))

    def _qr(self) -> None:
        assert self._take(1) == b"k"
        body = self._take(int.from_bytes(self._take(2), "little"))
        assert body[0] == 49
        match body[1]:
            case 65:
                assert body[2:] == b"2\0"
            case 67:
                self._code["module"] = body[2]
            case 69:
                self._code["level"] = "LMQH"[body[2] - 48]
            case 80:
                assert body[2] == 48
                self._code["data"] = body[3:]
            case 81:
                module, level, data = self._code["module"], self._code["level"], self._code["data"]
                assert isinstance(module, int)
                assert isinstance(level, str)
                assert isinstance(data, bytes)
                assert self._justification == b"\1", "the code would not stand in the middle"
                self._printed.codes.append((len(self._printed.rows), module, level, data))
            case other:
                raise UnexpectedByteError(f"QR function {other}")


def read(stream: bytes, width_dots: int) -> Printed:
    """What a printer makes of our bytes."""
    return Reader(stream, width_dots).read()
