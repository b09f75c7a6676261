"""The bill of a charge: what is asked for without readings. Pure.

It has cycle 0 of the month in which it is charged: no metered period has that one, and among the bills of a month it is
cleared first. Letters and digits only in its number, so that it fits a bank transfer.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from shared.clock import business_day
from shared.contracts.billing import Bill, BillLine, BillState, ChargeKind
from shared.contracts.common import CustomerFacts
from shared.money import format_dong, percent_of

NO_CYCLE = 0

_MARKS = {ChargeKind.RECONNECTION_FEE: "P", ChargeKind.LATE_INTEREST: "L"}
_LABELS = {ChargeKind.RECONNECTION_FEE: "Phí đóng điện trở lại", ChargeKind.LATE_INTEREST: "Tiền lãi chậm trả"}


def number_of_charge(customer_code: str, kind: ChargeKind, day: date, taken: Iterable[str]) -> str:
    """Return the next number of a month: ``…T112026P1`` is a fee (phí), ``…T112026L1`` interest (lãi)."""
    stem = f"{customer_code}T{day.month:02d}{day.year}{_MARKS[kind]}"
    used = [int(found[1]) for number in taken if (found := re.fullmatch(re.escape(stem) + r"([0-9]{1,4})", number))]
    return f"{stem}{max(used, default=0) + 1}"


def charge_line(kind: ChargeKind, amount: int, basis: str, first: date, last: date, *, of: str = "") -> BillLine:
    """Return a line of a charge: money without kWh, as reactive power has it. ``of``: what it is about."""
    return BillLine(
        label=f"{_LABELS[kind]} {of}".rstrip(),
        decision=basis,
        period_from=first,
        period_to=last,
        kwh=0,
        unit_price=0,
        amount=amount,
    )


def charge_bill(
    kind: ChargeKind,
    facts: CustomerFacts,
    lines: Sequence[BillLine],
    *,
    vat_percent: Decimal,
    bill_id: UUID,
    number: str,
    due_date: date,
    issued_at: datetime,
    explanation: Sequence[str],
) -> Bill:
    """Return the bill of a charge, wholly open. VAT is once on the sum."""
    day = business_day(issued_at)
    pre_vat = sum(line.amount for line in lines)
    vat = percent_of(pre_vat, vat_percent)
    return Bill(
        bill_id=bill_id,
        bill_number=number,
        customer_code=facts.customer_code,
        cycle=NO_CYCLE,
        month=day.month,
        year=day.year,
        period_from=min(line.period_from for line in lines),
        period_to=max(line.period_to for line in lines),
        price_group=facts.price_group,
        households=facts.households,
        readings=[],
        kwh=0,
        lines=list(lines),
        pre_vat=pre_vat,
        vat_rate=str(vat_percent),
        vat=vat,
        total=pre_vat + vat,
        open_principal=pre_vat,
        open_vat=vat,
        state=BillState.OPEN,
        due_date=due_date,
        issued_at=issued_at,
        explanation=[f"{_LABELS[kind]}: {format_dong(pre_vat)} trước thuế", *explanation],
        charge=kind,
    )
