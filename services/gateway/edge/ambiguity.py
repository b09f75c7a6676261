"""What can be read in two ways is refused: a proxy and this gateway may choose differently."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import HttpVersion, HttpVersion10, HttpVersion11

from services.gateway.edge.problems import AmbiguousRequest, MalformedRequest

LISTS = frozenset(
    {
        "accept",
        "accept-charset",
        "accept-encoding",
        "accept-language",
        "baggage",
        "cache-control",
        "connection",
        "cookie",
        "forwarded",
        "if-match",
        "if-none-match",
        "keep-alive",
        "pragma",
        "prefer",
        "sec-websocket-extensions",
        "sec-websocket-protocol",
        "te",
        "trailer",
        "tracestate",
        "upgrade",
        "via",
        "warning",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
    }
)
"""Headers that are lists: several lines of one are one list. Proxies add to some of them."""


def require_single_headers(headers: Mapping[str, str]) -> None:
    """Refuse a header that is no list and comes twice. Raises :class:`AmbiguousRequest`."""
    # Its items, because the names of a multidict come once each.
    names = (name.lower() for name, _ in headers.items())
    _refuse("header", (name for name in names if name not in LISTS))


def require_framing(version: HttpVersion, headers: Mapping[str, str]) -> None:
    """Refuse a request whose end a proxy may see elsewhere: of another version of HTTP, or chunked before HTTP/1.1.

    What follows it on its connection is not to be read (RFC 9112, 6.1). Raises :class:`MalformedRequest`.
    """
    if version not in (HttpVersion10, HttpVersion11):
        raise MalformedRequest("Máy chủ này chỉ nhận HTTP/1.1.")
    if version == HttpVersion10 and "Transfer-Encoding" in headers:
        raise MalformedRequest("HTTP/1.0 không có Transfer-Encoding.")


def require_single_members(content: bytes) -> None:
    """Refuse JSON in which an object names a member twice.

    Raises :class:`AmbiguousRequest`; ValueError or RecursionError for what is no JSON, or nested too deep.
    """

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            _refuse("body", (name for name, _ in pairs))
        return found

    # Numbers are left as they are written: only names matter here, and a long number takes long to read.
    json.loads(content, object_pairs_hook=members, parse_int=str, parse_float=str)


def _refuse(location: str, names: Iterable[str]) -> None:
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        errors = [
            {"location": location, "field": name[:100], "message": "is given more than once"} for name in twice[:20]
        ]
        raise AmbiguousRequest("Yêu cầu ghi một mục hai lần.", facts={"errors": errors})
