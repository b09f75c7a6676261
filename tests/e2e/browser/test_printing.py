"""The phone app's printing in a real browser, over Web Bluetooth and Web Serial."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.browser import browser


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bench(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    folder: Path = tmp_path_factory.mktemp("bench")
    browser.build_bench(folder)
    async with browser.served(folder) as address:
        yield address


async def test_papers_come_out_of_emulated_printers_whatever_happens_to_the_link(bench: str) -> None:
    await browser.run("printing.browser.ts", {"THUNGAN_APP_URL": bench})
