"""What is public: the page behind a receipt's QR code, and the keys that verify receipts."""

from typing import Annotated

from pydantic import StringConstraints

from services.gateway.dependencies import Dependencies
from services.gateway.edge.operation import Answer, AnyOperation, Call, Operation
from services.gateway.edge.types import Incoming, Nothing
from shared.check_page import CHECK_PAGE_HEADERS, render_check_page
from shared.contracts.common import Language
from shared.contracts.receipt import GetPublicKeys, PublicKeysReply, VerifyToken

TAG = "public"


class TokenPath(Incoming):
    """A receipt's token as it stands in the QR code; small letters are read, too."""

    token: Annotated[str, StringConstraints(pattern=r"^[A-Za-z2-7]{1,2000}$")]


class LanguageQuery(Incoming):
    """The language of the page: Vietnamese, whatever the browser prefers, unless the reader switches."""

    lang: Language | None = None


async def check_page(call: Call[TokenPath, LanguageQuery, None], dependencies: Dependencies) -> Answer:
    """Show what a receipt's token holds and whether it is genuine."""
    verification = await dependencies.request(VerifyToken(token=call.path.token.upper()))
    page = render_check_page(verification, call.query.lang or Language.VIETNAMESE)
    headers = {name: value for name, value in CHECK_PAGE_HEADERS.items() if name != "Content-Type"}
    return Answer(content=page.encode(), content_type=CHECK_PAGE_HEADERS["Content-Type"], headers=headers)


async def public_keys(call: Call[Nothing, Nothing, None], dependencies: Dependencies) -> PublicKeysReply:  # noqa: ARG001 same
    """Read the keys that verify receipts."""
    return await dependencies.request(GetPublicKeys())


def _check(path: str, name: str) -> AnyOperation:
    return Operation(
        method="GET",
        path=path,
        name=name,
        tag=TAG,
        summary="Check a receipt: the page behind its QR code",
        handler=check_page,
        path_model=TokenPath,
        query_model=LanguageQuery,
        media_types={"text/html": "A page for people."},
    )


OPERATIONS: list[AnyOperation] = [
    _check("/R/{token}", "checkReceipt"),
    _check("/r/{token}", "checkReceiptSmallLetters"),
    Operation(
        method="GET",
        path="/v1/public-keys",
        name="getPublicKeys",
        tag=TAG,
        summary="Read the keys that verify receipts, retired ones included",
        handler=public_keys,
        answer=PublicKeysReply,
    ),
]
