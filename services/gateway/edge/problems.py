"""Problems of the edge itself, and how every error becomes ``application/problem+json`` (RFC 9457)."""

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web
from pydantic import ConfigDict, Field, ValidationError

from services.gateway.edge.types import Outgoing
from shared.client_times import ClockWrong
from shared.problems import Conflict, InvalidRequest, NotAllowed, Problem

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER = 2
"""Seconds after which a request can be repeated when a part of the system does not answer."""


class NotAuthenticated(Problem):
    """There is no token, or it is wrong, or its device was revoked."""

    slug = "not-authenticated"
    status = 401
    title = "A valid token is needed"


class SignatureExpired(NotAuthenticated):
    """The request was signed too long ago, or by a clock that is ahead."""

    slug = "signature-expired"
    title = "The signature is too old, or of the future"


class SignatureReplayed(NotAuthenticated):
    """The nonce was used before: to repeat a request, sign it anew."""

    slug = "signature-replayed"
    title = "The nonce was used before"


class CsrfRefused(NotAllowed):
    """A request with a session's cookie that one of our own pages may not have sent."""

    slug = "csrf-refused"
    title = "The request does not come from a page of ours"
    usual_detail = "Yêu cầu không đến từ trang của hệ thống. Hãy tải lại trang rồi thử lại."


class MalformedRequest(Problem):
    """What came cannot be read at all."""

    slug = "malformed-request"
    status = 400
    title = "The request cannot be read"


class IdempotencyKeyMissing(Problem):
    """An operation that makes something was called without the id of the thing, or with one that is no UUID."""

    slug = "idempotency-key-missing"
    status = 400
    title = "An Idempotency-Key is needed"


class MethodNotAllowed(Problem):
    """The path exists, the method does not."""

    slug = "method-not-allowed"
    status = 405
    title = "Method not allowed"


class NotAcceptable(Problem):
    """None of the media types that the caller accepts can be given."""

    slug = "not-acceptable"
    status = 406
    title = "No acceptable media type"


class BodyTooLarge(Problem):
    """The body is larger than this API ever needs."""

    slug = "body-too-large"
    status = 413
    title = "The body is too large"


class WrongContentType(Problem):
    """The body is not JSON."""

    slug = "wrong-content-type"
    status = 415
    title = "The body must be application/json"


class AmbiguousRequest(Problem):
    """The request says something twice, so that two readers of it may understand two things."""

    slug = "ambiguous-request"
    status = 400
    title = "The request can be read in two ways"


class CompressedBody(Problem):
    """The body is compressed, or in another encoding than UTF-8."""

    slug = "encoded-body"
    status = 415
    title = "The body must be plain UTF-8"


class TooManyRequests(Problem):
    """The caller sends too many requests; ``Retry-After`` holds the seconds to wait."""

    slug = "too-many-requests"
    status = 429
    title = "Too many requests"


class InvalidField(Outgoing):
    """One thing that is wrong with a request."""

    location: str = Field(description="`path`, `query`, `header` or `body`.")
    field: str = Field(description="The member, with dots between levels; empty for the whole.")
    message: str


class ProblemDetails(Outgoing):
    """What went wrong (RFC 9457). `type` is stable, `detail` is for the person, `facts` for the program."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:thungan:problem:not-found",
                    "title": "Not found",
                    "status": 404,
                    "detail": "Không tìm thấy khách hàng.",
                }
            ]
        },
    )

    type: str
    title: str
    status: int
    detail: str
    facts: dict[str, Any] | None = None


def clock_wrong(wrong: ClockWrong) -> Problem:
    """Return a stated time's refusal as this API answers it: the request fits its description, the time does not."""
    return Conflict(wrong.detail, slug=wrong.slug, title=wrong.title, facts=wrong.facts)


CLOCK_WRONG = clock_wrong(ClockWrong())
"""For the description of operations that are sent a time."""


def too_many_requests(seconds: float) -> TooManyRequests:
    """Return the problem that makes a caller wait for some seconds."""
    wait = max(1, math.ceil(seconds))
    return TooManyRequests("Gửi quá nhiều yêu cầu; hãy thử lại sau ít giây.", facts={"retry_after": wait})


def invalid_fields(location: str, error: ValidationError) -> InvalidRequest:
    """Return the problem that names each wrong member, without repeating what was sent."""
    return invalid_request(
        (location, ".".join(str(part) for part in one["loc"]), one["msg"]) for one in error.errors(include_input=False)
    )


def invalid_request(wrong: Iterable[tuple[str, str, str]]) -> InvalidRequest:
    """Return the problem for (location, field, message) triples; at most 20 of them are named."""
    fields = [
        InvalidField(location=location, field=field, message=message).model_dump()
        for location, field, message in list(wrong)[:20]
    ]
    names = ", ".join(dict.fromkeys(field["field"] for field in fields if field["field"]))
    detail = f"Dữ liệu gửi lên không hợp lệ: {names}." if names else "Dữ liệu gửi lên không hợp lệ."
    return InvalidRequest(detail, facts={"errors": fields})


def problem_response(problem: Problem, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return a problem as HTTP, with the headers that its status calls for."""
    extra = dict(headers or {})
    if problem.status == 401:
        extra["WWW-Authenticate"] = 'Bearer realm="thungan"'
    if problem.status in (429, 503):
        extra["Retry-After"] = str(problem.facts.get("retry_after", RETRY_AFTER))
    return web.Response(
        status=problem.status,
        body=json.dumps(problem.as_dict(), ensure_ascii=False, default=str).encode(),
        headers=extra,
        content_type=PROBLEM_JSON,
    )
