from services.invoice.domain.masks import masked_address, masked_name
from services.invoice.domain.symbols import read_symbol
from services.invoice.signatures.xml_signature import read_certificate, signed_document
from services.invoice.store import lookups
from services.invoice.store.lookups import Found
from shared.contracts.invoice import (
    InvoiceState,
    ItemisedList,
    LaterInvoice,
    LookedUpInvoice,
    LookUpInvoice,
    LookupReply,
)
from shared.invoices.document import InvoicePaper, read_paper
from shared.messaging import UnitOfWork
from shared.text import search_key
from shared.typed_codes import readings_of


async def look_up_invoice(request: LookUpInvoice, work: UnitOfWork) -> LookupReply:
    """Return the signed invoice of a typed code; the document and who buys only to whoever knows its customer code."""
    found = await lookups.by_code(work.connection, readings_of(request.typed))
    if found is None:
        return LookupReply(invoice=None)
    later = await lookups.followed_by(work.connection, found.invoice_id)
    document = signed_document(found.data, found.signed_at, found.signature, read_certificate(found.certificate))
    paper = read_paper(document)
    opened = request.customer_code.strip().upper() == found.customer_code.upper()
    if request.buyer_name:
        opened = opened and search_key(request.buyer_name) == search_key(paper.buyer.name)
    return LookupReply(
        invoice=_shown(found, paper, later, opened=opened),
        lookup_code=found.lookup_code,
        opened=opened,
        document=document.decode() if opened else "",
        itemised=_itemised(found) if opened else None,
    )


def _shown(found: Found, paper: InvoicePaper, later: list[Found], *, opened: bool) -> LookedUpInvoice:
    symbol = read_symbol(found.symbol)
    return LookedUpInvoice(
        template=symbol.template,
        symbol=symbol.series,
        number=found.number,
        made_on=found.made_on,
        state=_state(found),
        seller_name=paper.seller.name,
        seller_tax_code=paper.seller.tax_code,
        buyer_name=paper.buyer.name if opened else masked_name(paper.buyer.name),
        buyer_address=paper.buyer.address if opened else masked_address(paper.buyer.address),
        before_vat=found.before_vat,
        vat=found.vat,
        total=found.total,
        signed_at=found.signed_at,
        followed_by=[_later(each) for each in later],
    )


def _later(each: Found) -> LaterInvoice:
    symbol = read_symbol(each.symbol)
    return LaterInvoice(
        template=symbol.template,
        symbol=symbol.series,
        number=each.number,
        made_on=each.made_on,
        state=_state(each),
    )


def _state(found: Found) -> InvoiceState:
    return InvoiceState.NEW if found.relation is None else InvoiceState(found.relation)


def _itemised(found: Found) -> ItemisedList | None:
    return None if found.itemised is None else ItemisedList.model_validate(found.itemised)
