"""Why readings may be wrong, so that a person understands it: one function a rule, named like its slug. Pure."""

from dataclasses import dataclass
from fractions import Fraction

from services.billing.bills.metered_period import MeteredPeriod, RegisterReading
from services.billing.judgement.capacity import Capacity
from services.billing.judgement.history import PastReading
from shared.contracts.common import Meter
from shared.money import format_number


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a rule found: its slug, and what is doubtful in both languages."""

    rule: str
    detail: str
    """Vietnamese."""
    english: str


def contract_ended(period: MeteredPeriod) -> Doubt:
    """Readings of a contract that has ended, without the mark of its last bill."""
    return Doubt(
        "contract-ended",
        f"Hợp đồng của {period.customer_code} đã chấm dứt; kỳ cuối cùng phải được đánh dấu là kỳ quyết toán.",
        f"The contract of {period.customer_code} has ended; its last period has to be marked as final.",
    )


def meter_of_another(meter: str, customer_code: str, owner: str) -> Doubt:
    """The meter is another customer's by the contract."""
    return Doubt(
        "meter-of-another",
        f"Công tơ {meter} được ghi cho {customer_code}, nhưng theo hợp đồng là công tơ của {owner}.",
        f"Meter {meter} is read for {customer_code}, but by the contract it is the meter of {owner}.",
    )


def meter_unknown(meter: str, own: str | None) -> Doubt:
    """The meter is neither the customer's present one, nor was it read for the customer before."""
    own_vietnamese = "chưa có công tơ nào được khai báo" if own is None else f"công tơ đã khai báo là {own}"
    own_english = "none is registered" if own is None else f"registered is {own}"
    return Doubt(
        "meter-unknown",
        f"Chưa biết công tơ {meter} của khách hàng này; {own_vietnamese}.",
        f"Meter {meter} is not known for this customer; {own_english}.",
    )


def other_constants(reading: RegisterReading, multiplier: int, digits: int) -> Doubt:
    """Multiplier or digits differ from those of the registered meter."""
    return Doubt(
        "other-constants",
        f"Công tơ {reading.meter_number}: hệ số nhân {reading.multiplier}, {reading.digits} chữ số; "
        f"đã khai báo hệ số nhân {multiplier}, {digits} chữ số.",
        f"Meter {reading.meter_number}: multiplier {reading.multiplier}, {reading.digits} digits; registered are "
        f"multiplier {multiplier}, {digits} digits.",
    )


def two_customers(meter: str, customer_code: str, other: PastReading) -> Doubt:
    """The meter was read for another customer on the same days."""
    return Doubt(
        "two-customers",
        f"Công tơ {meter} được ghi cho {customer_code} và, kỳ {_days(other)}, cho {other.customer_code}.",
        f"Meter {meter} is read for {customer_code} and, from {other.period_from} to {other.period_to}, for "
        f"{other.customer_code}.",
    )


def period_too_long(days: int, most: int) -> Doubt:
    """More days than a period has."""
    return Doubt(
        "period-too-long",
        f"Kỳ ghi chỉ số dài {days} ngày, quá {most} ngày.",
        f"The period has {days} days, more than {most}.",
    )


def period_too_short(days: int, least: int) -> Doubt:
    """Fewer days than a period has."""
    return Doubt(
        "period-too-short",
        f"Kỳ ghi chỉ số chỉ có {days} ngày, dưới {least} ngày.",
        f"The period has {days} days only, fewer than {least}.",
    )


def period_of_another_month(period: MeteredPeriod) -> Doubt:
    """The days of the period are far from the month that it is billed for."""
    month = f"{period.month:02d}/{period.year}"
    return Doubt(
        "period-of-another-month",
        f"Kỳ kết thúc ngày {period.period_to:%d/%m/%Y} không thuộc tháng {month}.",
        f"A period that ends on {period.period_to} is not of {month}.",
    )


def earlier_is_held(reading: RegisterReading, last: PastReading) -> Doubt:
    """The period before is held itself: its new reading may change."""
    return Doubt(
        "earlier-is-held",
        f"Chỉ số kỳ trước ({_days(last)}) của công tơ {reading.meter_number} còn đang bị tạm giữ.",
        f"The reading of the period before ({last.period_from} to {last.period_to}) of meter {reading.meter_number} is "
        "held itself.",
    )


def old_above_last(reading: RegisterReading, last: PastReading) -> Doubt:
    """What lies between the last new reading and this old one was never billed."""
    difference = reading.old_reading - last.new_reading
    return Doubt(
        "old-above-last",
        f"{_register(reading)}: chỉ số cũ {reading.old_reading} cao hơn chỉ số mới kỳ trước {last.new_reading} "
        f"({last.period_to:%d/%m/%Y}); {_number(difference)} số chưa được tính tiền.",
        f"{_register(reading, english=True)}: the old reading {reading.old_reading} is above the last new one "
        f"{last.new_reading} ({last.period_to}); {difference:,} units were never billed.",
    )


def old_below_last(reading: RegisterReading, last: PastReading) -> Doubt:
    """What lies between this old reading and the last new one would be billed twice."""
    difference = last.new_reading - reading.old_reading
    return Doubt(
        "old-below-last",
        f"{_register(reading)}: chỉ số cũ {reading.old_reading} thấp hơn chỉ số mới kỳ trước {last.new_reading} "
        f"({last.period_to:%d/%m/%Y}); {_number(difference)} số sẽ bị tính tiền hai lần.",
        f"{_register(reading, english=True)}: the old reading {reading.old_reading} is below the last new one "
        f"{last.new_reading} ({last.period_to}); {difference:,} units would be billed twice.",
    )


def new_above_next(reading: RegisterReading, following: PastReading) -> Doubt:
    """What lies between the next old reading and this new one would be billed twice."""
    difference = reading.new_reading - following.old_reading
    return Doubt(
        "new-above-next",
        f"{_register(reading)}: chỉ số mới {reading.new_reading} cao hơn chỉ số cũ kỳ sau {following.old_reading} "
        f"({following.period_from:%d/%m/%Y}); {_number(difference)} số sẽ bị tính tiền hai lần.",
        f"{_register(reading, english=True)}: the new reading {reading.new_reading} is above the next old one "
        f"{following.old_reading} ({following.period_from}); {difference:,} units would be billed twice.",
    )


def new_below_next(reading: RegisterReading, following: PastReading) -> Doubt:
    """What lies between this new reading and the next old one would never be billed."""
    difference = following.old_reading - reading.new_reading
    return Doubt(
        "new-below-next",
        f"{_register(reading)}: chỉ số mới {reading.new_reading} thấp hơn chỉ số cũ kỳ sau {following.old_reading} "
        f"({following.period_from:%d/%m/%Y}); {_number(difference)} số sẽ không được tính tiền.",
        f"{_register(reading, english=True)}: the new reading {reading.new_reading} is below the next old one "
        f"{following.old_reading} ({following.period_from}); {difference:,} units would never be billed.",
    )


def rollover_from_below(reading: RegisterReading) -> Doubt:
    """A new reading below the old one, of a register that was not about to roll over."""
    return Doubt(
        "rollover",
        f"{_register(reading)}: chỉ số mới {reading.new_reading} thấp hơn chỉ số cũ {reading.old_reading}, mà công tơ "
        f"{reading.digits} chữ số chưa gần hết vòng số; nếu qua vòng số thì là {_number(reading.kwh)} kWh.",
        f"{_register(reading, english=True)}: the new reading {reading.new_reading} is below the old one "
        f"{reading.old_reading}, and a meter of {reading.digits} digits was not about to roll over; with a roll-over "
        f"it would be {reading.kwh:,} kWh.",
    )


def estimate_too_high(reading: RegisterReading, last: PastReading) -> Doubt:
    """The first true reading after an estimate is below it: more was billed than was used."""
    return Doubt(
        "estimate-too-high",
        f"{_register(reading)}: chỉ số thực tế {reading.new_reading} thấp hơn chỉ số tạm tính {last.new_reading} của "
        f"kỳ trước ({last.period_to:%d/%m/%Y}): hãy điều chỉnh hóa đơn kỳ đó.",
        f"{_register(reading, english=True)}: the true reading {reading.new_reading} is below the estimate "
        f"{last.new_reading} of the period before ({last.period_to}): its bill has to be corrected.",
    )


def rollover_unusual(kwh: int, usual: int) -> Doubt:
    """A register rolled over, and far more than usual was counted."""
    return Doubt(
        "rollover",
        f"Nếu công tơ qua vòng số thì là {_number(kwh)} kWh, trong khi bình thường khoảng {_number(usual)} kWh.",
        f"With a roll-over it would be {kwh:,} kWh, where about {usual:,} kWh are usual.",
    )


def more_than_the_meter_can(reading: RegisterReading, most: int) -> Doubt:
    """More kWh than can pass through the meter in so many days."""
    return Doubt(
        "more-than-the-meter-can",
        f"{_register(reading)}: {_number(reading.kwh)} kWh, trong khi công tơ này đo được nhiều nhất "
        f"{_number(most)} kWh trong kỳ.",
        f"{_register(reading, english=True)}: {reading.kwh:,} kWh, where at most {most:,} kWh can pass "
        "through the meter in the period.",
    )


def more_than_rated(meter: str, kwh: int, capacity: Capacity, percent: int) -> Doubt:
    """More than the current of the meter's plate can bring in so many hours."""
    amperes, volts, hours = capacity.amperes, capacity.volts, capacity.hours
    times = "" if capacity.ratio == 1 else f" × {capacity.ratio}"
    reserve, reserved = "", ""
    if percent > 100:
        reserve = f", cộng {percent - 100}% dự phòng,"
        reserved = f", with {percent - 100}% in reserve,"
    return Doubt(
        "more-than-rated",
        f"Công tơ {meter}: {_number(kwh)} kWh, quá khả năng của công tơ: {capacity.phases} pha × {amperes} A × "
        f"{volts} V × {_number(hours)} giờ{times and f'{times} (tỷ số TI, TU)'}{reserve} là nhiều nhất "
        f"{_number(capacity.kwh)} kWh.",
        f"Meter {meter}: {kwh:,} kWh, more than it can carry: {capacity.phases} phases × {amperes} A × "
        f"{volts} V × {hours:,} hours{times and f'{times} (ratio of its transformers)'}{reserved} is at most "
        f"{capacity.kwh:,} kWh.",
    )


def multiplier_is_no_ratio(reading: RegisterReading, meter: Meter, ratio: Fraction) -> Doubt:
    """The multiplier is not what the meter's transformers divide by."""
    vietnamese = f"TI {meter.ct_ratio}" + (f" × TU {meter.vt_ratio}" if meter.vt_ratio else "")
    english = f"CT {meter.ct_ratio}" + (f" × VT {meter.vt_ratio}" if meter.vt_ratio else "")
    return Doubt(
        "multiplier-no-ratio",
        f"Công tơ {reading.meter_number}: hệ số nhân {_number(reading.multiplier)}, nhưng {vietnamese} là {ratio}.",
        f"Meter {reading.meter_number}: the multiplier is {reading.multiplier:,}, but {english} is {ratio}.",
    )


def first_is_high(kwh: int, most: int) -> Doubt:
    """A household's first period, with more than households use."""
    return Doubt(
        "first-is-high",
        f"Kỳ đầu tiên của khách hàng sinh hoạt có {_number(kwh)} kWh, quá {_number(most)} kWh.",
        f"The first period of a household has {kwh:,} kWh, more than {most:,} kWh.",
    )


def jump(kwh: int, usual: int) -> Doubt:
    """Far more than usual."""
    return Doubt(
        "jump",
        f"{_number(kwh)} kWh, trong khi bình thường khoảng {_number(usual)} kWh trong từng ấy ngày.",
        f"{kwh:,} kWh, where about {usual:,} kWh are usual in so many days.",
    )


def drop(kwh: int, usual: int) -> Doubt:
    """Far less than usual."""
    return Doubt(
        "drop",
        f"Chỉ {_number(kwh)} kWh, trong khi bình thường khoảng {_number(usual)} kWh trong từng ấy ngày.",
        f"{kwh:,} kWh only, where about {usual:,} kWh are usual in so many days.",
    )


def nothing_used(usual: int) -> Doubt:
    """Nothing where something is usual."""
    return Doubt(
        "nothing-used",
        f"0 kWh, trong khi bình thường khoảng {_number(usual)} kWh một tháng: công tơ có thể đã dừng.",
        f"0 kWh, where about {usual:,} kWh a month are usual: the meter may have stopped.",
    )


def stands_still(periods: int) -> Doubt:
    """Nothing for several periods."""
    return Doubt(
        "stands-still",
        f"Công tơ đứng yên {periods} kỳ liền: cần kiểm tra công tơ.",
        f"The meter has stood still for {periods} periods: somebody should look at it.",
    )


def register_stands_still(reading: RegisterReading, last: int) -> Doubt:
    """One register stands still while others count."""
    return Doubt(
        "register-stands-still",
        f"{_register(reading)}: đứng yên, trong khi các bộ khác vẫn chạy (kỳ trước {_number(last)} kWh).",
        f"{_register(reading, english=True)}: stands still while others count ({last:,} kWh in the last period).",
    )


def to_be_read_again() -> Doubt:
    """A person has sent sound readings back."""
    return Doubt("sent-back", "Chỉ số cần được ghi lại.", "The readings are to be read again.")


def _register(reading: RegisterReading, *, english: bool = False) -> str:
    word = "Meter" if english else "Công tơ"
    return f"{word} {reading.meter_number} ({reading.meter_register})"


def _days(past: PastReading) -> str:
    return f"{past.period_from:%d/%m/%Y} – {past.period_to:%d/%m/%Y}"


def _number(value: int) -> str:
    return format_number(value)
