"""What a browser is shown where a program gets problem+json: people read no JSON."""

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl

from aiohttp import web

from services.gateway.api.invoices import CustomerCodeWrong
from services.gateway.edge.problems import problem_response
from shared.contracts.common import Language
from shared.contracts.invoice import INVOICE_PATH
from shared.invoices.page import render_lookup_refused, render_lookup_unavailable, render_unknown_invoice
from shared.problems import NotFound, Problem
from shared.public_page import (
    CHECK_PATH,
    PUBLIC_PAGE_HEADERS,
    render_not_found_page,
    render_refused_page,
    render_unavailable_page,
)

_RECEIPTS = frozenset({"", CHECK_PATH.strip("/").lower()})
_INVOICES = INVOICE_PATH.strip("/").lower()


@web.middleware
async def page_for_people(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer a browser with a page at an address that leads nowhere, and where a public page refuses its request.

    Programs get their problem+json, at these addresses, too.
    """
    try:
        return await handler(request)
    except web.HTTPNotFound:
        if not _is_browser(request):
            raise
        return web.Response(status=404, body=render_not_found_page().encode(), headers=PUBLIC_PAGE_HEADERS)
    except Problem as problem:
        section = request.path.strip("/").partition("/")[0].lower()
        if not _is_browser(request) or section not in {*_RECEIPTS, _INVOICES}:
            raise
        page = (_of_invoices if section == _INVOICES else _of_receipts)(problem, _language(request))
        # Its headers, because some problems say when to come again.
        headers = {**problem_response(problem).headers, **PUBLIC_PAGE_HEADERS}
        headers.pop("Content-Length", None)
        return web.Response(status=problem.status, body=page.encode(), headers=headers)


def _of_invoices(problem: Problem, language: Language) -> str:
    if problem.status >= 500:
        return render_lookup_unavailable("", language)
    if problem.status == NotFound.status:
        return render_unknown_invoice("", language)
    return render_lookup_refused(problem.status, language, is_wrong=isinstance(problem, CustomerCodeWrong))


def _of_receipts(problem: Problem, language: Language) -> str:
    if problem.status >= 500:
        return render_unavailable_page("", language)
    return render_refused_page(problem.status, language)


def _is_browser(request: web.Request) -> bool:
    return request.method in {"GET", "HEAD"} and "text/html" in request.headers.get("Accept", "")


def _language(request: web.Request) -> Language:
    # Read once more and leniently: the query may be what could not be read.
    given = dict(parse_qsl(request.rel_url.raw_query_string, errors="replace"))
    return Language.ENGLISH if given.get("lang", "").lower() == "en" else Language.VIETNAMESE
