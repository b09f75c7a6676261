"""Bills for rows of a CSV file, with no service and no database: what ``thungan quote`` prints.

Columns (the order is free, others are ignored):

``id, period_from, period_to, price_group, households``
    Dates are ``YYYY-MM-DD``, both days included. ``price_group`` is one group, or several with their shares:
    ``household:70;business_lt6kv:30`` in per cent, ``household:120kWh;business_lt6kv`` with a monthly quota.
``kwh``, or ``normal, peak, off_peak``
    kWh of the period. ``kwh`` beside the registers must be their sum.
``cos_phi``
    Power factor, where reactive power is billed.
``old_reading, new_reading, multiplier, meter_digits``
    Instead of ``kwh``; ``meter_digits`` allows a roll-over.
``cut_days``, or ``cut_from, cut_to``
    Days without supply.
``invoice_date``
    The day on which the bill is issued, where VAT goes by it (``tariffs/data/vat.yaml``).
``change_reading_kwh``, or ``change_normal, change_peak, change_off_peak``
    kWh used before the price change inside the period, as really read; more than one change is separated by ``;``.

A row without dates is an error unless a default period is given: a month without a year has no tariff.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from services.billing.engine import Bill, compute_bill
from services.billing.engine.explain import explain
from services.billing.errors import BillingError
from services.billing.quote.case_rows import CaseRow, request_of
from services.billing.tariffs.files import load_tariffs
from services.billing.tariffs.models import Tariffs
from shared.csv_files import UnreadableFileError, read_lines


def quote_rows(
    cases: bytes | str,
    *,
    tariffs: Tariffs | None = None,
    default_period: tuple[date, date] | None = None,
    explained: bool = False,
    convert_legacy: bool = False,
) -> Iterator[dict[str, Any]]:
    """Yield one JSON-ready object a row: ``id, pre_vat, vat, total, lines``, or ``id, line, error`` of a bad one.

    ``cases`` is the content of a CSV file or workbook. ``explained`` adds the steps as Vietnamese and English text.
    Raises :class:`BillingError` only when the file as a whole cannot be read.
    """
    tariffs = tariffs or load_tariffs()
    try:
        lines = read_lines("cases", cases, CaseRow, convert_legacy=convert_legacy)
    except UnreadableFileError as error:
        raise BillingError(error.bad.slug, error.bad.message) from None
    for line in lines:
        name = line.cells.get("id") or f"line {line.number}"
        if line.row is None:
            causes = "; ".join(map(str, line.bad))
            yield {"id": name, "line": line.number, "error": causes, "slug": line.bad[0].slug}
            continue
        try:
            bill = compute_bill(request_of(line.row, tariffs, default_period), tariffs)
        except BillingError as error:
            yield {"id": name, "line": line.number, "error": error.message, "slug": error.slug}
        else:
            yield {"id": name, **bill_as_dict(bill, explained=explained)}


def bill_as_dict(bill: Bill, *, explained: bool = False) -> dict[str, Any]:
    """Return a bill as JSON-ready values."""
    return {
        "pre_vat": bill.pre_vat,
        "vat": bill.vat,
        "total": bill.total,
        "vat_percent": str(bill.vat_percent),
        "kwh": bill.kwh,
        "lines": [
            {
                "kind": line.kind,
                "group": line.group,
                "tier": line.tier,
                "register": line.register,
                "from": line.first.isoformat(),
                "to": line.last.isoformat(),
                "decision": line.decision,
                "kwh": line.kwh,
                "unit_price": line.unit_price,
                "amount": line.amount,
                "percent": None if line.percent is None else str(line.percent),
            }
            for line in bill.lines
        ],
        "limits": [
            {"from": limits.first.isoformat(), "to": limits.last.isoformat(), "kwh": list(limits.kwh)}
            for limits in bill.limits
        ],
        **({"explanation": {"vi": explain(bill, "vi"), "en": explain(bill, "en")}} if explained else {}),
    }
