"""The bill that a correction issues: the one that takes the place, or the difference as a further bill. Pure."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from services.billing.bills.bill import bill_number
from services.billing.corrections.rules import Amounts
from shared.contracts.billing import Bill, BilledAmounts, BillKind, BillLine, BillLink, BillState, CorrectionKind
from shared.money import format_dong, format_number

DAYS_TO_PAY = 10
"""Days after its issue until the bill is due, unless the corrected one is due later."""

_MARKS = {CorrectionKind.ADJUSTMENT: "D", CorrectionKind.REPLACEMENT: "T"}
_KINDS = {CorrectionKind.ADJUSTMENT: BillKind.ADJUSTMENT, CorrectionKind.REPLACEMENT: BillKind.REPLACEMENT}
_NAMES = {CorrectionKind.ADJUSTMENT: "Điều chỉnh tăng cho", CorrectionKind.REPLACEMENT: "Thay thế"}


def number_of_correction(bill: Bill, kind: CorrectionKind, taken: Iterable[str]) -> str:
    """Return the next number of the bill's period: ``…K1D1`` adjusts (điều chỉnh), ``…K1T1`` replaces (thay thế).

    Letters and digits only, so that it fits a bank transfer.
    """
    stem = bill_number(bill.customer_code, bill.year, bill.month, bill.cycle) + _MARKS[kind]
    used = [int(found[1]) for number in taken if (found := re.fullmatch(re.escape(stem) + r"([0-9]{1,4})", number))]
    return f"{stem}{max(used, default=0) + 1}"


def further_bill(
    kind: CorrectionKind,
    corrected: Bill,
    anew: Bill,
    amounts: Amounts,
    lines: Sequence[BillLine],
    *,
    before: BilledAmounts,
    bill_id: UUID,
    number: str,
    reason: str,
    today: date,
) -> Bill:
    """Return the bill that a correction issues, wholly open; ``anew`` is the whole bill computed anew."""
    kwh = anew.kwh if kind is CorrectionKind.REPLACEMENT else max(anew.kwh - before.kwh, 0)
    return anew.model_copy(
        update={
            "bill_id": bill_id,
            "bill_number": number,
            "kwh": kwh,
            "lines": list(lines),
            "pre_vat": amounts.principal,
            "vat": amounts.vat,
            "total": amounts.total,
            "open_principal": amounts.principal,
            "open_vat": amounts.vat,
            "state": BillState.OPEN if amounts.total else BillState.PAID,
            "due_date": max(corrected.due_date, today + timedelta(days=DAYS_TO_PAY)),
            "explanation": [*_sentences(kind, corrected, anew, before, reason), *anew.explanation],
            "kind": _KINDS[kind],
            "corrects": BillLink(bill_id=corrected.bill_id, bill_number=corrected.bill_number),
        }
    )


def difference_of(before: Sequence[BillLine], after: Sequence[BillLine]) -> list[BillLine]:
    """Return what has to be added to the lines of a bill, those with less than before negative.

    Lines are compared by what is priced, when and at which price; they add up to the difference of both sums.
    """
    was, is_now = _by_price(before), _by_price(after)
    lines = []
    for key in dict.fromkeys([*is_now, *was]):
        old, new = was.get(key), is_now.get(key)
        shape = new or old
        assert shape is not None  # noqa: S101 - the key is of one of them
        kwh = (new.kwh if new else 0) - (old.kwh if old else 0)
        amount = (new.amount if new else 0) - (old.amount if old else 0)
        if kwh or amount:
            lines.append(shape.model_copy(update={"kwh": kwh, "amount": amount}))
    return lines


def _by_price(lines: Sequence[BillLine]) -> dict[tuple[object, ...], BillLine]:
    found: dict[tuple[object, ...], BillLine] = {}
    for line in lines:
        key = (line.label, line.decision, line.period_from, line.period_to, line.unit_price)
        known = found.get(key)
        found[key] = (
            line
            if known is None
            else line.model_copy(update={"kwh": known.kwh + line.kwh, "amount": known.amount + line.amount})
        )
    return found


def _sentences(kind: CorrectionKind, corrected: Bill, anew: Bill, before: BilledAmounts, reason: str) -> Iterable[str]:
    yield f"{_NAMES[kind]} hóa đơn {corrected.bill_number} ngày {corrected.issued_at:%d/%m/%Y}. Lý do: {reason}"
    yield (
        f"Trước: {format_number(before.kwh)} kWh, {format_dong(before.total)}; "
        f"nay: {format_number(anew.kwh)} kWh, {format_dong(anew.total)}"
    )
