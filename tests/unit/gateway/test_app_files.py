"""The built files of the phone app and of the API's viewer, as a browser gets them."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from services.gateway import api_docs, app_files
from services.gateway.edge.server import edge_middleware

Client = TestClient[web.Request, web.Application]

OFFICE = "<!doctype html><title>office</title>"
PAGE = "<!doctype html><title>Thu Ngân</title>"
VIEWER = "<!doctype html><title>API</title>"
SCRIPT = "console.log('xin chào')"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    built = tmp_path / "dist"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text(PAGE, encoding="utf-8")
    (built / "sw.js").write_text(SCRIPT, encoding="utf-8")
    (built / "manifest.webmanifest").write_text("{}", encoding="utf-8")
    (built / "assets" / "app-1234.js").write_text(SCRIPT, encoding="utf-8")
    (built / "assets" / "app-1234.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (built / "docs").mkdir()
    (built / "docs" / "index.html").write_text(VIEWER, encoding="utf-8")
    (built / "docs" / "viewer.js").write_text(SCRIPT, encoding="utf-8")
    (built / "notes.py").write_text("secret", encoding="utf-8")
    (built / "office" / "assets").mkdir(parents=True)
    (built / "office" / "index.html").write_text(OFFICE, encoding="utf-8")
    (built / "office" / "assets" / "office-1234.js").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "outside.html").write_text("secret", encoding="utf-8")
    return built


@pytest_asyncio.fixture(loop_scope="session")
async def client(folder: Path) -> AsyncIterator[Client]:
    application = web.Application(middlewares=[edge_middleware(5)])
    api_docs.add_routes(application, {"openapi": "3.1.0"}, folder)
    app_files.add_routes(application, folder)
    async with TestClient(TestServer(application), auto_decompress=False) as started:
        yield started


@pytest.mark.parametrize("path", ["/app/", "/app/index.html", "/app/customers/PB05020034567", "/app/sổ"])
async def test_every_address_of_the_app_is_its_page(client: Client, path: str) -> None:
    async with client.get(path) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-cache"
        assert await answer.text() == PAGE


@pytest.mark.parametrize("base", ["/app", "/office"])
async def test_the_address_without_a_slash_leads_to_the_app(client: Client, base: str) -> None:
    async with client.get(base, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (308, f"{base}/")


@pytest.mark.parametrize("path", ["/office/", "/office/shifts?state=open", "/office/customers/PB05020034567"])
async def test_every_address_of_the_office_is_its_page_which_runs_only_what_came_with_it(
    client: Client, path: str
) -> None:
    async with client.get(path) as answer:
        assert (answer.status, await answer.text()) == (200, OFFICE)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "camera=()" in answer.headers["Permissions-Policy"]
    async with client.get("/office/assets/office-1234.js") as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    async with client.get("/office/assets/app-1234.js") as answer:
        assert answer.status == 404


async def test_assets_are_kept_for_ever_and_sent_compressed(client: Client) -> None:
    async with client.get("/app/assets/app-1234.js", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert gzip.decompress(await answer.read()).decode() == SCRIPT


@pytest.mark.parametrize("path", ["/app/sw.js", "/app/manifest.webmanifest", "/app/"])
async def test_what_can_change_is_asked_for_anew_and_sent_only_when_it_has(client: Client, path: str) -> None:
    async with client.get(path) as answer:
        assert answer.headers["Cache-Control"] == "no-cache"
        tag = answer.headers["ETag"]
    async with client.get(path, headers={"If-None-Match": tag}) as again:
        assert again.status == 304


async def test_the_page_may_run_only_what_came_with_it(client: Client) -> None:
    async with client.get("/app/") as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "bluetooth=(self)" in answer.headers["Permissions-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/app/assets/app-0000.js",
        "/app/assets/../../outside.html",
        "/app/assets/%2e%2e/%2e%2e/outside.html",
        "/app/assets/..%2findex.html",
        "/app/assets/" + "a" * 300,
        "/app/assets/a%00.js",
    ],
)
async def test_a_missing_part_is_missing_and_not_the_page(client: Client, path: str) -> None:
    async with client.session.get(_raw(client, path)) as answer:
        text = await answer.text()
        assert "secret" not in text
        # Addresses that the client or server tidied up may lead to the page; never to anything else.
        assert answer.status == 404 or text == PAGE
        assert answer.headers["Cache-Control"] != "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    "path", ["/app/../outside.html", "/app/%2e%2e/outside.html", "/app/..%2foutside.html", "/app/notes.py"]
)
async def test_nothing_but_the_app_is_served(client: Client, path: str) -> None:
    async with client.session.get(_raw(client, path)) as answer:
        assert "secret" not in await answer.text()


async def test_a_server_without_the_app_says_so(tmp_path: Path) -> None:
    application = web.Application(middlewares=[edge_middleware(5)])
    api_docs.add_routes(application, {}, tmp_path / "nowhere")
    app_files.add_routes(application, tmp_path / "nowhere")
    async with TestClient(TestServer(application)) as client:
        for path in ("/app/", "/office/", "/docs"):
            async with client.get(path) as answer:
                assert answer.status == 404
                assert answer.content_type == "application/problem+json"
                assert (await answer.json())["type"].endswith("app-not-built")


@pytest.mark.parametrize("path", ["/docs", "/docs/", "/docs/index.html"])
async def test_the_viewer_of_the_api_may_run_only_what_came_with_it(client: Client, path: str) -> None:
    async with client.get(path) as answer:
        assert (answer.status, await answer.text()) == (200, VIEWER)
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
    async with client.get("/docs/viewer.js") as script:
        assert (script.status, await script.text()) == (200, SCRIPT)


@pytest.mark.parametrize("path", ["/docs/../notes.py", "/docs/..%2fnotes.py", "/docs/nothing.js", "/docs/a%00.js"])
async def test_beside_the_viewer_of_the_api_there_is_nothing(client: Client, path: str) -> None:
    async with client.session.get(_raw(client, path)) as answer:
        assert (answer.status, answer.content_type) == (404, "application/problem+json")


async def test_the_description_is_sent_only_when_it_has_changed(client: Client) -> None:
    async with client.get("/openapi.json") as answer:
        assert await answer.json() == {"openapi": "3.1.0"}
        tag = answer.headers["ETag"]
    async with client.get("/openapi.json", headers={"If-None-Match": tag}) as again:
        assert again.status == 304


def _raw(client: Client, path: str) -> URL:
    """The address as it stands, not tidied up before it is sent."""
    return URL(str(client.make_url("/")).rstrip("/") + path, encoded=True)
