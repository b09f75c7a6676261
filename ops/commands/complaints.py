"""``thungan complaints``: readings that customers call wrong, and what the office found."""

from typing import Annotated
from uuid import UUID

import typer

from ops.console import JsonOption, free_text, print_json, print_line, print_table, typed_code
from ops.requests import build_request, send_request
from shared.contracts.customer import (
    ComplaintFinding,
    GetReadingComplaints,
    ReadingComplaint,
    SettleReadingComplaint,
)
from shared.ids import new_id

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Complaints about readings: list, settle.")


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
        "Complaints about readings",
        ["id", "recorded (UTC)", "customer", "name", "meter shows", "note", "photo", "settled"],
        [_row(complaint) for complaint in found],
        empty="No complaint is open." if not everything else "There are no complaints.",
    )


@app.command()
def settle(
    complaint_id: Annotated[UUID, typer.Argument(help="As `list` shows it.")],
    finding: Annotated[ComplaintFinding, typer.Option("--finding", help="What was found.")],
    note: Annotated[str, typer.Option("--note", callback=free_text, help="What was done, for the records.")],
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
        complaint.customer_code,
        complaint.name,
        "" if complaint.reading_seen is None else str(complaint.reading_seen),
        complaint.note,
        "yes" if complaint.has_photo else "",
        f"{settlement.finding} ({settlement.settled_at:%Y-%m-%d}): {settlement.note}" if settlement else "",
    ]
