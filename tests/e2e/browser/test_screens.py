"""The phone app's screens in a real browser, with a gateway played by the tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import zxingcpp
from PIL import Image

from tests.e2e.browser import browser

pytestmark = pytest.mark.timeout(360)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app() -> AsyncIterator[str]:
    async with browser.served(browser.PROJECT / "web" / "dist") as address:
        yield address


async def test_without_a_printer_the_receipt_on_the_screen_can_be_scanned(app: str, tmp_path: Path) -> None:
    picture = tmp_path / "receipt.png"
    environment = {"THUNGAN_APP_URL": app, "THUNGAN_PICTURE": str(picture)}
    await browser.run("screens/no_printer.browser.ts", environment)
    codes = zxingcpp.read_barcodes(Image.open(picture).convert("L"))
    assert [code.text[:22] for code in codes] == ["HTTPS://TN.EXAMPLE/R/A"]


async def test_the_change_stays_and_the_code_of_a_part_asks_for_that_part(app: str, tmp_path: Path) -> None:
    picture = tmp_path / "transfer.png"
    printed = await browser.run("screens/change.browser.ts", {"THUNGAN_APP_URL": app, "THUNGAN_PICTURE": str(picture)})
    reference = printed.partition("reference: ")[2].splitlines()[0]
    [code] = zxingcpp.read_barcodes(Image.open(picture).convert("L"))
    assert "54071234567" in code.text
    assert "970415" in code.text
    assert reference
    assert reference in code.text


@pytest.mark.parametrize("script", ["agreement", "back", "debts", "money", "notes", "sizes", "storage", "update"])
async def test_screens(script: str, app: str) -> None:
    await browser.run(f"screens/{script}.browser.ts", {"THUNGAN_APP_URL": app})
