"""The OpenAPI 3.1 description, made from the table of operations: what is described is what runs."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from services.gateway.domain.devices import EVERYONE
from services.gateway.domain.staff import EVERYBODY
from services.gateway.edge import problems
from services.gateway.edge.operation import AnyOperation
from shared.http_server import TooSlow
from shared.problems import (
    Conflict,
    InternalError,
    InvalidRequest,
    NotAllowed,
    NotFound,
    Problem,
    TimedOut,
    Unavailable,
)

REFERENCE = "#/components/schemas/{model}"
_JSON = "application/json"

_KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "format": "uuid"},
}
_RETRY_AFTER = {
    "Retry-After": {"description": "Seconds to wait.", "required": True, "schema": {"type": "integer", "minimum": 0}}
}
_AUTHENTICATE = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}
_HEADERS = {401: _AUTHENTICATE, 429: _RETRY_AFTER, 503: _RETRY_AFTER}


def build(
    operations: list[AnyOperation],
    *,
    title: str,
    version: str,
    description: str,
    tags: dict[str, str],
    stream: dict[str, Any] | None = None,
    stream_models: Sequence[type[BaseModel]] = (),
) -> dict[str, Any]:
    """Return the description; ``stream`` documents the WebSocket, which OpenAPI has no words for."""
    references, schemas = _schemas(operations, stream_models)
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for operation in operations:
        paths[operation.path][operation.method.lower()] = _operation(operation, references)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": version,
            "description": description,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in tags.items()],
        "paths": dict(paths),
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "device": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The device's token, from `POST /v1/enrolments`.",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "__Host-thungan-session",
                    "description": "The session of a person of the office, from `POST /v1/staff/sessions`. Never "
                    "together with a device's token.",
                },
                "signature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Signature",
                    "description": "HTTP message signature (RFC 9421) with the tag `thungan-partner` over `@method`, "
                    "`@authority`, `@path`, `@query` and, where there is a body, `content-digest` (RFC 9530); with "
                    "`created`, `nonce` and `keyid`.",
                },
                "hmac": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-Partner-Signature",
                    "description": "For partners without a library for RFC 9421: HMAC-SHA256 in hexadecimal digits "
                    "over method, host, path with query, `X-Partner-Timestamp`, `X-Partner-Nonce` and the SHA-256 of "
                    "the body, joined by line feeds; with `X-Partner-Key`.",
                },
                "csrf": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-CSRF-Token",
                    "description": "`csrf_token` of the session, with every request but `GET` and `HEAD`.",
                },
            },
        },
        **({} if stream is None else {"x-stream": stream}),
    }


References = dict[tuple[Any, JsonSchemaMode], dict[str, Any]]


def _schemas(
    operations: list[AnyOperation], stream_models: Sequence[type[BaseModel]]
) -> tuple[References, dict[str, Any]]:
    """Return a reference for each model (or union of models) that is sent or answered, and all their schemas."""
    wanted: list[tuple[Any, JsonSchemaMode, TypeAdapter[Any]]] = []
    for operation in operations:
        if operation.body is not None:
            wanted.append((operation.body, "validation", TypeAdapter(operation.body)))
        if operation.answer is not None:
            wanted.append((operation.answer, "serialization", TypeAdapter(operation.answer)))
        if operation.accepted is not None:
            wanted.append((operation.accepted, "serialization", TypeAdapter(operation.accepted)))
    models: list[type[BaseModel]] = [problems.ProblemDetails, *stream_models]
    wanted += [(model, "serialization", TypeAdapter(model)) for model in models]
    keyed, definitions = TypeAdapter.json_schemas(
        [(index, mode, adapter) for index, (_, mode, adapter) in enumerate(wanted)], ref_template=REFERENCE
    )
    references = {(model, mode): keyed[(index, mode)] for index, (model, mode, _) in enumerate(wanted)}
    return references, definitions.get("$defs", {})


def _operation(operation: AnyOperation, references: References) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": _description(operation),
        "parameters": _parameters(operation),
        "responses": _responses(operation, references),
    }
    if operation.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {_JSON: {"schema": references[(operation.body, "validation")]}},
        }
    elif operation.passes_on and operation.method != "GET":
        described["requestBody"] = {"content": {"*/*": {}}}
    described["security"] = _security(operation)
    if operation.roles is not None:
        described["x-roles"] = {"devices": sorted(operation.roles), "staff": sorted(operation.staff)}
    return described


def _security(operation: AnyOperation) -> list[dict[str, list[str]]]:
    if operation.partners:
        return [{"signature": []}, {"hmac": []}]
    found: list[dict[str, list[str]]] = []
    if operation.roles:
        found.append({"device": []})
    if operation.staff:
        found.append({"session": []} if operation.method == "GET" else {"session": [], "csrf": []})
    return found


def _description(operation: AnyOperation) -> str:
    if operation.partners:
        return f"{operation.description} For partners: the request is signed.".strip()
    if operation.roles is None:
        return f"{operation.description} Public: needs no token.".strip()
    who = []
    if operation.roles == EVERYONE:
        who.append("For every enrolled device.")
    elif operation.roles:
        who.append("For devices of: " + ", ".join(sorted(operation.roles)) + ".")
    if operation.staff == EVERYBODY:
        who.append("For everybody of the office.")
    elif operation.staff:
        who.append("For people of the office: " + ", ".join(sorted(operation.staff)) + ".")
    return " ".join(part for part in (operation.description, *who) if part)


def _parameters(operation: AnyOperation) -> list[dict[str, Any]]:
    parameters = _fields(operation.path_model, "path") + _fields(operation.query_model, "query")
    if operation.key:
        text = f"The id of what is made: it becomes `{operation.key}`. Repeating a request with it is safe."
        parameters.append({**_KEY_PARAMETER, "description": text})
    return parameters


def _fields(model: type[BaseModel], location: str) -> list[dict[str, Any]]:
    _, schema = models_json_schema([(model, "validation")], ref_template=REFERENCE)
    definitions = schema.get("$defs", {})
    own = definitions.pop(model.__name__, {})
    parameters = []
    for name, member in own.get("properties", {}).items():
        inlined = _inline(member, definitions)
        text = inlined.pop("description", None)
        parameters.append(
            {
                "name": name,
                "in": location,
                "required": location == "path" or name in own.get("required", ()),
                "schema": _without_null(inlined),
                **({"description": text} if text else {}),
            }
        )
    return parameters


def _inline(value: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        if "$ref" in value:
            rest = {key: member for key, member in value.items() if key != "$ref"}
            return {**_inline(definitions[value["$ref"].rpartition("/")[2]], definitions), **rest}
        return {key: _inline(member, definitions) for key, member in value.items() if key != "title"}
    if isinstance(value, list):
        return [_inline(member, definitions) for member in value]
    return value


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that may be left out is no ``null``: a query string has no such thing."""
    options = [option for option in schema.get("anyOf", []) if option != {"type": "null"}]
    rest = {key: member for key, member in schema.items() if key != "anyOf"}
    if rest.get("default", ...) is None:
        del rest["default"]
    return {**options[0], **rest} if len(options) == 1 else {**rest, **({"anyOf": options} if options else {})}


def _responses(operation: AnyOperation, references: References) -> dict[str, Any]:
    success: dict[str, Any] = {"description": operation.summary}
    content: dict[str, Any] = {}
    if operation.answer is not None:
        content[_JSON] = {"schema": references[(operation.answer, "serialization")]}
    for media_type, text in operation.media_types.items():
        content[media_type] = {"schema": {"type": "string", "description": text}}
    if content:
        success["content"] = content
    responses = {str(operation.status): success}
    if operation.accepted is not None:
        schema = references[(operation.accepted, "serialization")]
        text = "Asked for: another person has to approve it."
        responses["202"] = {"description": text, "content": {_JSON: {"schema": schema}}}
    reference = references[(problems.ProblemDetails, "serialization")]
    by_status: dict[int, list[Problem]] = defaultdict(list)
    for problem in possible_problems(operation):
        by_status[problem.status].append(problem)
    for status in sorted(by_status):
        named = {problem.slug: problem.title for problem in by_status[status]}
        responses[str(status)] = {
            "description": "; ".join(f"`{slug}`: {title}" for slug, title in named.items()),
            "content": {problems.PROBLEM_JSON: {"schema": reference}},
            **({"headers": _HEADERS[status]} if status in _HEADERS else {}),
        }
    return responses


def possible_problems(operation: AnyOperation) -> list[Problem]:
    """Return everything that can go wrong with an operation."""
    kinds: list[type[Problem] | Problem] = [problems.TooManyRequests, InternalError, Unavailable, TimedOut]
    if operation.partners:
        kinds += [problems.NotAuthenticated, problems.SignatureExpired, problems.SignatureReplayed]
        # The body is read for the signature.
        kinds += [problems.MalformedRequest, TooSlow, problems.BodyTooLarge, problems.CompressedBody]
    if operation.roles is not None:
        kinds.append(problems.NotAuthenticated)
        if operation.roles != EVERYONE or operation.staff != EVERYBODY:
            kinds.append(NotAllowed)
        if operation.staff and operation.method != "GET":
            kinds.append(problems.CsrfRefused)
    if operation.path_model.model_fields:
        kinds.append(NotFound)
    if operation.key:
        kinds += [problems.IdempotencyKeyMissing, Conflict]
    if operation.body is not None:
        kinds += [
            problems.MalformedRequest,
            TooSlow,
            problems.BodyTooLarge,
            problems.WrongContentType,
            problems.CompressedBody,
        ]
        if "date-time" in json.dumps(TypeAdapter(operation.body).json_schema()):
            kinds.append(problems.CLOCK_WRONG)
    elif operation.passes_on:
        kinds += [problems.MalformedRequest, TooSlow, problems.BodyTooLarge, problems.CompressedBody]
    kinds += [problems.AmbiguousRequest, InvalidRequest]
    kinds += operation.problems
    return [kind if isinstance(kind, Problem) else kind() for kind in kinds]
