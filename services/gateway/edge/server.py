"""One dispatcher for all operations: admission, validation, the handler, and problems."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from opentelemetry.trace import SpanKind
from pydantic import BaseModel, TypeAdapter, ValidationError

from services.gateway.domain.devices import Device
from services.gateway.domain.partners import Partner
from services.gateway.domain.staff import StaffMember
from services.gateway.edge import ambiguity, openapi, problems
from services.gateway.edge.addresses import caller_address, counted_as
from services.gateway.edge.cookies import from_own_pages, session_cookie
from services.gateway.edge.operation import (
    DEVICE,
    PARTNER,
    STAFF_MEMBER,
    Admission,
    Answer,
    AnyOperation,
    Call,
    Caller,
    Original,
    Recorder,
    RequestHandler,
)
from services.gateway.edge.types import parse_uuid
from shared.client_times import ANYTHING, ClockWrong
from shared.clock import Clock
from shared.contracts.actor import Actor, ActorKind, Proof
from shared.contracts.common import Language
from shared.db.time_limit import time_limit
from shared.db.transaction import CONFLICTS, DATABASE_BUSY, CommitUnknown, is_connection_lost
from shared.http_server import TooSlow
from shared.messaging import tracing
from shared.messaging.context import acting, correlated
from shared.problems import InternalError, NotFound, Problem, TimedOut, Unavailable

log = structlog.get_logger()

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""For every response that does not set its own. HTTPS and its HSTS belong to the proxy."""

PUBLIC = Actor(kind=ActorKind.PERSON, id="public", proven_by=Proof.NONE)
"""Who calls an operation that asks for no token."""

EVENTS = "/v1/day/events"
"""Where server-sent events come from: an answer that goes on, and so without a time limit and without a span."""

BODY = web.RequestKey("body", bytes)
"""Where a request keeps what was read of it: a signature is verified before the body is understood."""

_CORRELATION_ID = re.compile(r"[0-9A-Za-z-]{8,64}", re.ASCII)


def bind(
    application: web.Application,
    operations: list[AnyOperation],
    dependencies: object,
    *,
    admit: Admission,
    record: Recorder,
    proxy_hops: int,
    body_timeout: float,
    clock: Clock,
) -> None:
    """Put every operation at its path; handlers get ``dependencies``. ``clock`` bounds the times that callers state.

    ``record`` does what people ask for, and keeps it.
    """
    for operation in operations:
        resource = operation.path
        handler = _dispatcher(operation, dependencies, admit, record, proxy_hops, body_timeout, clock)
        application.router.add_route(operation.method, resource, handler)
        if operation.method == "GET" and not operation.passes_on:
            application.router.add_route("HEAD", resource, handler)


def _dispatcher(
    operation: AnyOperation,
    dependencies: object,
    admit: Admission,
    record: Recorder,
    proxy_hops: int,
    body_timeout: float,
    clock: Clock,
) -> RequestHandler:
    body_adapter: TypeAdapter[Any] | None = TypeAdapter(operation.body) if operation.body is not None else None
    described = {(problem.status, problem.slug) for problem in openapi.possible_problems(operation)}

    async def dispatch(request: web.Request) -> web.StreamResponse:
        try:
            return await answer(request)
        except Problem as problem:
            if (problem.status, problem.slug) not in described:
                log.warning("problem_not_described", operation=operation.name, slug=problem.slug, status=problem.status)
            raise

    async def answer(request: web.Request) -> web.StreamResponse:
        address = address_of(request, proxy_hops)
        caller = await admit(operation, request, address)
        with acting(PUBLIC if caller is None else caller.as_actor):
            return await answered(request, caller, address)

    async def answered(request: web.Request, caller: Caller | Partner | None, address: str) -> web.StreamResponse:
        path = _checked(operation.path_model, "path", dict(request.match_info))
        given = _query(request, operation.query_model)
        query = _checked(operation.query_model, "query", {} if operation.passes_on else given)
        call: Call[Any, Any, Any] = Call(
            path=path,
            query=query,
            body=None,
            caller=caller,
            idempotency_key=_key(request) if operation.key else None,
            address=address,
            language=_language(request),
            accept=request.headers.get("Accept", "*/*"),
            cookie=session_cookie(request, proxy_hops),
            own_page=from_own_pages(request),
        )
        if body_adapter is not None:
            body = await _body(request, body_adapter, body_timeout, operation.largest_body)
            call = replace(call, body=body)
            _require_times_near(call.body, clock())
        if operation.passes_on:
            content = await body_of(request, body_timeout, operation.largest_body)
            call = replace(call, as_it_came=_original(request, given, proxy_hops, content))
        if isinstance(caller, StaffMember):
            return _response(operation, await record(operation, call, lambda: operation.handler(call, dependencies)))
        return _response(operation, await operation.handler(call, dependencies))

    return dispatch


def _original(request: web.Request, query: Mapping[str, str], proxy_hops: int, body: bytes) -> Original:
    return Original(
        query=query,
        headers={name.lower(): value for name, value in request.headers.items()},
        content_type=request.content_type,
        body=body,
        address=caller_address(request.remote, request.headers.getall("X-Forwarded-For", ()), proxy_hops),
    )


def address_of(request: web.BaseRequest, proxy_hops: int) -> str:
    """Return what the caller is limited as, see :mod:`services.gateway.edge.addresses`."""
    return counted_as(caller_address(request.remote, request.headers.getall("X-Forwarded-For", ()), proxy_hops))


def _query(request: web.Request, model: type[BaseModel]) -> dict[str, str]:
    # The raw string: aiohttp's own reading of it loses nothing, but a repeated name must be seen.
    try:
        pairs = parse_qsl(request.rel_url.raw_query_string, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise problems.invalid_request([("query", "", "is not UTF-8")]) from None
    if model.model_config.get("extra") == "ignore":  # what others add to a link of ours, however often
        pairs = [(name, value) for name, value in pairs if name in model.model_fields]
    values = dict(pairs)
    if len(values) != len(pairs):
        names = [name for name, _ in pairs]
        raise problems.invalid_request(
            ("query", name, "is given more than once") for name in values if names.count(name) > 1
        )
    return values


def _checked(model: type[BaseModel], location: str, values: Mapping[str, str]) -> BaseModel:
    try:
        return model.model_validate(values, strict=False)
    except ValidationError as error:
        raise problems.invalid_fields(location, error) from None


def _key(request: web.Request) -> Any:
    try:
        return parse_uuid(request.headers.get("Idempotency-Key"))
    except ValueError:
        raise problems.IdempotencyKeyMissing("Thiếu mã yêu cầu (Idempotency-Key) hoặc mã không phải là UUID.") from None


def _key_or_none(request: web.Request) -> str | None:
    try:
        return str(parse_uuid(request.headers.get("Idempotency-Key")))
    except ValueError:
        return None


async def _body(request: web.Request, adapter: TypeAdapter[Any], body_timeout: float, largest: int | None) -> Any:
    content = await _content(request, body_timeout, largest)
    try:
        ambiguity.require_single_members(content)
        try:
            return adapter.validate_json(content, strict=True)
        except ValidationError as error:
            if all(one["type"] != "int_type" for one in error.errors(include_input=False)):
                raise
            return adapter.validate_json(with_whole_numbers(content), strict=True)
    except ValidationError as error:
        if any(one["type"] == "json_invalid" for one in error.errors(include_input=False)):
            raise problems.MalformedRequest("Nội dung gửi lên không phải là JSON đúng.") from None
        raise problems.invalid_fields("body", error) from None
    except (ValueError, RecursionError):
        # Nested too deep, or a number of thousands of digits.
        raise problems.MalformedRequest("Nội dung gửi lên không phải là JSON đúng.") from None


async def _content(request: web.Request, body_timeout: float, largest: int | None) -> bytes:
    if request.content_type != "application/json":
        raise problems.WrongContentType("Nội dung gửi lên phải là JSON.")
    if (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        raise problems.CompressedBody("Nội dung gửi lên phải là JSON không nén, mã UTF-8.")
    return await body_of(request, body_timeout, largest)


async def body_of(request: web.Request, body_timeout: float, largest: int | None = None) -> bytes:
    """Return the body as it came, also when it was read before; ``largest``: another limit than the settings' one.

    Raises :class:`~services.gateway.edge.problems.CompressedBody`, :class:`~shared.http_server.TooSlow` and what else
    keeps a body from being read.
    """
    coded = "Content-Encoding" in request.headers
    coded |= request.headers.get("Transfer-Encoding", "chunked").strip().lower() != "chunked"
    if coded:
        raise problems.CompressedBody("Nội dung gửi lên không được nén.")
    try:
        async with asyncio.timeout(body_timeout):
            if BODY not in request:
                request[BODY] = await (request if largest is None else request.clone(client_max_size=largest)).read()
            return request[BODY]
    except TimeoutError:
        raise TooSlow from None
    except (HttpProcessingError, web.RequestPayloadError):
        # Chunks that do not add up, or a body that ends before its length.
        raise problems.MalformedRequest("Nội dung gửi lên không đọc được.") from None


def _require_times_near(body: BaseModel, now: datetime) -> None:
    """Refuse a time that nobody means. What is recorded is bounded closer, by the service that records it.

    Wide, because a request that was recorded must get its answer again, however late it is repeated.
    """
    for name in type(body).model_fields:
        value = getattr(body, name)
        if isinstance(value, datetime):
            try:
                ANYTHING.require(name, value, now)
            except ClockWrong as wrong:
                raise problems.clock_wrong(wrong) from None


def with_whole_numbers(content: bytes) -> bytes:
    """Return JSON in which ``1.0`` and ``1e3`` are written as ``1`` and ``1000``: to JSON Schema they are the same."""

    def read(text: str) -> int | float:
        value = float(text)
        # Exactly, as a decimal: a float cannot hold large numbers apart.
        return int(Decimal(text)) if value.is_integer() and abs(value) < 10**18 else value

    return json.dumps(json.loads(content, parse_float=read)).encode()


def _language(request: web.Request) -> Language:
    first = request.headers.get("Accept-Language", "").split(",", 1)[0].strip().lower()
    return Language.ENGLISH if first.startswith("en") else Language.VIETNAMESE


def _response(operation: AnyOperation, answer: BaseModel | Answer) -> web.Response:
    if isinstance(answer, BaseModel):
        answer = Answer(answer)
    content = answer.content if answer.model is None else answer.model.model_dump_json().encode()
    status = answer.status or operation.status
    if content is None:
        return web.Response(status=status, headers=answer.headers)
    headers = {**answer.headers, "Content-Type": answer.content_type}
    return web.Response(status=status, body=content, headers=headers)


def _route_of(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unknown"


def edge_middleware(http_timeout: float) -> Any:
    """Return the middleware around everything: correlation, time limit, problems, headers and the access log."""

    @web.middleware
    async def middleware(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        started = asyncio.get_running_loop().time()
        given = request.headers.get("X-Correlation-Id", "")
        try:
            ambiguity.require_framing(request.version, request.headers)
        except Problem as problem:
            refused = problems.problem_response(problem)
            refused.force_close()
            return refused
        with correlated(
            external_correlation_id=given if _CORRELATION_ID.fullmatch(given) else None,
        ) as context:
            if request.path == "/v1/stream" and request.method == "GET":
                try:
                    ambiguity.require_single_headers(request.headers)
                except Problem as problem:
                    return problems.problem_response(problem)
                return await handler(request)
            if request.path == EVENTS:
                response = await _answered(request, handler, None)
            else:
                response = await _traced(request, handler, http_timeout)
            response.headers["X-Correlation-Id"] = context.correlation_id
            for name, value in SECURITY_HEADERS.items():
                response.headers.setdefault(name, value)
            device: Device | None = request.get(DEVICE)
            member: StaffMember | None = request.get(STAFF_MEMBER)
            partner: Partner | None = request.get(PARTNER)
            log.info(
                "request",
                method=request.method if len(request.method) < 12 else "other",
                # The template, never the path: paths hold customer codes and receipt tokens.
                route=_route_of(request),
                status=response.status,
                milliseconds=round((asyncio.get_running_loop().time() - started) * 1000, 1),
                device_id=str(device.device_id) if device else None,
                role=device.role if device else None,
                **({"staff_id": str(member.staff_id)} if member else {}),
                **({"partner": partner.partner_code} if partner else {}),
            )
            return response

    return middleware


async def _traced(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]], http_timeout: float
) -> web.StreamResponse:
    route = _route_of(request)
    attributes = {
        "http.route": route,
        "thungan.idempotency_key": _key_or_none(request),
        # Beside our trace, and never its parent: a caller could put an act into the trace of another.
        "thungan.external_traceparent": tracing.valid(request.headers.get("traceparent")),
    }
    with tracing.span(f"{request.method[:12]} {route}", SpanKind.SERVER, attributes) as span:
        response = await _answered(request, handler, http_timeout)
        span.set_attribute("http.response.status_code", response.status)
        if response.status >= 500:
            tracing.fail(span, str(response.status))
        return response


async def _answered(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]], http_timeout: float | None
) -> web.StreamResponse:
    try:
        ambiguity.require_single_headers(request.headers)
        async with time_limit(http_timeout):
            return await handler(request)
    except Problem as problem:
        return problems.problem_response(problem)
    except web.HTTPException as error:
        return _http_exception(error)
    except (TimeoutError, CommitUnknown):
        return problems.problem_response(TimedOut())
    except Exception as error:
        if is_connection_lost(error) or isinstance(error, DATABASE_BUSY + CONFLICTS):
            log.warning("connection_lost", route=_route_of(request), error=type(error).__name__)
            return problems.problem_response(Unavailable())
        log.exception("request_failed", route=_route_of(request))
        return problems.problem_response(InternalError())


def _http_exception(error: web.HTTPException) -> web.StreamResponse:
    if error.status < 400:
        return error
    if isinstance(error, web.HTTPMethodNotAllowed):
        allow = ", ".join(sorted(error.allowed_methods))
        return problems.problem_response(
            problems.MethodNotAllowed("Địa chỉ này không nhận phương thức đó."), {"Allow": allow}
        )
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return problems.problem_response(problems.BodyTooLarge("Nội dung gửi lên quá lớn."))
    if isinstance(error, web.HTTPNotFound):
        return problems.problem_response(NotFound("Không có địa chỉ này."))
    return problems.problem_response(
        Problem(slug="http-error", status=error.status, title=error.reason, detail="Yêu cầu không xử lý được.")
    )
