"""The phone app's screens in a real browser, with a gateway played by the tests."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.e2e.browser import browser


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app() -> AsyncIterator[str]:
    async with browser.served(browser.PROJECT / "web" / "dist") as address:
        yield address


@pytest.mark.parametrize("script", ["back", "money", "sizes", "storage"])
async def test_screens(script: str, app: str) -> None:
    await browser.run(f"screens/{script}.browser.ts", {"THUNGAN_APP_URL": app})
