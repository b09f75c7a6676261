"""The phone app in a real browser, on the real system: a collector's day, and whatever can go wrong in it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
import pytest_asyncio
import zxingcpp
from PIL import Image

from shared.printing import Document, render
from simulation.phone_app import BANK, AppEnvironment, app_environment
from tests.e2e.browser import browser
from tests.unit.receipt.vietqr_reader import parse_code

LONG_ROUTE = "PB1401-003"


def _read_printouts(folder: Path) -> dict[str, list[str]]:
    """Compare what came out with what the server draws; return the QR codes on it, by kind of paper."""
    links: dict[str, list[str]] = defaultdict(list)
    for file in sorted(folder.glob("*.json")):
        drawn = render(Document.model_validate_json(file.read_bytes()), 384)
        came_out = file.with_suffix(".bits").read_bytes()
        assert came_out[: len(drawn.data)] == drawn.data, file.name
        assert not any(came_out[len(drawn.data) :]), "up to where the paper is torn off it is white"
        picture = Image.frombytes("1", (384, drawn.height), came_out, "raw", "1;I")
        kind = file.stem.split("-")[1]
        links[kind] += [code.text for code in zxingcpp.read_barcodes(picture.convert("L"))]
    return links


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AppEnvironment]:
    folder: Path = tmp_path_factory.mktemp("app")
    async with app_environment(
        f"app_{uuid4().hex[:8]}", folder, customers=900, long_route=LONG_ROUTE, heartbeat=2
    ) as running:
        yield running


@pytest.mark.timeout(480)
async def test_the_procedure_is_done_by_pressing_what_stands_on_the_screen(app: AppEnvironment) -> None:
    await browser.run("app/procedure.browser.ts", app.variables(), seconds=420)


@pytest.mark.timeout(480)
async def test_over_bluetooth_every_paper_of_the_procedure_is_what_the_server_draws(
    app: AppEnvironment, tmp_path: Path
) -> None:
    await browser.run("app/bluetooth.browser.ts", {**app.variables(), "PAPERS_FOLDER": str(tmp_path)}, seconds=420)
    links = await asyncio.to_thread(_read_printouts, tmp_path)
    # The notices that are left behind have a code for a transfer; those that both look at have none.
    assert {kind: len(found) for kind, found in links.items()} == {
        "notice": 3,
        "receipt": 2,
        "copy": 1,
        "shift_slip": 0,
    }
    for code in links["notice"]:
        assert parse_code(code)["38.01.01"] == BANK["THUNGAN_RECEIPT_BANK_ACCOUNT"]
    async with aiohttp.ClientSession() as session:
        for link in (*links["receipt"], *links["copy"]):
            async with session.get(link) as response:
                assert response.status == 200
                assert "hợp lệ" in (await response.text()).lower()


@pytest.mark.timeout(480)
async def test_the_phone_is_let_in_by_its_camera_or_by_typing(app: AppEnvironment) -> None:
    await browser.run("app/camera.browser.ts", app.variables(), seconds=420)


@pytest.mark.timeout(480)
async def test_killed_at_any_step_of_a_payment_it_is_one_payment(app: AppEnvironment) -> None:
    await browser.run("app/payment.browser.ts", app.variables(), seconds=420)


@pytest.mark.timeout(480)
async def test_the_phone_works_without_signal_and_says_what_waits(app: AppEnvironment) -> None:
    await browser.run("app/signal.browser.ts", app.variables(), seconds=420)


@pytest.mark.timeout(480)
async def test_a_link_that_swallows_everything_is_noticed_and_what_was_missed_is_caught_up(
    app: AppEnvironment,
) -> None:
    await browser.run("app/silence.browser.ts", app.variables(), seconds=420)


@pytest.mark.timeout(480)
async def test_long_routes_odd_names_and_everybody_can_use_it(app: AppEnvironment) -> None:
    await browser.run("app/anybody.browser.ts", app.variables(), seconds=420)


@pytest.mark.timeout(480)
async def test_the_office_does_its_day_beside_a_collector_by_pressing_what_stands_on_the_page(
    app: AppEnvironment,
) -> None:
    await browser.run("office/office.browser.ts", app.variables(), seconds=420)
