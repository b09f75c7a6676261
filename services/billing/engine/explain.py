"""Why a bill is what it is: lines of text that can be printed, in Vietnamese or English."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from services.billing.engine.models import Bill, BillLine
from services.billing.tariffs.models import Register
from shared.money import Language, format_dong, format_number

_REGISTERS: dict[Language, dict[Register, str]] = {
    "vi": {"normal": "Giờ bình thường", "peak": "Giờ cao điểm", "off_peak": "Giờ thấp điểm"},
    "en": {"normal": "Normal hours", "peak": "Peak hours", "off_peak": "Off-peak hours"},
}

_TEXTS: dict[Language, dict[str, str]] = {
    "vi": {
        "period": "Kỳ {first}-{last}: {days} ngày",
        "cut": "trừ {days} ngày ngừng cấp điện",
        "whole_month": "định mức đủ 1 tháng",
        "months": "hệ số định mức {months} tháng (tháng {month_days} ngày)",
        "limits": "Định mức {first}-{last}, {households} hộ: {kwh} kWh",
        "decision": "Giá từ {first} đến {last}: {decision}",
        "tier": "Bậc {tier}",
        "reactive": "Công suất phản kháng, cos φ {cos_phi}: {percent}%",
        "sum": "Cộng tiền hàng",
        "vat": "Thuế GTGT {percent}%",
        "total": "Tổng cộng",
        "none": "Không tiêu thụ điện",
    },
    "en": {
        "period": "Period {first}-{last}: {days} days",
        "cut": "less {days} days without supply",
        "whole_month": "quotas for 1 full month",
        "months": "quotas for {months} months (month of {month_days} days)",
        "limits": "Quotas {first}-{last}, {households} households: {kwh} kWh",
        "decision": "Prices from {first} to {last}: {decision}",
        "tier": "Tier {tier}",
        "reactive": "Reactive power, cos φ {cos_phi}: {percent}%",
        "sum": "Amount before VAT",
        "vat": "VAT {percent}%",
        "total": "Total",
        "none": "No consumption",
    },
}


def explain(bill: Bill, language: Language = "vi") -> tuple[str, ...]:
    """Return all steps from kWh to total, one per line of print."""
    return (*explain_quotas(bill, language), *_prices(bill, language))


def explain_quotas(bill: Bill, language: Language = "vi") -> tuple[str, ...]:
    """Return only what the lines of a bill do not show by themselves: days, quotas, reactive power."""
    months = (bill.months.numerator, bill.months.denominator) if bill.limits else None
    return (
        _period(bill.period_from, bill.period_to, bill.days, bill.supplied_days, months, bill.month_days, language),
        *[_limits(each.first, each.last, bill.households, each.kwh, language) for each in bill.limits],
        *(() if bill.cos_phi is None else _reactive(bill, bill.cos_phi, language)),
    )


def line_label(line: BillLine, language: Language = "vi") -> str:
    """Return what a bill line is called in print."""
    return price_label(line.tier, line.register, language)


def price_label(tier: int | None, register: Register | None, language: Language = "vi") -> str:
    """Return what a price is called in print: its tier, its register, or nothing for groups with one price."""
    if tier is not None:
        return _TEXTS[language]["tier"].format(tier=tier)
    return "" if register is None else _REGISTERS[language][register]


def _reactive(bill: Bill, cos_phi: Decimal, language: Language) -> Iterator[str]:
    for line in bill.lines:
        if line.kind == "reactive":
            percent = _number(line.percent or Decimal(0))
            text = _TEXTS[language]["reactive"].format(cos_phi=_number(cos_phi), percent=percent)
            yield f"{text} = {format_dong(line.amount)}"


# Most customers of a run have the same period and the same quotas, and each text is made for each of them.
@lru_cache(maxsize=4096)
def _period(
    first: date,
    last: date,
    days: int,
    supplied_days: int,
    months: tuple[int, int] | None,
    month_days: int,
    language: Language,
) -> str:
    texts = _TEXTS[language]
    period = [texts["period"].format(first=_day(first), last=_day(last), days=days)]
    if supplied_days != days:
        period.append(texts["cut"].format(days=days - supplied_days))
    if months is not None:
        quotas = texts["whole_month" if months == (1, 1) else "months"]
        period.append(quotas.format(months=_fraction(Fraction(*months)), month_days=month_days))
    return ", ".join(period)


@lru_cache(maxsize=4096)
def _limits(first: date, last: date, households: Decimal, kwh: tuple[int, ...], language: Language) -> str:
    return _TEXTS[language]["limits"].format(
        first=_day(first),
        last=_day(last),
        households=_number(households),
        kwh=" / ".join(map(format_number, kwh)),
    )


def _prices(bill: Bill, language: Language) -> Iterator[str]:
    texts = _TEXTS[language]
    names = {group.name: group.vi if language == "vi" else group.en for group in bill.groups}
    heading = None
    for line in bill.lines:
        if line.kind == "reactive":
            continue
        if heading != (line.group, line.first):
            heading = (line.group, line.first)
            prices = texts["decision"].format(first=_day(line.first), last=_day(line.last), decision=line.decision)
            yield f"{names[line.group]}. {prices}"
        label = line_label(line, language)
        amount = f"{format_number(line.kwh)} kWh x {format_number(line.unit_price)} = {format_dong(line.amount)}"
        yield f"{label}: {amount}" if label else amount
    if not bill.lines:
        yield texts["none"]
    yield f"{texts['sum']}: {format_dong(bill.pre_vat)}"
    yield f"{texts['vat'].format(percent=_number(bill.vat_percent))}: {format_dong(bill.vat)}"
    yield f"{texts['total']}: {format_dong(bill.total)}"


def _day(day: date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def _number(value: Decimal) -> str:
    """Return a decimal number without superfluous zeros, with the Vietnamese decimal comma."""
    return f"{value.normalize():f}".replace(".", ",")


def _fraction(value: Fraction) -> str:
    whole, rest = divmod(value.numerator, value.denominator)
    if not rest:
        return str(whole)
    return f"{whole} + {rest}/{value.denominator}" if whole else f"{rest}/{value.denominator}"
