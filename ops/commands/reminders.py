"""``thungan reminders``: which SMS a customer was sent, or why not."""

from typing import Annotated

import typer

from ops.console import JsonOption, print_json, print_table, typed_code
from ops.requests import build_request, send_request
from shared.clock import VIETNAM
from shared.contracts.notify import GetReminders

app = typer.Typer(add_completion=False)


@app.command()
def reminders(
    code: Annotated[str, typer.Argument(callback=typed_code, help="Customer code.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=100, help="The latest so many.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Show a customer's reminders, the latest first."""
    found = send_request(build_request(GetReminders, customer_code=code, limit=limit))
    if as_json:
        print_json([sms.model_dump(mode="json") for sms in (*found.reminders, *found.campaigns, *found.receipt_links)])
        return
    print_table(
        f"Reminders of {code}",
        ["due (Vietnam)", "state", "cause", "phone", "provider", "text"],
        [
            [
                f"{one.due_at.astimezone(VIETNAM):%Y-%m-%d %H:%M}",
                one.state,
                one.cause,
                one.phone,
                " ".join(filter(None, (one.provider, one.provider_reference))),
                one.text,
            ]
            for one in found.reminders
        ],
        empty=f"{code} has had no reminder.",
    )
    if found.campaigns:
        print_table(
            f"Messages by date rules of {code}",
            ["due (Vietnam)", "kind", "state", "cause", "phone", "text"],
            [
                [
                    f"{one.due_at.astimezone(VIETNAM):%Y-%m-%d %H:%M}",
                    one.template,
                    one.state,
                    one.cause,
                    one.phone,
                    one.text or f"(about the bill due on {one.debt_due_on:%d/%m/%Y})",
                ]
                for one in found.campaigns
            ],
            empty="",
        )
    if found.receipt_links:
        print_table(
            f"Links of receipts of {code}",
            ["requested (Vietnam)", "state", "cause", "phone", "by", "text"],
            [
                [
                    f"{one.requested_at.astimezone(VIETNAM):%Y-%m-%d %H:%M}",
                    one.state,
                    one.cause,
                    one.phone,
                    one.requested_by,
                    one.text,
                ]
                for one in found.receipt_links
            ],
            empty="",
        )
