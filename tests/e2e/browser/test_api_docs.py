"""The viewer of the API in a real browser."""

import pytest
from aiohttp import web

from services.gateway import api_docs, app_files
from services.gateway.edge.server import edge_middleware
from services.gateway.routes import describe, describe_partners
from stack.state import PROJECT
from tests.e2e.browser import browser

pytestmark = pytest.mark.timeout(360)


async def test_the_viewer_of_the_api_shows_every_operation_under_its_content_security_policy() -> None:
    application = web.Application(middlewares=[edge_middleware(15)])
    api_docs.add_routes(application, describe(), PROJECT / "web" / "dist")
    api_docs.add_routes(application, describe_partners(), PROJECT / "web" / "dist", below="/partner/v1")
    app_files.add_routes(application, PROJECT / "web" / "dist")
    async with browser.listening(application) as address:
        await browser.run("api_docs.browser.ts", {"THUNGAN_APP_URL": f"{address}/app/"})
