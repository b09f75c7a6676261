"""Amounts in words, for receipts: ``384912`` → "Ba trăm tám mươi bốn nghìn chín trăm mười hai đồng"."""

from dataclasses import dataclass
from typing import Literal

from shared.money import Language

_BILLION = 10**9


@dataclass(frozen=True, slots=True)
class VietnameseStyle:
    """Words that differ by region and house style; the defaults are those of the South and of tax invoices."""

    zero_tens: Literal["lẻ", "linh"] = "lẻ"
    """Between hundreds and a single digit: 105 is "một trăm lẻ năm" in the South, "linh" in the North."""
    final_four: Literal["bốn", "tư"] = "bốn"
    """4 after "mươi": 24 is "hai mươi bốn" on invoices, "hai mươi tư" in speech."""
    thousand: Literal["nghìn", "ngàn"] = "nghìn"
    billion: Literal["tỷ", "tỉ"] = "tỷ"


INVOICE_STYLE = VietnameseStyle()

_VI_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")

# fmt: off
_EN_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)
_EN_TENS = ("zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
# fmt: on


def amount_in_words(amount: int, language: Language = "vi", style: VietnameseStyle = INVOICE_STYLE) -> str:
    """Return ``amount`` đồng in words, first letter capital; negative amounts begin with "Âm" or "Minus"."""
    if language == "en":
        words = (["minus"] if amount < 0 else []) + [_english(abs(amount)), "Vietnamese dong"]
    else:
        words = (["âm"] if amount < 0 else []) + [*_vietnamese(abs(amount), style), "đồng"]
    text = " ".join(words)
    return text[0].upper() + text[1:]


def _vietnamese(number: int, style: VietnameseStyle, *, full: bool = False) -> list[str]:
    """Return the words of ``number``; ``full`` when higher groups were said, so that its hundreds must be said too."""
    if number == 0:
        return [] if full else [_VI_DIGITS[0]]
    words: list[str] = []
    billions, rest = divmod(number, _BILLION)
    if billions:  # "nghìn tỷ", "triệu tỷ": billions are counted by the same words again
        words += [*_vietnamese(billions, style, full=full), style.billion]
    for scale, name in ((10**6, "triệu"), (10**3, style.thousand), (1, "")):
        group = rest // scale % 1000
        if group:
            words += _vietnamese_group(group, style, full=full or bool(words))
            words += [name] if name else []
    return words


def _vietnamese_group(group: int, style: VietnameseStyle, *, full: bool) -> list[str]:
    """Return the words of a group of three digits, 1 to 999."""
    hundreds, tens, ones = group // 100, group // 10 % 10, group % 10
    words: list[str] = []
    if hundreds or full:
        words += [_VI_DIGITS[hundreds], "trăm"]
    if tens == 0:
        if ones:
            words += [style.zero_tens] if words else []
            words.append(_VI_DIGITS[ones])
        return words
    words += ["mười"] if tens == 1 else [_VI_DIGITS[tens], "mươi"]
    if ones == 5:
        words.append("lăm")
    elif ones == 1 and tens > 1:
        words.append("mốt")
    elif ones == 4 and tens > 1:
        words.append(style.final_four)
    elif ones:
        words.append(_VI_DIGITS[ones])
    return words


def _english(number: int) -> str:
    if number < 20:
        return _EN_SMALL[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _EN_TENS[tens] + (f"-{_EN_SMALL[ones]}" if ones else "")
    for scale, name in ((_BILLION, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= scale:
            count, rest = divmod(number, scale)
            return f"{_english(count)} {name}" + (f" {_english(rest)}" if rest else "")
    raise AssertionError("unreachable: every number above 99 has a scale")
