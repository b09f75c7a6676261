"""Whatever the libraries raise when a connection dies becomes an error of ours, so that loops go on and retry."""

import asyncio

import asyncpg
import pytest
from pydantic import SecretStr

from shared.contracts.message import Reply, Request
from shared.db.transaction import CONNECTION_LOST
from shared.messaging import Access, RequestHandler, Topology, UnitOfWork
from shared.messaging.database_session import DATABASE_AWAY
from shared.messaging.errors import BrokerGone, Failed
from shared.messaging.guard import guarded
from shared.problems import Unavailable
from shared.testing import wait_until
from shared.testing.fixtures import BusFactory
from shared.testing.proxy import Mode, TcpProxy


async def _end_of_frames() -> None:
    raise StopAsyncIteration


async def test_a_broker_that_hangs_up_while_we_connect_is_gone_and_no_bug() -> None:
    # What aiormq raises when the broker closes the socket in the middle of the handshake.
    with pytest.raises(BrokerGone):
        await guarded(_end_of_frames(), within=1.0, doing="connecting")


@pytest.mark.parametrize("error", [*CONNECTION_LOST, asyncpg.InterfaceError, TimeoutError])
def test_the_relay_waits_for_a_database_that_is_lost_in_whatever_way(error: type[Exception]) -> None:
    assert issubclass(error, DATABASE_AWAY)


async def test_a_part_of_a_service_that_ends_by_itself_fails_the_process(bus_for: BusFactory) -> None:
    bus = await bus_for(Topology(service="asker"))

    async def cancelled_by_nobody() -> None:
        raise asyncio.CancelledError

    async with bus.background("part", cancelled_by_nobody()):
        with pytest.raises(Failed, match="part has ended"):
            async with asyncio.timeout(5):
                await bus.wait_failed()


async def test_a_part_that_is_stopped_fails_nothing(bus_for: BusFactory) -> None:
    bus = await bus_for(Topology(service="asker"))
    async with bus.background("part", asyncio.sleep(3600)):
        pass
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await bus.wait_failed()


class Answered(Reply):
    text: str


class Ask(Request[Answered]):
    """Ask."""

    message_name = "test.ask"


async def answer(_: Ask, __: UnitOfWork) -> Answered:
    return Answered(text="yes")


async def test_a_connection_that_breaks_while_the_broker_owes_an_answer_is_replaced_at_once(
    bus_for: BusFactory, amqp_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # To cancel a call that is under way on a dead channel takes the AMQP library a quarter of a minute.
    monkeypatch.setattr("shared.messaging.link._PROBE_EVERY", 0.2)
    await bus_for(Topology(service="owner", handlers=[RequestHandler(Ask, answer, access=Access.NO_DATABASE)]))
    async with TcpProxy.in_front_of(amqp_url) as proxy:
        asker = await bus_for(Topology(service="asker"), amqp_url=SecretStr(proxy.url(amqp_url)))
        proxy.mode = Mode.DOWNSTREAM_BLACKHOLE
        sent = proxy.passed_upstream
        await wait_until(lambda: proxy.passed_upstream > sent, message="a probe is under way")
        proxy.reset()
        proxy.heal()

        async def works() -> bool:
            try:
                return (await asker.request(Ask(), timeout=1)).text == "yes"
            except Unavailable:
                return False

        await wait_until(works)
        await asker.drain()
        await asker.close()
