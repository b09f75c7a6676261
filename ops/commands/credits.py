"""``thungan credits``: money on the utility's bank accounts; what names no customer for certain waits for a person."""

from typing import Annotated
from uuid import UUID

import typer

from ops.commands.statements import import_statement, watch_statements
from ops.console import JsonOption, free_text, print_json, print_line, print_table, typed_code
from ops.requests import build_request, send_request
from shared.clock import VIETNAM
from shared.contracts.billing import (
    BankCredit,
    BankCreditDetails,
    BankCreditReason,
    BankCreditState,
    DismissBankCredit,
    GetBankCredits,
    LookAtBankCredit,
    MatchBankCredit,
)
from shared.ids import new_id
from shared.money import format_dong, format_number

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Money on bank accounts: take statements, list, show, match, dismiss.",
)

app.command("import")(import_statement)
app.command("watch")(watch_statements)

CreditArgument = Annotated[UUID, typer.Argument(help="The bank credit, as `list` shows it.")]
ReasonOption = Annotated[str, typer.Option("--reason", callback=free_text, help="Why, for the records.")]
_AT_ONCE = 500


@app.command("list")
def list_credits(
    state: Annotated[
        list[BankCreditState] | None, typer.Option("--state", help="Only these; without it, what waits for a person.")
    ] = None,
    why: Annotated[BankCreditReason | None, typer.Option("--why", help="Only what waits for this reason.")] = None,
    customer: Annotated[
        str | None, typer.Option("--customer", callback=typed_code, help="Only what is booked for this customer.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help="At most so many, the longest waiting first.", min=1)] = 1_000,
    as_json: JsonOption = False,
) -> None:
    """List bank credits, without what payers wrote."""
    found: list[BankCredit] = []
    after: UUID | None = None
    while len(found) < limit:
        request = build_request(
            GetBankCredits,
            states=state or [],
            reason=why,
            customer_code=customer,
            after=after,
            limit=min(_AT_ONCE, limit - len(found)),
        )
        page = send_request(request)
        found += page.credits
        after = page.next
        if after is None:
            break
    if as_json:
        print_json([one.model_dump(mode="json") for one in found])
        return
    print_table(
        "Bank credits",
        ["credit", "day", "account", "amount", "reference", "told by", "state", "why", "customer"],
        [_row(one) for one in found],
        right=["amount"],
        empty="No bank credits." if state else "No bank credit waits for a person.",
    )


@app.command()
def show(credit_id: CreditArgument, as_json: JsonOption = False) -> None:
    """Show a bank credit with what the payer wrote, and whose it may be; that you looked is kept."""
    details = send_request(LookAtBankCredit(credit_id=credit_id))
    if as_json:
        print_json(details.model_dump(mode="json"))
        return
    _show(details)


@app.command()
def match(
    credit_id: CreditArgument,
    customer: Annotated[str, typer.Argument(callback=typed_code, help="Whose money it is.")],
    reason: ReasonOption,
    as_json: JsonOption = False,
) -> None:
    """Book a bank credit that waits for a customer; the receipt follows as for any payment."""
    request = build_request(
        MatchBankCredit, match_id=new_id(), credit_id=credit_id, customer_code=customer, reason=reason
    )
    credit = send_request(request).credit
    if as_json:
        print_json(credit.model_dump(mode="json"))
        return
    print_line(f"{format_dong(credit.amount)} are booked for {credit.customer_code} as payment {credit.payment_id}.")


@app.command()
def dismiss(credit_id: CreditArgument, reason: ReasonOption, as_json: JsonOption = False) -> None:
    """Take a bank credit off the worklist that is no customer's money."""
    request = build_request(DismissBankCredit, dismissal_id=new_id(), credit_id=credit_id, reason=reason)
    credit = send_request(request).credit
    if as_json:
        print_json(credit.model_dump(mode="json"))
        return
    print_line(f"{format_dong(credit.amount)} are dismissed: no customer's money.")


def _row(one: BankCredit) -> list[object]:
    return [
        one.credit_id,
        f"{one.booked_on:%d/%m/%Y}",
        one.account_number,
        ("-" if one.outgoing else "") + format_number(one.amount),
        one.reference,
        ", ".join(one.sources) + (" (contradicted)" if one.contradicted else ""),
        one.state.value,
        one.reason.value if one.reason else "",
        one.customer_code or "",
    ]


def _show(details: BankCreditDetails) -> None:
    credit = details.credit
    moment = credit.transacted_at.astimezone(VIETNAM)
    what = "left" if credit.outgoing else "came to"
    print_line(f"{format_dong(credit.amount)} {what} account {credit.account_number}, {moment:%d/%m/%Y %H:%M}")
    print_line(f"  told by {', '.join(credit.sources)}, reference {credit.reference or 'none'}")
    print_line(f"  {credit.state.value}" + (f": {credit.reason.value}" if credit.reason else ""))
    if details.content is None:
        print_line("  what the payer wrote is deleted")
    else:
        print_line(f"  text: {details.content}")
        print_line(f"  from: {details.counter_name} {details.counter_account} {details.counter_bank}".rstrip())
    for act in details.acts:
        whose = f" {act.customer_code}" if act.customer_code else ""
        print_line(f"  {act.acted_at.astimezone(VIETNAM):%d/%m/%Y %H:%M} {act.act}{whose}: {act.reason} ({act.actor})")
    print_table(
        "It may be of",
        ["customer", "name", "unit", "debt", "because of"],
        [
            [one.customer_code, one.name, one.unit_code, format_number(one.debt), ", ".join(one.why)]
            for one in details.candidates
        ],
        right=["debt"],
        empty="No customer is proposed.",
    )
