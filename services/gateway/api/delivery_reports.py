"""The address that providers of SMS call with delivery reports.

Who the providers are and what their reports look like is notify's: the request goes there as it came, and is answered
when notify has kept what it reports. The secret of the address goes nowhere, only its digest.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from services.gateway.dependencies import Dependencies
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.problems import BodyTooLarge
from services.gateway.edge.types import Incoming, Nothing
from shared.contracts.notify import DeliveryReportsRecorded, RecordDeliveryReports
from shared.problems import NotFound, Problem, TimedOut, Unavailable

TAG = "delivery reports"

_PROVIDER = re.compile(r"[a-z][a-z0-9_-]{0,30}", re.ASCII)
_SIGNED = re.compile(r"x-(?!forwarded|real-ip|correlation-id).*|authorization|signature|checksum|digest|content-md5")
_LONGEST_BODY = 64 * 1024
_INVALID = Problem(
    "Nội dung gửi lên không phải là báo cáo gửi tin.", slug="invalid-report", status=400, title="No delivery report"
)


class ReportPath(Incoming):
    """The address that was given to a provider."""

    provider: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(
        description="The provider's name in notify's configuration."
    )
    secret: Annotated[str, StringConstraints(min_length=1, max_length=1000)] = Field(
        description="`reports.secret` of the provider."
    )


async def _pass_on(
    method: Literal["GET", "POST"], call: Call[ReportPath, Nothing, None], dependencies: Dependencies
) -> DeliveryReportsRecorded:
    if not _PROVIDER.fullmatch(call.path.provider):
        raise NotFound
    came = call.original
    if len(came.body) > _LONGEST_BODY:
        raise BodyTooLarge("Nội dung gửi lên quá lớn.")
    try:
        request = RecordDeliveryReports(
            provider=call.path.provider,
            secret_digest=hashlib.sha256(call.path.secret.encode(errors="replace")).hexdigest(),
            address=came.address,
            method=method,
            query=dict(came.query),
            headers=_that_may_sign(came.headers),
            content_type=came.content_type,
            body=b64encode(came.body).decode(),
        )
    except ValidationError:
        raise _INVALID from None
    try:
        return await dependencies.request(request)
    except TimedOut as timed_out:
        # The same report is kept once: it may always be repeated.
        raise Unavailable from timed_out


async def report_by_get(call: Call[ReportPath, Nothing, None], dependencies: Dependencies) -> DeliveryReportsRecorded:
    """Keep what a provider reports in its query."""
    return await _pass_on("GET", call, dependencies)


async def report_by_post(call: Call[ReportPath, Nothing, None], dependencies: Dependencies) -> DeliveryReportsRecorded:
    """Keep what a provider reports in its body."""
    return await _pass_on("POST", call, dependencies)


def _that_may_sign(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if _SIGNED.fullmatch(name) and value.isascii()}


_DESCRIPTION = (
    "Query, content type and body are whatever the provider sends. 200 only when every report is durable; after 429, "
    "503 or no answer it is to be repeated, and the same report is kept once. An unknown provider, a wrong secret and "
    "a caller outside of the provider's networks are all answered 404."
)
_PATH = "/v1/sms/reports/{provider}/{secret}"

OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path=_PATH,
        name="reportDeliveryByQuery",
        tag=TAG,
        summary="Report what became of SMS, in the query",
        description=_DESCRIPTION,
        handler=report_by_get,
        path_model=ReportPath,
        passes_on=True,
        answer=DeliveryReportsRecorded,
        problems=(_INVALID,),
    ),
    Operation(
        method="POST",
        path=_PATH,
        name="reportDelivery",
        tag=TAG,
        summary="Report what became of SMS, in the body",
        description=_DESCRIPTION,
        handler=report_by_post,
        path_model=ReportPath,
        passes_on=True,
        answer=DeliveryReportsRecorded,
        problems=(_INVALID,),
    ),
]
