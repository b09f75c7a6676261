"""The phone app in a real browser, on the real system: a collector's day, and whatever can go wrong in it."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from ops.phone_app import AppStage, app_stage
from tests.e2e.browser import browser

LONG_ROUTE = "PB1401-003"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AppStage]:
    folder: Path = tmp_path_factory.mktemp("app")
    async with app_stage(f"app_{uuid4().hex[:8]}", folder, customers=900, long_route=LONG_ROUTE) as running:
        yield running


@pytest.mark.timeout(300)
async def test_the_procedure_is_done_by_pressing_what_stands_on_the_screen(stage: AppStage) -> None:
    await browser.run("app/procedure.browser.ts", stage.environment(), seconds=170)


@pytest.mark.timeout(300)
async def test_killed_at_any_step_of_a_payment_it_is_one_payment(stage: AppStage) -> None:
    await browser.run("app/payment.browser.ts", stage.environment(), seconds=170)


@pytest.mark.timeout(300)
async def test_the_phone_works_without_signal_and_says_what_waits(stage: AppStage) -> None:
    await browser.run("app/signal.browser.ts", stage.environment(), seconds=170)


@pytest.mark.timeout(300)
async def test_long_routes_odd_names_and_everybody_can_use_it(stage: AppStage) -> None:
    await browser.run("app/anybody.browser.ts", stage.environment(), seconds=170)
