"""What the office sees of a day is all money of it, also of customers who are on no route."""

from datetime import date
from typing import Any, cast

import pytest

from services.gateway.day_figures import DayReader, pause_after
from services.gateway.figure_sources import FigureSources
from shared.contracts.billing import DayOfPayments, GetDayOfPayments, RoutePayments
from shared.contracts.customer import DayOfRoutes, GetDayOfRoutes
from shared.contracts.message import Request

DAY = date(2026, 11, 30)


def paid(unit_code: str, route_code: str, cash: int) -> RoutePayments:
    nothing = {"transfers": 0, "transfer_payments": 0, "collection_points": 0, "collection_point_payments": 0}
    return RoutePayments(
        route_code=route_code, unit_code=unit_code, collector_code="", cash=cash, cash_payments=1, **nothing
    )


class Sources:
    """Customer and billing: no routes, and these payments."""

    def __init__(self, *payments: RoutePayments) -> None:
        self._payments = list(payments)

    async def request(self, asked: Request[Any]) -> Any:
        match asked:
            case GetDayOfRoutes():
                return DayOfRoutes(routes=[])
            case GetDayOfPayments(after=None):
                return DayOfPayments(routes=self._payments)
            case _:
                return DayOfPayments(routes=[])


@pytest.mark.parametrize(("took", "pause"), [(0.01, 1.0), (0.2, 2.0), (0.4, 4.0), (3.0, 5.0), (8.0, 8.0)])
def test_figures_are_read_again_within_five_seconds_unless_reading_takes_longer(took: float, pause: float) -> None:
    assert pause_after(took) == pytest.approx(pause)


async def test_money_of_customers_without_a_contract_is_shown_for_each_of_their_units() -> None:
    sources = Sources(paid("PB1401", "", 100), paid("PB1402", "", 20), paid("PB1402", "PB1402-001", 3))
    figures = await DayReader().figures(DAY, [], cast("FigureSources", sources))
    assert sorted((one.unit_code, one.route_code, one.cash) for one in figures) == [
        ("PB1401", "", 100),
        ("PB1402", "", 20),
        ("PB1402", "PB1402-001", 3),
    ]
