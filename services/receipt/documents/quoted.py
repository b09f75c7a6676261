"""The electronic invoices of the bills that a receipt settles, and where those will be found that are still to come."""

from collections.abc import Sequence

from services.receipt.documents.bill import period_name
from services.receipt.documents.words import NO_BREAK, Words, day
from services.receipt.domain.quotes import Quote
from services.receipt.domain.series import format_lookup_code, format_number
from shared.contracts.billing import Bill, ChargeKind
from shared.contracts.invoice import InvoiceState
from shared.printing.document import Block, Rule, Text

QUOTED_INVOICES = 6
"""More than these are on the check page only: the paper would be too long to handle."""

_STATES = {InvoiceState.ADJUSTS: "invoice_adjusts", InvoiceState.REPLACES: "invoice_replaces"}


def quoted_invoices(
    bills: Sequence[Bill], quotes: Sequence[Quote], words: Words, *, compact: bool = False
) -> list[Block]:
    """Return a line or two for each invoice that is known, and where the others will be found."""
    periods = {bill.bill_number: period_name(bill) for bill in bills}
    shown = [quote for quote in quotes if quote.bill_number in periods][-QUOTED_INVOICES:]
    blocks: list[Block] = []
    for quote in shown:
        code, note = format_lookup_code(quote.lookup_code), _STATES.get(quote.state)
        name = words(
            "invoice_quoted_short" if compact else "invoice_quoted",
            period=periods[quote.bill_number],
            symbol=f"{quote.template}{quote.symbol}",
            number=format_number(quote.number),
            date=day(quote.made_on),
            code=code,
        )
        blocks.append(Text(text=name if note is None else f"{name} {words(note)}"))
        if not compact:
            blocks.append(Text(text=words("invoice_code", code=code)))
    if shown:
        blocks.append(Text(text=words("invoice_address", value=_host(shown[-1].lookup_address))))
    if len(quotes) > len(shown):
        blocks.append(Text(text=words("invoices_more", count=len(quotes) - len(shown))))
    quoted = {quote.bill_number for quote in quotes}
    waiting = [period_name(bill) for bill in bills if bill.bill_number not in quoted and _gets_invoice(bill)]
    if waiting:
        named = ", ".join(waiting) if len(waiting) <= QUOTED_INVOICES else words("bills_count", count=len(waiting))
        blocks.append(Text(text=words("invoice_later", periods=named)))
    return [Rule(style="dashed"), *blocks] if blocks else []


def _gets_invoice(bill: Bill) -> bool:
    """Return whether an invoice is made of it: not where nothing is sold."""
    return bill.total != 0 and bill.charge is not ChargeKind.LATE_INTEREST


def _host(address: str) -> str:
    return address.split("://", 1)[-1].replace(" ", NO_BREAK)
