"""What is public: pages for people who hold a receipt, and the keys that verify receipts."""

from typing import Annotated

from pydantic import Field, StringConstraints

from services.gateway.api import invoices
from services.gateway.api.public_pages import PUBLIC_TAG, PageQuery, as_page, as_unavailable
from services.gateway.dependencies import Dependencies
from services.gateway.edge.operation import Answer, AnyOperation, Call, Operation
from services.gateway.edge.types import Incoming, Nothing
from shared.check_page import render_check_page
from shared.contracts.common import Language
from shared.contracts.receipt import CodeFault, GetPublicKeys, PublicKeysReply, VerifyToken
from shared.problems import Problem
from shared.public_page import (
    render_form_page,
    render_home_page,
    render_unavailable_page,
)

_TOKEN_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
_LONGEST_CODE = 100
"""What is longer was not typed, and is not shown for correction."""


_LONGEST_TOKEN = 2000
"""What is longer is no token, and its beginning is none."""


class TokenPath(Incoming):
    """A receipt's token as it stands in the QR code, or its lookup code as people type it."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=8000)]
    """As long as an address may be: who scans something else gets a page, too."""


class CodeQuery(PageQuery):
    """What was typed into the form."""

    code: Annotated[str, StringConstraints(max_length=2000)] = Field(
        default="", description="A lookup code as people type it, or what the QR code holds."
    )


async def home(call: Call[Nothing, PageQuery, None], dependencies: Dependencies) -> Answer:  # noqa: ARG001 needs nothing
    """Show what people can do here."""
    return as_page(render_home_page(call.query.language))


async def check_typed(call: Call[Nothing, CodeQuery, None], dependencies: Dependencies) -> Answer:
    """Show the form for a lookup code, or what the code that was typed leads to."""
    typed = call.query.code.strip()
    if not typed:
        return as_page(render_form_page(call.query.language))
    return await _check(typed, call.query.language, dependencies, in_form=True)


async def check_token(call: Call[TokenPath, PageQuery, None], dependencies: Dependencies) -> Answer:
    """Show what a receipt's token holds and whether it is genuine."""
    return await _check(call.path.token, call.query.language, dependencies, in_form=False)


async def _check(scanned: str, language: Language, dependencies: Dependencies, *, in_form: bool) -> Answer:
    capitals = scanned.upper()
    token = capitals if _TOKEN_LETTERS.issuperset(capitals) else scanned
    typed = scanned if in_form or len(scanned) <= _LONGEST_CODE else None
    try:
        verification = await dependencies.request(VerifyToken(token=token[:_LONGEST_TOKEN]))
    except Problem as problem:
        if problem.status < 500:
            raise
        return as_unavailable(render_unavailable_page(typed or "", language), problem)
    if typed is not None and verification.code_fault is CodeFault.UNKNOWN:
        invoice = await invoices.page_of(typed, language, dependencies)
        if invoice is not None:
            return invoice
    return as_page(render_check_page(verification, language, typed=typed))


async def public_keys(call: Call[Nothing, Nothing, None], dependencies: Dependencies) -> PublicKeysReply:  # noqa: ARG001 same
    """Read the keys that verify receipts."""
    return await dependencies.request(GetPublicKeys())


def _check_operation(path: str, name: str) -> AnyOperation:
    return Operation(
        method="GET",
        path=path,
        name=name,
        tag=PUBLIC_TAG,
        summary="Check a receipt: the page behind its QR code",
        handler=check_token,
        path_model=TokenPath,
        query_model=PageQuery,
        media_types={"text/html": "A page for people."},
    )


def _form_operation(path: str, name: str) -> AnyOperation:
    return Operation(
        method="GET",
        path=path,
        name=name,
        tag=PUBLIC_TAG,
        summary="Check a receipt by the lookup code that is printed on it",
        handler=check_typed,
        query_model=CodeQuery,
        media_types={"text/html": "A page for people."},
    )


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path="/",
        name="showHome",
        tag=PUBLIC_TAG,
        summary="What people can do here",
        handler=home,
        query_model=PageQuery,
        media_types={"text/html": "A page for people."},
    ),
    _form_operation("/R", "checkCode"),
    _form_operation("/R/", "checkCodeWithSlash"),
    _form_operation("/r", "checkCodeSmallLetters"),
    _form_operation("/r/", "checkCodeSmallLettersWithSlash"),
    _check_operation("/R/{token}", "checkReceipt"),
    _check_operation("/r/{token}", "checkReceiptSmallLetters"),
    Operation(
        method="GET",
        path="/v1/public-keys",
        name="getPublicKeys",
        tag=PUBLIC_TAG,
        summary="Read the keys that verify receipts, retired ones included",
        handler=public_keys,
        answer=PublicKeysReply,
    ),
]
