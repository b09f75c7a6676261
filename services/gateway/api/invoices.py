"""Where customers look their invoices up: a page, the signed original with a readable copy, and PDF for printing."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from services.gateway import customer_codes
from services.gateway.api.public_pages import HEADERS, PUBLIC_TAG, PageQuery, as_page, as_unavailable
from services.gateway.dependencies import Dependencies
from services.gateway.edge.operation import Answer, AnyOperation, Call, Operation
from services.gateway.edge.problems import TooManyRequests, too_many_requests
from services.gateway.edge.types import Incoming, Nothing
from shared.contracts.common import Language
from shared.contracts.invoice import INVOICE_PATH, ItemisedList, LookUpInvoice, LookupReply
from shared.invoices.archive import zip_of
from shared.invoices.document import read_paper
from shared.invoices.page import (
    PDF_NAME,
    ZIP_NAME,
    Known,
    render_invoice_page,
    render_lookup_form,
    render_lookup_unavailable,
    render_unknown_invoice,
)
from shared.invoices.paper import pdf_of
from shared.problems import NotAllowed, NotFound, Problem

_LONGEST = 200
"""What is longer is no code."""
_LONGEST_NAME = 400


class InvoicePath(Incoming):
    """The code of an invoice, as people type it or follow a link with it."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=8000)]


class CustomerQuery(PageQuery):
    """What whoever holds the paper knows."""

    kh: Annotated[str, StringConstraints(max_length=2000)] = Field(
        default="", description="The customer code (mã khách hàng): with it nothing is masked."
    )
    ten: Annotated[str, StringConstraints(max_length=2000)] = Field(
        default="", description="The buyer's name; asked for once many wrong customer codes were tried."
    )


class LookupQuery(CustomerQuery):
    """What was typed into the form."""

    code: Annotated[str, StringConstraints(max_length=2000)] = Field(
        default="", description="The code of an invoice as people type it."
    )


class CustomerCodeWrong(NotAllowed):
    """The file of an invoice is for whoever knows its customer code."""

    slug = "customer-code-wrong"
    title = "The customer code is not that of the invoice"
    usual_detail = "Mã khách hàng không phải của hóa đơn này."


async def look_up(call: Call[Nothing, LookupQuery, None], dependencies: Dependencies) -> Answer:
    """Show the form for an invoice's code, or the invoice that it leads to."""
    typed = call.query.code.strip()
    if not typed:
        return as_page(render_lookup_form(call.query.language))
    return await _shown(typed, call, dependencies)


async def show(call: Call[InvoicePath, CustomerQuery, None], dependencies: Dependencies) -> Answer:
    """Show an invoice."""
    return await _shown(call.path.code, call, dependencies)


async def get_files(call: Call[InvoicePath, CustomerQuery, None], dependencies: Dependencies) -> Answer:
    """Read the signed original and a readable copy of it."""
    found = await _opened(call, dependencies)
    content = await asyncio.to_thread(zip_of, found.document.encode(), found.itemised)
    return _file(content, "application/zip", ZIP_NAME)


async def get_paper(call: Call[InvoicePath, CustomerQuery, None], dependencies: Dependencies) -> Answer:
    """Read an invoice as PDF."""
    found = await _opened(call, dependencies)
    content = await asyncio.to_thread(_paper, found.document.encode(), found.itemised)
    return _file(content, "application/pdf", PDF_NAME)


async def page_of(typed: str, language: Language, dependencies: Dependencies) -> Answer | None:
    """Return the page of the invoice that a code leads to which was typed for a receipt's; None where it leads to none.

    Whoever looks a receipt up is not kept from that by invoices that cannot be looked up now.
    """
    try:
        found = await dependencies.request(LookUpInvoice(typed=typed[:_LONGEST]))
    except Problem:
        return None
    return None if found.invoice is None else as_page(render_invoice_page(found, found.invoice, Known(), language))


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a look-up has come to."""

    reply: LookupReply
    refused: customer_codes.Refused | None = None
    """No customer code was tried, because too many were wrong."""


async def _shown(typed: str, call: Call[Any, Any, None], dependencies: Dependencies) -> Answer:
    language = call.query.language
    try:
        outcome = await _looked_up(typed, call.query, call.address, dependencies)
    except Problem as problem:
        if problem.status < 500:
            raise
        return as_unavailable(render_lookup_unavailable(typed[:_LONGEST], language), problem)
    found, refused = outcome.reply, outcome.refused
    if found.invoice is None:
        return as_page(render_unknown_invoice(typed[:_LONGEST], language))
    known = Known(call.query.kh.strip(), call.query.ten.strip()[:_LONGEST_NAME])
    fault = "" if found.opened or not known.customer_code else "wrong"
    if refused is not None:
        fault = "name_wanted" if refused.wants_name else "too_often"
    return as_page(render_invoice_page(found, found.invoice, known, language, fault=fault))


async def _opened(call: Call[InvoicePath, CustomerQuery, None], dependencies: Dependencies) -> LookupReply:
    outcome = await _looked_up(call.path.code, call.query, call.address, dependencies)
    if outcome.reply.invoice is None:
        raise NotFound("Không tìm thấy hóa đơn.")
    if outcome.refused is not None:
        raise too_many_requests(outcome.refused.seconds)
    if not outcome.reply.opened:
        raise CustomerCodeWrong
    return outcome.reply


async def _looked_up(typed: str, query: CustomerQuery, address: str, dependencies: Dependencies) -> _Outcome:
    """Look up an invoice, and open it with what the visitor knows of the paper."""
    if len(typed) > _LONGEST:
        return _Outcome(LookupReply(invoice=None))
    customer_code, name = query.kh.strip()[:40], query.ten.strip()[:_LONGEST_NAME]
    found = await dependencies.request(LookUpInvoice(typed=typed))
    if found.invoice is None or not customer_code:
        return _Outcome(found)
    taken = await customer_codes.take(found.lookup_code, address, name, dependencies)
    if isinstance(taken, customer_codes.Refused):
        return _Outcome(found, taken)
    opened = await dependencies.request(
        LookUpInvoice(typed=found.lookup_code, customer_code=customer_code, buyer_name=name if taken.by_name else "")
    )
    if opened.opened:
        await customer_codes.give_back(taken, dependencies)
    return _Outcome(opened)


def _paper(document: bytes, itemised: ItemisedList | None) -> bytes:
    return pdf_of(read_paper(document), itemised)


def _file(content: bytes, content_type: str, name: str) -> Answer:
    disposition = f'attachment; filename="{name}"'
    return Answer(content=content, content_type=content_type, headers={**HEADERS, "Content-Disposition": disposition})


def _form(path: str, name: str) -> AnyOperation:
    return Operation(
        method="GET",
        path=path,
        name=name,
        tag=PUBLIC_TAG,
        summary="Look an invoice up by its code",
        handler=look_up,
        query_model=LookupQuery,
        media_types={"text/html": "A page for people."},
    )


def _page(path: str, name: str) -> AnyOperation:
    return Operation(
        method="GET",
        path=path,
        name=name,
        tag=PUBLIC_TAG,
        summary="Show an invoice; who buys is masked without the customer code",
        handler=show,
        path_model=InvoicePath,
        query_model=CustomerQuery,
        media_types={"text/html": "A page for people."},
    )


OPERATIONS: list[AnyOperation] = [
    _form(INVOICE_PATH, "lookUpInvoice"),
    _form(f"{INVOICE_PATH}/", "lookUpInvoiceWithSlash"),
    _form(INVOICE_PATH.upper(), "lookUpInvoiceInCapitals"),
    _page(f"{INVOICE_PATH}/{{code}}", "showInvoice"),
    _page(f"{INVOICE_PATH.upper()}/{{code}}", "showInvoiceInCapitals"),
    Operation(
        method="GET",
        path=f"{INVOICE_PATH}/{{code}}/{ZIP_NAME}",
        name="getInvoiceFiles",
        tag=PUBLIC_TAG,
        summary="Read an invoice: the signed XML, and HTML to read",
        handler=get_files,
        path_model=InvoicePath,
        query_model=CustomerQuery,
        media_types={"application/zip": "`invoice.xml`, signed, and `invoice.html`."},
        problems=(NotFound, CustomerCodeWrong, TooManyRequests),
    ),
    Operation(
        method="GET",
        path=f"{INVOICE_PATH}/{{code}}/{PDF_NAME}",
        name="getInvoicePaper",
        tag=PUBLIC_TAG,
        summary="Read an invoice as PDF, for printing",
        handler=get_paper,
        path_model=InvoicePath,
        query_model=CustomerQuery,
        media_types={"application/pdf": "The invoice on A4."},
        problems=(NotFound, CustomerCodeWrong, TooManyRequests),
    ),
]
