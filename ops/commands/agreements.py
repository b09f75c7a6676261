"""``thungan arrears agree``, ``agreements`` and ``end``: what is owed, paid in parts; two people are named."""

from datetime import date
from typing import Annotated
from uuid import UUID

import typer

from ops.console import JsonOption, fail, free_text, print_json, print_line, print_table, typed_code
from ops.requests import build_request, send_request
from shared.contracts.billing import (
    AgreeInstalments,
    AgreementState,
    CheckInstalments,
    EndAgreement,
    GetAgreements,
    Instalment,
    InstalmentAgreement,
)
from shared.ids import new_id
from shared.money import format_dong, format_number

CustomerArgument = Annotated[str, typer.Argument(metavar="CUSTOMER", callback=typed_code)]
ReasonOption = Annotated[str, typer.Option("--reason", callback=free_text, help="Why, for the records.")]
AskedByOption = Annotated[str, typer.Option("--asked-by", callback=free_text, help="Who asked for it.")]
ApprovedByOption = Annotated[
    str, typer.Option("--approved-by", callback=free_text, help="Who approves it: another one.")
]


def agree(
    customer: CustomerArgument,
    part: Annotated[
        list[str], typer.Option("--part", help="YYYY-MM-DD:AMOUNT; several, in order, together what is owed.")
    ],
    paper: Annotated[str, typer.Option("--paper", callback=free_text, help="Where the signed paper is filed.")],
    reason: ReasonOption,
    asked_by: AskedByOption,
    approved_by: ApprovedByOption,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say whether it could be agreed.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Let a customer pay all that is owed in parts, neither reminded nor cut off; a part that is too late ends it."""
    parts = [_part(text) for text in part]
    if dry_run:
        terms = send_request(build_request(CheckInstalments, customer_code=customer, parts=parts))
        if as_json:
            print_json(terms.model_dump(mode="json"))
            return
        print_line(f"{customer} may pay {format_dong(terms.debt)} in {len(parts)} parts.")
        return
    request = build_request(
        AgreeInstalments,
        agreement_id=new_id(),
        customer_code=customer,
        parts=parts,
        paper=paper,
        reason=reason,
        asked_by=asked_by,
        approved_by=approved_by,
    )
    made = send_request(request).agreement
    if as_json:
        print_json(made.model_dump(mode="json"))
        return
    print_line(
        f"{customer} pays {format_dong(made.amount)} of {len(made.bills)} bills in {len(made.parts)} parts: agreement "
        f"{made.agreement_id}. A part that is late by more than {made.late_days} days breaks it."
    )


def agreements(
    state: Annotated[
        list[AgreementState] | None, typer.Option("--state", help="Only these; without it, what is in force.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Whatever became of them.")] = False,
    customer: Annotated[
        str | None, typer.Option("--customer", callback=typed_code, help="Only of this customer.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help="At most so many, the latest.", min=1, max=500)] = 100,
    as_json: JsonOption = False,
) -> None:
    """List agreements, the one made last first."""
    states = [] if everything else state or [AgreementState.IN_FORCE]
    found = send_request(build_request(GetAgreements, states=states, customer_code=customer, limit=limit)).agreements
    if as_json:
        print_json([one.model_dump(mode="json") for one in found])
        return
    money = ["agreed", "paid", "next"]
    print_table(
        "Agreements",
        ["agreement", "customer", "state", *money, "until", "paper", "asked by", "approved by"],
        [_row(one) for one in found],
        right=money,
        empty="No such agreements.",
    )


def end(
    agreement: Annotated[UUID, typer.Argument(help="The agreement, as `agreements` shows it.")],
    reason: ReasonOption,
    as_json: JsonOption = False,
) -> None:
    """End an agreement: its bills are as any others again, reminders and dunning included."""
    request = build_request(EndAgreement, ending_id=new_id(), agreement_id=agreement, reason=reason)
    ended = send_request(request).agreement
    if as_json:
        print_json(ended.model_dump(mode="json"))
        return
    print_line(f"The agreement of {ended.customer_code} is ended; {format_dong(ended.amount - ended.paid)} are open.")


def _part(text: str) -> Instalment:
    day, _, amount = text.partition(":")
    try:
        due_on = date.fromisoformat(day)
    except ValueError:
        fail(f"a part is YYYY-MM-DD:AMOUNT, not {text}", 2)
    if not amount.isdecimal():
        fail(f"a part is YYYY-MM-DD:AMOUNT, not {text}", 2)
    return build_request(Instalment, due_on=due_on, amount=int(amount))


def _row(one: InstalmentAgreement) -> list[object]:
    following = next((part for part in one.parts if part.paid < part.amount), None)
    return [
        one.agreement_id,
        one.customer_code,
        one.state,
        format_number(one.amount),
        format_number(one.paid),
        "" if following is None else format_number(following.amount - following.paid),
        "" if following is None else following.due_on,
        one.paper,
        one.asked_by,
        one.approved_by,
    ]
