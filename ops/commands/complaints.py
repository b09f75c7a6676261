"""``thungan complaints``: readings and bills that customers call wrong, and what the office found."""

from typing import Annotated
from uuid import UUID

import typer

from ops.console import JsonOption, free_text, print_json, print_line, print_table, typed_code
from ops.requests import build_request, send_request
from shared.contracts.customer import (
    ComplaintFinding,
    ComplaintKind,
    GetReadingComplaints,
    ReadingComplaint,
    RecordComplaintAtDesk,
    SettleReadingComplaint,
)
from shared.ids import new_id

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Complaints about readings and bills: record, list, settle."
)


@app.command("list")
def list_(
    customer: Annotated[
        str | None, typer.Option("--customer", callback=typed_code, help="Only of this customer.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Settled ones, too.")] = False,
    limit: Annotated[int, typer.Option("--limit", help="The latest so many.", min=1, max=100)] = 50,
    as_json: JsonOption = False,
) -> None:
    """List the complaints that are open, the latest first."""
    request = build_request(
        GetReadingComplaints, customer_code=customer, settled=None if everything else False, limit=limit
    )
    found = send_request(request).complaints
    if as_json:
        print_json([complaint.model_dump(mode="json") for complaint in found])
        return
    print_table(
        "Complaints about readings and bills",
        [
            "id",
            "recorded (UTC)",
            "answer by",
            "customer",
            "name",
            "about",
            "bill",
            "meter shows",
            "note",
            "photo",
            "settled",
        ],
        [_row(complaint) for complaint in found],
        empty="No complaint is open." if not everything else "There are no complaints.",
    )


@app.command()
def record(
    customer: Annotated[str, typer.Option("--customer", callback=typed_code, help="Who complains.")],
    kind: Annotated[ComplaintKind, typer.Option("--kind", help="What is objected to.")],
    note: Annotated[str, typer.Option("--note", callback=free_text, help="What the customer says.")],
    bill: Annotated[str | None, typer.Option("--bill", help="Number of the bill; needed unless a reading is.")] = None,
    reading: Annotated[int | None, typer.Option("--reading", help="What the meter shows.", min=0)] = None,
    as_json: JsonOption = False,
) -> None:
    """Record a complaint in the office. While one about a bill is open, no SMS asks the customer for money."""
    request = build_request(
        RecordComplaintAtDesk,
        complaint_id=new_id(),
        customer_code=customer,
        kind=kind,
        bill_number=bill,
        reading_seen=reading,
        note=note,
    )
    recorded = send_request(request)
    if as_json:
        print_json(recorded.model_dump(mode="json"))
        return
    print_line(f"The complaint {recorded.complaint_id} is recorded; it is to be answered by {recorded.answer_by}.")


@app.command()
def settle(
    complaint_id: Annotated[UUID, typer.Argument(help="As `list` shows it.")],
    finding: Annotated[ComplaintFinding, typer.Option("--finding", help="What was found.")],
    note: Annotated[str, typer.Option("--note", callback=free_text, help="What was done, for the records.")],
    bill_right: Annotated[
        bool | None, typer.Option("--bill-right/--bill-wrong", help="Whether the bill stays as it is.")
    ] = None,
    by: Annotated[str, typer.Option("--by", callback=free_text, help="Who does it, for the records.")] = "operator",
    as_json: JsonOption = False,
) -> None:
    """Settle a complaint. It is deleted after a while then."""
    request = build_request(
        SettleReadingComplaint,
        settlement_id=new_id(),
        complaint_id=complaint_id,
        finding=finding,
        note=note,
        settled_by=by,
        is_bill_right=bill_right,
    )
    settled = send_request(request)
    if as_json:
        print_json(settled.model_dump(mode="json"))
        return
    print_line(f"The complaint {settled.complaint_id} is settled: {settled.finding}.")


def _row(complaint: ReadingComplaint) -> list[str]:
    settlement = complaint.settlement
    return [
        str(complaint.complaint_id),
        f"{complaint.recorded_at:%Y-%m-%d %H:%M}",
        str(complaint.answer_by or ""),
        complaint.customer_code,
        complaint.name,
        complaint.kind,
        complaint.bill_number or "",
        "" if complaint.reading_seen is None else str(complaint.reading_seen),
        complaint.note,
        "yes" if complaint.has_photo else "",
        f"{settlement.finding} ({settlement.settled_at:%Y-%m-%d}): {settlement.note}" if settlement else "",
    ]
