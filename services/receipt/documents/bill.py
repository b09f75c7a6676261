"""A bill on paper: what was used, at which prices, and what it comes to."""

from itertools import groupby

from services.receipt.documents.parts import amount, pair
from services.receipt.documents.words import Words, day, short_day
from shared.contracts.billing import Bill, BillLine, ChargeKind, MeterReading
from shared.money import format_number
from shared.printing.document import Block, Cell, Columns, Rule, Text

SHORT_BILLS = 60
"""Bills that get a line of their own on a document with very many."""

_ONE_REGISTER = "KT"
_SHORT_LABEL = 7
"""A label up to here fits beside its figures on 58 mm paper."""


_CHARGES = {ChargeKind.RECONNECTION_FEE: "P", ChargeKind.LATE_INTEREST: "L"}
"""As in the number of their bills."""


def period_name(bill: Bill) -> str:
    """Return the short name of a bill's period: ``10/2026``, with its cycle when the month has several.

    Of a charge with its mark: ``11/2026-P`` is a fee (phí), ``11/2026-L`` interest (lãi).
    """
    name = f"{bill.month:02d}/{bill.year}"
    if bill.charge is not None:
        return f"{name}-{_CHARGES[bill.charge]}"
    return name if bill.cycle == 1 else f"{name}-{bill.cycle}"


def bill_details(bill: Bill, words: Words, *, compact: bool = False) -> list[Block]:
    """Return all that the law requires of a bill: period, readings, price lines, VAT and total."""
    if bill.charge is not None:
        return _charge(bill, bill.charge, words, compact=compact)
    if compact:
        return _compact_details(bill, words)
    key = "consumption" if bill.cycle == 1 else "consumption_cycle"
    blocks: list[Block] = [
        Text(text=words(key, cycle=bill.cycle, month=bill.month, year=bill.year), weight="bold"),
        Text(text=words("period", first=day(bill.period_from), last=day(bill.period_to))),
    ]
    if bill.details_archived:
        return [*blocks, Text(text=words("details_archived")), *bill_sums(bill, words)]
    blocks += _readings(bill, words)
    blocks += [Rule(style="dashed"), *_lines(bill.lines, words), Rule(style="dashed")]
    return blocks + bill_sums(bill, words)


def _compact_details(bill: Bill, words: Words) -> list[Block]:
    """Return the same facts with a line for each meter's register, and no heads and rules between them."""
    key = "consumption_short" if bill.cycle == 1 else "consumption_cycle_short"
    within_the_year = bill.period_from.year == bill.period_to.year == bill.year
    first, last = (short_day(each) if within_the_year else day(each) for each in (bill.period_from, bill.period_to))
    title = words(key, cycle=bill.cycle, month=bill.month, year=bill.year, first=first, last=last)
    if bill.price_group.has_households and not bill.details_archived:
        title += f", {words('households_short', value=bill.households.replace('.', ','))}"
    blocks: list[Block] = [Text(text=title, weight="bold")]
    if bill.details_archived:
        return [*blocks, Text(text=words("details_archived")), *_compact_sums(bill, words)]
    for reading in bill.readings:
        named = len(bill.readings) > 1 or reading.meter_register != _ONE_REGISTER
        old, new, multiplier, kwh = _figures(reading)
        meter = f"{reading.meter_number} {reading.meter_register}" if named else reading.meter_number
        line = words("meter_short", meter=meter, old=old, new=new, multiplier=multiplier, kwh=kwh)
        blocks.append(Text(text=line))
    return blocks + _lines(bill.lines, words)[1:] + _compact_sums(bill, words)


def _compact_sums(bill: Bill, words: Words) -> list[Block]:
    key = "sums_short" if bill.charge is None else "sums_short_charge"
    rate, vat = bill.vat_rate.replace(".", ","), format_number(bill.vat)
    sums = words(key, pre_vat=format_number(bill.pre_vat), rate=rate, vat=vat)
    return [Text(text=sums), amount(words("total"), bill.total, strong=True)]


def _charge(bill: Bill, charge: ChargeKind, words: Words, *, compact: bool) -> list[Block]:
    """Return what is asked for where no electricity is: no readings, and no kWh."""
    title = Text(text=words(f"charge_{charge.value}", month=bill.month, year=bill.year), weight="bold")
    if compact and not bill.details_archived:
        priced = [block for line in bill.lines for block in _line(line, words)]
        return [title, *priced, *_compact_sums(bill, words)]
    if bill.details_archived:
        return [title, Text(text=words("details_archived")), *bill_sums(bill, words)]
    lines = [block for line in bill.lines for block in _line(line, words)]
    return [title, Rule(style="dashed"), *lines, Rule(style="dashed"), *bill_sums(bill, words)]


def bill_sums(bill: Bill, words: Words) -> list[Block]:
    """Return amount before VAT, VAT and total of a bill."""
    return [
        amount(words("pre_vat" if bill.charge is None else "pre_vat_charge"), bill.pre_vat),
        amount(words("vat", rate=bill.vat_rate.replace(".", ",")), bill.vat),
        amount(words("total"), bill.total, strong=True),
    ]


def bills_in_short(bills: list[Bill], words: Words) -> list[Block]:
    """Return a line for each bill: period, kWh, VAT and total; the oldest are summed up when even that is too long."""
    if not bills:
        return []
    oldest, listed = bills[:-SHORT_BILLS], bills[-SHORT_BILLS:]
    rows = [_short(words("period_title"), words("kwh"), words("vat_title"), words("sum"))]
    if oldest:
        rows.append(_short(words("older_bills", count=len(oldest)), *_short_figures(oldest)))
    rows += [_short(period_name(bill), *_short_figures([bill])) for bill in listed]
    return [Rule(style="dashed"), *rows]


def _short_figures(bills: list[Bill]) -> tuple[str, str, str]:
    return (
        format_number(sum(bill.kwh for bill in bills)),
        format_number(sum(bill.vat for bill in bills)),
        format_number(sum(bill.total for bill in bills)),
    )


def _short(period: str, kwh: str, vat: str, total: str) -> Columns:
    return Columns(
        cells=(
            Cell(text=period, width=9, keep=True),
            *(Cell(text=text, align="right", keep=True, width=width) for text, width in ((kwh, 5), (vat, 7))),
            Cell(text=total, align="right", keep=True, width=8),
        )
    )


def _readings(bill: Bill, words: Words) -> list[Block]:
    """Return old and new reading of each register, under the meter that they were read from."""
    blocks: list[Block] = []
    for meter, group in groupby(bill.readings, key=lambda reading: reading.meter_number):
        readings = list(group)
        name = Text(text=words("meter", value=meter))
        blocks.append(_with_households(name, bill, words) if not blocks else name)
        named = len(readings) > 1 or readings[0].meter_register != _ONE_REGISTER
        titles = (words("old_reading"), words("new_reading"), words("multiplier"), words("kwh"))
        blocks.append(_row("", *titles) if named else _row(*titles))
        blocks += [
            _row(reading.meter_register, *_figures(reading)) if named else _row(*_figures(reading))
            for reading in readings
        ]
    return blocks


def _with_households(meter: Text, bill: Bill, words: Words) -> Block:
    if not bill.price_group.has_households:
        return meter
    return pair(meter.text, words("households", value=bill.households.replace(".", ",")))


def _figures(reading: MeterReading) -> tuple[str, str, str, str]:
    """Return the readings as the meter shows them, without points, and what was used."""
    return str(reading.old_reading), str(reading.new_reading), str(reading.multiplier), format_number(reading.kwh)


def _row(*texts: str) -> Columns:
    """Return a line of the table of readings: register (where there are several), old, new, multiplier, kWh."""
    *register, old, new, multiplier, kwh = texts
    cells = [Cell(text=code, width=2) for code in register]
    cells.append(Cell(text=old, align="right" if register else "left"))
    cells.append(Cell(text=new, align="right"))
    cells.append(Cell(text=multiplier, align="right", width=4, keep=True))
    cells.append(Cell(text=kwh, align="right", width=6, keep=True))
    return Columns(cells=tuple(cells))


def _lines(lines: list[BillLine], words: Words) -> list[Block]:
    """Return kWh × unit price = amount for each tier or register, under its price decision when there are several."""
    blocks: list[Block] = [_priced("", words("price"), words("amount"))]
    sections = [
        (section, list(group))
        for section, group in groupby(lines, key=lambda line: (line.decision, line.period_from, line.period_to))
    ]
    for (decision, first, last), group in sections:
        if len(sections) > 1:
            heading = words("price_decision", decision=decision, first=short_day(first), last=short_day(last))
            blocks.append(Text(text=heading))
        for line in group:
            blocks += _line(line, words)
    return blocks


def _line(line: BillLine, words: Words) -> list[Block]:
    """Return one price line; a long label stands above its figures, money without kWh has no more than its name."""
    label = words.line_label(line.label)
    total = format_number(line.amount)
    if not line.kwh:
        return [Columns(cells=(Cell(text=label), Cell(text=total, align="right", width=11, keep=True)))]
    price = f"{format_number(line.kwh)} × {format_number(line.unit_price)}"
    if len(label) > _SHORT_LABEL:
        return [Text(text=label), _priced("", price, total)]
    return [_priced(label, price, total)]


def _priced(label: str, price: str, total: str) -> Columns:
    return Columns(
        cells=(
            Cell(text=label),
            Cell(text=price, align="right", keep=True),
            Cell(text=total, align="right", width=11, keep=True),
        )
    )
