"""The phone app at ``/app/`` and the office at ``/office/``: the files that ``./dev web build`` made, and no others.

Each has routes of its own: every address below ``/app/`` or ``/office/`` that is no file of it gets its page.
Names of ``assets`` hold a hash of the content, so that they can be kept for ever; the page, the service worker and the
manifest are requested each time (and answered 304).
"""

from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from shared.problems import NotFound

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self'",
        # The app on hand-held terminals that has the built-in printer (RawBT).
        "connect-src 'self' ws://127.0.0.1:40213",
        "worker-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": "bluetooth=(self), serial=(self), camera=(self), screen-wake-lock=(self), "
    "geolocation=(), microphone=(), payment=(), usb=(), hid=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

OFFICE_HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "worker-src 'self'",
            "base-uri 'none'",
            # Signing in is a form; nothing is sent by the browser itself.
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "Permissions-Policy": "bluetooth=(), serial=(), camera=(), geolocation=(), microphone=(), payment=(), usb=(), "
    "hid=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

FOR_EVER = "public, max-age=31536000, immutable"
REQUEST_EACH_TIME = "no-cache"

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
"""The kinds of files that the app has; no other is sent. Compressed copies lie beside them, and aiohttp chooses."""

LONGEST_NAME = 200
"""No file of the app has a longer one, and no file system gets a longer one."""

_PAGE = "index.html"
_ASSETS = "assets/"


class AppNotBuilt(NotFound):
    """The server was set up without the files of the apps."""

    slug = "app-not-built"
    title = "The app has not been built"


def add_routes(application: web.Application, folder: Path) -> None:
    """Serve the apps that lie in ``folder``, also when they are built only later."""
    _serve(application, "/app", folder, HEADERS)
    _serve(application, "/office", folder / "office", OFFICE_HEADERS)


def _serve(application: web.Application, base: str, folder: Path, headers: Mapping[str, str]) -> None:
    async def serve(request: web.Request) -> web.StreamResponse:
        return _response(folder, request.match_info["tail"], headers)

    async def to_the_app(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=308, headers={"Location": f"{base}/"})

    application.router.add_get(base, to_the_app)
    application.router.add_get(base + "/{tail:.*}", serve)


def _response(folder: Path, tail: str, headers: Mapping[str, str]) -> web.StreamResponse:
    file = find_file(folder, tail or _PAGE)
    if file is None:
        if tail.startswith(_ASSETS):
            # Part of another version: a page in its place would be run as a script.
            raise NotFound("Ứng dụng không có tệp này.")
        tail = ""
        file = find_file(folder, _PAGE)
    if file is None:
        raise AppNotBuilt("Máy chủ này chưa có ứng dụng.")
    return web.FileResponse(
        file,
        headers={
            **headers,
            "Cache-Control": FOR_EVER if tail.startswith(_ASSETS) else REQUEST_EACH_TIME,
            "Content-Type": CONTENT_TYPES[file.suffix],
        },
    )


def find_file(folder: Path, name: str) -> Path | None:
    """Return the file with this name below a folder of the build, and nothing from outside of it."""
    if "\0" in name or len(name) > LONGEST_NAME or not {".", ".."}.isdisjoint(name.split("/")):
        return None
    root = folder.resolve()
    file = (root / name).resolve()
    return file if file.suffix in CONTENT_TYPES and file.is_relative_to(root) and file.is_file() else None
