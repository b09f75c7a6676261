"""``thungan account``: what a customer owes and has paid."""

from typing import Annotated

import typer

from ops.console import JsonOption, print_json, print_line, print_table, typed_code
from ops.requests import build_request, send_request
from shared.contracts.billing import GetAccount
from shared.money import format_dong, format_number

app = typer.Typer(add_completion=False)


@app.command()
def account(
    code: Annotated[str, typer.Argument(callback=typed_code, help="Customer code.")],
    history: Annotated[int, typer.Option("--history", min=0, max=60, help="Add so many paid bills.")] = 12,
    as_json: JsonOption = False,
) -> None:
    """Show a customer's bills and payments."""
    found = send_request(build_request(GetAccount, customer_code=code, history=history))
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    state = found.account
    print_line(f"{code}: owes {format_dong(state.debt)}, credit {format_dong(state.credit)}")
    money = ["before VAT", "VAT", "total", "open"]
    print_table(
        "Bills",
        ["bill", "period", "kWh", *money, "due", "state"],
        [
            [
                bill.bill_number,
                f"{bill.period_from} – {bill.period_to}",
                bill.kwh,
                format_number(bill.pre_vat),
                format_number(bill.vat),
                format_number(bill.total),
                format_number(bill.open_principal + bill.open_vat),
                bill.due_date,
                bill.state,
            ]
            for bill in found.bills
        ],
        right=["kWh", *money],
        empty="No bills.",
    )
    print_table(
        "Payments",
        ["payment", "received (UTC)", "amount", "method", "by", "receipt", "reversed (UTC)"],
        [
            [
                payment.payment_id,
                f"{payment.received_at:%Y-%m-%d %H:%M}",
                format_number(payment.amount),
                payment.method,
                payment.collector_code or payment.collection_point_code,
                payment.receipt_number,
                f"{payment.reversed_at:%Y-%m-%d %H:%M}" if payment.reversed_at else "",
            ]
            for payment in found.payments
        ],
        right=["amount"],
        empty="No payments.",
    )
