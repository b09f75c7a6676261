"""QR codes by ISO/IEC 18004, model 2, versions 1 to 17, mask 0: the symbol for one or more runs of data.

Written out rather than taken from a library, because the phone must draw the same modules: libraries differ in the
choice of the mask, and the best known one for Python adds a needless zero byte where the data ends on a byte.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal

QrErrorLevel = Literal["L", "M", "Q", "H"]
QrMode = Literal["numeric", "alphanumeric", "byte"]
Matrix = tuple[bytes, ...]
"""Rows from top to bottom, one byte a module: 1 is dark."""

MAX_VERSION = 17
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

# Table 9: error correction bytes of a block, and blocks, for versions 1 to 17.
_BLOCKS: dict[QrErrorLevel, str] = {
    "L": "7*1 10*1 15*1 20*1 26*1 18*2 20*2 24*2 30*2 18*4 20*4 24*4 26*4 30*4 22*6 24*6 28*6",
    "M": "10*1 16*1 26*1 18*2 24*2 16*4 18*4 22*4 22*5 26*5 30*5 22*8 22*9 24*9 24*10 28*10 28*11",
    "Q": "13*1 22*1 18*2 26*2 18*4 24*4 18*6 22*6 20*8 24*8 28*8 26*10 24*12 20*16 30*12 24*17 28*16",
    "H": "17*1 28*1 22*2 16*4 22*4 28*4 26*5 26*6 24*8 28*8 24*11 28*11 22*16 24*16 24*18 30*16 28*19",
}
# Table E.1: rows and columns of the alignment patterns' centres.
_ALIGNMENT: tuple[tuple[int, ...], ...] = (
    *((), (6, 18), (6, 22), (6, 26), (6, 30), (6, 34), (6, 22, 38), (6, 24, 42), (6, 26, 46), (6, 28, 50)),
    *((6, 30, 54), (6, 32, 58), (6, 34, 62), (6, 26, 46, 66), (6, 26, 48, 70), (6, 26, 50, 74), (6, 30, 54, 78)),
)
_MODE_BITS: dict[QrMode, int] = {"numeric": 1, "alphanumeric": 2, "byte": 4}
_LENGTH_BITS: dict[QrMode, tuple[int, int]] = {"numeric": (10, 12), "alphanumeric": (9, 11), "byte": (8, 16)}
_LEVEL_BITS: dict[QrErrorLevel, int] = {"L": 1, "M": 0, "Q": 3, "H": 2}

Place = tuple[int, int]
"""Row and column of a module."""


Segment = tuple[QrMode, str]
"""A run of data in one mode."""


def symbol(data: str, mode: QrMode, level: QrErrorLevel) -> Matrix:
    """The smallest symbol for ``data`` in one mode, without quiet zone. Raises ValueError above version 17."""
    return symbol_of([(mode, data)], level)


def symbol_of(segments: Sequence[Segment], level: QrErrorLevel) -> Matrix:
    """The smallest symbol for runs of data, without quiet zone. Raises ValueError above version 17."""
    for version in range(1, MAX_VERSION + 1):
        stream, length = _stream(segments, version)
        if length <= 8 * _data_bytes(version, level):
            return _place(version, level, _codewords(stream, length, version, level))
    counts = " and ".join(f"{_count(data, mode)} {mode}" for mode, data in segments)
    raise ValueError(f"{counts} characters are too many for a QR code of level {level}")


def fits(segments: Sequence[Segment], version: int, level: QrErrorLevel) -> bool:
    """Whether runs of data fit into a version."""
    return _stream(segments, version)[1] <= 8 * _data_bytes(version, level)


def _stream(segments: Sequence[Segment], version: int) -> tuple[int, int]:
    """All runs one after the other, each behind its mode and its length, as one integer; and how many bits count."""
    stream = bits = 0
    for mode, data in segments:
        value, length = _encode(data, mode)
        count_bits = _LENGTH_BITS[mode][version > 9]
        head = _MODE_BITS[mode] << count_bits | _count(data, mode)
        stream = (stream << 4 + count_bits | head) << length | value
        bits += 4 + count_bits + length
    return stream, bits


def _count(data: str, mode: QrMode) -> int:
    return len(data.encode()) if mode == "byte" else len(data)


def _encode(data: str, mode: QrMode) -> tuple[int, int]:
    """The data as one integer, and how many bits of it count (7.4.3 to 7.4.5)."""
    if mode == "byte":
        octets = data.encode()
        return int.from_bytes(octets, "big"), 8 * len(octets)
    value = length = 0
    if mode == "numeric":
        for start in range(0, len(data), 3):
            digits = data[start : start + 3]
            bits = 3 * len(digits) + 1
            value, length = value << bits | int(digits), length + bits
        return value, length
    for start in range(0, len(data), 2):
        first, *second = (ALPHANUMERIC.index(character) for character in data[start : start + 2])
        bits = 11 if second else 6
        value, length = value << bits | (45 * first + second[0] if second else first), length + bits
    return value, length


@cache
def _sizes(version: int, level: QrErrorLevel) -> tuple[int, int, int]:
    """All bytes of a symbol, error correction bytes of a block, and blocks."""
    correction, blocks = map(int, _BLOCKS[level].split()[version - 1].split("*"))
    return len(_template(version)[1]) // 8, correction, blocks


def _data_bytes(version: int, level: QrErrorLevel) -> int:
    total, correction, blocks = _sizes(version, level)
    return total - correction * blocks


def _codewords(stream: int, length: int, version: int, level: QrErrorLevel) -> bytes:
    """Terminator and padding (7.4.9, 7.4.10), error correction, and blocks interleaved (7.6)."""
    total, correction, blocks = _sizes(version, level)
    capacity = total - correction * blocks
    zeroes = min(4, 8 * capacity - length)
    zeroes += -(length + zeroes) % 8
    data = (stream << zeroes).to_bytes((length + zeroes) // 8, "big")
    data += (b"\xec\x11" * capacity)[: capacity - len(data)]
    short, longer = divmod(capacity, blocks)
    parts, start = [], 0
    for index in range(blocks):
        end = start + short + (index >= blocks - longer)
        parts.append(data[start:end])
        start = end
    checks = [_correction(part, correction) for part in parts]
    interleaved = [part[index] for index in range(short + 1) for part in parts if index < len(part)]
    return bytes(interleaved) + bytes(check[index] for index in range(correction) for check in checks)


def _correction(data: bytes, count: int) -> bytes:
    """Reed-Solomon remainder of a block."""
    table = _remainders(count)
    keep = (1 << 8 * (count - 1)) - 1
    remainder = 0
    for byte in data:
        lead = remainder >> 8 * (count - 1) ^ byte
        remainder = (remainder & keep) << 8 ^ table[lead]
    return remainder.to_bytes(count, "big")


@cache
def _remainders(count: int) -> tuple[int, ...]:
    """What each leading byte leaves behind: the generator polynomial of ``count`` roots, times that byte."""
    generator = [1]
    root = 1
    for _ in range(count):
        shifted = [*generator, 0]
        for index, factor in enumerate(generator):
            shifted[index + 1] ^= _multiply(factor, root)
        generator, root = shifted, _multiply(root, 2)
    return tuple(
        int.from_bytes(bytes(_multiply(factor, byte) for factor in generator[1:]), "big") for byte in range(256)
    )


def _multiply(one: int, other: int) -> int:
    """Product in GF(256) with the polynomial 0x11D."""
    product = 0
    while other:
        if other & 1:
            product ^= one
        one = one << 1 ^ (0x11D if one & 0x80 else 0)
        other >>= 1
    return product


def _place(version: int, level: QrErrorLevel, codewords: bytes) -> Matrix:
    """All modules: patterns, masked codewords (7.7, 7.8) and format information (7.9)."""
    patterns, path = _template(version)
    side = 4 * version + 17
    modules = bytearray(patterns)
    bits = f"{int.from_bytes(codewords, 'big'):0{8 * len(codewords)}b}"
    for (index, flip), bit in zip(path, bits.ljust(len(path), "0"), strict=True):
        modules[index] = (bit == "1") ^ flip
    for (row, column), dark in _format_information(level, side):
        modules[row * side + column] = dark
    return tuple(bytes(modules[start : start + side]) for start in range(0, side * side, side))


@cache
def _template(version: int) -> tuple[bytes, tuple[tuple[int, bool], ...]]:
    """The patterns of a version, and the places of the data bits in order, each with whether mask 0 flips it."""
    side = 4 * version + 17
    fixed = dict(_patterns(version, side))
    fixed.update({place: 0 for place, _ in _format_information("L", side)})
    fixed[side - 8, 8] = 1
    path = [
        (row * side + column, (row + column) % 2 == 0) for row, column in _zigzag(side) if (row, column) not in fixed
    ]
    return bytes(fixed.get((row, column), 0) for row in range(side) for column in range(side)), tuple(path)


def _patterns(version: int, side: int) -> Iterator[tuple[Place, int]]:
    """Timing, alignment and finder patterns with their separators, and version information (6.3, 7.10)."""
    for index in range(side):
        yield (6, index), index % 2 == 0
        yield (index, 6), index % 2 == 0
    centres = _ALIGNMENT[version - 1]
    for row in centres:
        for column in centres:
            if (row, column) not in {(6, 6), (6, centres[-1]), (centres[-1], 6)}:
                yield from _rings(row, column, 2, {0, 2}, side)
    for row, column in ((3, 3), (3, side - 4), (side - 4, 3)):
        yield from _rings(row, column, 4, {0, 1, 3}, side)
    if version >= 7:
        bits = version << 12 | _bch(version, 12, 0x1F25)
        for index in range(18):
            long, short = side - 11 + index % 3, index // 3
            yield (long, short), bits >> index & 1
            yield (short, long), bits >> index & 1


def _rings(row: int, column: int, size: int, dark: set[int], side: int) -> Iterator[tuple[Place, int]]:
    """Squares around a centre; ``dark`` says which of them, 0 being the centre."""
    for down in range(-size, size + 1):
        for right in range(-size, size + 1):
            if 0 <= row + down < side and 0 <= column + right < side:
                yield (row + down, column + right), max(abs(down), abs(right)) in dark


def _zigzag(side: int) -> Iterator[Place]:
    """Two columns at a time from the right, up and down by turns, around the vertical timing pattern."""
    upward = True
    for right in (*range(side - 1, 6, -2), 5, 3, 1):
        for row in range(side - 1, -1, -1) if upward else range(side):
            yield row, right
            yield row, right - 1
        upward = not upward


def _format_information(level: QrErrorLevel, side: int) -> Iterator[tuple[Place, int]]:
    """Both copies of the level and the mask."""
    data = _LEVEL_BITS[level] << 3
    bits = (data << 10 | _bch(data, 10, 0x537)) ^ 0x5412
    first = [(0, 8), (1, 8), (2, 8), (3, 8), (4, 8), (5, 8), (7, 8), (8, 8), (8, 7)]
    first += [(8, column) for column in range(5, -1, -1)]
    second = [(8, side - 1 - index) for index in range(8)] + [(side - 7 + index, 8) for index in range(7)]
    for places in (first, second):
        for index, place in enumerate(places):
            yield place, bits >> index & 1


def _bch(value: int, length: int, polynomial: int) -> int:
    """The remainder that protects ``value``, of ``length`` bits."""
    remainder = value << length
    while remainder.bit_length() > length:
        remainder ^= polynomial << remainder.bit_length() - length - 1
    return remainder
