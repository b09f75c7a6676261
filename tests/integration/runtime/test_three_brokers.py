"""Three RabbitMQ nodes that are one broker: what happens to requests and events when one of them is lost."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from pydantic import SecretStr

from shared.contracts.message import Event, Reply, Request
from shared.messaging import Access, Bus, EventHandler, Names, RequestHandler, Topology, UnitOfWork
from shared.problems import TimedOut, Unavailable
from shared.testing import wait_until
from shared.testing.fixtures import BusFactory
from stack.processes import StackError
from stack.rabbitmq import RabbitMQ
from stack.rabbitmq_cluster import TICK_SECONDS, RabbitMQCluster
from stack.state import LocalFolder

Database = Callable[..., Awaitable[str]]

SOON = 15 * TICK_SECONDS
"""Seconds in which a silent node is noticed and left for certain, on a machine with much else to do."""

pytestmark = pytest.mark.timeout(400)


class Counted(Event):
    """Something was counted."""

    message_name = "test.cluster_counted"
    number: int


class Answered(Reply):
    """An answer."""


class Ask(Request[Answered]):
    """Ask."""

    message_name = "test.cluster_ask"


async def answer(_: Ask, __: UnitOfWork) -> Answered:
    return Answered()


@pytest_asyncio.fixture(scope="module")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RabbitMQCluster]:
    made = RabbitMQCluster(LocalFolder(tmp_path_factory.mktemp("c")))
    try:
        await asyncio.to_thread(made.start)
        yield made
    finally:
        await asyncio.to_thread(made.erase)


@dataclass
class World:
    """A service that asks and emits, and one that answers and consumes."""

    cluster: RabbitMQCluster
    source: Bus
    sink: Bus
    queue: str
    """Where requests to the sink wait."""
    seen: list[int]
    emitted: list[int] = field(default_factory=list)

    async def is_answered(self) -> bool:
        try:
            await self.source.request(Ask(), timeout=1)
        except (Unavailable, TimedOut):
            return False
        return True

    async def emit(self, count: int = 20) -> None:
        async with self.source.work() as work:
            for number in range(len(self.emitted), len(self.emitted) + count):
                self.emitted.append(number)
                await work.emit(Counted(number=number))

    async def nothing_is_lost_or_doubled(self) -> None:
        await wait_until(lambda: len(self.seen) >= len(self.emitted), timeout=SOON)
        assert Counter(self.seen) == Counter(self.emitted)

    def homes(self, name: str) -> str:
        """The node of a queue as Erlang prints it, ``none`` where there is no such queue that can be reached."""
        name = f'rabbit_misc:r(<<"/">>, queue, <<"{name}">>)'
        found = f"case rabbit_amqqueue:lookup({name}) of {{ok, Q}} -> node(amqqueue:get_pid(Q)); _ -> none end"
        return self.cluster.evaluate(found).strip("'")

    def home(self) -> RabbitMQ:
        """The node on which requests to the sink wait."""
        home = self.homes(self.queue)
        return next(node for node in self.cluster.nodes if node.node_name == home)


@pytest_asyncio.fixture
async def world(cluster: RabbitMQCluster, bus_for: BusFactory, database: Database, namespace: str) -> World:
    seen: list[int] = []

    async def note(event: Counted, work: UnitOfWork) -> None:
        async def committed() -> None:
            seen.append(event.number)

        work.after_commit(committed)

    topology = Topology(
        service="sink", handlers=[RequestHandler(Ask, answer, access=Access.NO_DATABASE), EventHandler(Counted, note)]
    )
    url = SecretStr(cluster.url)
    sink = await bus_for(topology, database_url=await database(), amqp_url=url)
    source = await bus_for(Topology(service="source", emits=[Counted]), database_url=await database(), amqp_url=url)
    made = World(cluster, source, sink, Names(namespace).request_queue("sink"), seen)
    await made.emit()
    await wait_until(made.is_answered)
    await made.nothing_is_lost_or_doubled()
    return made


@asynccontextmanager
async def emitting(world: World) -> AsyncIterator[None]:
    """Emit all the time, as people do who do not wait for brokers."""

    async def go_on() -> None:
        while True:
            await world.emit(2)
            await asyncio.sleep(0.1)

    task = asyncio.create_task(go_on())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def all_nodes_are_there(cluster: RabbitMQCluster) -> bool:
    try:
        found = [node.evaluate("length(rabbit_mnesia:cluster_nodes(running))") for node in cluster.nodes]
    except StackError:  # a node that is about to join the others again
        return False
    return found == ["3"] * 3


async def test_requests_and_events_survive_the_death_of_the_node_that_requests_wait_on(world: World) -> None:
    home = world.home()
    async with emitting(world):
        await asyncio.to_thread(home.kill)
        await wait_until(world.is_answered, timeout=SOON)
        assert world.homes(world.queue) == "none"
        await asyncio.to_thread(home.start)
        # All copies go to the same queue again, and nobody waits meanwhile.
        await wait_until(lambda: world.homes(f"{world.queue}.spare.1") == "none", timeout=SOON)
        assert await world.is_answered()
        assert world.homes(world.queue) != "none"
    await world.nothing_is_lost_or_doubled()


async def test_requests_and_events_survive_a_node_that_stands_still(world: World) -> None:
    home = world.home()
    async with emitting(world):
        home.signal(signal.SIGSTOP)
        try:
            # Not before it is noticed: requests to it are swallowed until then.
            await wait_until(world.is_answered, timeout=SOON)
        finally:
            home.signal(signal.SIGCONT)
        # It does not always find its way back by itself: the runbook has it restarted.
        await asyncio.to_thread(home.stop)
        await asyncio.to_thread(home.start)
        await wait_until(lambda: all_nodes_are_there(world.cluster), timeout=SOON)
        await wait_until(world.is_answered, timeout=SOON)
    await world.nothing_is_lost_or_doubled()


async def test_all_nodes_are_restarted_one_after_another_under_load(world: World) -> None:
    async with emitting(world):
        for node in world.cluster.nodes:
            await asyncio.to_thread(node.stop)
            await wait_until(world.is_answered, timeout=SOON)
            await asyncio.to_thread(node.start)
        await wait_until(world.is_answered, timeout=SOON)
    await world.nothing_is_lost_or_doubled()


async def test_a_node_that_is_gone_for_ever_is_forgotten(world: World) -> None:
    """The last test: the cluster has two nodes afterwards."""
    home = world.home()
    async with emitting(world):
        await asyncio.to_thread(home.kill)
        await wait_until(world.is_answered, timeout=SOON)
        await asyncio.to_thread(world.cluster.control, "forget_cluster_node", home.node_name)
        # Its queues are forgotten with it: the name is free again.
        await wait_until(lambda: world.homes(world.queue) != "none", timeout=SOON)
        await wait_until(world.is_answered, timeout=SOON)
    await world.nothing_is_lost_or_doubled()
