"""A metered period and the customer's contract facts → the bill as messages carry it. Pure."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from services.billing.bills.metered_period import MeteredPeriod, bill_request
from services.billing.engine import Bill as ComputedBill
from services.billing.engine import compute_bill
from services.billing.engine.explain import explain_quotas, price_label
from services.billing.tariffs.models import Register, Tariffs
from shared.clock import business_day
from shared.contracts.billing import Bill, BillState
from shared.contracts.common import CustomerFacts
from shared.contracts.uses import Households, Uses


def make_bill(
    period: MeteredPeriod,
    facts: CustomerFacts,
    tariffs: Tariffs,
    *,
    bill_id: UUID,
    issued_at: datetime,
    invoiced_at: datetime | None = None,
) -> Bill:
    """Return the bill of a period, wholly open; raise :class:`~services.billing.errors.BillingError`.

    ``invoiced_at``: when the bill was issued that it corrects, whose day may decide over VAT; None where it corrects
    none.
    """
    day = business_day(invoiced_at or issued_at)
    values = bill_values(period, facts.price_group, facts.households, tariffs, day)
    return Bill(
        **values,
        bill_id=bill_id,
        open_principal=values["pre_vat"],
        open_vat=values["vat"],
        state=BillState.OPEN if values["total"] else BillState.PAID,
        issued_at=issued_at,
    )


def bill_values(
    period: MeteredPeriod, price_group: Uses, households: Households, tariffs: Tariffs, invoice_date: date
) -> dict[str, Any]:
    """Return what a bill says, by the names of its members: all but its id, when it was issued, and what is open.

    What it has many of (readings, lines, explanation) as JSON has it: a run makes millions of them, and checks none.
    """
    asked = bill_request(period, price_group, households, tariffs, invoice_date=invoice_date)
    computed = compute_bill(asked, tariffs)
    return {
        "bill_number": bill_number(period.customer_code, period.year, period.month, period.cycle),
        "customer_code": period.customer_code,
        "cycle": period.cycle,
        "month": period.month,
        "year": period.year,
        "period_from": period.period_from,
        "period_to": period.period_to,
        "price_group": price_group,
        "households": households,
        "readings": [
            {
                "meter_number": reading.meter_number,
                "meter_register": reading.meter_register,
                "old_reading": reading.old_reading,
                "new_reading": reading.new_reading,
                "multiplier": reading.multiplier,
                "kwh": reading.kwh,
            }
            for reading in period.readings
        ],
        "kwh": computed.kwh,
        "lines": _lines(computed),
        "pre_vat": computed.pre_vat,
        "vat_rate": str(computed.vat_percent),
        "vat": computed.vat,
        "total": computed.total,
        "due_date": period.due_date,
        "explanation": [*explain_quotas(computed), *_remarks(period)],
    }


def _remarks(period: MeteredPeriod) -> Iterator[str]:
    """Yield what a customer should know of the readings."""
    for reading in period.readings:
        if reading.estimated:
            yield (
                f"Chỉ số mới {reading.new_reading} của công tơ {reading.meter_number} ({reading.meter_register}) là "
                "tạm tính; kỳ ghi chỉ số thực tế tiếp theo sẽ quyết toán phần chênh lệch."
            )
    if period.final:
        yield "Đây là hóa đơn quyết toán khi chấm dứt hợp đồng."


def bill_number(customer_code: str, year: int, month: int, cycle: int) -> str:
    """Return the number of a bill: customer, month, cycle. Letters and digits only, so that it fits a bank transfer."""
    return f"{customer_code}T{month:02d}{year}K{cycle}"


def _lines(bill: ComputedBill) -> list[dict[str, Any]]:
    purposes = {group.name: group.line for group in bill.groups}
    has_others = len(purposes) > 1
    lines: list[dict[str, Any]] = []
    part, period_from, period_to = None, "", ""
    for kind, group, tier, register, first, last, decision, kwh, unit_price, amount, percent in bill.lines:
        if part != (first, last):  # written once for all lines of a part
            part, period_from, period_to = (first, last), first.isoformat(), last.isoformat()
        if kind == "reactive":
            label = f"Phản kháng {percent}%".replace(".", ",")
        else:
            label = _label(purposes[group], tier, register, has_others)
        lines.append(
            {
                "label": label,
                "decision": decision,
                "period_from": period_from,
                "period_to": period_to,
                "kwh": kwh,
                "unit_price": unit_price,
                "amount": amount,
            }
        )
    return lines


@lru_cache(maxsize=1024)
def _label(purpose: str, tier: int | None, register: Register | None, has_others: bool) -> str:
    """Return what is priced; the purpose of use is named where the meter has several, or nothing else names it."""
    label = price_label(tier, register)
    if not label:
        return purpose
    return f"{purpose}, {label[0].lower()}{label[1:]}" if has_others else label
