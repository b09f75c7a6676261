"""Connections break in every way there is; the bus reports it at once to who waits, and connects again by itself."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from aio_pika.abc import AbstractChannel
from pydantic import SecretStr

from shared.db import open_pool
from shared.messaging import Access, Bus, Topology, UnitOfWork, declarations
from shared.messaging import link as link_module
from shared.messaging.relay import _wait_for as wait_for
from shared.messaging.topology import Queue
from shared.problems import Unavailable
from shared.testing import wait_until
from shared.testing.broker import BrokerView
from shared.testing.fixtures import BusFactory
from shared.testing.proxy import Mode, TcpProxy
from tests.bus.messages import ASKER, SOURCE, Answered, Ask, Noted, owner_with, sink_with

Database = Callable[..., Awaitable[str]]


@pytest.fixture(autouse=True)
def services(used_services: set[str]) -> None:
    used_services.update({"owner", "asker", "source", "sink"})


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notice a silent network within a second or two, not within half a minute."""
    monkeypatch.setattr(link_module, "SILENT_SECONDS", 1.0)
    monkeypatch.setattr(link_module, "_PROBE_EVERY", 0.2)
    for module in (
        "guard",
        "connection",
        "link",
        "declarations",
        "publisher",
        "requester",
        "responder",
        "subscription",
    ):
        monkeypatch.setattr(f"shared.messaging.{module}.CALL_SECONDS", 0.5)


async def answer(message: Ask, _: UnitOfWork) -> Answered:
    return Answered(text=message.text)


async def note(event: Noted, work: UnitOfWork) -> None:
    if not await work.connection.fetchval("SELECT to_regclass('note')"):
        # Two at once would both try: IF NOT EXISTS looks only at what is committed.
        await work.connection.execute("SELECT pg_advisory_xact_lock(1)")
        await work.connection.execute("CREATE TABLE IF NOT EXISTS note (number integer)")
    await work.connection.execute("INSERT INTO note VALUES ($1)", event.number)


async def numbers(url: str) -> list[int]:
    connection = await asyncpg.connect(url)
    try:
        if not await connection.fetchval("SELECT to_regclass('note')"):
            return []
        return [row["number"] for row in await connection.fetch("SELECT number FROM note ORDER BY number")]
    finally:
        await connection.close()


async def emit(bus: Bus, *values: int) -> None:
    async with bus.work() as work:
        for value in values:
            await work.emit(Noted(number=value))


def all_there(url: str, expected: list[int]) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        return await numbers(url) == expected

    return check


async def answers(bus: Bus) -> bool:
    try:
        await bus.request(Ask(), timeout=1)
    except Unavailable:
        return False
    return True


async def test_while_the_broker_is_away_a_request_fails_at_once_and_afterwards_it_works_again(
    bus_for: BusFactory, proxy: TcpProxy, through: SecretStr
) -> None:
    await bus_for(owner_with(answer), amqp_url=through)
    asker = await bus_for(ASKER, amqp_url=through)
    assert await answers(asker)

    proxy.down()
    await wait_until(lambda: not asker._pub.is_connected)
    with pytest.raises(Unavailable):
        await asker.request(Ask(), timeout=3600)
    proxy.heal()

    await wait_until(lambda: answers(asker))


async def test_a_request_fails_at_once_when_the_connection_breaks(
    bus_for: BusFactory, proxy: TcpProxy, through: SecretStr
) -> None:
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: Ask, __: UnitOfWork) -> Answered:
        inside.set()
        await go_on.wait()
        return Answered(text="")

    await bus_for(owner_with(slow))
    asker = await bus_for(ASKER, amqp_url=through)
    waiting = asyncio.create_task(asker.request(Ask(), timeout=3600))
    await inside.wait()

    proxy.reset()

    with pytest.raises(Unavailable):
        await waiting
    go_on.set()


@pytest.mark.parametrize("mode", [Mode.BLACKHOLE, Mode.UPSTREAM_BLACKHOLE, Mode.DOWNSTREAM_BLACKHOLE])
async def test_a_network_that_swallows_everything_is_noticed_and_left_behind(
    bus_for: BusFactory, database: Database, proxy: TcpProxy, through: SecretStr, impatient: None, mode: Mode
) -> None:
    """Also the relay survives it: the library raises CancelledError into tasks that nobody has cancelled."""
    sink_url = await database()
    await bus_for(sink_with(note), database_url=sink_url)
    source = await bus_for(SOURCE, database_url=await database(), amqp_url=through)
    await emit(source, 1)
    await wait_until(all_there(sink_url, [1]))

    proxy.mode = mode
    await emit(source, 2)
    await wait_until(lambda: not source._pub.is_connected)
    assert "no connection" in str(await source.checks()["broker_publish"]())
    proxy.heal()

    await wait_until(all_there(sink_url, [1, 2]), timeout=20)
    await wait_until(lambda: source._pub.is_connected)


async def test_events_under_way_when_the_connection_breaks_take_effect_once_each(
    bus_for: BusFactory, database: Database, proxy: TcpProxy, through: SecretStr
) -> None:
    sink_url, source_url = await database(), await database()
    await bus_for(sink_with(note), database_url=sink_url, amqp_url=through)
    source = await bus_for(SOURCE, database_url=source_url, amqp_url=through)
    await emit(source, -1)
    await wait_until(all_there(sink_url, [-1]))

    for cut in range(4):
        # Some of the publishes have reached the broker by then; their confirms are lost.
        proxy.reset_after_upstream = proxy.passed_upstream + 3_000 + 4_000 * cut
        await emit(source, *range(100 * cut, 100 * cut + 100))
        await wait_until(lambda: proxy.reset_after_upstream is None)

    await wait_until(all_there(sink_url, [-1, *range(400)]), timeout=30)


async def test_exchanges_that_were_deleted_are_brought_back_with_their_bindings_and_no_event_is_lost(
    bus_for: BusFactory, database: Database, broker: BrokerView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.port._REFRESH_EVERY", 0.3)
    await bus_for(owner_with(answer))
    sink_url = await database()
    await bus_for(sink_with(note), database_url=sink_url)
    source = await bus_for(SOURCE, database_url=await database())
    await emit(source, 1)
    await wait_until(all_there(sink_url, [1]))

    async with broker.channel() as channel:
        await channel.exchange_delete(broker.names.events)
        await channel.exchange_delete(broker.names.requests)
    await emit(source, *range(2, 50))

    await wait_until(all_there(sink_url, list(range(1, 50))), timeout=20)
    await wait_until(lambda: answers(source))


async def test_whoever_makes_sure_of_its_queues_again_and_again_opens_no_more_channels(
    bus_for: BusFactory, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library keeps something of each closed channel for as long as its connection lives."""
    monkeypatch.setattr("shared.messaging.port._REFRESH_EVERY", 0.01)
    used: list[AbstractChannel] = []
    declare = declarations._declare_queue

    async def note_channel(channel: AbstractChannel, queue: Queue) -> None:
        used.append(channel)
        await declare(channel, queue)

    monkeypatch.setattr(declarations, "_declare_queue", note_channel)
    await bus_for(sink_with(note), database_url=await database())

    await wait_until(lambda: len(used) > 100)

    assert len(set(used)) == 1


async def test_an_outbox_whose_sender_stands_still_is_sent_by_another_copy(
    bus_for: BusFactory, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.relay.IDLE_SECONDS", 1)
    sink_url, source_url = await database(), await database()
    await bus_for(sink_with(note), database_url=sink_url)
    frozen = await bus_for(SOURCE, database_url=source_url, instance="frozen")
    await emit(frozen, 1)
    await wait_until(all_there(sink_url, [1]))
    assert frozen._relay is not None
    its_wake_up, thawed = frozen._relay._wake, asyncio.Event()

    async def stand_still(event: asyncio.Event, seconds: float) -> None:
        if event is its_wake_up:
            await thawed.wait()
        else:
            await wait_for(event, seconds)

    monkeypatch.setattr("shared.messaging.relay._wait_for", stand_still)
    frozen._relay.wake()
    other = await bus_for(SOURCE, database_url=source_url, instance="other")
    await emit(other, 2)

    await wait_until(all_there(sink_url, [1, 2]))
    thawed.set()


async def test_a_consumer_whose_queue_was_deleted_returns(
    bus_for: BusFactory, database: Database, broker: BrokerView
) -> None:
    sink_url = await database()
    sink = await bus_for(sink_with(note), database_url=sink_url)
    source = await bus_for(SOURCE, database_url=await database())

    await broker.delete_queue(broker.names.event_queue("sink"))
    await wait_until(lambda: broker.consumers(broker.names.event_queue("sink")))
    await emit(source, 1)

    await wait_until(all_there(sink_url, [1]))
    assert await sink.checks()["consumers"]() is None


async def test_a_connection_lost_between_commit_and_acknowledgement_changes_nothing(
    bus_for: BusFactory, database: Database, proxy: TcpProxy, through: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink_url = await database()
    deliveries: list[int] = []

    async def noting(event: Noted, work: UnitOfWork) -> None:
        deliveries.append(event.number)
        await note(event, work)
        if len(deliveries) == 1:
            # The commit happens, the acknowledgement finds its channel gone.
            proxy.reset()

    sink = await bus_for(sink_with(noting), database_url=sink_url, amqp_url=through)
    source = await bus_for(SOURCE, database_url=await database())
    await emit(source, 1)
    await wait_until(all_there(sink_url, [1]))
    await wait_until(lambda: sink._consumer is not None and sink._consumer.subscription.is_live)
    await emit(source, 2)

    await wait_until(all_there(sink_url, [1, 2]))
    assert deliveries == [1, 2]


async def test_events_wait_for_a_database_that_is_away_and_use_up_no_attempt(
    bus_for: BusFactory, database: Database, postgres_url: str
) -> None:
    sink_url = await database()
    attempts: list[int] = []

    async def noting(event: Noted, work: UnitOfWork) -> None:
        attempts.append(work.context.attempt)
        await note(event, work)

    async with TcpProxy.in_front_of(postgres_url) as to_database:
        sink = await bus_for(sink_with(noting), database_url=to_database.url(sink_url))
        source = await bus_for(SOURCE, database_url=await database())
        to_database.down()
        await emit(source, 1, 2, 3)
        await wait_until(lambda: to_database.refused >= 3, message="the consumer tries again and again")
        assert attempts == []
        to_database.heal()

        await wait_until(all_there(sink_url, [1, 2, 3]))
        assert attempts == [1, 1, 1]
        await sink.drain()
        await sink.close()


async def test_a_request_survives_a_database_that_is_restarted_under_it(
    bus_for: BusFactory, database: Database
) -> None:
    """The transaction is undone by the loss, so the request is simply carried out again."""
    url = await database()
    tries: list[int] = []

    async def fragile(_: Ask, work: UnitOfWork) -> Answered:
        tries.append(1)
        if len(tries) == 1:
            await work.connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return Answered(text=str(await work.connection.fetchval("SELECT 'there'")))

    await bus_for(owner_with(fragile, Access.TRANSACTION), database_url=url)
    asker = await bus_for(ASKER)

    assert (await asker.request(Ask())).text == "there"
    assert len(tries) == 2


async def test_an_outbox_whose_database_connection_is_ended_goes_on(bus_for: BusFactory, database: Database) -> None:
    sink_url, source_url = await database(), await database()
    await bus_for(sink_with(note), database_url=sink_url)
    source = await bus_for(SOURCE, database_url=source_url)
    await emit(source, 1)
    await wait_until(all_there(sink_url, [1]))

    pool = await open_pool(source_url)
    await pool.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND application_name LIKE '%relay%'"
    )
    await pool.close()
    await emit(source, 2)

    await wait_until(all_there(sink_url, [1, 2]))


async def test_a_service_starts_before_its_broker_does(
    bus_for: BusFactory, proxy: TcpProxy, through: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.bus._START_SECONDS", 0.5)
    proxy.down()

    owner = await bus_for(owner_with(answer), amqp_url=through)
    assert await owner.checks()["broker_consume"]() == "no connection"
    proxy.heal()
    asker = await bus_for(ASKER)

    await wait_until(lambda: answers(asker))
    assert {await check() for check in owner.checks().values()} == {None}


async def test_a_part_that_ends_is_noticed(bus_for: BusFactory, database: Database) -> None:
    source = await bus_for(SOURCE, database_url=await database())
    failed = asyncio.create_task(source.wait_failed())

    source._supervised["relay"].cancel()

    with pytest.raises(Exception, match="relay has ended"):
        await asyncio.wait_for(failed, 2)


async def test_a_channel_that_stays_away_on_a_good_connection_is_noticed(
    bus_for: BusFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch: Any = __import__("shared.messaging.watchdog", fromlist=["watch"]).watch
    monkeypatch.setattr("shared.messaging.bus.watch", lambda links: watch(links, patience=0.3, every=0.05))
    owner = await bus_for(owner_with(answer))
    assert owner._responder is not None
    port = owner._responder.subscription.port

    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(port, "_setup", never)
    port.reopen()

    with pytest.raises(Exception, match="watchdog has ended"):
        await asyncio.wait_for(owner.wait_failed(), 3)


async def test_a_wake_up_reaches_the_instance_and_its_queue_survives_a_reconnect(
    bus_for: BusFactory, proxy: TcpProxy, through: SecretStr, used_queues: set[str], broker: BrokerView
) -> None:
    got: list[bytes] = []

    async def woken(payload: bytes) -> None:
        got.append(payload)

    receiver = await bus_for(Topology(service="gateway"), amqp_url=through)
    await receiver.consume_transient("gateway.push.a1", woken)
    used_queues.add(broker.names.instance_queue("gateway.push.a1"))
    sender = await bus_for(Topology(service="gateway"))

    await sender.publish_transient("gateway.push.a1", {"device": "d1"})
    await wait_until(lambda: got == [b'{"device": "d1"}'])
    proxy.reset()
    await wait_until(lambda: not receiver._sub.is_connected)
    await wait_until(lambda: receiver._sub.is_connected)

    async def woken_again() -> bool:
        # Once would do, but for a wake-up that the broker hands to the consumer it does not know to be dead.
        await sender.publish_transient("gateway.push.a1", b"2")
        return got[-1] == b"2"

    await wait_until(woken_again, every=0.1)


async def test_a_wake_up_for_nobody_is_simply_gone(bus_for: BusFactory) -> None:
    sender = await bus_for(ASKER)

    await sender.publish_transient("gateway.push.nobody", b"1")

    assert not await answers(sender)
