"""``thungan bills correct``, ``preview`` and ``corrections``: a wrong bill is never edited, two people put it right."""

from datetime import datetime
from typing import Annotated

import typer

from ops.console import JsonOption, fail, free_text, print_json, print_line, print_table, typed_code
from ops.requests import build_request, send_request
from shared.clock import VIETNAM
from shared.contracts.billing import (
    BillCorrection,
    CorrectBill,
    CorrectedBillReading,
    CorrectionKind,
    CorrectionPreview,
    GetBillCorrections,
    PreviewCorrection,
)
from shared.contracts.uses import Households, Uses
from shared.ids import new_id
from shared.money import format_dong, format_number

BillArgument = Annotated[str, typer.Argument(metavar="BILL", callback=typed_code, help="The number of the bill.")]
KindOption = Annotated[
    CorrectionKind, typer.Option("--kind", help="The difference (adjustment), or another bill in its place.")
]
ReadingOption = Annotated[
    list[str] | None,
    typer.Option("--reading", help="METER:REGISTER:OLD:NEW as it should have been; all of the period, or none."),
]
PriceGroupOption = Annotated[str | None, typer.Option("--price-group", help="As it should have been.")]
HouseholdsOption = Annotated[str | None, typer.Option("--households", help="As it should have been.")]


def preview_correction(
    bill: BillArgument,
    kind: KindOption,
    reading: ReadingOption = None,
    price_group: PriceGroupOption = None,
    households: HouseholdsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a correction would do; nothing changes."""
    request = build_request(
        PreviewCorrection,
        bill_number=bill,
        kind=kind,
        readings=_readings(reading),
        price_group=None if price_group is None else Uses(price_group),
        households=None if households is None else Households(households),
    )
    found = send_request(request)
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    print_line(_sentence(found))
    for doubt in found.doubts:
        print_line(f"doubtful: {doubt.english} ({doubt.rule})")


def _sentence(found: CorrectionPreview) -> str:
    new = "" if found.new_bill_total is None else f" A bill of {format_dong(found.new_bill_total)} is issued."
    released = (
        ""
        if not found.released
        else (
            f" {format_dong(found.released)} of payments are cleared anew: first what is owed, the rest becomes credit."
        )
    )
    return (
        f"{found.bill.bill_number}: {format_number(found.before.kwh)} kWh, {format_dong(found.before.total)} become "
        f"{format_number(found.after.kwh)} kWh, {format_dong(found.after.total)}: a difference of "
        f"{format_dong(found.difference)}.{new}{released}"
    )


def correct(
    bill: BillArgument,
    kind: KindOption,
    difference: Annotated[int, typer.Option("--difference", help="In đồng, as the preview has it; negative for less.")],
    reason: Annotated[str, typer.Option("--reason", callback=free_text, help="Why, for the records.")],
    asked_by: Annotated[str, typer.Option("--asked-by", callback=free_text, help="Who asked for it.")],
    approved_by: Annotated[
        str, typer.Option("--approved-by", callback=free_text, help="Who approves it: another one.")
    ],
    reading: ReadingOption = None,
    price_group: PriceGroupOption = None,
    households: HouseholdsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Adjust or replace a wrong bill; two people are named."""
    request = build_request(
        CorrectBill,
        correction_id=new_id(),
        bill_number=bill,
        kind=kind,
        readings=_readings(reading),
        price_group=None if price_group is None else Uses(price_group),
        households=None if households is None else Households(households),
        expected_difference=difference,
        reason=reason,
        asked_by=asked_by,
        approved_by=approved_by,
    )
    done = send_request(request)
    if as_json:
        print_json(done.model_dump(mode="json"))
        return
    new = "" if done.new_bill is None else f" by {done.new_bill.bill_number} ({format_dong(done.new_bill.total)})"
    print_line(
        f"{bill} is corrected{new}. The customer owes {format_dong(done.account.debt)}"
        f" and has {format_dong(done.account.credit)} of credit."
    )


def corrections(
    bill: Annotated[str | None, typer.Option("--bill", callback=typed_code, help="Only of this bill.")] = None,
    customer: Annotated[
        str | None, typer.Option("--customer", callback=typed_code, help="Only of this customer.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help="The latest so many.", min=1, max=500)] = 100,
    as_json: JsonOption = False,
) -> None:
    """List corrections, the latest first."""
    found = send_request(
        build_request(GetBillCorrections, bill_number=bill, customer_code=customer, limit=limit)
    ).corrections
    if as_json:
        print_json([one.model_dump(mode="json") for one in found])
        return
    print_table(
        "Corrections of bills",
        ["when (Vietnam)", "bill", "how", "before", "after", "new bill", "asked by", "approved by", "reason"],
        [_row(one) for one in found],
        empty="No bill was corrected.",
    )


def _row(one: BillCorrection) -> list[str]:
    return [
        _moment(one.corrected_at),
        one.corrects.bill_number,
        one.kind.value,
        format_dong(one.before.total),
        format_dong(one.after.total),
        "–" if one.new_bill is None else one.new_bill.bill_number,
        one.asked_by,
        one.approved_by,
        one.reason,
    ]


def _moment(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).strftime("%Y-%m-%d %H:%M")


def _readings(typed: list[str] | None) -> list[CorrectedBillReading]:
    found = []
    for text in typed or ():
        parts = text.split(":")
        if len(parts) != 4 or not (parts[2].isdecimal() and parts[3].isdecimal()):
            fail(f"a reading is METER:REGISTER:OLD:NEW, not {text}", 2)
        found.append(
            build_request(
                CorrectedBillReading,
                meter_number=parts[0],
                meter_register=parts[1] or "KT",
                old_reading=int(parts[2]),
                new_reading=int(parts[3]),
            )
        )
    return found
