"""The description of the API at ``/openapi.json``, and its viewer at ``/docs``: Swagger UI, laid into the app's files
by ``./dev web build``. The page runs only what came with it, and loads nothing from elsewhere.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from services.gateway.app_files import CONTENT_TYPES, REQUEST_EACH_TIME, AppNotBuilt, find_file
from shared.problems import NotFound

HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            # The viewer's icons lie in its styles.
            "img-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "Cache-Control": REQUEST_EACH_TIME,
}

_PAGE = "index.html"
_FOLDER = "docs"


def add_routes(application: web.Application, description: Mapping[str, Any], folder: Path, *, below: str = "") -> None:
    """Serve the description, and the viewer that lies in ``folder``, also when it is built only later.

    ``below``: the path of an interface with a description of its own; the viewer's page looks there for it.
    """
    content = json.dumps(description, ensure_ascii=False, separators=(",", ":")).encode()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": REQUEST_EACH_TIME}

    async def serve_description(request: web.Request) -> web.StreamResponse:
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=content, headers=headers, content_type="application/json", charset="utf-8")

    async def serve_viewer(request: web.Request) -> web.StreamResponse:
        return _response(folder / _FOLDER, request.match_info.get("name") or _PAGE)

    application.router.add_get(f"{below}/openapi.json", serve_description)
    for path in (f"{below}/docs", *([] if below else ["/docs/{name:[^/]*}"])):
        application.router.add_get(path, serve_viewer)


def _response(folder: Path, name: str) -> web.StreamResponse:
    file = find_file(folder, name)
    if file is None:
        if find_file(folder, _PAGE) is None:
            raise AppNotBuilt("Máy chủ này chưa có trang mô tả API.")
        raise NotFound("Trang mô tả API không có tệp này.")
    return web.FileResponse(file, headers={**HEADERS, "Content-Type": CONTENT_TYPES[file.suffix]})
