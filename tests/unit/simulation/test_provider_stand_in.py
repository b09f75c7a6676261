"""What a person may ask a stand-in for: what it cannot do is answered with the reason."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from simulation.providers.process import RunningStandIn, stand_in


@pytest.fixture
async def operator() -> AsyncIterator[RunningStandIn]:
    async with stand_in("generic") as running:
        yield running


@pytest.mark.parametrize(
    ("method", "path", "body", "says"),
    [
        ("POST", "/_report", {"index": 3}, "there are 0 SMS"),
        ("POST", "/_report", {"index": -1}, "there are 0 SMS"),
        ("POST", "/_report", {}, "index"),
        ("POST", "/_report", [], "TypeError"),
        ("PUT", "/_faults", ["no_such_fault"], "no_such_fault"),
        ("PUT", "/_faults", 7, "TypeError"),
        ("PUT", "/_report_url", 7, "an address"),
    ],
)
async def test_a_command_that_cannot_be_followed_is_answered_with_the_reason(
    operator: RunningStandIn, method: str, path: str, body: object, says: str
) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, operator.url + path, json=body) as answer,
    ):
        assert answer.status == 400
        assert says in (await answer.json())["error"]
