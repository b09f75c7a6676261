"""Why a bill is what it is: lines of text that can be printed, in Vietnamese or English."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

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
    return tuple(_quotas(bill, language))


def line_label(line: BillLine, language: Language = "vi") -> str:
    """Return what a bill line is called in print: its tier, its register, or nothing for groups with one price."""
    if line.tier is not None:
        return _TEXTS[language]["tier"].format(tier=line.tier)
    return "" if line.register is None else _REGISTERS[language][line.register]


def _quotas(bill: Bill, language: Language) -> Iterator[str]:
    texts = _TEXTS[language]
    period = [texts["period"].format(first=_day(bill.period_from), last=_day(bill.period_to), days=bill.days)]
    if bill.supplied_days != bill.days:
        period.append(texts["cut"].format(days=bill.days - bill.supplied_days))
    if bill.limits:
        quotas = texts["whole_month" if bill.months == 1 else "months"]
        period.append(quotas.format(months=_fraction(bill.months), month_days=bill.month_days))
    yield ", ".join(period)
    for limits in bill.limits:
        yield texts["limits"].format(
            first=_day(limits.first),
            last=_day(limits.last),
            households=_number(bill.households),
            kwh=" / ".join(map(format_number, limits.kwh)),
        )
    for line in bill.lines:
        if line.kind == "reactive":
            cos_phi, percent = _number(bill.cos_phi or Decimal(0)), _number(line.percent or Decimal(0))
            text = texts["reactive"].format(cos_phi=cos_phi, percent=percent)
            yield f"{text} = {format_dong(line.amount)}"


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
