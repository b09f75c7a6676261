"""Why a bill is higher or lower than the one before it: the difference divided among its causes, exactly. Pure.

A bill is days × kWh a day × the average price × (1 + VAT). The four are replaced one after the other by those of the
new bill; what each step changes is what that cause comes to, and together they are the difference.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from shared.contracts.billing import BillCause, BillCauseKind, BillComparison
from shared.contracts.uses import Households, Uses
from shared.money import format_dong

_TIER = re.compile(r"bậc (\d+)$", re.IGNORECASE)
_MOST_CAUSES = 2
"""Named in the sentence: it is a line on paper."""
_LEAST_SHARE = Fraction(1, 10)
"""Of the difference; a smaller cause is not named beside a greater one."""


@dataclass(frozen=True, slots=True)
class UsedBill:
    """What of a bill explains its amount."""

    bill_number: str
    year: int
    month: int
    cycle: int
    period_from: date
    period_to: date
    price_group: Uses
    households: Households
    kwh: int
    pre_vat: int
    vat_rate: str
    total: int
    labels: tuple[str, ...]
    """Of its lines, in Vietnamese: ``Bậc 3``."""
    decisions: tuple[str, ...]
    """The price decisions of its lines, in their order."""
    details_archived: bool = False
    """Its lines are in the archive: nothing is known of its prices and tiers."""

    @property
    def days(self) -> int:
        """Days of the period, both included."""
        return (self.period_to - self.period_from).days + 1

    @property
    def highest_tier(self) -> int | None:
        """The highest household tier that was reached; None where there is none."""
        tiers = [int(found[1]) for label in self.labels if (found := _TIER.search(label))]
        return max(tiers, default=None)

    @property
    def kwh_a_day(self) -> Decimal:
        """Average kWh of a day, one decimal."""
        return kwh_a_day(self.kwh, self.days)


def kwh_a_day(kwh: int, days: int) -> Decimal:
    """Return average kWh of a day, one decimal, halves up."""
    return (Decimal(kwh) / days).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def compare_bills(old: UsedBill, new: UsedBill, kwh_year_ago: int | None = None) -> BillComparison:
    """Return why ``new`` is higher or lower than ``old``, the bill before it."""
    causes = _causes(old, new)
    difference = new.total - old.total
    vi, en = _sentences(old, new, _named(causes, difference), difference)
    return BillComparison(
        bill_number=new.bill_number,
        compared_with=old.bill_number,
        difference=difference,
        causes=causes,
        kwh_year_ago=kwh_year_ago,
        vi=vi,
        en=en,
    )


def _causes(old: UsedBill, new: UsedBill) -> list[BillCause]:
    """Return each cause with what it comes to in đồng, the greatest first; together they are the difference."""
    steps = _steps(old, new)
    amounts: list[tuple[BillCauseKind, int]] = []
    done, past = Fraction(0), 0
    for kind, change in steps:
        # Rounded as sums from the beginning, so that no đồng is lost between the causes.
        done += change
        until = _half_up(done)
        if until != past:
            amounts.append((kind, until - past))
        past = until
    rest = new.total - old.total - past
    if rest:  # VAT is rounded on each bill: at most a đồng or two
        kind, amount = amounts.pop() if amounts else (BillCauseKind.USE, 0)
        amounts.append((kind, amount + rest))
    amounts.sort(key=lambda cause: -abs(cause[1]))
    return [BillCause(kind=kind, amount=amount) for kind, amount in amounts if amount]


def _steps(old: UsedBill, new: UsedBill) -> list[tuple[BillCauseKind, Fraction]]:
    old_factor, new_factor = (1 + Fraction(bill.vat_rate) / 100 for bill in (old, new))
    vat = new.pre_vat * (new_factor - old_factor)
    if old.kwh == 0 or new.kwh == 0:  # without kWh there is no average price
        return [(BillCauseKind.USE, (new.pre_vat - old.pre_vat) * old_factor), (BillCauseKind.VAT, vat)]
    old_price, new_price = Fraction(old.pre_vat, old.kwh), Fraction(new.pre_vat, new.kwh)
    old_use, new_use = Fraction(old.kwh, old.days), Fraction(new.kwh, new.days)
    return [
        (BillCauseKind.DAYS, (new.days - old.days) * old_use * old_price * old_factor),
        (BillCauseKind.USE, new.days * (new_use - old_use) * old_price * old_factor),
        (_cause_of_price(old, new), new.kwh * (new_price - old_price) * old_factor),
        (BillCauseKind.VAT, vat),
    ]


def _cause_of_price(old: UsedBill, new: UsedBill) -> BillCauseKind:
    """Return why a kWh costs another amount on average."""
    if old.price_group != new.price_group:
        return BillCauseKind.PRICE_GROUP
    if old.households != new.households and new.price_group.has_households:
        return BillCauseKind.HOUSEHOLDS
    if set(old.decisions) != set(new.decisions):
        return BillCauseKind.PRICE
    return BillCauseKind.TIER if new.highest_tier is not None else BillCauseKind.HOURS


def _named(causes: Sequence[BillCause], difference: int) -> list[BillCause]:
    """Return the causes that a sentence names: those that push the way the bill went, and matter."""
    pushing = [cause for cause in causes if (cause.amount > 0) == (difference > 0)]
    enough = abs(difference) * _LEAST_SHARE
    return [cause for place, cause in enumerate(pushing[:_MOST_CAUSES]) if place == 0 or abs(cause.amount) >= enough]


_Texts = tuple[str, str]
"""Vietnamese and English."""


def _sentences(old: UsedBill, new: UsedBill, named: Sequence[BillCause], difference: int) -> _Texts:
    period = f"{old.month:02d}/{old.year}"
    if difference == 0:
        return f"Bằng kỳ {period}.", f"The same as {period}."
    reasons = [_reason(cause, old, new) for cause in named]
    vi, en = (", ".join(texts) for texts in zip(*reasons, strict=True))
    # No line of paper ends inside an amount.
    amount, rises = format_dong(abs(difference)).replace(" ", "\u00a0"), difference > 0
    return (
        f"{'Cao' if rises else 'Thấp'} hơn kỳ {period} {amount}: {vi}.",
        f"{amount} {'more' if rises else 'less'} than {period}: {en}.",
    )


def _reason(cause: BillCause, old: UsedBill, new: UsedBill) -> _Texts:
    rises = cause.amount > 0
    match cause.kind:
        case BillCauseKind.DAYS:
            days = abs(new.days - old.days)
            return (
                f"kỳ này {'nhiều' if rises else 'ít'} hơn {days} ngày",
                f"{days} day{'s' if days > 1 else ''} {'longer' if rises else 'shorter'}",
            )
        case BillCauseKind.USE:
            before, after = str(old.kwh_a_day), str(new.kwh_a_day)
            return (
                f"mỗi ngày dùng {'nhiều' if rises else 'ít'} hơn ({_comma(before)} nay {_comma(after)} kWh)",
                f"{'more' if rises else 'less'} used a day ({before}, now {after} kWh)",
            )
        case BillCauseKind.TIER:
            return _tier(old.highest_tier or 0, new.highest_tier or 0, rises=rises)
        case BillCauseKind.VAT:
            return (
                f"thuế GTGT {_comma(new.vat_rate)}% thay vì {_comma(old.vat_rate)}%",
                f"VAT {new.vat_rate}%, was {old.vat_rate}%",
            )
        case BillCauseKind.PRICE:
            return f"giá điện theo {new.decisions[-1]}", f"prices of {new.decisions[-1]}"
        case other:
            return _OTHER_REASONS[other]


def _tier(before: int, after: int, *, rises: bool) -> _Texts:
    if rises and after > before:
        return f"lên bậc\u00a0{after}", f"tier {after} reached"
    if not rises and after < before:
        return f"chỉ đến bậc\u00a0{after}", f"only tier {after} reached"
    return (
        f"{'nhiều' if rises else 'ít'} kWh ở bậc cao hơn",
        f"{'more' if rises else 'fewer'} kWh in higher tiers",
    )


_OTHER_REASONS = {
    BillCauseKind.PRICE_GROUP: ("đổi mục đích sử dụng điện", "another price group"),
    BillCauseKind.HOUSEHOLDS: ("đổi số hộ dùng chung", "another number of households"),
    BillCauseKind.HOURS: ("giờ dùng điện khác", "used at other hours"),
}


def _comma(number: str) -> str:
    return number.replace(".", ",")


def _half_up(value: Fraction) -> int:
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
