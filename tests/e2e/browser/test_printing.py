"""The phone app's printing in a real browser, over Web Bluetooth and Web Serial."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import zxingcpp
from PIL import Image

from shared.printing import render
from shared.printing.png import to_picture
from tests.e2e.browser import browser
from tests.integration.printing import emupos
from tests.unit.printing.samples import NOTICE, RECEIPT, RECEIPT_LINK

pytestmark = pytest.mark.timeout(360)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bench(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    folder: Path = tmp_path_factory.mktemp("bench")
    browser.build_bench(folder)
    async with browser.served(folder) as address:
        yield address


async def test_documents_come_out_of_emulated_printers_whatever_happens_to_the_link(bench: str) -> None:
    await browser.run("printing.browser.ts", {"THUNGAN_APP_URL": bench})


async def test_somebody_elses_printer_reads_what_the_browser_sends_dot_for_dot(bench: str, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    try:
        async with emupos.running(tmp_path) as printers:
            printer = printers[384]
            async with printer.listening() as unknown:
                environment = {
                    "THUNGAN_APP_URL": bench,
                    "PRINTER_ADDRESS": f"127.0.0.1:{printer.port}",
                    "PRINTER_API": printer.api,
                    "PICTURES_FOLDER": str(pictures),
                }
                await browser.run("emupos.browser.ts", environment)
    except emupos.UnavailableError as reason:
        pytest.skip(f"not read by somebody else's printer: {reason}")
    assert unknown == []
    for paper, names in ((RECEIPT, ("receipt-bluetooth", "receipt-serial")), (NOTICE, ("notice-bluetooth",))):
        expected = to_the_last_ink(to_picture(render(paper, 384)))
        for name in names:
            picture = Image.open(pictures / f"{name}.png").convert("1")
            assert to_the_last_ink(picture).tobytes() == expected.tobytes(), name
    link = zxingcpp.read_barcode(Image.open(pictures / "receipt-bluetooth.png").convert("L"))
    assert link is not None
    assert link.text == RECEIPT_LINK


def to_the_last_ink(picture: Image.Image) -> Image.Image:
    """Without the white rows at the end, of which the simulator keeps some."""
    ink = Image.eval(picture.convert("L"), lambda value: 255 - value).getbbox()
    assert ink is not None
    return picture.crop((0, 0, picture.width, ink[3]))
