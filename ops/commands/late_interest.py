"""``thungan arrears interest``, ``charge-interest``, ``waive-interest``, ``take-back``: each day is charged once."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated
from uuid import NAMESPACE_OID, UUID, uuid5

import typer

from ops.commands.agreements import ApprovedByOption, AskedByOption, CustomerArgument, ReasonOption
from ops.console import JsonOption, fail, print_json, print_line, print_table, typed_code
from ops.requests import build_request, send_request
from shared.contracts.billing import (
    ChargeInterest,
    CorrectBill,
    CorrectionKind,
    GetDueInterest,
    GetInterest,
    InterestReply,
    InterestState,
    WaiveInterest,
)
from shared.ids import new_id
from shared.money import format_dong, format_number
from shared.problems import Problem, Unavailable

UntilOption = Annotated[
    datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="The last day; without it, yesterday.")
]
UntilShownOption = Annotated[
    datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="The last day, as `interest` shows it.")
]
AmountOption = Annotated[int, typer.Option("--amount", help="What it comes to in đồng, as `interest` shows it.", min=1)]
ChargedOption = Annotated[int, typer.Option("--amount", help="What the bill comes to in đồng.", min=1)]
UnitOption = Annotated[
    list[str] | None, typer.Option("--unit", help="Of this unit; several are allowed. Without it, of all.")
]
LeastOption = Annotated[int, typer.Option("--least", help="Only who owes at least so much interest, in đồng.", min=1)]


def interest(
    customer: Annotated[str | None, typer.Argument(metavar="[CUSTOMER]", callback=typed_code)] = None,
    unit: UnitOption = None,
    until: UntilOption = None,
    least: LeastOption = 1,
    as_json: JsonOption = False,
) -> None:
    """Show a customer's interest with its days, or whose interest there is; nothing changes."""
    if customer is None:
        found = list(_due(unit or [], until, least))
        if as_json:
            print_json([one.model_dump(mode="json") for one in found])
            return
        print_table(
            "Interest on late payment",
            ["customer", "unit", "bills", "until", "interest"],
            [[one.customer_code, one.unit_code, len(one.bills), one.until, format_number(one.total)] for one in found],
            right=["interest"],
            empty="Nobody owes interest, or no unit asks for it.",
        )
        return
    reply = send_request(build_request(GetInterest, customer_code=customer, until=_day(until)))
    if as_json:
        print_json(reply.model_dump(mode="json"))
        return
    _print_one(reply)


def charge_interest(
    reason: ReasonOption,
    customer: Annotated[str | None, typer.Argument(metavar="[CUSTOMER]", callback=typed_code)] = None,
    unit: UnitOption = None,
    until: UntilOption = None,
    amount: Annotated[
        int | None, typer.Option("--amount", help="Of one customer: what it comes to, as `interest` shows it.", min=1)
    ] = None,
    least: LeastOption = 1_000,
    as_json: JsonOption = False,
) -> None:
    """Charge the interest of one customer, or of all of some units, each by a bill of its own.

    Charged again until the same day, nothing more is charged.
    """
    if customer is not None:
        reply = send_request(build_request(GetInterest, customer_code=customer, until=_day(until)))
        if amount is None:
            fail("say --amount, as `thungan arrears interest` shows it", 2)
        states: Iterator[InterestState] = iter([reply.interest.model_copy(update={"total": amount})])
    else:
        states = _due(unit or [], until, least)
    done: list[dict[str, object]] = []
    refused: list[dict[str, object]] = []
    for state in states:
        try:
            charged = send_request(
                build_request(
                    ChargeInterest,
                    charge_id=charge_id(state),
                    customer_code=state.customer_code,
                    until=state.until,
                    expected=state.total,
                    reason=reason,
                )
            )
        except Unavailable:
            raise
        except Problem as problem:
            if customer is not None:
                raise
            refused.append({"customer_code": state.customer_code, "why": problem.slug})
        else:
            number = None if charged.bill is None else charged.bill.bill_number
            done.append({"customer_code": state.customer_code, "bill_number": number, "interest": state.total})
    if as_json:
        print_json({"charged": done, "refused": refused})
        return
    total = sum(int(str(each["interest"])) for each in done)
    print_line(f"Charged {format_dong(total)} of interest by {len(done)} bills; {len(refused)} were refused.")
    for each in refused:
        print_line(f"{each['customer_code']}: {each['why']}")


def waive_interest(
    customer: CustomerArgument,
    until: UntilShownOption,
    amount: AmountOption,
    reason: ReasonOption,
    asked_by: AskedByOption,
    approved_by: ApprovedByOption,
    as_json: JsonOption = False,
) -> None:
    """Let a customer off interest that is not charged yet; two people are named."""
    reply = send_request(
        build_request(
            WaiveInterest,
            waiver_id=new_id(),
            customer_code=customer,
            until=until.date(),
            expected=amount,
            reason=reason,
            asked_by=asked_by,
            approved_by=approved_by,
        )
    )
    if as_json:
        print_json(reply.model_dump(mode="json"))
        return
    print_line(f"{customer} is let off {format_dong(reply.waived)} of interest until {until:%Y-%m-%d}.")


def take_back(
    bill: Annotated[str, typer.Argument(metavar="BILL", callback=typed_code, help="The number of the charge's bill.")],
    amount: ChargedOption,
    reason: ReasonOption,
    asked_by: AskedByOption,
    approved_by: ApprovedByOption,
    as_json: JsonOption = False,
) -> None:
    """Take back a fee or interest that was charged; two people are named. What was paid of it becomes credit.

    Its bill is adjusted to nothing; the days of interest are not charged again.
    """
    done = send_request(
        build_request(
            CorrectBill,
            correction_id=new_id(),
            bill_number=bill,
            kind=CorrectionKind.ADJUSTMENT,
            expected_difference=-amount,
            reason=reason,
            asked_by=asked_by,
            approved_by=approved_by,
        )
    )
    if as_json:
        print_json(done.model_dump(mode="json"))
        return
    print_line(
        f"{bill} is taken back. The customer owes {format_dong(done.account.debt)}"
        f" and has {format_dong(done.account.credit)} of credit."
    )


def charge_id(state: InterestState) -> UUID:
    """Return the id of a charge: the command that is run again repeats its own requests."""
    return uuid5(NAMESPACE_OID, f"interest of {state.customer_code} until {state.until}: {state.total}")


def _due(units: list[str], until: datetime | None, least: int) -> Iterator[InterestState]:
    after: str | None = None
    codes = [typed_code(unit) or "" for unit in units]
    while True:
        page = send_request(
            build_request(GetDueInterest, unit_codes=codes, until=_day(until), least=least, after=after, limit=500),
            timeout=60.0,
        )
        yield from page.customers
        if page.after is None:
            return
        after = page.after


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _print_one(reply: InterestReply) -> None:
    found = reply.interest
    print_table(
        f"Interest of {found.customer_code} until {found.until}: {format_dong(found.total)}",
        ["bill", "from", "to", "days", "on", "% a year", "interest"],
        [
            [
                bill.bill_number,
                span.first_day,
                span.last_day,
                span.days,
                format_number(span.amount),
                span.percent,
                format_number(bill.interest) if span is bill.spans[-1] else "",
            ]
            for bill in found.bills
            for span in bill.spans
        ],
        right=["days", "on", "% a year", "interest"],
        empty=f"{found.customer_code} owes no interest that is not settled until {found.until}.",
    )
    if reply.settled:
        print_table(
            "Settled",
            ["bill", "from", "to", "interest", "how"],
            [
                [one.bill_number, one.first_day, one.last_day, format_number(one.interest), _how(one.charge_id)]
                for one in reply.settled
            ],
            right=["interest"],
        )


def _how(charged: UUID | None) -> str:
    return "charged" if charged is not None else "waived"
