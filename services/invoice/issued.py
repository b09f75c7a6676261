"""An invoice as other services are told of it."""

from services.invoice.domain.symbols import read_symbol
from services.invoice.store.invoices import Signed
from shared.contracts.invoice import InvoiceState, IssuedInvoice


def issued_invoice(signed: Signed) -> IssuedInvoice:
    """Return what others quote of an invoice."""
    symbol = read_symbol(signed.symbol)
    return IssuedInvoice(
        invoice_id=signed.invoice_id,
        bill_id=signed.bill_id,
        bill_number=signed.bill_number,
        template=symbol.template,
        symbol=symbol.series,
        number=signed.number,
        made_on=signed.made_on,
        lookup_code=signed.lookup_code,
        link="" if signed.link is None else signed.link.hex(),
        state=InvoiceState.NEW if signed.relation is None else InvoiceState(signed.relation),
        customer_code=signed.customer_code,
        due_on=signed.due_on,
    )
