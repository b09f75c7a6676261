"""The bus is tested on the machine's RabbitMQ and on RabbitMQ 4: every test that needs a broker runs once on each."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import aio_pika
import pytest
import pytest_asyncio
from aio_pika.abc import AbstractConnection
from pydantic import SecretStr

from shared.testing.fixtures import BusFactory
from shared.testing.proxy import TcpProxy
from stack.debian import Unavailable
from stack.local import LocalStack
from stack.rabbitmq import RabbitMQ
from stack.rabbitmq4 import rabbitmq4_in_use

_why_not = pytest.StashKey[str]()


@pytest.fixture(scope="session", params=["given", "rabbitmq-4"])
def private_broker(request: pytest.FixtureRequest) -> Iterator[RabbitMQ | None]:
    """A RabbitMQ 4 of ours (skipped where there is none), after None: the broker that the environment names."""
    if request.param == "given":
        yield None
        return
    with ExitStack() as stack:
        try:
            newer = stack.enter_context(rabbitmq4_in_use(LocalStack().folder))
        except Unavailable as error:
            request.config.stash[_why_not] = str(error)
            pytest.skip(f"no RabbitMQ 4: {error}")
        yield newer


@pytest.fixture(scope="session")
def amqp_url(amqp_url: str, private_broker: RabbitMQ | None) -> str:
    """URL of the broker."""
    return amqp_url if private_broker is None else private_broker.url


@pytest_asyncio.fixture(scope="session")
async def broker_connection(amqp_url: str) -> AsyncIterator[AbstractConnection]:
    """A connection of the tests' own."""
    # Again here: the one for all tests would be kept for the tests of other folders, on the wrong broker.
    connection = await aio_pika.connect(amqp_url)
    yield connection
    await connection.close()


@pytest.fixture
async def proxy(amqp_url: str, bus_for: BusFactory) -> AsyncIterator[TcpProxy]:
    """A way to the broker that can be broken; taken away before the buses that go through it."""
    async with TcpProxy.in_front_of(amqp_url) as proxy:
        yield proxy


@pytest.fixture
def through(proxy: TcpProxy, amqp_url: str) -> SecretStr:
    """The broker's address through the proxy."""
    return SecretStr(proxy.url(amqp_url))


@pytest.fixture(scope="session")
def broker_programs(private_broker: RabbitMQ | None) -> Path:
    """Where the programs for a broker of the test's own lie."""
    return Path("/") if private_broker is None else private_broker.programs


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say at the end when the bus was not tested on RabbitMQ 4."""
    if reason := config.stash.get(_why_not, None):
        terminalreporter.write_line(f"The bus was not tested on RabbitMQ 4: {reason}", yellow=True)
